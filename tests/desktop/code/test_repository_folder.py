"""Which repository a folder is, and that it can't say that it is another."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from aitr_desktop.code.clones import Clone
from aitr_desktop.code.repository_folder import find_repository, read_small
from tests.factories.repositories import commit, git, repository
from tsr_agent.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "clone"
    repository(made)
    return made


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A repository of the person's that nobody is to be led into."""
    made = tmp_path / "other"
    repository(made)
    commit(made, {"secret.txt": "a person's\n"})
    return made


def refused(folder: Path, said: str) -> None:
    with pytest.raises(InputError, match=said) as refusal:
        find_repository(folder)
    assert refusal.value.next_step or "another machine" in refusal.value.message


def test_a_checkout_is_found_from_below(folder: Path) -> None:
    for place in (folder, folder / "tests"):
        found = find_repository(place)
        assert (found.git, found.top, found.common) == (folder / ".git", folder, folder / ".git")
    found = find_repository(folder / ".git")
    assert (found.git, found.top) == (folder / ".git", None)


def test_a_second_working_tree_knows_its_own_folder_and_the_common_one(folder: Path, tmp_path: Path) -> None:
    git(folder, "worktree", "add", "--quiet", str(tmp_path / "second"), "HEAD")
    found = find_repository(tmp_path / "second")
    assert found.top == tmp_path / "second"
    assert found.git == folder / ".git" / "worktrees" / "second"
    assert found.common.resolve() == (folder / ".git").resolve()


@pytest.mark.parametrize("relative", [False, True])
def test_a_submodule_is_found_in_its_superproject(
    folder: Path, other: Path, tmp_path: Path, relative: bool
) -> None:
    adding = ("-c", "protocol.file.allow=always", "submodule", "add", "--quiet", str(other), "parts/other")
    git(folder, *adding)
    sha = git(other, "rev-parse", "HEAD")
    if not relative:
        link = folder / "parts" / "other" / ".git"
        link.write_text(f"gitdir: {folder / '.git' / 'modules' / 'parts' / 'other'}\n")
    found = find_repository(folder / "parts" / "other")
    assert found.top == folder / "parts" / "other"
    assert Clone(folder / "parts" / "other", os.environ).file(sha, "secret.txt").lines.count == 1
    # The superproject says that it is another repository, and does not go there.
    outer = commit(folder, {})
    with pytest.raises(InputError, match="another repository inside this one"):
        Clone(folder, os.environ).file(outer, "parts/other")
    with pytest.raises(InputError, match="no file"):
        Clone(folder, os.environ).file(outer, "parts/other/secret.txt")


def test_objects_within_the_clone_are_its_own(folder: Path, tmp_path: Path) -> None:
    sha = git(folder, "rev-parse", "HEAD")
    (folder / ".git").rename(folder / ".bare")
    (folder / ".git").write_text("gitdir: ./.bare\n")
    assert Clone(folder, os.environ).note(sha).sha == sha
    git(tmp_path, "clone", "--quiet", "--bare", str(folder / ".bare"), "outer/pool.git")
    outer = tmp_path / "outer"
    git(outer, "clone", "--quiet", "--shared", str(outer / "pool.git"), "inner")
    refused(outer / "inner", "borrows objects from")
    (outer / "pool.git").rename(outer / "inner" / ".git" / "pool.git")
    alternates = outer / "inner" / ".git" / "objects" / "info" / "alternates"
    alternates.write_text("# a comment\n\n../pool.git/objects\n")
    assert Clone(outer / "inner", os.environ).note(sha).sha == sha
    # What the one that is borrowed from borrows counts as well.
    (alternates.parent.parent.parent / "pool.git" / "objects" / "info" / "alternates").write_text(
        "/elsewhere\n"
    )
    refused(outer / "inner", "borrows objects from /elsewhere")


@pytest.mark.parametrize(
    "line",
    [
        "{other}/.git/objects",
        "../../../other/.git/objects",
        '"{other}/.git/objects"',
        "/dev",
        "link/../../../other",
    ],
)
def test_alternates_outside_are_not_read(folder: Path, other: Path, line: str) -> None:
    (folder / ".git" / "objects" / "link").symlink_to(other / ".git" / "objects")
    listed = folder / ".git" / "objects" / "info" / "alternates"
    listed.write_text(line.format(other=other) + "\n")
    refused(folder, "borrows objects from")


def test_alternates_that_go_round_end(folder: Path) -> None:
    listed = folder / ".git" / "objects" / "info" / "alternates"
    listed.write_text(".\n")
    refused(folder, "borrows objects from")


def test_a_file_that_leads_to_another_repository_is_not_followed(folder: Path, other: Path) -> None:
    shutil.rmtree(folder / ".git")
    (folder / ".git").write_text(f"gitdir: {other / '.git'}\n")
    refused(folder, "which does not know of it")
    # Nor where it says that it is a second working tree of it.
    git(other, "worktree", "add", "--quiet", str(other.parent / "honest"), "HEAD")
    (folder / ".git").write_text(f"gitdir: {other / '.git' / 'worktrees' / 'honest'}\n")
    refused(folder, "which does not know of it")
    assert find_repository(other.parent / "honest").top == other.parent / "honest"


def test_a_link_that_leads_to_another_repository_is_not_followed(folder: Path, other: Path) -> None:
    shutil.rmtree(folder / ".git")
    (folder / ".git").symlink_to(other / ".git")
    refused(folder, "which does not know of it")


def test_a_folder_in_common_elsewhere_is_not_followed(folder: Path, other: Path) -> None:
    (folder / ".git" / "commondir").write_text(f"{other / '.git'}\n")
    refused(folder, "which does not know of it")


@pytest.mark.parametrize("name", ["objects", "objects/pack"])
def test_objects_elsewhere_are_not_read(folder: Path, other: Path, name: str) -> None:
    shutil.rmtree(folder / ".git" / name)
    (folder / ".git" / name).symlink_to(other / ".git" / name)
    refused(folder, "which does not know of it")


@pytest.mark.parametrize("address", ["//host/share/.git", "\\\\host\\share\\.git"])
@pytest.mark.parametrize("place", [".git", "commondir", "alternates"])
def test_another_machine_is_not_so_much_as_looked_for(folder: Path, address: str, place: str) -> None:
    if place == ".git":
        shutil.rmtree(folder / ".git")
        (folder / ".git").write_text(f"gitdir: {address}\n")
    elif place == "commondir":
        (folder / ".git" / "commondir").write_text(address)
    else:
        (folder / ".git" / "objects" / "info" / "alternates").write_text(address)
    refused(folder, "leads to another machine")


@pytest.mark.parametrize("name", ["commondir", "objects/info/alternates"])
@pytest.mark.parametrize("kind", ["pipe", "device", "huge", "round"])
def test_a_file_that_never_ends_holds_nobody_up(folder: Path, name: str, kind: str) -> None:
    path = folder / ".git" / name
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "round":
        path.symlink_to(path.name)
    else:
        with path.open("wb") as stream:
            stream.truncate(1 << 40)
    try:
        find_repository(folder)
    except InputError:
        return


def test_a_small_file_is_read_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 100)
    os.mkfifo(tmp_path / "pipe")
    assert read_small(tmp_path / "file", 10) == b"x" * 10
    for name in ("pipe", "missing", "file/below"):
        assert read_small(tmp_path / name) == b""


def test_somebody_elses_repository_is_read(folder: Path) -> None:
    """Git refuses those that its own search finds; here nothing is searched, and nothing of them runs."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    sha = git(folder, "rev-parse", "HEAD")
    for place in (folder, *folder.rglob("*")):
        os.chown(place, 12345, 12345, follow_symlinks=False)
    assert Clone(folder, os.environ).file(sha, "bot.py").lines.count == 1
