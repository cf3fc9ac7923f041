"""A list that is looked at while it changes: what is seen stays, and rows are what they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.library.listing import ListedReport, Query
from aitr_desktop.library.refreshing import Seen, refreshed
from tests.desktop.fakes import FakeWorkspace, lines

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ROWS = lines(1_000, NOW)
places = st.sets(st.integers(0, 999), min_size=1, max_size=60)


def seen_of(rows: list[ListedReport], top: int, current: int, selected: list[int]) -> Seen:
    return Seen(
        total=len(rows),
        top=(top, rows[top]),
        current=(current, rows[current]),
        selected=tuple((row, rows[row]) for row in selected),
        rows_seen=30,
    )


@given(before=places, after=places, marks=st.lists(st.integers(0, 999), min_size=4, max_size=6))
def test_what_is_seen_stands_where_it_says(before: set[int], after: set[int], marks: list[int]) -> None:
    old, new = [ROWS[each] for each in sorted(before)], [ROWS[each] for each in sorted(after)]
    top, current, *selected = (mark % len(old) for mark in marks)
    found = refreshed(FakeWorkspace(new), Query(), NOW, seen_of(old, top, current, sorted(set(selected))))
    assert found.total == len(new)
    # Applied one after the other, as the model does, with rows put in before and taken out between.
    shown: list[ListedReport | None] = list(old)
    for place, difference in found.changes(len(old)):
        assert 0 <= place <= len(shown)
        if difference > 0:
            shown[place:place] = [None] * difference
        else:
            assert place - difference <= len(shown)
            del shown[place : place - difference]
    assert len(shown) == len(new)
    for row in (top, current):
        if old[row] in new:
            moved = dict(found.moved)
            if row in moved:
                assert shown[moved[row]] == old[row] == new[moved[row]]
    assert {new[row].id for row in found.kept} <= {old[row].id for row in selected}
    for row in range(found.top, min(found.top + 30, len(new))):
        assert found.pages.row(row) == new[row]


def test_reports_that_come_in_above_move_what_is_seen_down() -> None:
    found = refreshed(FakeWorkspace(ROWS), Query(), NOW, seen_of(ROWS[300:], 50, 60, [60, 61]))
    assert (found.top, dict(found.moved)[60]) == (350, 360)
    assert found.kept == {360, 361}


def test_a_list_at_its_top_stays_there() -> None:
    seen = replace(seen_of(ROWS[300:], 0, 2, []), top=None)
    found = refreshed(FakeWorkspace(ROWS), Query(), NOW, seen)
    assert found.top == 0
    assert found.moved == ((2, 302),)
    assert found.pages.row(0) == ROWS[0]


def test_a_report_is_found_however_far_down() -> None:
    seen = Seen(total=0, find="TSR-00777")
    assert refreshed(FakeWorkspace(ROWS), Query(), NOW, seen).found == 777
    assert refreshed(FakeWorkspace(ROWS), Query(text="TSR-1"), NOW, seen).found is None
