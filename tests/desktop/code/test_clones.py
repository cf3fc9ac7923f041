from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from aitr_desktop.code import clones, objects, tree_walk
from aitr_desktop.code.clones import Clone
from aitr_desktop.code.objects import NotHereError
from tests.factories.hostile_repositories import write_object
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tests.factories.repositories import commit, git, repository
from tsr_agent.errors import InputError, IntegrityError

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = "".join(f"line {number}\n" for number in range(1, 101))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "clone of bot"
    repository(made)
    return made


def clone(folder: Path, timeout_s: float = 20.0) -> Clone:
    return Clone(folder, os.environ, timeout_s)


def test_a_commit_says_what_it_is_and_changed(folder: Path) -> None:
    git(folder, "rm", "--quiet", "prompts/system.txt")
    sha = commit(folder, {"bot.py": "print('hi')\n", "new/a.py": "a\n"}, "Speak shorter\n\nFor the phone.\n")
    note = clone(folder).note(sha)
    assert (note.subject, note.body) == ("Speak shorter", "For the phone.")
    assert note.author == "Ann Author <ann@example.test>"
    assert note.when == datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
    assert [(each.sign, each.path) for each in note.changes] == [
        ("±", "bot.py"),
        ("+", "new/a.py"),
        ("–", "prompts/system.txt"),
    ]
    assert note.remark == ""


def test_the_first_commit_added_all_of_its_files(folder: Path) -> None:
    first = git(folder, "rev-list", "--max-parents=0", "HEAD")
    assert [(each.sign, each.path) for each in clone(folder).note(first).changes] == [
        ("+", "tests/test_a.py")
    ]


def test_a_merge_is_compared_with_its_first_parent_and_says_so(folder: Path) -> None:
    git(folder, "checkout", "--quiet", "-b", "topic")
    commit(folder, {"topic.py": "t\n"})
    git(folder, "checkout", "--quiet", "main")
    commit(folder, {"main.py": "m\n"})
    git(folder, "merge", "--quiet", "--no-ff", "--message", "Merge", "topic")
    note = clone(folder).note(git(folder, "rev-parse", "HEAD"))
    assert [each.path for each in note.changes] == ["topic.py"]
    assert "first parent" in note.remark


def test_many_changes_are_bounded_and_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_walk, "MAX_CHANGES", 5)
    sha = commit(folder, {f"many/{number}/a.py": "a\n" for number in range(20)})
    note = clone(folder).note(sha)
    assert 5 <= len(note.changes) <= 20
    assert "more changes than these" in note.remark


def test_lines_are_those_of_the_commit_and_not_of_the_working_tree(folder: Path) -> None:
    sha = commit(folder, {"bot.py": SOURCE})
    (folder / "bot.py").write_text("something else\n" * 100)
    found = clone(folder).excerpt(sha, "bot.py", 50, 52)
    assert found.lines[0] == (38, "line 38")
    assert found.lines[-1] == (64, "line 64")
    assert (found.first, found.last, found.total, found.path, found.remark) == (50, 52, 100, "bot.py", "")


@pytest.mark.parametrize(
    ("first", "last", "shown"), [(1, 1, (1, 13)), (100, 100, (88, 100)), (99, 500, (87, 100))]
)
def test_the_ends_of_a_file_are_ends(folder: Path, first: int, last: int, shown: tuple[int, int]) -> None:
    sha = commit(folder, {"bot.py": SOURCE})
    found = clone(folder).excerpt(sha, "bot.py", first, last)
    assert (found.lines[0][0], found.lines[-1][0]) == shown


def test_line_ends_of_every_kind_count_as_git_counts_them(folder: Path) -> None:
    sha = commit(folder, {"a.txt": "one\r\ntwo\x0cstill two\u2028still two\nthree"})
    assert [text for _, text in clone(folder).excerpt(sha, "a.txt", 2, 2).lines] == [
        "one",
        "two\x0cstill two\u2028still two",
        "three",
    ]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("/builds/acme/app/src/bot.py", "src/bot.py"),
        ("./src/bot.py", "src/bot.py"),
        ("../app/src/bot.py", "src/bot.py"),
        ("C:\\agent\\src\\bot.py", "src/bot.py"),
        ("deep/x.py", "services/deep/x.py"),
    ],
)
def test_a_path_of_a_tool_is_found_by_its_end_and_said(folder: Path, asked: str, shown: str) -> None:
    sha = commit(folder, {"src/bot.py": "b\n", "services/deep/x.py": "x\n"})
    found = clone(folder).excerpt(sha, asked, 1, 1)
    assert found.path == shown
    assert found.remark == "" if asked == "./src/bot.py" else asked in found.remark


def test_a_path_that_several_files_end_with_is_not_guessed(folder: Path) -> None:
    sha = commit(folder, {"a/test_x.py": "1\n", "b/test_x.py": "2\n"})
    with pytest.raises(InputError, match="Several files") as refused:
        clone(folder).excerpt(sha, "test_x.py", 1, 1)
    assert sorted(refused.value.details) == ["a/test_x.py", "b/test_x.py"]


@pytest.mark.parametrize(
    ("path", "line", "said"),
    [
        ("nothing.py", 1, "no file nothing.py"),
        ("bot.py/x", 1, "no file"),
        ("", 1, "no file"),
        ("..", 1, "no file"),
        ("bot.py", 2, "has 1 lines at this commit"),
        ("tests", 1, "is a folder"),
        ("link", 1, "link to /etc/passwd; it is not followed"),
        ("picture.bin", 1, "is not text"),
        ("a\x00b", 1, "no file"),
        ("\ud800", 1, "no file"),
    ],
)
def test_what_can_not_be_shown_is_said(folder: Path, path: str, line: int, said: str) -> None:
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "picture.bin").write_bytes(b"\x89PNG\x00\x00")
    sha = commit(folder, {})
    with pytest.raises(InputError, match=said):
        clone(folder).excerpt(sha, path, line, line)


def test_bytes_that_are_no_utf_8_are_shown_as_such(folder: Path) -> None:
    (folder / "latin.txt").write_bytes(b"caf\xe9\n")
    assert clone(folder).excerpt(commit(folder, {}), "latin.txt", 1, 1).lines == ((1, "caf\ufffd"),)


def test_a_long_line_and_a_long_file_are_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sha = commit(folder, {"long.txt": "x" * 10_000 + "\n"})
    assert len(clone(folder).excerpt(sha, "long.txt", 1, 1).lines[0][1]) == clones.MAX_LINE + 1
    monkeypatch.setattr(objects, "MAX_BLOB", 9_000)
    with pytest.raises(InputError, match="It has 10,001 bytes"):
        clone(folder).excerpt(sha, "long.txt", 1, 1)


@pytest.mark.parametrize(
    "sha", ["", "main", "3fa9c1e", "HEAD", "--help", "A" * 40, "a" * 40 + "\n", "a" * 39 + "^"]
)
def test_only_a_whole_sha_is_asked_for(folder: Path, sha: str) -> None:
    for ask in (lambda: clone(folder).note(sha), lambda: clone(folder).excerpt(sha, "bot.py", 1, 1)):
        with pytest.raises(InputError, match="whole SHA"):
            ask()


def test_a_commit_that_is_not_there_names_what_to_fetch(folder: Path) -> None:
    with pytest.raises(NotHereError) as missing:
        clone(folder).excerpt("a" * 40, "bot.py", 1, 1)
    assert missing.value.next_step == f"Fetch it there: git fetch origin {'a' * 40}"
    assert str(folder) in missing.value.message


def test_an_object_of_another_kind_is_no_commit(folder: Path) -> None:
    for name in ("HEAD:bot.py", "HEAD^{tree}"):
        with pytest.raises(InputError, match="is no commit in this clone"):
            clone(folder).note(git(folder, "rev-parse", name))


def test_a_shallow_clone_says_that_changes_are_not_known(folder: Path, tmp_path: Path) -> None:
    sha = commit(folder, {"bot.py": "b\n"})
    git(tmp_path, "clone", "--quiet", "--depth=1", folder.as_uri(), "shallow")
    note = clone(tmp_path / "shallow").note(sha)
    assert note.changes == ()
    assert "shallow" in note.remark


def test_every_form_of_a_clone_is_found(folder: Path, tmp_path: Path) -> None:
    sha = git(folder, "rev-parse", "HEAD")
    git(tmp_path, "clone", "--quiet", "--bare", str(folder), "bare.git")
    git(folder, "worktree", "add", "--quiet", str(tmp_path / "second"), "HEAD~1")
    git(tmp_path, "init", "--quiet", "--object-format=sha256", "long")
    long = commit(tmp_path / "long", {"a": "1\n"})
    assert len(long) == 64
    for place in (folder, folder / "tests", tmp_path / "bare.git", tmp_path / "second"):
        assert clone(place).note(sha).sha == sha
    assert clone(tmp_path / "long").excerpt(long, "a", 1, 1).lines == ((1, "1"),)


def test_what_is_no_clone_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / ".git").write_text("gitdir: " + "x" * 9_000)
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / ".git").write_text("gitdir: ../nowhere\n")
    for name in ("empty", "missing", "odd"):
        with pytest.raises(InputError):
            clone(tmp_path / name)
    with pytest.raises(InputError):
        clone(tmp_path / "gone").note("a" * 40)


def test_a_clone_knows_whose_it_is(folder: Path) -> None:
    git(folder, "remote", "add", "origin", "https://user:s3cret@git.example.org/Team/bot.git")
    git(folder, "remote", "add", "local", "/home/me/bot")
    found = clone(folder)
    assert found.remotes() == ("https://git.example.org/Team/bot.git",)
    assert found.is_of("git@git.example.org:team/bot")
    assert not found.is_of("https://git.example.org/team/other")
    assert not found.is_of("")


def test_text_of_a_commit_is_text(folder: Path) -> None:
    for name in ("bold", "bidi_override", "terminal", "emoji"):
        sha = commit(folder, {name: HOSTILE_TEXTS[name] + "\n"}, HOSTILE_TEXTS[name])
        note = clone(folder).note(sha)
        assert note.subject == HOSTILE_TEXTS[name].strip()
        assert clone(folder).excerpt(sha, name, 1, 1).lines[0][1] == HOSTILE_TEXTS[name]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"tree\n\nx",
        b"tree zz\n\nx",
        b"author me\n\nx",
        b"tree " + b"a" * 40 + b"\n\nx",
        b"\x00\xff" * 100,
    ],
)
def test_a_commit_that_is_none_is_said(folder: Path, content: bytes) -> None:
    with pytest.raises(InputError):
        clone(folder).note(write_object(folder, "commit", content))


@pytest.mark.parametrize(
    ("author", "when"),
    [
        (b"A <a@b> 0 +0000", datetime(1970, 1, 1, tzinfo=UTC)),
        (
            b"A <a@b> 1700000000 -0730",
            datetime(2023, 11, 14, 14, 43, 20, tzinfo=timezone(-timedelta(hours=7.5))),
        ),
        (b"A <a@b> 999999999999 +0000", None),
        (b"A <a@b> 1 +9999", None),
        (b"nobody", None),
        (b"\xff\x00 <> x", None),
    ],
)
def test_an_author_of_any_form_is_read(folder: Path, author: bytes, when: datetime | None) -> None:
    tree = git(folder, "rev-parse", "HEAD^{tree}").encode()
    note = clone(folder).note(
        write_object(folder, "commit", b"tree " + tree + b"\nauthor " + author + b"\n\nWhat\n")
    )
    assert (note.subject, note.when) == ("What", when)


def test_an_author_in_an_old_encoding_is_read(folder: Path) -> None:
    tree = git(folder, "rev-parse", "HEAD^{tree}").encode()
    head = b"tree " + tree + b"\nauthor Zo\xeb <z@x> 0 +0000\nencoding ISO-8859-1\n\nCaf\xe9\n"
    note = clone(folder).note(write_object(folder, "commit", head))
    assert (note.subject, note.author) == ("Café", "Zoë <z@x>")


def test_other_bytes_under_an_id_are_refused_though_git_hands_them_out(folder: Path) -> None:
    sha = commit(folder, {"bot.py": "print('honest')\n"})
    blob, other = git(folder, "rev-parse", "HEAD:bot.py"), git(folder, "rev-parse", "HEAD:.gitignore")
    stored = folder / ".git" / "objects"
    target = stored / blob[:2] / blob[2:]
    target.chmod(0o644)
    shutil.copy(stored / other[:2] / other[2:], target)
    assert git(folder, "cat-file", "blob", blob) == "*.log"
    with pytest.raises(IntegrityError, match="holds other bytes"):
        clone(folder).excerpt(sha, "bot.py", 1, 1)


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        ("{sha} commit 5\nhello\n", IntegrityError, "holds other bytes"),
        ("{sha} commit 50\nhello\n", InputError, "can't read"),
        ("{sha} commit -5\nhello\n", InputError, "can't read"),
        ("{sha} commit 99999999999\nhello\n", InputError, "at most"),
        ("{other} commit 5\nhello\n", InputError, "can't read"),
        ("{sha} ambiguous\n", InputError, "can't read"),
        ("no line end", InputError, "can't read"),
        ("", InputError, "can't read"),
    ],
)
def test_what_git_answers_is_held_against_the_id(
    folder: Path, tmp_path: Path, answer: str, error: type[Exception], said: str
) -> None:
    """A pack can lead to other bytes than those of the id, and git hands them out as they are."""
    sha = git(folder, "rev-parse", "HEAD")
    (tmp_path / "answer").write_text(answer.format(sha=sha, other="b" * 40))
    (tmp_path / "git").write_text(f"#!/bin/sh\nread asked\nexec /bin/cat {tmp_path / 'answer'}\n")
    (tmp_path / "git").chmod(0o755)
    with pytest.raises(error, match=said):
        Clone(folder, {"PATH": str(tmp_path)}).note(sha)


def test_a_git_that_hangs_is_ended(folder: Path) -> None:
    """A configuration that is a pipe nobody writes to holds git up for ever."""
    (folder / ".git" / "config").unlink()
    os.mkfifo(folder / ".git" / "config")
    with pytest.raises(InputError, match=r"longer than 0\.3 s"):
        clone(folder, timeout_s=0.3).note("a" * 40)


def test_without_git_it_is_said(folder: Path, tmp_path: Path) -> None:
    without = Clone(folder, {"PATH": str(tmp_path)})
    for ask in (lambda: without.note("a" * 40), without.remotes):
        with pytest.raises(InputError, match="git is not installed"):
            ask()
