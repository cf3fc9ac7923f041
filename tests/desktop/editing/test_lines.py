"""What keys do to lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.editing.lines import (
    commented,
    indent_below,
    indented,
    outdented,
    signs,
    to_next_stop,
    units,
)


@pytest.mark.parametrize(
    ("line", "spaces"),
    [
        ("", 0),
        ("a: 1", 0),
        ("rules:", 2),
        ("  rules:  # below", 4),
        ("  - id: x", 4),
        ("  - one", 2),
        ("    where: {", 6),
        ("text: |", 2),
        ("text: >-", 2),
        ("# rules:", 0),
        ("  'a: b'", 2),
    ],
)
def test_a_line_below_begins_where_one_goes_on_writing(line: str, spaces: int) -> None:
    assert indent_below(line) == " " * spaces


def test_tab_goes_to_the_next_stop() -> None:
    assert [len(to_next_stop(column)) for column in range(4)] == [2, 1, 2, 1]


@given(st.lists(st.text(alphabet="ab: #-", max_size=12), max_size=6))
def test_comments_go_as_they_came(lines: list[str]) -> None:
    made = commented(lines)
    assert len(made) == len(lines)
    if any(line.strip() and not line.lstrip().startswith("#") for line in lines):
        assert commented(made) == [line if line.strip() else made[at] for at, line in enumerate(lines)]


@given(st.text(alphabet="ab ", max_size=12))
def test_a_level_that_is_added_can_be_taken_away(line: str) -> None:
    assert outdented(indented(line)) == line or len(line) - len(line.lstrip()) % 2 or not line.strip()
    assert outdented(line).lstrip() == line.lstrip()


@given(st.text(), st.integers(0, 20))
def test_columns_are_counted_as_qt_does(line: str, count: int) -> None:
    assert units(line) == len(line.encode("utf-16-le", "surrogatepass")) // 2
    assert signs(line, units(line[:count])) == len(line[:count])
