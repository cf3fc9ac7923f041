"""Folders, paths and changes of commits, honest ones and others."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitr_desktop.code import code_folder, tree_walk
from aitr_desktop.code.clones import Clone
from aitr_desktop.code.code_folder import ListedKind
from aitr_desktop.code.objects import NotHereError
from aitr_desktop.code.tree_walk import Change, with_moves
from tests.factories.hostile_repositories import write_commit, write_object, write_tree
from tests.factories.repositories import commit, git, repository
from tsr_agent.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "clone"
    repository(made)
    return made


@pytest.fixture(scope="module")
def dag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("dag")
    git(made, "init", "--quiet", "--initial-branch=main")
    return made


def clone(folder: Path) -> Clone:
    return Clone(folder, os.environ)


def test_a_folder_is_listed_folders_first(folder: Path) -> None:
    (folder / "link").symlink_to("bot.py")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    sha = commit(folder, {"Zoo/a.py": "a\n", "apple/b/c.py": "c\n"})
    listed = clone(folder).folder(sha)
    assert [(each.name, each.kind.value, each.mode) for each in listed] == [
        ("apple", "folder", "40000"),
        ("prompts", "folder", "40000"),
        ("tests", "folder", "40000"),
        ("Zoo", "folder", "40000"),
        (".gitignore", "file", "100644"),
        ("bot.py", "file", "100644"),
        ("link", "link", "120000"),
        ("run.sh", "file", "100755"),
    ]
    assert {each.id for each in listed} == {git(folder, "rev-parse", f"{sha}:{each.name}") for each in listed}
    assert [each.path for each in clone(folder).folder(sha, "apple/b")] == ["apple/b/c.py"]
    assert [each.path for each in clone(folder).folder(sha, "apple/b/")] == ["apple/b/c.py"]
    assert not any(each.remark for each in listed)


@pytest.mark.parametrize("path", ["nowhere", "bot.py", "tests/test_a.py/x", "..", "tests/../prompts", "link"])
def test_what_is_no_folder_is_said(folder: Path, path: str) -> None:
    (folder / "link").symlink_to("tests")
    sha = commit(folder, {})
    with pytest.raises(InputError, match="The commit has no folder"):
        clone(folder).folder(sha, path)


def test_a_name_that_is_no_utf_8_can_be_asked_for_again(folder: Path) -> None:
    blob = write_object(folder, "blob", b"text\n")
    inner = write_tree(folder, [("100644", b"caf\xe9.py", blob)])
    sha = write_commit(folder, write_tree(folder, [("40000", b"\xff", inner)]))
    (outer,) = clone(folder).folder(sha)
    (listed,) = clone(folder).folder(sha, outer.path)
    assert clone(folder).file(sha, listed.path).lines.content == b"text\n"
    assert clone(folder).paths(sha).paths == (listed.path,)
    first = git(folder, "rev-list", "--max-parents=0", "HEAD")
    (change,) = (each for each in clone(folder).changed(first, sha).files if each.sign == "+")
    assert clone(folder).file(sha, change.path).lines.content == b"text\n"


ODD = [
    ([b".."], "No checkout"),
    ([b"."], "No checkout"),
    ([b".git"], "No checkout"),
    ([b".GIT"], "No checkout"),
    ([b"a/b"], "No checkout"),
    ([b"../../etc/passwd"], "No checkout"),
    ([b"twice", b"twice"], "more than once"),
]


@pytest.mark.parametrize(("names", "said"), ODD)
def test_names_that_no_checkout_can_have_are_said_and_lead_nowhere(
    folder: Path, names: list[bytes], said: str
) -> None:
    blobs = [write_object(folder, "blob", b"text %d\n" % number) for number in range(len(names))]
    entries = [("100644", name, blob) for name, blob in zip(names, blobs, strict=True)]
    sha = write_commit(folder, write_tree(folder, entries))
    listed = clone(folder).folder(sha)
    assert [said in each.remark for each in listed] == [True] * len(names)
    assert len(clone(folder).paths(sha).paths) == len(names)
    if len(names) > 1:
        with pytest.raises(InputError, match="twice in one folder"):
            clone(folder).file(sha, listed[0].path)


def test_a_name_with_a_backslash_is_not_taken_for_a_folder(folder: Path) -> None:
    """Tools on Windows write paths so; what the commit has under just that name is meant first."""
    inner = write_tree(folder, [("100644", b"b.py", write_object(folder, "blob", b"in the folder\n"))])
    outer = write_object(folder, "blob", b"of that name\n")
    sha = write_commit(folder, write_tree(folder, [("40000", b"a", inner), ("100644", b"a\\b.py", outer)]))
    for path, content in (("a\\b.py", b"of that name\n"), ("a/b.py", b"in the folder\n")):
        found = clone(folder).file(sha, path)
        assert (found.path, found.lines.content, found.remarks) == (path, content, ())
    assert clone(folder).file(sha, "C:\\agent\\a\\b.py").path == "a/b.py"


def test_a_name_with_a_slash_is_not_taken_for_a_file_in_a_folder(folder: Path) -> None:
    blob, other = (write_object(folder, "blob", content) for content in (b"shown\n", b"hidden\n"))
    inner = write_tree(folder, [("100644", b"b.py", blob)])
    both = [("40000", b"a", inner), ("100644", b"a/b.py", other)]
    sha = write_commit(folder, write_tree(folder, both))
    with pytest.raises(InputError, match="twice in one folder"):
        clone(folder).file(sha, "a/b.py")
    alone = write_commit(folder, write_tree(folder, both[1:]))
    (listed,) = clone(folder).folder(alone)
    assert clone(folder).file(alone, listed.path).blob == listed.id == other


def test_a_file_and_a_folder_of_one_name_are_not_chosen_between(folder: Path) -> None:
    blob = write_object(folder, "blob", b"text\n")
    inner = write_tree(folder, [("100644", b"a.py", blob)])
    sha = write_commit(folder, write_tree(folder, [("100644", b"x", blob), ("40000", b"x", inner)]))
    for ask in (lambda: clone(folder).file(sha, "x/a.py"), lambda: clone(folder).folder(sha, "x")):
        with pytest.raises(InputError, match="twice in one folder"):
            ask()


def test_all_paths_are_handed_on_as_they_are_found(folder: Path) -> None:
    sha = commit(folder, {f"many/{number % 50}/{number}.py": "a\n" for number in range(5_000)})
    batches: list[int] = []
    found = clone(folder).paths(sha, on_batch=lambda batch: batches.append(len(batch)))
    listed = git(folder, "ls-tree", "-r", "--name-only", sha).splitlines()
    assert sorted(found.paths) == sorted(listed)
    assert batches == [2_000, 2_000, len(listed) - 4_000]
    assert found.remark == ""
    some = clone(folder).paths(sha, 100)
    assert len(some.paths) == 100
    assert some.remark == "The commit has more files than these 100."
    assert clone(folder).paths(sha, len(listed)).remark == ""


def test_a_search_can_be_left(folder: Path) -> None:
    class LeftError(Exception):
        pass

    def leave(batch: Sequence[str]) -> None:
        raise LeftError

    kept = Clone(folder, os.environ, keeps=True)
    sha = git(folder, "rev-parse", "HEAD")
    with pytest.raises(LeftError):
        kept.paths(sha, on_batch=leave)
    assert kept.note(sha).sha == sha
    kept.close()


def test_long_names_are_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_folder, "MAX_NAMES", 100)
    sha = commit(folder, {f"{'long' * 20}/{number}": "a\n" for number in range(5)})
    found = clone(folder).paths(sha)
    assert len(found.paths) < 5
    assert "more files than these" in found.remark


def test_what_changed_between_two_commits(folder: Path) -> None:
    (folder / "run.sh").write_text("#!/bin/sh\n")
    before = commit(folder, {"old/name.py": "moved\n" * 9, "gone.py": "gone\n", "kind": "file\n"})
    (folder / "kind").unlink()
    git(folder, "mv", "old", "new")
    (folder / "gone.py").unlink()
    (folder / "run.sh").chmod(0o755)
    after = commit(folder, {"bot.py": "changed\n", "added.py": "added\n", "kind/inside": "folder\n"})
    found = clone(folder).changed(before, after)
    assert [(each.sign, each.old_path, each.path) for each in found.files] == [
        ("+", "", "added.py"),
        ("±", "bot.py", "bot.py"),
        ("–", "gone.py", "gone.py"),
        ("–", "kind", "kind"),
        ("+", "", "kind/inside"),
        ("→", "old/name.py", "new/name.py"),
        ("±", "run.sh", "run.sh"),
    ]
    assert (found.before, found.after, found.remark) == (before, after, "")
    by_path = {each.path: each for each in found.files}
    for path in ("bot.py", "new/name.py", "run.sh"):
        change = by_path[path]
        assert change.old == git(folder, "rev-parse", f"{before}:{change.old_path}")
        assert change.new == git(folder, "rev-parse", f"{after}:{change.path}")
    assert (by_path["run.sh"].old_mode, by_path["run.sh"].new_mode) == ("100644", "100755")
    assert (by_path["gone.py"].new, by_path["added.py"].old) == ("", "")
    back = clone(folder).changed(after, before)
    assert {(each.sign, each.path, each.old) for each in back.files} >= {
        ("→", "old/name.py", found.files[5].new)
    }
    assert clone(folder).changed(after, after).files == ()


def test_either_commit_that_is_not_there_is_named(folder: Path) -> None:
    sha = git(folder, "rev-parse", "HEAD")
    for before, after in (("a" * 40, sha), (sha, "a" * 40)):
        with pytest.raises(NotHereError, match="does not hold commit aaaaaaaaaaaa") as missing:
            clone(folder).changed(before, after)
        assert missing.value.next_step == f"Fetch it there: git fetch origin {'a' * 40}"


def test_more_changes_than_are_listed_are_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = git(folder, "rev-parse", "HEAD")
    after = commit(folder, {f"many/{number}.py": "a\n" for number in range(20)})
    monkeypatch.setattr("aitr_desktop.code.clones.MAX_CHANGED", 7)
    found = clone(folder).changed(before, after)
    assert (len(found.files), found.remark) == (7, "There are more changes than these 7.")
    monkeypatch.setattr("aitr_desktop.code.clones.MAX_CHANGED", 20)
    assert clone(folder).changed(before, after).remark == ""


def test_what_lies_too_deep_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = git(folder, "rev-parse", "HEAD")
    after = commit(folder, {"a/b/c/d/e.py": "a\n"})
    monkeypatch.setattr(tree_walk, "MAX_DEPTH", 3)
    assert "more changes" in clone(folder).changed(before, after).remark
    assert "more files" in clone(folder).paths(after).remark


TREES = st.dictionaries(
    st.sampled_from(["a", "b", "c", "d/a", "d/b", "d/e/a", "d/e/f/a", "g/a"]),
    st.tuples(st.sampled_from(["100644", "100755", "120000"]), st.sampled_from(["1", "2", "3"])),
    max_size=6,
)


def built(folder: Path, files: dict[str, tuple[str, str]]) -> str:
    """The id of a folder with files, each of a mode and a content."""
    below: dict[str, dict[str, tuple[str, str]]] = {}
    entries: list[tuple[str, bytes, str]] = []
    for path, (mode, content) in files.items():
        name, slash, rest = path.partition("/")
        if slash:
            below.setdefault(name, {})[rest] = (mode, content)
        else:
            entries.append((mode, name.encode(), write_object(folder, "blob", content.encode())))
    entries += [("40000", name.encode(), built(folder, inner)) for name, inner in below.items()]
    return write_tree(folder, sorted(entries, key=lambda each: each[1] + b"/" * (each[0] == "40000")))


@settings(max_examples=30, deadline=None)
@given(old=TREES, new=TREES)
def test_any_two_commits_differ_as_git_says(
    dag: Path, old: dict[str, tuple[str, str]], new: dict[str, tuple[str, str]]
) -> None:
    before, after = (write_commit(dag, built(dag, files)) for files in (old, new))
    said = git(dag, "diff-tree", "-r", "--no-renames", "--no-abbrev", "--no-commit-id", before, after)
    expected = set()
    for line in said.splitlines():
        (_, _, old_id, new_id, _), path = line[1:].split("\t")[0].split(), line.split("\t")[1]
        expected |= {(path, each) for each in ((old_id, ""), ("", new_id)) if set("".join(each)) != {"0"}}
    found = Clone(dag, os.environ).changed(before, after)
    told = {(each.old_path, (each.old, "")) for each in found.files if each.old_path}
    told |= {(each.path, ("", each.new)) for each in found.files if each.new}
    assert told == expected
    # What moved has the same content and mode, and is told once.
    for each in found.files:
        if each.sign == "→":
            assert (each.old, each.old_mode) == (each.new, each.new_mode)
    removed = {(each.old, each.old_mode) for each in found.files if each.sign == "–"}
    assert not removed & {(each.new, each.new_mode) for each in found.files if each.sign == "+"}


def moves(*found: tuple[str, str, str]) -> list[tuple[str, str, str]]:
    made = [
        Change(sign, path, "" if sign == "+" else path, *(("", content) if sign == "+" else (content, "")))
        for sign, path, content in found
    ]
    return [(each.sign, each.old_path, each.path) for each in with_moves(made)]


def test_a_move_is_paired_by_name_first() -> None:
    assert moves(("–", "a/x.py", "1"), ("–", "b/y.py", "1"), ("+", "c/a.py", "1"), ("+", "c/y.py", "1")) == [
        ("→", "a/x.py", "c/a.py"),
        ("→", "b/y.py", "c/y.py"),
    ]
    assert moves(("–", "a.py", "1"), ("+", "b.py", "1"), ("+", "c.py", "1")) == [
        ("→", "a.py", "b.py"),
        ("+", "", "c.py"),
    ]
    assert moves(("–", "a.py", "1"), ("+", "b.py", "2")) == [("–", "a.py", "a.py"), ("+", "", "b.py")]


def test_a_thousand_moves_of_one_content_are_paired_in_time(folder: Path) -> None:
    before = commit(folder, {f"old/{number}.py": "" for number in range(3_000)})
    git(folder, "mv", "old", "new")
    found = clone(folder).changed(before, commit(folder, {}))
    assert [each.sign for each in found.files] == ["→"] * 3_000
    assert all(each.old_path[4:] == each.path[4:] for each in found.files)


def test_another_repository_that_moves_on_is_a_change(folder: Path) -> None:
    shas = ["1" * 40, "2" * 40]
    commits = [write_commit(folder, write_tree(folder, [("160000", b"part", sha)])) for sha in shas]
    (change,) = clone(folder).changed(*commits).files
    assert (change.sign, change.old, change.new, change.new_mode) == ("±", *shas, "160000")
    (listed,) = clone(folder).folder(commits[0])
    assert (listed.kind, listed.id) == (ListedKind.REPOSITORY, shas[0])
