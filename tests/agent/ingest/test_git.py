from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.factories.repositories import commit, git, repository
from tsr_agent.ingest.git import GitError, Repository


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    repository(folder)
    return folder


def opened(root: Path) -> Repository:
    found = Repository.find(root, os.environ)
    assert found is not None
    return found


def digest(root: Path, *leave_out: Path) -> str:
    found = opened(root).difference(leave_out)
    assert found is not None
    return found.digest


def test_is_found_from_a_folder_inside_and_not_from_outside(root: Path, tmp_path: Path) -> None:
    assert opened(root / "tests").root == root
    assert Repository.find(tmp_path, os.environ) is None


def test_last_commit_of_paths(tmp_path: Path) -> None:
    commits = repository(tmp_path / "r")
    repo = opened(tmp_path / "r")
    assert repo.head() == commits["code"]
    assert repo.last_commit(["tests"]) == commits["tests"]
    assert repo.last_commit(["tests", "prompts"]) == commits["prompts"]
    assert repo.last_commit(["absent"]) is None
    assert repo.last_commit([":(glob)**"]) is None
    assert repo.last_commit(["--all"]) is None


def test_the_author_is_as_the_commit_says_and_no_mailmap_changes_it(root: Path) -> None:
    repo = opened(root)
    assert repo.author(repo.head()) == "Ann Author <ann@example.test>"
    (root / ".mailmap").write_text("Eve <eve@example.test> <ann@example.test>\n")
    git(
        root, "commit", "--quiet", "--allow-empty", "--author", "Jos\u00e9 \u200b<jo@example.test>", "-m", "x"
    )
    assert repo.author(repo.head()) == "Jos\u00e9 \u200b <jo@example.test>"
    assert repo.author("ab" * 20) == ""
    tree = git(root, "rev-parse", "HEAD^{tree}")
    assert repo.author(tree) == ""


def test_an_author_line_in_the_message_is_none(root: Path) -> None:
    git(root, "commit", "--quiet", "--allow-empty", "-m", "author Eve <eve@example.test> 1 +0000")
    repo = opened(root)
    assert repo.author(repo.head()) == "Ann Author <ann@example.test>"


def test_branch_is_empty_for_a_detached_head(root: Path) -> None:
    git(root, "checkout", "--quiet", "-b", "feature/one")
    assert opened(root).branch() == "feature/one"
    git(root, "checkout", "--quiet", "--detach")
    assert opened(root).branch() == ""


def test_a_repository_without_a_commit_says_so(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    with pytest.raises(GitError, match="has no commit that is checked out"):
        opened(tmp_path).head()


def test_remote_is_origin_or_the_only_one(root: Path) -> None:
    assert opened(root).remote_url() == ""
    git(root, "remote", "add", "fork", "https://forge.example/fork")
    assert opened(root).remote_url() == "https://forge.example/fork"
    git(root, "remote", "add", "origin", "https://forge.example/origin")
    assert opened(root).remote_url() == "https://forge.example/origin"


def test_a_clean_tree_has_no_difference(root: Path) -> None:
    (root / "build.log").write_text("ignored")
    (root / "bot.py").touch()
    assert opened(root).difference() is None


@pytest.mark.parametrize("change", ["edit", "stage", "delete", "untracked", "mode", "link"])
def test_every_kind_of_change_is_seen(root: Path, change: str) -> None:
    if change == "edit":
        (root / "bot.py").write_text("print('other')\n")
    elif change == "stage":
        (root / "bot.py").write_text("print('other')\n")
        git(root, "add", "bot.py")
    elif change == "delete":
        (root / "bot.py").unlink()
    elif change == "untracked":
        (root / "new.py").write_text("x = 1\n")
    elif change == "mode":
        (root / "bot.py").chmod(0o755)
    else:
        (root / "bot.py").unlink()
        (root / "bot.py").symlink_to("tests")
    assert opened(root).difference() is not None


def test_the_digest_tells_contents_apart_and_is_the_same_for_the_same(root: Path) -> None:
    seen = set()
    for content in ("one\n", "two\n"):
        (root / "bot.py").write_text(content)
        seen.add(digest(root))
        assert digest(root) in seen
    (root / "new.py").write_text("x")
    seen.add(digest(root))
    (root / "new.py").rename(root / "newer.py")
    seen.add(digest(root))
    assert len(seen) == 4


def test_results_in_the_checkout_do_not_make_it_dirty(root: Path) -> None:
    (root / "results").mkdir()
    (root / "results" / "unit.xml").write_text("x")
    assert opened(root).difference([root / "results"]) is None
    assert opened(root).difference([root / "resul"]) is not None
    (root / "new.py").write_text("x")
    found = opened(root).difference([root / "results"])
    assert found is not None
    assert found.paths == ("new.py",)


def test_what_is_left_out_must_be_untracked(root: Path) -> None:
    (root / "tests" / "test_a.py").write_text("changed")
    assert opened(root).difference([root / "tests"]) is not None


def test_a_shallow_clone_is_known(root: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{root}", "shallow")
    assert opened(tmp_path / "shallow").is_shallow()
    assert not opened(root).is_shallow()


def test_a_worktree_is_a_repository(root: Path, tmp_path: Path) -> None:
    git(root, "worktree", "add", "--quiet", str(tmp_path / "beside"))
    assert opened(tmp_path / "beside").head() == git(root, "rev-parse", "HEAD")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_checkout_of_another_owner_is_read(root: Path) -> None:
    for place in (root, *root.rglob("*")):
        os.chown(place, 65534, 65534, follow_symlinks=False)
    with pytest.raises(subprocess.CalledProcessError):
        git(root, "rev-parse", "HEAD")
    assert len(opened(root).head()) == 40
    assert opened(root).difference() is None


def test_no_program_that_a_repository_configures_is_run(root: Path, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {marker}\ncat\n")
    program.chmod(0o755)
    commit(root, {".gitattributes": "* filter=evil diff=evil\n"})
    for key in (
        "core.fsmonitor", "core.pager", "diff.external", "diff.evil.command", "diff.evil.textconv",
        "filter.evil.clean", "filter.evil.process", "filter.EVIL.Two.clean", "core.sshCommand",
    ):  # fmt: skip
        git(root, "config", key, str(program))
    git(root, "config", "filter.evil.required", "true")
    git(root, "config", "core.hooksPath", str(tmp_path))
    (root / "bot.py").write_text("changed\n")
    (root / "tests" / "test_a.py").touch()
    repo = opened(root)
    repo.head(), repo.branch(), repo.last_commit(["tests"]), repo.remote_url(), repo.is_shallow()
    found = repo.difference()
    assert found is not None
    assert found.paths == ("bot.py",)
    assert not marker.exists()
    # The same question without the precautions does run it, or this test could not fail.
    subprocess.run(["git", "diff"], cwd=root, capture_output=True, check=False)
    assert marker.exists()


def test_variables_that_point_elsewhere_are_not_passed_on(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    repository(other)
    environ = dict(os.environ) | {"GIT_DIR": str(other / ".git"), "GIT_WORK_TREE": str(other)}
    found = Repository.find(root, environ)
    assert found is not None
    commit(root, {"more.py": "x"})
    assert found.head() == git(root, "rev-parse", "HEAD")


def test_replaced_commits_are_not_believed(tmp_path: Path) -> None:
    commits = repository(tmp_path / "r")
    git(tmp_path / "r", "replace", commits["tests"], commits["prompts"])
    assert opened(tmp_path / "r").last_commit(["tests"]) == commits["tests"]


def test_names_that_are_no_text_are_digested(root: Path) -> None:
    Path(os.fsdecode(os.fsencode(root) + b"/odd\xff\n.py")).write_text("x")
    found = opened(root).difference()
    assert found is not None
    assert len(found.paths) == 1


def test_git_that_is_not_there_says_so(root: Path, tmp_path: Path) -> None:
    with pytest.raises(GitError, match="git is not installed"):
        Repository.find(root, {"PATH": str(tmp_path / "nowhere")})
