from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.code.folded_rows import AROUND, LEAST_FOLDED, Change, FoldedRows, Place


def test_what_is_far_from_every_change_is_folded_away() -> None:
    rows = FoldedRows(100, [Change(50, 51)], folds=True)
    assert rows.at(0) == Place(0, 50 - AROUND)
    assert rows.at(1) == Place(50 - AROUND)
    assert rows.at(1 + AROUND) == Place(50)
    assert rows.at(rows.count - 1) == Place(52 + AROUND, 48 - AROUND)
    assert rows.count == 2 * AROUND + 2 + 2


def test_a_few_rows_are_not_worth_a_fold() -> None:
    rows = FoldedRows(
        2 * AROUND + LEAST_FOLDED + 1, [Change(0, 0), Change(2 * AROUND + 4, 2 * AROUND + 4)], folds=True
    )
    assert not rows.has_folds


def test_unfolded_is_unfolded_and_nothing_else_moves() -> None:
    rows = FoldedRows(100, [Change(50, 50)], folds=True)
    before = rows.count
    assert rows.unfold(3)
    assert rows.count == before + 50 - AROUND - 1
    assert rows.at(3) == Place(3)
    assert not rows.unfold(3)
    assert rows.has_folds


def test_without_folds_and_without_changes_all_is_shown() -> None:
    for rows in (FoldedRows(30, [Change(15, 15)], folds=False), FoldedRows(30, [], folds=True)):
        assert rows.count == 30
        assert rows.at(29) == Place(29)


def test_nothing_has_no_place() -> None:
    rows = FoldedRows(0, [], folds=True)
    assert rows.count == 0
    assert rows.place_of(7) == 0
    assert not rows.unfold(0)
    with pytest.raises(IndexError):
        rows.at(0)


def test_a_million_rows_cost_what_their_changes_cost() -> None:
    rows = FoldedRows(1_000_000, [Change(500_000, 500_000)], folds=True)
    assert rows.count < 20
    assert rows.at(rows.place_of(500_000)) == Place(500_000)


@st.composite
def _changes(draw: st.DrawFn) -> tuple[int, list[Change]]:
    count = draw(st.integers(0, 200))
    marked = sorted(draw(st.sets(st.integers(0, max(0, count - 1)), max_size=20))) if count else []
    changes: list[Change] = []
    for row in marked:
        if changes and changes[-1].last == row - 1:
            changes[-1] = Change(changes[-1].first, row)
        else:
            changes.append(Change(row, row))
    return count, changes


@given(_changes(), st.booleans())
def test_every_row_is_shown_once_or_folded_once_and_changes_always_are(
    drawn: tuple[int, list[Change]], folds: bool
) -> None:
    count, changes = drawn
    rows = FoldedRows(count, changes, folds=folds)
    seen: list[int] = []
    shown: set[int] = set()
    for place in range(rows.count):
        found = rows.at(place)
        assert rows.place_of(found.row) == place
        if found.folded:
            seen += range(found.row, found.row + found.folded)
        else:
            seen.append(found.row)
            shown.add(found.row)
    assert seen == list(range(count))
    for change in changes:
        around = range(max(0, change.first - AROUND), min(count, change.last + AROUND + 1))
        assert set(around) <= shown
