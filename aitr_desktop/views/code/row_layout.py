"""One row of a line: where its characters stand, and how they are drawn.

Nearly all code is a grid of equal cells, for which no layout is needed. A row with right-to-left letters,
combining marks or wide characters is laid out by Qt, in chunks, and only as far as somebody looks: a line of
ten thousand such characters costs what is seen of it.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple, Protocol
from unicodedata import combining

from qtpy.QtCore import QPointF, Qt
from qtpy.QtGui import QColor, QTextCharFormat, QTextLayout, QTextLine, QTextOption

from aitr_desktop.editing.lines import signs, units

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qtpy.QtGui import QFont, QPainter

CHUNK = 240
"""Signs that are laid out at once."""
_JOINING = frozenset("\u200c\u200d\u200e\ufe0e\ufe0f")


class Run(NamedTuple):
    """Signs of one colour; places count within what is drawn of the line."""

    start: int
    end: int
    colour: QColor


class Row(Protocol):
    """A row as the view draws it. Places are those of what is drawn of the whole line."""

    start: int
    end: int

    def width(self) -> float:
        """Pixels; an estimate where the end of the row was never looked at."""

    def x_at(self, place: int) -> float:
        """Pixels from the row's beginning to a place."""

    def place_at(self, x: float) -> int:
        """The place nearest to the left of some pixels, at most the row's end."""

    def stretches(self, start: int, end: int) -> list[tuple[float, float]]:
        """From and to, in pixels, what lies between two places; several where the order turns."""

    def seen(self, left: float, right: float) -> tuple[int, int]:
        """Places between which everything lies that is seen between two pixels."""

    def draw(self, painter: QPainter, x: float, baseline: float, runs: Sequence[Run]) -> None:
        """Draws signs in their colours.

        Args:
            painter: With the code font.
            x: Where the row begins, in pixels.
            baseline: What the signs stand on.
            runs: What is drawn, in order.
        """


class GridRow:
    """Equal cells.

    Args:
        drawn: What is drawn of the line.
        start: Where the row begins in it.
        end: Where it ends.
        cell: Width of a sign in pixels.
    """

    def __init__(self, drawn: str, start: int, end: int, cell: float) -> None:
        self._drawn, self._cell = drawn, cell
        self.start, self.end = start, end

    def width(self) -> float:
        """Pixels."""
        return (self.end - self.start) * self._cell

    def x_at(self, place: int) -> float:
        """Pixels from the row's beginning to a place."""
        return (min(max(place, self.start), self.end) - self.start) * self._cell

    def place_at(self, x: float) -> int:
        """The place whose cell holds some pixels."""
        return min(max(self.start + int(x // self._cell), self.start), self.end)

    def stretches(self, start: int, end: int) -> list[tuple[float, float]]:
        """From and to, in pixels, what lies between two places."""
        return [(self.x_at(start), self.x_at(end))]

    def seen(self, left: float, right: float) -> tuple[int, int]:
        """Places between which everything lies that is seen."""
        return self.place_at(left), min(self.end, self.place_at(right) + 1)

    def draw(self, painter: QPainter, x: float, baseline: float, runs: Sequence[Run]) -> None:
        """Draws signs in their colours."""
        drawn, cell, start = self._drawn, self._cell, self.start
        for run in runs:
            text = drawn[run.start : run.end]
            if not text.isspace():
                painter.setPen(run.colour)
                painter.drawText(QPointF(x + (run.start - start) * cell, baseline), text)


class _Chunk(NamedTuple):
    start: int
    end: int
    left: float
    layout: QTextLayout
    width: float


class LaidOutRow:
    """Signs of different widths, of both directions, or several that make one.

    Args:
        drawn: What is drawn of the line.
        start: Where the row begins in it.
        end: Where it ends.
        font: The code font.
        cell: Width of a usual sign in pixels, for what was not looked at yet.
    """

    def __init__(self, drawn: str, start: int, end: int, font: QFont, cell: float) -> None:
        self._drawn, self._font, self._cell = drawn, font, cell
        self.start, self.end = start, end
        self._chunks: list[_Chunk] = []
        self._colours: dict[int, tuple[tuple[int, int, int], ...]] = {}
        """What each chunk, by where it begins, is coloured with."""

    @property
    def laid_out(self) -> int:
        """Signs that were laid out so far."""
        return self._chunks[-1].end - self.start if self._chunks else 0

    def width(self) -> float:
        """Pixels; what was not looked at is estimated."""
        last = self._chunks[-1] if self._chunks else None
        known = 0.0 if last is None else last.left + last.width
        return known + (self.end - self.start - self.laid_out) * self._cell

    def x_at(self, place: int) -> float:
        """Pixels from the row's beginning to a place."""
        place = min(max(place, self.start), self.end)
        if place == self.start:
            return 0.0
        chunk = self._chunk_with(place)
        unit = units(self._drawn[chunk.start : place])
        return chunk.left + _x(chunk.layout.lineAt(0), unit)

    def place_at(self, x: float) -> int:
        """The place of the sign at some pixels."""
        if x <= 0 or self.start == self.end:
            return self.start
        self._reach(lambda: bool(self._chunks) and self._chunks[-1].left + self._chunks[-1].width > x)
        found = bisect_right(self._chunks, x, key=lambda each: each.left) - 1
        chunk = self._chunks[found]
        if x >= chunk.left + chunk.width:
            return chunk.end
        line = chunk.layout.lineAt(0)
        unit = line.xToCursor(x - chunk.left, line.CursorPosition.CursorOnCharacter)
        return chunk.start + signs(self._drawn[chunk.start : chunk.end], unit)

    def stretches(self, start: int, end: int) -> list[tuple[float, float]]:
        """From and to, in pixels, what lies between two places; one for each part that is read in one go."""
        found: list[tuple[float, float]] = []
        start, end = max(start, self.start), min(end, self.end)
        if start >= end:
            return [(self.x_at(start),) * 2]
        self._chunk_with(end)
        for chunk in self._chunks:
            left, right = max(start, chunk.start), min(end, chunk.end)
            if left >= right:
                continue
            unit = units(self._drawn[chunk.start : left])
            length = units(self._drawn[left:right])
            for glyphs in chunk.layout.lineAt(0).glyphRuns(unit, length):
                box = glyphs.boundingRect()
                found.append((chunk.left + box.left(), chunk.left + box.right()))
        # A mark that is drawn on the letter before it has no place of its own.
        return found or [(self.x_at(start),) * 2]

    def seen(self, left: float, right: float) -> tuple[int, int]:
        """Places between which everything lies that is seen: whole chunks."""
        self._reach(lambda: bool(self._chunks) and self._chunks[-1].left + self._chunks[-1].width >= right)
        inside = [each for each in self._chunks if each.left + each.width >= left and each.left <= right]
        return (inside[0].start, inside[-1].end) if inside else (self.end, self.end)

    def draw(self, painter: QPainter, x: float, baseline: float, runs: Sequence[Run]) -> None:
        """Draws signs in their colours."""
        if not runs:
            return
        for chunk in self._chunks:
            if chunk.end <= runs[0].start or chunk.start >= runs[-1].end:
                continue
            colours = tuple(
                (max(run.start, chunk.start), min(run.end, chunk.end), run.colour.rgb())
                for run in runs
                if run.start < chunk.end and run.end > chunk.start
            )
            if self._colours.get(chunk.start) != colours:
                self._colours[chunk.start] = colours
                chunk.layout.setFormats(_formats(self._drawn, chunk.start, colours))
                _one_line(chunk.layout)
            line = chunk.layout.lineAt(0)
            chunk.layout.draw(painter, QPointF(x + chunk.left, baseline - line.ascent()))

    def _chunk_with(self, place: int) -> _Chunk:
        self._reach(lambda: bool(self._chunks) and self._chunks[-1].end >= place)
        found = bisect_right(self._chunks, place - 1, key=lambda each: each.start) - 1
        return self._chunks[max(found, 0)]

    def _reach(self, is_enough: Callable[[], bool]) -> None:
        """Lays out chunk after chunk until that is enough, or the row is at its end."""
        while not is_enough():
            start = self._chunks[-1].end if self._chunks else self.start
            if start >= self.end:
                return
            end = _chunk_end(self._drawn, start, self.end)
            layout = QTextLayout(self._drawn[start:end], self._font)
            layout.setTextOption(_option())
            _one_line(layout)
            left = self._chunks[-1].left + self._chunks[-1].width if self._chunks else 0.0
            width = float(layout.lineAt(0).horizontalAdvance())
            self._chunks.append(_Chunk(start, end, left, layout, width))


def fitting(text: str, font: QFont, width: float) -> int:
    """How many signs of a text fit a width; at least one, if there is one."""
    layout = QTextLayout(text, font)
    layout.setTextOption(_option(QTextOption.WrapMode.WrapAnywhere))
    layout.beginLayout()
    line = layout.createLine()
    if line.isValid():
        line.setLineWidth(width)
    layout.endLayout()
    return max(1, signs(text, line.textLength())) if line.isValid() else 0


def _option(mode: QTextOption.WrapMode = QTextOption.WrapMode.NoWrap) -> QTextOption:
    made = QTextOption()
    # A line of right-to-left letters begins at the left too: indentation has a meaning.
    made.setTextDirection(Qt.LayoutDirection.LeftToRight)
    made.setWrapMode(mode)
    made.setFlags(QTextOption.Flag.IncludeTrailingSpaces)
    return made


def _x(line: QTextLine, unit: int) -> float:
    found: tuple[float, int] = line.cursorToX(unit)  # type: ignore[assignment]  # the stubs say object
    return found[0]


def _one_line(layout: QTextLayout) -> None:
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()


def _formats(
    drawn: str, begin: int, colours: Sequence[tuple[int, int, int]]
) -> list[QTextLayout.FormatRange]:
    """Colours of stretches that follow each other, as Qt takes them."""
    found = []
    place, unit = begin, 0
    for start, end, colour in colours:
        made = QTextLayout.FormatRange()
        unit += units(drawn[place:start])
        made.start, made.length = unit, units(drawn[start:end])
        unit, place = unit + made.length, end
        shown = QTextCharFormat()
        shown.setForeground(QColor.fromRgb(colour))
        made.format = shown
        found.append(made)
    return found


def _chunk_end(drawn: str, start: int, end: int) -> int:
    """Where a chunk may end: between two plain signs, or at least not before one that joins."""
    limit = start + CHUNK
    if limit >= end:
        return end
    for place in range(limit, start + CHUNK // 2, -1):
        if drawn[place].isascii() and drawn[place - 1].isascii():
            return place
    place = limit
    while place > start + 1 and (combining(drawn[place]) or {drawn[place], drawn[place - 1]} & _JOINING):
        place -= 1
    return place
