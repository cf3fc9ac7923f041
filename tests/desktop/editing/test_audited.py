"""A draft is saved into no clone, by whichever way the path leads there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aitr_desktop.editing.audited import clone_around
from tests.factories.code_projects import CodeProject, code_project
from tests.factories.repositories import git

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> CodeProject:
    return code_project(tmp_path / "clone")


def test_inside_is_inside_also_through_links_and_of_a_folder_below(
    project: CodeProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = project.folder
    (tmp_path / "link").symlink_to(clone)
    (tmp_path / "prompts").symlink_to(clone / "prompts")
    monkeypatch.chdir(clone / "src")
    for path in (
        clone / "prompts/system.txt",
        clone / "no/such/folder/new.txt",
        clone / ".git/hooks/post-checkout",
        tmp_path / "link/prompts/new.txt",
        tmp_path / "prompts/new.txt",
        tmp_path / "elsewhere/../clone/new.txt",
        type(clone)("../new.txt"),
    ):
        for named in (clone, clone / "src", tmp_path / "link"):
            assert clone_around(path, [named]) == clone, path
    assert clone_around(tmp_path / "new.txt", [clone]) is None


def test_another_working_tree_of_the_repository_is_the_clone_too(
    project: CodeProject, tmp_path: Path
) -> None:
    second = tmp_path / "second"
    git(project.folder, "worktree", "add", "--quiet", str(second))
    assert clone_around(second / "prompts/system.txt", [project.folder]) == second
    assert clone_around(project.folder / "prompts/system.txt", [second]) == project.folder


def test_another_repository_is_not_the_clone(project: CodeProject, tmp_path: Path) -> None:
    other = code_project(tmp_path / "other").folder
    assert clone_around(other / "prompts/system.txt", [project.folder]) is None
    for named in ("gitdir: ../nowhere", "gitdir: //machine/share/.git/worktrees/x", "no repository", ""):
        tree = tmp_path / "tree"
        tree.mkdir(exist_ok=True)
        (tree / ".git").write_text(named)
        assert clone_around(tree / "new.txt", [project.folder]) is None


def test_a_file_of_gits_that_can_not_be_read_lets_nobody_in(
    project: CodeProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = tmp_path / "second"
    git(project.folder, "worktree", "add", "--quiet", str(second))

    def denied(*_: object, **__: object) -> None:
        raise PermissionError("no")

    monkeypatch.setattr("pathlib.Path.open", denied)
    assert clone_around(second / "new.txt", [second]) == second
