"""What changed within a line, by words."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.code import within_lines
from aitr_desktop.code.text_lines import TextLines
from aitr_desktop.code.within_lines import Pairing, Span, spans

WORDS = st.lists(st.sampled_from(["return", " ", "x", "(", ")", "é", "e\u0301", "\U0001f642", "\t", "日本"]))
LINES = WORDS.map("".join)


def parts(line: str, found: tuple[Span, ...]) -> list[str]:
    return [line[start : start + length] for start, length in found]


@pytest.mark.parametrize(
    ("old", "new", "removed", "added"),
    [
        ("    return one(a)", "    return two(a)", ["one"], ["two"]),
        ("call(a, b)", "call(a, b, c)", [], [", c"]),
        ("x = 1", "x = 1  # why", [], ["  # why"]),
        ("if a and b:", "if a:", [" and b"], []),
        ("naïve café", "naïve cafés", ["café"], ["cafés"]),
        ("a \U0001f642 b", "a \U0001f600 b", ["\U0001f642"], ["\U0001f600"]),
        ("same", "same", [], []),
        ("import os", "The quick brown fox", [], []),
        ("", "all of it", [], []),
        ("  indented()", "    indented()", ["  "], ["    "]),
    ],
)
def test_words_that_changed_are_marked(old: str, new: str, removed: list[str], added: list[str]) -> None:
    one, other = spans(old, new)
    assert (parts(old, one), parts(new, other)) == (removed, added)


def test_a_mark_stays_with_its_letter() -> None:
    old, new = "x cafe\u0301 y", "x cafe\u0300 y"
    one, other = spans(old, new)
    assert (parts(old, one), parts(new, other)) == (["cafe\u0301"], ["cafe\u0300"]) or all(
        not part.startswith(("\u0301", "\u0300")) for part in parts(old, one) + parts(new, other)
    )


@given(old=LINES, new=LINES)
def test_what_is_not_marked_is_the_same_on_both_sides(old: str, new: str) -> None:
    one, other = spans(old, new)
    for line, found in ((old, one), (new, other)):
        places = [place for start, length in found for place in range(start, start + length)]
        assert places == sorted(set(places))
        assert all(0 <= place < len(line) for place in places)
    if one or other:
        assert left_over(old, one) == left_over(new, other)
    assert spans(new, old) == (other, one)


def left_over(line: str, found: tuple[Span, ...]) -> str:
    gone = {place for start, length in found for place in range(start, start + length)}
    return "".join(each for place, each in enumerate(line) if place not in gone)


def test_a_line_of_very_many_words_is_compared_from_its_ends() -> None:
    old = "a " * 4_000 + "old" + " b" * 500
    new = "a " * 4_000 + "new one" + " b" * 500
    one, other = spans(old, new)
    assert (parts(old, one), parts(new, other)) == (["old"], ["new one"])
    assert spans("a " * 4_000, "b " * 4_000) == ((), ())


def paired(old: TextLines, new: TextLines) -> list[tuple[int, int]]:
    runs = Pairing(old, new).runs(range(old.count), range(new.count))
    return [(run.old + each, run.new + each) for run in runs for each in range(run.length)]


def beside(old: str, new: str) -> list[tuple[str, str]]:
    one, other = (TextLines("\n".join(each).encode()) for each in (old, new))
    pairs = paired(one, other)
    assert [(place, other) for other, place in paired(other, one)] == pairs
    return [(old[place], new[other]) for place, other in pairs]


def test_lines_stand_beside_the_one_that_they_are_most_like() -> None:
    old = ["    first = read(path)", "    second = write(path)"]
    new = ["    # a remark", "    first = read(path, 1)", "", "    second = write(path, 2)"]
    assert beside(old, new) == [(old[0], new[1]), (old[1], new[3])]  # type: ignore[arg-type]
    assert beside(["x"], ["y", "z"]) == [("x", "y")]  # type: ignore[arg-type]


def test_many_lines_are_paired_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(within_lines, "MAX_PAIRS", 3)
    assert beside(["a b", "c d"], ["x y", "a b 1", "c d 1"]) == [("a b", "x y"), ("c d", "a b 1")]  # type: ignore[arg-type]


@given(old=st.lists(LINES, max_size=6), new=st.lists(LINES, max_size=6))
def test_pairs_rise_and_leave_no_two_lines_alone_in_one_place(old: list[str], new: list[str]) -> None:
    one, other = (TextLines("".join(f"{line}\n" for line in each).encode()) for each in (old, new))
    pairs = paired(one, other)
    for (place, above), (below, under) in pairwise([(-1, -1), *pairs, (one.count, other.count)]):
        assert place < below
        assert above < under
        assert below - place == 1 or under - above == 1
