"""The commits that changed a file, and the last one that touched some of its lines."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aitr_desktop.code import histories, objects
from aitr_desktop.code.clones import Clone
from aitr_desktop.code.git_process import start
from tests.factories.hostile_repositories import write_object, write_tree
from tests.factories.repositories import commit, git, repository
from tsr_agent.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PROMPT = "prompts/system.txt"


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


def clone(folder: Path, timeout_s: float = 20.0) -> Clone:
    return Clone(folder, os.environ, timeout_s)


def test_a_prompts_versions_are_named_newest_first(folder: Path) -> None:
    first = git(folder, "log", "--format=%H", "--", PROMPT)
    second = commit(folder, {PROMPT: "Answer briefly and kindly.\n"}, "Be kind")
    commit(folder, {"bot.py": "other\n"})
    third = commit(folder, {PROMPT: "Answer kindly.\n"}, "Say more\n\nBecause.\n")
    head = commit(folder, {"bot.py": "another\n"})
    found = clone(folder).versions(head, PROMPT)
    assert [(each.sha, each.sign, each.subject) for each in found.found] == [
        (third, "±", "Say more"),
        (second, "±", "Be kind"),
        (first, "+", "A change"),
    ]
    assert [each.blob for each in found.found] == [
        git(folder, "rev-parse", f"{sha}:{PROMPT}") for sha in (third, second, first)
    ]
    assert found.found[0].author == "Ann Author <ann@example.test>"
    assert found.found[0].when == datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
    assert (found.remark, found.commits) == ("", 6)
    # Only up to the commit that is asked about.
    assert [each.sha for each in clone(folder).versions(second, PROMPT).found] == [second, first]


def test_a_history_takes_one_git(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        head = commit(folder, {PROMPT: f"Answer {number}.\n"})
    started: list[object] = []

    def starting(*arguments: object) -> object:
        started.append(arguments)
        return start(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(objects, "start", starting)
    assert len(clone(folder).versions(head, PROMPT).found) == 21
    assert len(started) == 1
    kept = Clone(folder, os.environ, keeps=True)
    kept.versions(head, PROMPT)
    kept.last_change(head, PROMPT, 1, 1)
    kept.paths(head)
    kept.close()
    assert len(started) == 2


def test_a_file_is_followed_to_where_it_moved_from(folder: Path) -> None:
    first = git(folder, "log", "--format=%H", "--", PROMPT)
    git(folder, "mv", "prompts", "words")
    moved = commit(folder, {})
    last = commit(folder, {"words/system.txt": "New.\n"})
    found = clone(folder).versions(last, "words/system.txt").found
    assert [(each.sha, each.sign, each.path) for each in found] == [
        (last, "±", "words/system.txt"),
        (moved, "→", "words/system.txt"),
        (first, "+", PROMPT),
    ]
    change = clone(folder).last_change(moved, "words/system.txt", 1, 1)
    assert change.version is not None
    assert (change.version.sha, change.version.path, change.is_certain) == (first, PROMPT, True)


def test_a_path_is_found_by_its_end_as_everywhere(folder: Path) -> None:
    head = git(folder, "rev-parse", "HEAD")
    assert [each.path for each in clone(folder).versions(head, "/builds/bot/" + PROMPT).found] == [PROMPT]
    with pytest.raises(InputError, match="no file nothing"):
        clone(folder).versions(head, "nothing.txt")


def test_of_a_merge_the_side_that_it_came_from_is_followed(folder: Path) -> None:
    git(folder, "checkout", "--quiet", "-b", "topic")
    topic = commit(folder, {PROMPT: "Topic.\n"})
    git(folder, "checkout", "--quiet", "main")
    commit(folder, {"bot.py": "main\n"})
    git(folder, "merge", "--quiet", "--no-ff", "--message", "Merge", "topic")
    head = git(folder, "rev-parse", "HEAD")
    assert clone(folder).versions(head, PROMPT).found[0].sha == topic
    change = clone(folder).last_change(head, PROMPT, 1, 1)
    assert change.version is not None
    assert change.version.sha == topic


def test_lines_are_followed_while_others_change(folder: Path) -> None:
    lines = [f"rule {number}" for number in range(20)]

    def write(message: str) -> str:
        return commit(folder, {PROMPT: "\n".join(lines) + "\n"}, message)

    first = write("first")
    lines[9] = "rule nine"
    changed = write("changed")
    lines[:0] = ["a head", "of two lines"]
    write("a head")
    lines[3] = "elsewhere"
    inserted = write("elsewhere")
    lines.insert(15, "in between")
    between = write("in between")
    lines.append("a tail")
    head = write("a tail")
    for asked, sha, there in [
        ((12, 12), changed, (10, 10)),
        ((12, 14), changed, (10, 12)),
        ((13, 14), first, (11, 12)),
        ((4, 4), inserted, (4, 4)),
        ((15, 17), between, (15, 17)),
        ((17, 18), first, (14, 15)),
        ((24, 24), head, (24, 24)),
    ]:
        found = clone(folder).last_change(head, PROMPT, *asked)
        assert found.version is not None, asked
        assert (found.version.sha, (found.first, found.last)) == (sha, there), asked
        assert (found.is_certain, found.remark) == (True, "")


@pytest.mark.parametrize(("first", "last"), [(0, 1), (2, 1), (1, 2), (5, 9), (-1, 1)])
def test_lines_that_there_are_not_are_said(folder: Path, first: int, last: int) -> None:
    with pytest.raises(InputError, match="has 1 lines at this commit"):
        clone(folder).last_change(git(folder, "rev-parse", "HEAD"), PROMPT, first, last)


def test_a_clone_that_ends_does_not_say_that_its_last_commit_wrote_the_lines(
    folder: Path, tmp_path: Path
) -> None:
    sha = commit(folder, {PROMPT: "Answer briefly.\nKindly.\n"})
    commit(folder, {"bot.py": "x\n"})
    git(tmp_path, "clone", "--quiet", "--depth=2", folder.as_uri(), "shallow")
    head = git(folder, "rev-parse", "HEAD")
    found = clone(tmp_path / "shallow").versions(head, PROMPT)
    assert [(each.sha, each.sign) for each in found.found] == [(sha, "?")]
    assert found.remark == f"The clone does not hold what is before {sha[:12]}."
    change = clone(tmp_path / "shallow").last_change(head, PROMPT, 1, 1)
    assert change.version is not None
    assert (change.version.sha, change.is_certain) == (sha, False)
    assert "does not hold what is before" in change.remark
    assert "may be older than this commit" in change.remark
    whole = clone(folder).last_change(head, PROMPT, 1, 1)
    assert whole.version is not None
    assert whole.version.sha != sha


@pytest.mark.parametrize(("name", "value"), [("MAX_COMMITS", 3), ("WITHIN_S", -1.0)])
def test_how_far_was_looked_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: float
) -> None:
    for number in range(6):
        head = commit(folder, {"bot.py": f"{number}\n"})
    monkeypatch.setattr(histories, name, value)
    found = clone(folder).versions(head, PROMPT)
    assert found.found == ()
    assert "The search ended" in found.remark
    change = clone(folder).last_change(head, PROMPT, 1, 1)
    assert (change.version, change.is_certain) == (None, False)
    assert "The search ended" in change.remark
    assert "is older" in change.remark


def test_more_versions_than_are_listed_are_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        head = commit(folder, {PROMPT: f"{number}\n"})
    monkeypatch.setattr(histories.FileHistory.versions, "__defaults__", (4,))
    found = clone(folder).versions(head, PROMPT)
    assert (len(found.found), found.remark) == (4, "There are more than these 4.")


def test_a_file_too_large_to_be_followed_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = commit(folder, {PROMPT: "short\n"})
    large = commit(folder, {PROMPT: "short\n" + "x" * 500 + "\n"})
    head = commit(folder, {PROMPT: "short\nagain\n"})
    monkeypatch.setattr(histories, "MAX_COMPARED", 100)
    with pytest.raises(InputError, match="too large for its lines to be followed"):
        clone(folder).last_change(large, PROMPT, 1, 1)
    found = clone(folder).last_change(head, PROMPT, 1, 1)
    assert found.version is not None
    assert (found.version.sha, found.is_certain) == (head, False)
    assert clone(folder).last_change(small, PROMPT, 1, 1).is_certain


def test_texts_too_different_to_compare_make_no_certain_answer(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(folder, {PROMPT: "a\nb\n" * 50})
    head = commit(folder, {PROMPT: "b\nc\na\n" * 50})
    monkeypatch.setattr(histories, "LINE_STEPS", 10)
    found = clone(folder).last_change(head, PROMPT, 1, 1)
    assert not found.is_certain
    assert "may be older" in found.remark


def written_commit(folder: Path, content: bytes, parents: Sequence[str], seconds: int) -> str:
    blob = write_object(folder, "blob", content)
    tree = write_tree(folder, [("100644", b"prompt", blob)])
    head = [f"tree {tree}", *(f"parent {each}" for each in parents)]
    head += [f"author A <a@b> {seconds} +0000", f"committer A <a@b> {seconds} +0000", "", "x"]
    return write_object(folder, "commit", "\n".join(head).encode())


GRAPHS = st.lists(
    st.tuples(st.sampled_from([b"1\n", b"2\n", b"3\n"]), st.sets(st.integers(1, 4), min_size=1, max_size=3)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=GRAPHS)
def test_any_history_is_the_one_that_git_tells(dag: Path, graph: list[tuple[bytes, set[int]]]) -> None:
    made: list[str] = []
    for number, (content, back) in enumerate(graph):
        parents = [made[-each] for each in sorted(back) if each <= len(made)]
        made.append(written_commit(dag, content, parents, 1_600_000_000 + number))
    expected = git(dag, "log", "--format=%H", made[-1], "--", "prompt").split()
    found = clone(dag).versions(made[-1], "prompt")
    assert [each.sha for each in found.found] == expected
    assert found.remark == ""
