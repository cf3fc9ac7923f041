"""What the environment states is held against git: nobody's word makes another commit the tested one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories.ci_environments import (
    azure_pull_request,
    buildkite,
    event_file,
    github,
    github_pull_request,
    gitlab_merged_results,
    jenkins_pull_request,
)
from tests.factories.repositories import commit, git, pull_request, repository
from tsr_agent.ingest.git import Repository
from tsr_agent.ingest.manifest import Manifest, StatedVersions, read_manifest

if TYPE_CHECKING:
    from pathlib import Path


def remarks(found: Manifest) -> tuple[str, ...]:
    assert found.build is not None
    assert set(found.build.remarks) <= set(found.explanations)
    return found.build.remarks


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "r"


def on_github(root: Path, merge: str, head: str, **changes: str | None) -> Manifest:
    environ = github_pull_request(event_file(root.parent, head), merge, **changes)
    return read_manifest(root, StatedVersions(), environ)


def test_a_pull_request_is_about_its_head_and_names_the_merge_that_was_tested(root: Path) -> None:
    commits = pull_request(root)
    found = on_github(root, commits["merge"], commits["head"])
    versions = found.versions
    assert (versions.codebase_sha, versions.checked_out_sha) == (commits["head"], commits["merge"])
    assert (versions.codebase_branch, versions.dirty, versions.shallow) == ("topic", False, False)
    assert found.build is not None
    assert found.build.merge_sha == commits["merge"]
    assert remarks(found) == ()
    assert any("its merge" in each for each in found.explanations)


def test_the_merge_of_a_pull_request_can_be_dirty(root: Path) -> None:
    commits = pull_request(root)
    (root / "bot.py").write_text("changed by a step")
    versions = on_github(root, commits["merge"], commits["head"]).versions
    assert versions.dirty
    assert versions.dirty_digest is not None


def test_a_shallow_clone_has_the_parents_by_name(root: Path, tmp_path: Path) -> None:
    commits = pull_request(root)
    git(root, "branch", "merged")
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=merged", root.as_uri(), "shallow")
    git(tmp_path / "shallow", "checkout", "--quiet", "--detach")
    assert git(tmp_path / "shallow", "rev-list", "--all") == commits["merge"]
    versions = on_github(tmp_path / "shallow", commits["merge"], commits["head"]).versions
    assert (versions.codebase_sha, versions.checked_out_sha) == (commits["head"], commits["merge"])
    assert versions.shallow


def test_a_graft_makes_no_parent(root: Path) -> None:
    commits = pull_request(root)
    other = commit(root, {"x": "y"}, "Another")
    git(root, "checkout", "--quiet", commits["merge"])
    git(root, "replace", "--graft", commits["merge"], commits["base"], other)
    (root / ".git" / "info").mkdir(exist_ok=True)
    (root / ".git" / "info" / "grafts").write_text(f"{commits['merge']} {commits['base']} {other}\n")
    assert on_github(root, commits["merge"], other).versions.codebase_sha == commits["merge"]
    opened = Repository.find(root, github())
    assert opened is not None
    assert opened.parents(commits["merge"]) == (commits["base"], commits["head"])
    assert opened.parents(commits["base"]) != ()


@pytest.mark.parametrize("which", ["unknown", "base", "ancestor"])
def test_a_stated_head_that_was_not_merged_is_not_believed(root: Path, which: str) -> None:
    commits = pull_request(root)
    stated = {
        "unknown": "ab" * 20,
        "base": commits["base"],
        "ancestor": git(root, "rev-parse", f"{commits['head']}^"),
    }[which]
    found = on_github(root, commits["merge"], stated)
    assert (found.versions.codebase_sha, found.versions.checked_out_sha) == (commits["merge"], None)
    assert found.build is not None
    assert found.build.merge_sha is None
    assert found.build.pull_request is not None
    assert found.build.pull_request.head_sha == stated
    assert [each for each in remarks(found) if stated in each and commits["merge"] in each]


def test_a_merge_that_the_job_made_itself_is_not_the_one_of_the_system(root: Path) -> None:
    commits = pull_request(root)
    found = on_github(root, "ab" * 20, commits["head"])
    assert found.versions.codebase_sha == commits["merge"]
    assert found.versions.codebase_branch == ""
    assert "is not the merge of it that the system made" in remarks(found)[0]


def test_a_merge_of_three_is_none_of_a_pull_request(root: Path) -> None:
    commits = pull_request(root)
    tree = git(root, "rev-parse", "HEAD^{tree}")
    parents = [f"-p{commits[name]}" for name in ("base", "head", "merge")]
    octopus = git(root, "commit-tree", *parents, "-m", "Three", tree)
    git(root, "checkout", "--quiet", octopus)
    assert on_github(root, octopus, commits["head"]).versions.codebase_sha == octopus


def test_a_head_that_is_checked_out_itself_needs_no_merge(root: Path) -> None:
    commits = pull_request(root)
    git(root, "checkout", "--quiet", commits["head"])
    found = on_github(root, commits["merge"], commits["head"])
    assert (found.versions.codebase_sha, found.versions.checked_out_sha) == (commits["head"], None)
    assert (found.versions.codebase_branch, found.versions.dirty) == ("topic", False)
    assert remarks(found) == ()


def test_a_missing_event_is_said_and_the_merge_is_what_counts(root: Path, tmp_path: Path) -> None:
    commits = pull_request(root)
    environ = github_pull_request(tmp_path / "absent.json", commits["merge"])
    found = read_manifest(root, StatedVersions(), environ)
    assert (found.versions.codebase_sha, found.versions.codebase_branch) == (commits["merge"], "topic")
    assert found.build is not None
    assert found.build.pull_request is not None
    assert found.build.pull_request.from_fork is None
    assert remarks(found)[0].startswith("The head of the pull request is not known: ")


def test_the_branch_of_a_fork_never_looks_like_one_of_the_repository(root: Path, tmp_path: Path) -> None:
    commits = pull_request(root)
    theirs = {"sha": commits["head"], "ref": "main", "repo": {"full_name": "eve/bot"}}
    event = event_file(tmp_path, commits["head"], head=theirs)
    environ = github_pull_request(event, commits["merge"], GITHUB_HEAD_REF="main")
    found = read_manifest(root, StatedVersions(), environ)
    assert found.versions.codebase_branch == "eve/bot:main"
    assert found.build is not None
    assert found.build.pull_request is not None
    assert found.build.pull_request.from_fork


def test_pull_request_target_is_about_the_base_that_it_checks_out(root: Path) -> None:
    commits = pull_request(root)
    git(root, "checkout", "--quiet", commits["base"])
    base = {"GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_REF": "refs/heads/main"}
    found = on_github(root, commits["base"], commits["head"], GITHUB_REF_NAME="main", **base)
    assert (found.versions.codebase_sha, found.versions.codebase_branch) == (commits["base"], "main")
    # The newest commit of the base can be a merge of anything: it is none that was made for this request.
    git(root, "checkout", "--quiet", commits["merge"])
    found = on_github(root, commits["merge"], commits["head"], GITHUB_REF_NAME="main", **base)
    assert (found.versions.codebase_sha, found.versions.codebase_branch) == (commits["merge"], "main")
    git(root, "checkout", "--quiet", commits["head"])
    found = on_github(root, commits["base"], commits["head"], GITHUB_REF_NAME="main", **base)
    assert (found.versions.codebase_sha, found.versions.codebase_branch) == (commits["head"], "topic")


def test_workflow_run_lends_the_default_branch_to_no_other_commit(root: Path, tmp_path: Path) -> None:
    commits = pull_request(root)
    git(root, "checkout", "--quiet", commits["head"])
    event = event_file(tmp_path, commits["head"])
    environ = github(
        GITHUB_EVENT_NAME="workflow_run", GITHUB_EVENT_PATH=str(event), GITHUB_SHA=commits["base"]
    )
    found = read_manifest(root, StatedVersions(), environ)
    assert (found.versions.codebase_sha, found.versions.codebase_branch) == (commits["head"], "")
    assert found.build is not None
    assert found.build.pull_request is None
    assert f"states that it checked out {commits['base']}" in remarks(found)[0]
    assert any("GITHUB_REF_NAME names a branch of" in each for each in found.explanations)


def test_a_push_and_a_tag_of_a_detached_head(root: Path) -> None:
    head = repository(root)["code"]
    git(root, "checkout", "--quiet", "--detach")
    pushed = read_manifest(root, StatedVersions(), github(GITHUB_SHA=head))
    assert (pushed.versions.codebase_branch, remarks(pushed)) == ("main", ())
    tagged = github(GITHUB_SHA=head, GITHUB_REF="refs/tags/main", GITHUB_REF_TYPE="tag")
    assert read_manifest(root, StatedVersions(), tagged).versions.codebase_branch == ""


def test_options_come_before_git_and_the_environment(root: Path, tmp_path: Path) -> None:
    commits = pull_request(root)
    environ = github_pull_request(event_file(tmp_path, commits["head"]), commits["merge"])
    head = read_manifest(root, StatedVersions(codebase_sha=commits["head"]), environ)
    assert head.build is not None
    assert (head.build.merge_sha, head.versions.dirty) == (commits["merge"], False)
    stated = StatedVersions(codebase_sha="ab" * 20, codebase_branch="b", codebase_repo="https://h.example/r")
    other = read_manifest(root, stated, environ)
    assert other.build is not None
    assert (other.build.merge_sha, other.versions.dirty) == (None, None)
    assert (other.versions.codebase_sha, other.versions.checked_out_sha) == ("ab" * 20, commits["merge"])
    assert (other.versions.codebase_branch, other.versions.codebase_repo) == ("b", "https://h.example/r")


def test_gitlab_merged_results_and_plain_merge_requests(root: Path) -> None:
    commits = pull_request(root)
    merged = read_manifest(
        root, StatedVersions(), gitlab_merged_results(commits["merge"], commits["head"])
    ).versions
    assert (merged.codebase_sha, merged.checked_out_sha) == (commits["head"], commits["merge"])
    assert merged.codebase_branch == "topic"
    git(root, "checkout", "--quiet", commits["head"])
    plain = read_manifest(root, StatedVersions(), gitlab_merged_results(commits["head"], "")).versions
    assert (plain.codebase_sha, plain.checked_out_sha, plain.codebase_branch) == (
        commits["head"],
        None,
        "topic",
    )
    fork = gitlab_merged_results(
        commits["head"],
        "",
        CI_MERGE_REQUEST_SOURCE_PROJECT_PATH="eve/bot",
        CI_MERGE_REQUEST_SOURCE_BRANCH_NAME="main",
        CI_COMMIT_REF_NAME="main",
    )
    assert read_manifest(root, StatedVersions(), fork).versions.codebase_branch == "eve/bot:main"


def test_azure_pull_request(root: Path) -> None:
    commits = pull_request(root)
    environ = azure_pull_request(commits["merge"], commits["head"])
    found = read_manifest(root, StatedVersions(), environ)
    assert (found.versions.codebase_sha, found.versions.codebase_branch) == (commits["head"], "topic")
    fork = azure_pull_request(commits["merge"], commits["head"], SYSTEM_PULLREQUEST_ISFORK="True")
    assert read_manifest(root, StatedVersions(), fork).versions.codebase_branch == "fork:topic"


def test_jenkins_states_no_head_and_its_merge_is_what_counts(root: Path) -> None:
    commits = pull_request(root)
    found = read_manifest(root, StatedVersions(), jenkins_pull_request(commits["merge"]))
    assert (found.versions.codebase_sha, found.versions.codebase_branch) == (commits["merge"], "topic")
    assert remarks(found) == ()
    other = read_manifest(root, StatedVersions(), jenkins_pull_request(commits["head"]))
    assert (other.versions.codebase_sha, other.versions.codebase_branch) == (commits["merge"], "")
    assert "states that it checked out" in remarks(other)[0]


def test_buildkite_checks_out_the_head_or_a_merge_of_it(root: Path) -> None:
    commits = pull_request(root)
    request = {"BUILDKITE_PULL_REQUEST": "8", "BUILDKITE_BRANCH": "topic"}
    merge = buildkite(commits["head"], BUILDKITE_PULL_REQUEST_USING_MERGE_REFSPEC="true", **request)
    found = read_manifest(root, StatedVersions(), merge).versions
    assert (found.codebase_sha, found.checked_out_sha) == (commits["head"], commits["merge"])
    git(root, "checkout", "--quiet", commits["head"])
    found = read_manifest(root, StatedVersions(), buildkite(commits["head"], **request)).versions
    assert (found.codebase_sha, found.checked_out_sha, found.codebase_branch) == (
        commits["head"],
        None,
        "topic",
    )


def test_without_a_checkout_nothing_that_is_stated_is_verified(tmp_path: Path) -> None:
    sha = "ab" * 20
    stated = StatedVersions(codebase_sha=sha, testbase_sha=sha, prompts_sha=sha)
    found = read_manifest(tmp_path, stated, github(GITHUB_SHA=sha))
    assert (found.versions.codebase_branch, found.versions.dirty) == ("main", None)
    assert found.versions.codebase_repo == "https://github.example/acme/bot.git"
    assert remarks(found) == (
        "There is no checkout to hold it against: what the environment states is not verified.",
    )
    elsewhere = read_manifest(tmp_path, stated, github(GITHUB_SHA="cd" * 20))
    assert elsewhere.versions.codebase_branch == ""


def test_a_branch_that_no_system_builds_is_taken_unless_it_may_be_a_forks(root: Path) -> None:
    repository(root)
    git(root, "checkout", "--quiet", "--detach")
    stray = github(GITHUB_RUN_ID=None, GITHUB_ACTIONS=None)
    found = read_manifest(root, StatedVersions(), stray)
    assert (found.build, found.versions.codebase_branch) == (None, "main")
    found = read_manifest(root, StatedVersions(), stray | {"GITHUB_HEAD_REF": "main"})
    assert found.versions.codebase_branch == ""
    assert any("GITHUB_HEAD_REF names a branch, but" in each for each in found.explanations)
