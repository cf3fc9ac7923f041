"""What is drawn of a line: nothing hidden, nothing lost, and every character at its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.views.code.shown_line import (
    MOST_DRAWN,
    STRONG_MARK,
    ShownLine,
    parts_between,
    shown_line,
)
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tsr_agent.sections.plain_text import HIDDEN, visible

SIGNS = [*"aZ0 \t\r\x00\x1b.,\"'(){}", "\u202e", "\u2066", "\u0301", "é", "中", "א", "م", "😀", "\u200d", "⟨"]
ANY = st.characters(exclude_characters="\n", exclude_categories=["Cs"])
LINES = st.text(st.sampled_from(SIGNS), max_size=80) | st.text(ANY, max_size=80)


def plain(shown: ShownLine) -> str:
    return shown.drawn.replace(STRONG_MARK, "")


@given(line=LINES, whitespace=st.booleans(), tab=st.sampled_from([2, 4, 8]))
def test_every_character_has_its_place_and_comes_back_from_it(line: str, whitespace: bool, tab: int) -> None:
    shown = shown_line(line, tab=tab, whitespace=whitespace)
    places = [shown.to_drawn(column) for column in range(len(line) + 1)]
    assert places == sorted(places)
    assert places[-1] == len(shown.drawn)
    assert shown.length == len(line)
    assert shown.left_out == 0
    several = {each for start, end, *_ in shown.changes for each in range(start + 1, end)}
    for column in range(len(line)):
        if column not in several:
            assert shown.to_column(places[column]) == column
    for place in range(len(shown.drawn)):
        column = shown.to_column(place)
        assert places[column] <= place


@given(line=LINES)
def test_nothing_hidden_is_drawn_and_the_rest_is_what_reports_show(line: str) -> None:
    shown = shown_line(line)
    assert HIDDEN.search(plain(shown)) is None
    assert plain(shown).replace(" ", "") == visible(line.replace("\r", "⟨U+000D⟩")).replace("\t", "").replace(
        " ", ""
    ).replace(STRONG_MARK, "")


@pytest.mark.parametrize(("tab", "drawn"), [(2, "a b c"), (4, "a   b   c"), (8, "a       b       c")])
def test_tabs_end_at_their_stops(tab: int, drawn: str) -> None:
    assert shown_line("a\tb\tc", tab=tab).drawn == drawn
    assert shown_line("中\tb", tab=4).drawn == "中  b"


def test_whitespace_is_drawn_as_signs_where_somebody_wants_it() -> None:
    shown = shown_line("a \tb ", whitespace=True)
    assert shown.drawn == "a·→ b·"
    assert shown.faint == ((1, 4), (5, 6))
    assert shown.changes == ((2, 3, 2, 4),)


def test_reordering_and_stacked_characters_are_written_out() -> None:
    shown = shown_line("if x:\u202e # y" + "\u0301" * 10_000 + "!")
    assert shown.drawn == "if x:⟨U+202E⟩ # y" + "\u0301" * 4 + "⟨9,996 marks⟩!"
    assert [shown.drawn[start:end] for start, end in shown.boxed] == ["⟨U+202E⟩", "⟨9,996 marks⟩"]


def test_what_is_drawn_of_a_line_is_bounded_and_what_is_left_out_counted() -> None:
    for text in ("a" * 30_000, "\x00" * 10_000, "a\x00" * 10_000, "\t" * 10_000):
        shown = shown_line(text)
        assert len(shown.drawn) <= MOST_DRAWN + 20
        assert shown.length + shown.left_out == len(text)
        assert shown.left_out > 0


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_hostile_texts_are_drawn_line_by_line(name: str) -> None:
    for line in (
        HOSTILE_TEXTS[name][:20_000].encode("utf-8", "surrogatepass").decode("utf-8", "replace").split("\n")
    ):
        shown = shown_line(line)
        assert HIDDEN.search(plain(shown)) is None
        assert "\t" not in shown.drawn


@given(
    ends=st.lists(st.integers(0, 30), max_size=8, unique=True),
    start=st.integers(0, 30),
    end=st.integers(0, 30),
)
def test_the_parts_between_two_places_are_those_that_lie_there(ends: list[int], start: int, end: int) -> None:
    ordered = sorted(ends)
    stretches = list(zip(ordered[::2], ordered[1::2], strict=False))
    wanted = {place for left, right in stretches for place in range(left, right) if start <= place < end}
    found = [place for left, right in parts_between(stretches, start, end) for place in range(left, right)]
    assert set(found) == wanted
