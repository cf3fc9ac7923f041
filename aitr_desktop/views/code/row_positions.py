"""Which row is at the top, and how far it is to another one.

A million lines of which some wrap have a number of rows that nobody counts: a place is a line and a row
within it, and walking from one to another looks only at the lines in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WIDEST_RANGE = 2**30
"""Of a scroll bar's value."""
MOST_PARTS = 1_024
"""Parts of a line that the scroll bar tells apart; no line has more rows."""


class RowPosition(NamedTuple):
    """One row of the text."""

    line: int
    """From 1."""
    row: int = 0
    """Within the line, from 0."""


class RowPositions:
    """Walks through the rows of lines.

    Args:
        count: How many lines there are.
        rows_of: How many rows a line has; at least one. None where each has one.
    """

    def __init__(self, count: int, rows_of: Callable[[int], int] | None = None) -> None:
        self.count = count
        self._rows_of = rows_of
        self.parts = 1 if rows_of is None else max(1, min(MOST_PARTS, _WIDEST_RANGE // max(1, count)))
        """What one line is on the scroll bar."""

    def rows(self, line: int) -> int:
        """How many rows a line has."""
        return 1 if self._rows_of is None else self._rows_of(line)

    def moved(self, start: RowPosition, steps: int) -> RowPosition:
        """The row so many rows further down, or up where that is negative; it stops at the ends."""
        last = max(1, self.count)
        if self._rows_of is None:
            return RowPosition(min(max(start.line + steps, 1), last))
        line, row = min(max(start.line, 1), last), start.row + steps
        while row < 0 and line > 1:
            line -= 1
            row += self._rows_of(line)
        if row < 0:
            return RowPosition(1)
        rows = self._rows_of(line)
        while row >= rows and line < last:
            row -= rows
            line += 1
            rows = self._rows_of(line)
        return RowPosition(line, min(row, rows - 1))

    def last_top(self, room: int) -> RowPosition:
        """What is at the top where the end of the text is seen.

        Args:
            room: Rows that are seen at once.
        """
        end = max(1, self.count)
        return self.moved(RowPosition(end, self.rows(end) - 1), 1 - max(1, room))

    def bounded(self, top: RowPosition, room: int) -> RowPosition:
        """The nearest position that may be at the top."""
        line = min(max(top.line, 1), max(1, self.count))
        found = RowPosition(line, min(max(top.row, 0), self.rows(line) - 1))
        return min(found, self.last_top(room))

    def distance(self, start: RowPosition, end: RowPosition, most: int) -> int | None:
        """Rows from one position down to another, negative where it is up; None where it is further."""
        if self._rows_of is None:
            steps = end.line - start.line
            return steps if abs(steps) <= most else None
        upper, lower = min(start, end), max(start, end)
        if lower.line - upper.line > most:
            return None
        steps = lower.row - upper.row
        for line in range(upper.line, lower.line):
            steps += self._rows_of(line)
            if steps - lower.row > most:
                return None
        if steps > most:
            return None
        return steps if end >= start else -steps

    def following(self, top: RowPosition, room: int) -> Iterator[RowPosition]:
        """The rows from a position on, as many as there is room for."""
        line, row = top
        while room > 0 and line <= self.count:
            rows = self.rows(line)
            while row < rows and room > 0:
                yield RowPosition(line, row)
                row += 1
                room -= 1
            line, row = line + 1, 0

    def value(self, position: RowPosition) -> int:
        """Where the scroll bar stands for a position."""
        within = position.row * self.parts // self.rows(position.line) if position.row else 0
        return (position.line - 1) * self.parts + within

    def position(self, value: int) -> RowPosition:
        """What a place of the scroll bar stands for."""
        line, within = value // self.parts + 1, value % self.parts
        line = min(line, max(1, self.count))
        if not within:
            return RowPosition(line)
        rows = self.rows(line)
        return RowPosition(line, min(-(-within * rows // self.parts), rows - 1))
