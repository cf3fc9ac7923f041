from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.repositories import commit, git, repository
from tsr_agent.errors import InputError, UsageError
from tsr_agent.ingest.ci_branch import ci_branch
from tsr_agent.ingest.manifest import Manifest, StatedVersions, read_manifest
from tsr_agent.ingest.repository_url import same_repository, without_credentials

PATH_ONLY = {"PATH": os.environ.get("PATH", os.defpath)}


def manifest_of(root: Path, **stated: object) -> Manifest:
    return read_manifest(root, StatedVersions(**stated), PATH_ONLY)  # type: ignore[arg-type]  # by keyword


def test_says_what_git_says(tmp_path: Path) -> None:
    commits = repository(tmp_path / "r")
    git(tmp_path / "r", "remote", "add", "origin", "https://ann:hunter2@forge.example:8443/a/b.git?token=x")
    found = manifest_of(tmp_path / "r").versions
    assert found.codebase_sha == commits["code"]
    assert found.testbase_sha == commits["tests"]
    assert found.prompts_sha == commits["prompts"]
    assert found.codebase_branch == "main"
    assert found.codebase_author == "Ann Author <ann@example.test>"
    assert found.codebase_repo == "https://forge.example:8443/a/b.git"
    assert (found.dirty, found.dirty_digest, found.shallow) == (False, None, False)


def test_what_is_stated_wins_and_is_told(tmp_path: Path) -> None:
    repository(tmp_path / "r")
    found = manifest_of(
        tmp_path / "r",
        codebase_sha="AB" * 20,
        testbase_sha="c" * 64,
        prompts_sha="d" * 40,
        codebase_branch="release",
        codebase_repo="git@forge.example:a/b.git",
        prompts_version="v2.1.0",
        tests_paths=(Path("absent"),),
    )
    assert found.versions.codebase_sha == "ab" * 20
    assert found.versions.testbase_sha == "c" * 64
    assert found.versions.codebase_repo == "forge.example:a/b.git"
    assert (found.versions.codebase_branch, found.versions.prompts_version) == ("release", "v2.1.0")
    assert any("not the one checked out" in each for each in found.explanations)


def test_a_dirty_tree_is_said_with_its_digest(tmp_path: Path) -> None:
    repository(tmp_path / "r")
    (tmp_path / "r" / "bot.py").write_text("changed")
    found = manifest_of(tmp_path / "r")
    assert found.versions.dirty
    assert found.versions.dirty_digest is not None
    assert any("bot.py" in each for each in found.explanations)


def test_paths_are_relative_to_the_directory_that_is_asked(tmp_path: Path) -> None:
    root = tmp_path / "r"
    repository(root)
    inner = commit(root, {"apps/bot/tests/test_b.py": "x", "apps/bot/prompts/p.md": "x"})
    commit(root, {"tests/test_c.py": "x", "prompts/q.md": "x"})
    found = manifest_of(root / "apps" / "bot").versions
    assert (found.testbase_sha, found.prompts_sha) == (inner, inner)
    assert manifest_of(root / "apps" / "bot", tests_paths=(Path(".."),)).versions.testbase_sha == inner


def test_paths_outside_the_repository_are_refused(tmp_path: Path) -> None:
    repository(tmp_path / "r")
    with pytest.raises(InputError, match="not inside the repository"):
        manifest_of(tmp_path / "r", tests_paths=(Path("../elsewhere"),))


@pytest.mark.parametrize("what", ["tests", "prompts"])
def test_paths_that_no_commit_touches_need_a_stated_commit(tmp_path: Path, what: str) -> None:
    repository(tmp_path / "r")
    with pytest.raises(InputError, match="No commit touches") as caught:
        manifest_of(tmp_path / "r", **{f"{what}_paths": (Path("nowhere"),)})
    option = {"tests": "--testbase-sha", "prompts": "--prompts-sha"}[what]
    assert option in caught.value.next_step
    assert "[paths]" in caught.value.next_step


def test_outside_a_repository_every_missing_commit_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        manifest_of(tmp_path, codebase_sha="a" * 40)
    assert "--testbase-sha, --prompts-sha must be given" in caught.value.message
    assert "--codebase-sha" not in caught.value.message


def test_outside_a_repository_stated_commits_are_enough(tmp_path: Path) -> None:
    sha = "a" * 40
    found = manifest_of(tmp_path, codebase_sha=sha, testbase_sha=sha, prompts_sha=sha).versions
    assert (found.codebase_sha, found.codebase_branch, found.dirty) == (sha, "", None)


def test_without_git_the_commits_must_be_stated(tmp_path: Path) -> None:
    repository(tmp_path / "r")
    without_git = {"PATH": str(tmp_path / "nowhere")}
    with pytest.raises(UsageError, match="git is not installed, so --codebase-sha"):
        read_manifest(tmp_path / "r", StatedVersions(), without_git)
    sha = "a" * 40
    stated = StatedVersions(codebase_sha=sha, testbase_sha=sha, prompts_sha=sha)
    found = read_manifest(tmp_path / "r", stated, without_git)
    assert found.versions.codebase_sha == sha
    assert "not known" in found.explanations[0]


@pytest.mark.parametrize("written", ["abc123", "HEAD", "g" * 40, "a" * 41, "--output=x", "a" * 39 + "\n"])
def test_half_a_commit_id_is_refused(tmp_path: Path, written: str) -> None:
    with pytest.raises(UsageError, match="--codebase-sha"):
        manifest_of(tmp_path, codebase_sha=written)


def test_a_detached_head_takes_the_branch_that_ci_names(tmp_path: Path) -> None:
    repository(tmp_path / "r")
    git(tmp_path / "r", "checkout", "--quiet", "--detach")
    environ = PATH_ONLY | {"GITHUB_REF_NAME": "release/2"}
    assert read_manifest(tmp_path / "r", StatedVersions(), environ).versions.codebase_branch == "release/2"
    assert read_manifest(tmp_path / "r", StatedVersions(), PATH_ONLY).versions.codebase_branch == ""


@pytest.mark.parametrize(
    ("environ", "branch"),
    [
        ({"GITHUB_HEAD_REF": "topic", "GITHUB_REF_NAME": "42/merge"}, "topic"),
        ({"GITHUB_HEAD_REF": "", "GITHUB_REF_NAME": "main", "GITHUB_REF_TYPE": "branch"}, "main"),
        ({"GITHUB_REF_NAME": "v1.0", "GITHUB_REF_TYPE": "tag"}, None),
        ({"CI_COMMIT_REF_NAME": "x", "CI_COMMIT_BRANCH": "main"}, "main"),
        ({"CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "topic", "CI_COMMIT_REF_NAME": "refs/x"}, "topic"),
        ({"CHANGE_BRANCH": "topic", "BRANCH_NAME": "PR-3"}, "topic"),
        ({"GIT_BRANCH": "origin/main"}, "main"),
        ({"BUILD_SOURCEBRANCH": "refs/heads/a/b"}, "a/b"),
        ({"BUILD_SOURCEBRANCH": "refs/tags/v1"}, None),
        ({"BUILD_SOURCEBRANCH": "refs/pull/3/merge"}, None),
        ({"GITHUB_REF": "refs/pull/3/merge", "GITHUB_REF_NAME": "3/merge"}, None),
        ({"GITHUB_HEAD_REF": "origin/main"}, "origin/main"),
        ({"CI_COMMIT_TAG": "main", "CI_COMMIT_REF_NAME": "main"}, None),
        ({"BUILDKITE_TAG": "main", "BUILDKITE_BRANCH": "main"}, None),
        ({"GIT_BRANCH": "detached"}, None),
        ({}, None),
    ],
)
def test_branch_of_ci_systems(environ: dict[str, str], branch: str | None) -> None:
    found = ci_branch(environ)
    assert (found[0] if found else None) == branch


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://token@forge.example/a", "https://forge.example/a"),
        ("https://u:p%40@forge.example/a", "https://forge.example/a"),
        ("HTTPS://u:p@Forge.example/a#frag", "https://forge.example/a"),
        ("https://forge.example/a?access_token=x", "https://forge.example/a"),
        ("ssh://git:pw@forge.example:22/a", "ssh://forge.example:22/a"),
        ("git@forge.example:a/b.git", "forge.example:a/b.git"),
        ("https://u:p@[::1]:80/a", "https://[::1]:80/a"),
        ("/home/ann/secret", ""),
        ("../elsewhere", ""),
        ("C:/x/y", ""),
        ("file:///home/ann", ""),
        ("ext::sh -c touch% x", ""),
        ("https://u:p@", ""),
        ("https://forge.example/a?private_token=x", "https://forge.example/a"),
        ("https://forge.example/a;token=x/b", "https://forge.example/a/b"),
        ("https://forge.example/@scope/a", "https://forge.example/@scope/a"),
        ("https://proxy.example/https://token@forge.example/a", ""),
        ("https://user:1/pw@forge.example/a", ""),
        ("https://forge.example\\@other.example/a", ""),
        ("user:pw@forge.example/a", ""),
        ("user:pw@forge.example:a", ""),
        ("ann@corp.example:pw@forge.example:a", ""),
        ("git@forge.example:a?private_token=x", "forge.example:a"),
        ("https://host:notaport/", ""),
        ("", ""),
    ],
)
def test_addresses_lose_their_credentials(url: str, clean: str) -> None:
    assert without_credentials(url) == clean


@given(
    st.sampled_from(["https", "ssh", "http", "git"]),
    st.text(alphabet="abc:%@/?#[]\\ é", max_size=8),
    st.sampled_from(["", "/a", "?x", "#y"]),
)
def test_no_user_name_survives(scheme: str, before: str, after: str) -> None:
    cleaned = without_credentials(f"{scheme}://{before}S3CRET@forge.example{after}")
    assert "S3CRET@" not in cleaned


@given(st.text(alphabet="abc:%@/?#[] .", max_size=8), st.sampled_from(["/a", ":a", ":a/b?x"]))
def test_no_user_name_survives_where_an_address_has_no_scheme(before: str, after: str) -> None:
    assert "S3CRET@" not in without_credentials(f"{before}S3CRET@forge.example{after}")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://u:p@forge.example/a/b.git", "git@Forge.example:a/b", True),
        ("ssh://git@forge.example:22/a/b", "https://forge.example/A/b/", True),
        ("git@[::1]:a/b", "https://[::1]/a/b", True),
        ("https://forge.example/a/b", "https://forge.example/c/b", False),
        ("https://forge.example/a/b", "https://other.example/a/b", False),
        ("", "", False),
        ("/tmp/a", "/tmp/a", False),
    ],
)
def test_repositories_are_the_same_in_whichever_form_they_are_written(
    one: str, other: str, same: bool
) -> None:
    assert same_repository(one, other) is same


def test_a_stated_commit_that_is_not_the_one_checked_out_is_on_record(tmp_path: Path) -> None:
    head = repository(tmp_path / "r")["code"]
    found = manifest_of(tmp_path / "r", codebase_sha="ab" * 20).versions
    assert (found.codebase_sha, found.checked_out_sha) == ("ab" * 20, head)
    assert found.dirty is None
    assert manifest_of(tmp_path / "r", codebase_sha=head).versions.checked_out_sha is None


def test_the_whole_checkout_is_never_taken_for_results(tmp_path: Path) -> None:
    root = tmp_path / "r"
    repository(root)
    (root / "new.py").write_text("untracked")
    for folder in (root, tmp_path):
        found = read_manifest(root, StatedVersions(), PATH_ONLY, leave_out=[folder])
        assert found.versions.dirty
    assert not read_manifest(root, StatedVersions(), PATH_ONLY, leave_out=[root / "new.py"]).versions.dirty
