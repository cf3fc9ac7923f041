"""Walking through rows gives what a list of all rows would, and looks at few lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.views.code.row_positions import MOST_PARTS, RowPosition, RowPositions

ROWS = st.lists(st.integers(1, 9), min_size=1, max_size=20)


def walk(rows: list[int]) -> tuple[RowPositions, list[RowPosition]]:
    every = [RowPosition(line, row) for line, count in enumerate(rows, 1) for row in range(count)]
    return RowPositions(len(rows), lambda line: rows[line - 1]), every


@given(rows=ROWS, start=st.integers(0, 200), steps=st.integers(-200, 200), room=st.integers(1, 60))
def test_positions_are_those_of_a_list_of_all_rows(
    rows: list[int], start: int, steps: int, room: int
) -> None:
    positions, every = walk(rows)
    start %= len(every)
    to = min(max(start + steps, 0), len(every) - 1)
    assert positions.moved(every[start], steps) == every[to]
    assert list(positions.following(every[start], room)) == every[start : start + room]
    assert positions.last_top(room) == every[max(0, len(every) - room)]
    distance = positions.distance(every[start], every[to], room)
    assert distance == (to - start if abs(to - start) <= room else None)
    assert positions.bounded(every[start], room) == min(every[start], every[max(0, len(every) - room)])


@given(rows=st.lists(st.integers(1, MOST_PARTS), min_size=1, max_size=5))
def test_each_row_has_a_place_on_the_scroll_bar(rows: list[int]) -> None:
    positions, every = walk(rows)
    values = [positions.value(each) for each in every]
    assert values == sorted(set(values))
    assert [positions.position(value) for value in values] == every


@given(value=st.integers(0, 2**31), rows=ROWS)
def test_any_place_of_the_scroll_bar_is_a_row(value: int, rows: list[int]) -> None:
    positions, every = walk(rows)
    assert positions.position(min(value, len(rows) * positions.parts - 1)) in every


def test_a_million_lines_that_wrap_are_walked_without_being_counted() -> None:
    asked: list[int] = []

    def rows_of(line: int) -> int:
        asked.append(line)
        return 3

    positions = RowPositions(1_000_000, rows_of)
    top = positions.bounded(RowPosition(999_999, 2), 50)
    assert top == RowPosition(999_984, 1)
    assert positions.distance(RowPosition(1), RowPosition(900_000), 50) is None
    assert positions.moved(RowPosition(500_000), 40) == RowPosition(500_013, 1)
    assert positions.value(RowPosition(1_000_000, 2)) < 2**31
    assert len(asked) < 300
