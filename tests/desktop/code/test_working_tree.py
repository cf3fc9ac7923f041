"""The one door to the working tree: a regular file below the top folder, and nothing else ever."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.code import working_tree
from aitr_desktop.code.clones import Clone
from aitr_desktop.code.code_file import Origin
from aitr_desktop.code.working_tree import read_working_file
from tests.factories.repositories import commit, git, repository
from tsr_agent.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = b"a person's key\n"
MOST = 1_000_000
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture
def top(tmp_path: Path) -> Path:
    made = tmp_path / "clone"
    repository(made)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(SECRET)
    return made


def refused(top: Path, path: str, said: str = ".") -> None:
    with pytest.raises(InputError, match=said) as refusal:
        read_working_file(top, path, MOST)
    assert SECRET.decode().strip() not in "".join(refusal.value.diagnostics())


def test_a_file_is_read_as_it_is_now(top: Path) -> None:
    (top / "bot.py").write_bytes(b"changed\r\n\xff")
    assert read_working_file(top, "bot.py", MOST) == b"changed\r\n\xff"
    assert read_working_file(top, "prompts/system.txt", MOST) == b"Answer briefly.\n"
    (top / "empty").write_bytes(b"")
    assert read_working_file(top, "empty", MOST) == b""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"print('hello')\n", "the same, byte for byte, as in commit"),
        (b"print('hello')\r\n", "in its line ends only"),
        (b"print('bye')\n", "It differs from commit"),
    ],
)
def test_it_is_labelled_and_held_against_the_commit(top: Path, content: bytes, said: str) -> None:
    sha = git(top, "rev-parse", "HEAD")
    (top / "bot.py").write_bytes(content)
    found = Clone(top, os.environ).working_file("bot.py", sha)
    assert found.origin is Origin.WORKING_TREE
    assert (found.sha, found.blob, found.lines.content) == ("", "", content)
    assert said in found.remarks[0]
    assert not any(said in each for each in Clone(top, os.environ).working_file("bot.py").remarks)


def test_a_file_that_the_commit_has_not_is_said(top: Path) -> None:
    (top / "new.py").write_text("new\n")
    found = Clone(top, os.environ).working_file("new.py", git(top, "rev-parse", "HEAD"))
    assert "has no such file" in found.remarks[0]


def test_a_bare_repository_has_no_working_tree(top: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(top), "bare.git")
    with pytest.raises(InputError, match="bare repository without working tree"):
        Clone(tmp_path / "bare.git", os.environ).working_file("bot.py")


def linked_file(top: Path) -> str:
    (top / "link").symlink_to(top.parent / "outside" / "secret")
    return "link"


def linked_folder(top: Path) -> str:
    (top / "folder").symlink_to(top.parent / "outside")
    return "folder/secret"


def linked_twice(top: Path) -> str:
    (top / "one").symlink_to("two")
    (top / "two").symlink_to("../outside/secret")
    return "one"


def linked_to_itself(top: Path) -> str:
    (top / "round").symlink_to("round")
    return "round"


def linked_within(top: Path) -> str:
    (top / "within").symlink_to("bot.py")
    return "within"


def linked_process(top: Path) -> str:
    (top / "process").symlink_to("/proc/self/environ")
    return "process"


def dangling(top: Path) -> str:
    (top / "dangling").symlink_to("nowhere")
    return "dangling"


def pipe(top: Path) -> str:
    os.mkfifo(top / "pipe")
    return "pipe"


def local_socket(top: Path) -> str:
    # The whole path may be longer than a socket's name can be.
    with socket.socket(socket.AF_UNIX) as made, contextlib.chdir(top):
        made.bind("socket")
    return "socket"


def folder(top: Path) -> str:
    (top / "folder").mkdir()
    return "folder"


def huge(top: Path) -> str:
    with (top / "huge").open("wb") as stream:
        stream.truncate(1 << 40)
    return "huge"


def file_as_folder(top: Path) -> str:
    return "bot.py/x"


ATTACKS = [
    (linked_file, "is or lies behind a link"),
    (linked_folder, "is or lies behind a link"),
    (linked_twice, "is or lies behind a link"),
    (linked_to_itself, "is or lies behind a link"),
    (linked_within, "is or lies behind a link"),
    (linked_process, "is or lies behind a link"),
    (dangling, "is or lies behind a link"),
    (pipe, "no regular file"),
    (local_socket, "no regular file"),
    (folder, "is a folder"),
    (huge, "1,099,511,627,776 bytes; at most 1,000,000"),
    (file_as_folder, "can't be read"),
]


@pytest.mark.parametrize(("make", "said"), ATTACKS, ids=lambda each: getattr(each, "__name__", ""))
def test_what_is_no_regular_file_below_is_refused(top: Path, make: Callable[[Path], str], said: str) -> None:
    refused(top, make(top), said)


@pytest.mark.parametrize(
    "path",
    [
        *("", ".", "..", "/", "//", "/etc/passwd", "../outside/secret", "prompts/../../outside/secret"),
        *("prompts//system.txt", "./bot.py", "bot.py/", "a\0b", "x/" * 100 + "x"),
    ],
)
def test_what_is_no_path_below_is_refused(top: Path, path: str) -> None:
    refused(top, path, "is no path of a file in the working tree")


@pytest.mark.parametrize("path", ["\ud800", "x" * 300, "prompts/nothing", "nothing/at/all"])
def test_what_is_not_there_is_said(top: Path, path: str) -> None:
    refused(top, path)


@pytest.mark.parametrize(
    "path",
    [
        *(
            ".git/config",
            ".GIT/config",
            ".Git/HEAD",
            "prompts/.git/config",
            ".g\u200cit/config",
            ".git./config",
        ),
        *(
            ".git /config",
            "git~1/config",
            "GIT~1/config",
            ".git::$INDEX_ALLOCATION/config",
            ".git",
            "\ufeff.git",
        ),
    ],
)
def test_what_is_gits_own_is_refused_in_every_spelling(top: Path, path: str) -> None:
    """Some file systems take them all for one folder; its settings hold a person's credentials."""
    refused(top, path, "belongs to git itself")


@pytest.mark.parametrize("instead", ["link", "pipe", "folder", "gone"])
def test_a_file_that_is_swapped_after_the_look_is_not_read(
    top: Path, monkeypatch: pytest.MonkeyPatch, instead: str
) -> None:
    look = os.stat

    def swapping(path: str, **options: object) -> os.stat_result:
        found = look(path, **options)  # type: ignore[arg-type]
        if path == "bot.py":
            (top / "bot.py").unlink()
            if instead == "link":
                (top / "bot.py").symlink_to(top.parent / "outside" / "secret")
            elif instead == "pipe":
                os.mkfifo(top / "bot.py")
            elif instead == "folder":
                (top / "bot.py").mkdir()
        return found

    monkeypatch.setattr(os, "stat", swapping)
    refused(top, "bot.py")


def test_a_folder_that_is_swapped_after_the_look_is_not_entered(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = os.stat
    (top.parent / "outside" / "system.txt").write_bytes(SECRET)

    def swapping(path: str, **options: object) -> os.stat_result:
        found = look(path, **options)  # type: ignore[arg-type]
        if path == "prompts":
            (top / "prompts").rename(top / "moved")
            (top / "prompts").symlink_to(top.parent / "outside")
        return found

    monkeypatch.setattr(os, "stat", swapping)
    refused(top, "prompts/system.txt", "can't be read")


@pytest.mark.parametrize("change", ["longer", "shorter", "written"])
def test_a_file_that_changes_while_it_is_read_is_refused(
    top: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path, read, changed = top / "bot.py", os.read, threading.Event()
    path.write_bytes(b"x" * 5_000)

    def changing(handle: int, size: int) -> bytes:
        if not changed.is_set():
            changed.set()
            if change == "longer":
                path.write_bytes(b"x" * 5_001)
            elif change == "shorter":
                path.write_bytes(b"x")
            else:
                path.write_bytes(b"y" * 5_000)
                os.utime(path, ns=(1, 1))
        return read(handle, size)

    monkeypatch.setattr(working_tree.os, "read", changing)
    refused(top, "bot.py", "changed while it was read")


@LINUX
def test_a_file_without_size_that_gives_bytes_is_refused() -> None:
    """As those of /proc are, which no folder of a clone should hold and a mounted one may."""
    from pathlib import Path

    refused(Path("/proc/self"), "status", "is no plain file")


@LINUX
def test_nothing_stays_open(top: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    linked_folder(top)
    for path in ("bot.py", "prompts/system.txt", "folder/secret", "nothing/x", "prompts"):
        try:
            read_working_file(top, path, MOST)
        except InputError:
            continue
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_where_folders_can_not_be_opened_links_are_refused_too(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows."""
    monkeypatch.setattr(os, "supports_dir_fd", set())
    assert read_working_file(top, "prompts/system.txt", MOST) == b"Answer briefly.\n"
    for make, said in ATTACKS:
        if make not in (pipe, folder):
            refused(top, make(top), said)
    (top / "folder").unlink()
    for path in (pipe(top), folder(top), "../outside/secret", ".git/config"):
        refused(top, path)


@given(st.text(max_size=40))
def test_no_path_is_more_than_a_refusal(tmp_path_factory: pytest.TempPathFactory, path: str) -> None:
    with pytest.raises(InputError):
        read_working_file(tmp_path_factory.getbasetemp() / "nowhere", path, MOST)


def test_the_size_of_a_file_is_the_bound_and_not_more(top: Path) -> None:
    (top / "bot.py").write_bytes(b"x" * 10)
    assert len(read_working_file(top, "bot.py", 10)) == 10
    with pytest.raises(InputError, match="has 10 bytes; at most 9 are shown"):
        read_working_file(top, "bot.py", 9)


def test_a_second_working_tree_reads_its_own_file(top: Path, tmp_path: Path) -> None:
    sha = commit(top, {"bot.py": "main\n"})
    git(top, "worktree", "add", "--quiet", str(tmp_path / "second"), "HEAD")
    (tmp_path / "second" / "bot.py").write_text("second\n")
    found = Clone(tmp_path / "second", os.environ).working_file("bot.py", sha)
    assert found.lines.content == b"second\n"
