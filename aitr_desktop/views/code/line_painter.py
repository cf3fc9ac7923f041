"""Draws lines of code: pieces in their colours, grounds within a line, what is hidden written out.

The code pane and the comparison of two versions draw with the same one, and so the same.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from qtpy.QtCore import QObject, QPointF, QRect, QRectF, Qt, Signal, Slot
from qtpy.QtGui import QColor, QPen

from aitr_desktop.code.styling import Style
from aitr_desktop.settings import CODE_SIZES, CODE_TABS
from aitr_desktop.views.code.laid_line import LaidLine, Measures, laid_line
from aitr_desktop.views.code.row_layout import LaidOutRow, Run
from aitr_desktop.views.code.shown_line import LINE_ENDS, ShownLine, parts_between
from aitr_desktop.views.code.style_colours import style_colours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtGui import QPainter

    from aitr_desktop.code.styling import Piece
    from aitr_desktop.code.text_lines import Line
    from aitr_desktop.theme import ThemeController

USUAL_SIZE = 13
USUAL_TAB = 4
MOST_LAID = 4_000_000
"""Signs and places of the lines that are kept."""


class Ground(NamedTuple):
    """A part of a line with another ground; characters of the line, counted from 0."""

    start: int
    end: int
    token: str
    """Of the theme: what colour."""
    framed: str = ""
    """Token of the frame around it; empty for none."""
    underlined: str = ""
    """Token of a line below it; empty for none."""


@dataclass(frozen=True, slots=True)
class RowPlace:
    """Where one row is drawn, in pixels of what is painted on."""

    x: float
    """Where its first sign stands; left of ``left`` where it is scrolled."""
    top: int
    left: int
    """From here on it is seen."""
    right: int


class LinePainter(QObject):
    """Places and draws lines.

    Args:
        theme: Colours and fonts.
    """

    changed = Signal()
    """Everything has to be drawn anew: other colours, sizes, tabs or signs."""

    def __init__(self, theme: ThemeController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.pixels = USUAL_SIZE
        self.tab = USUAL_TAB
        self.shows_whitespace = False
        self.measures = Measures(theme.code_font(self.pixels))
        self._colours = style_colours(theme.theme)
        self._laid: OrderedDict[tuple[Line, float], LaidLine] = OrderedDict()
        self._weight = 0
        theme.changed.connect(self._recolour)

    @property
    def row_height(self) -> int:
        """Pixels from one row to the next."""
        return self.measures.row_height

    @property
    def cell(self) -> float:
        """Pixels of a usual sign."""
        return self.measures.cell

    def zoom(self, step: int) -> None:
        """Draws larger or smaller by so many sizes; 0 for the usual one."""
        place = CODE_SIZES.index(self.pixels) + step
        self.set_pixels(CODE_SIZES[min(max(place, 0), len(CODE_SIZES) - 1)] if step else USUAL_SIZE)

    def set_pixels(self, pixels: int) -> None:
        """Draws in another size, the nearest there is."""
        pixels = min(CODE_SIZES, key=lambda each: abs(each - pixels))
        if pixels != self.pixels:
            self.pixels = pixels
            self.measures = Measures(self._theme.code_font(pixels))
            self._start_anew()

    def set_tab(self, columns: int) -> None:
        """Another distance between the stops of tabs."""
        if columns != self.tab and columns in CODE_TABS:
            self.tab = columns
            self._start_anew()

    def set_shows_whitespace(self, shows: bool) -> None:
        """Draws signs for spaces, tabs and the ends of lines, or none."""
        if shows != self.shows_whitespace:
            self.shows_whitespace = shows
            self._start_anew()

    def lay(self, line: Line, wrap: float = 0.0) -> LaidLine:
        """Places a line.

        Args:
            line: The line.
            wrap: Pixels after which a row ends; 0 for never.
        """
        key = line, wrap
        laid = self._laid.get(key)
        if laid is None:
            laid = laid_line(line, self.measures, tab=self.tab, whitespace=self.shows_whitespace, wrap=wrap)
            self._laid[key] = laid
            self._weight += _weight(laid)
            while self._weight > MOST_LAID and len(self._laid) > 1:
                self._weight -= _weight(self._laid.popitem(last=False)[1])
        else:
            self._laid.move_to_end(key)
        return laid

    def width(self, laid: LaidLine) -> float:
        """Pixels that the longest row of a line takes, with what is said at its end."""
        end = self.cell * (len(self.end_words(laid)) + 1) if laid.more or self.shows_whitespace else 0.0
        return max(row.width() for row in laid.rows) + end

    def draw(
        self,
        painter: QPainter,
        laid: LaidLine,
        number: int,
        place: RowPlace,
        *,
        pieces: Sequence[Piece] = (),
        grounds: Sequence[Ground] = (),
    ) -> None:
        """Draws one row, as far as it is seen.

        Args:
            painter: With the font of ``measures``.
            laid: The line.
            number: Which of its rows, from 0.
            place: Where.
            pieces: Of the whole line.
            grounds: Parts of the line with another ground, in order; no two share a character.
        """
        row = laid.rows[number]
        is_laid_out = isinstance(row, LaidOutRow)
        if is_laid_out:
            # Signs of other fonts may be higher than a row; they must not reach into the next one.
            painter.save()
            box = QRect(place.left, place.top, place.right - place.left, self.row_height)
            painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
        first, last = row.seen(place.left - place.x, place.right - place.x)
        begin = bisect_left(grounds, laid.shown.to_column(first), key=lambda each: each.end)
        for ground in islice(grounds, begin, None):
            start, end = laid.shown.to_drawn(ground.start), laid.shown.to_drawn(ground.end)
            if start > last:
                break
            if start < last or start == end:
                self._draw_ground(painter, row.stretches(max(start, first), min(end, last)), place, ground)
        baseline = place.top + self.measures.baseline
        row.draw(painter, place.x, baseline, self.runs(laid.shown, pieces, first, last))
        for start, end in parts_between(laid.shown.boxed, first, last):
            self._frame(painter, row.stretches(start, end), place, self._theme.theme.pending)
        if number == len(laid.rows) - 1:
            self._draw_end(painter, laid, place)
        if is_laid_out:
            painter.restore()

    def runs(self, shown: ShownLine, pieces: Sequence[Piece], first: int, last: int) -> list[Run]:
        """What is drawn between two places, in colours; a piece that lies wrong is left out."""
        ink = self._colours[Style.PLAIN]
        runs: list[Run] = []
        taken = first
        # A line of ten thousand characters has thousands of pieces, and each of its rows wants a few.
        begin = bisect_right(pieces, shown.to_column(first), key=lambda each: each.start) - 1
        for piece in islice(pieces, max(begin, 0), None):
            start, end = shown.to_drawn(piece.start), shown.to_drawn(piece.start + piece.length)
            start, end = max(start, taken), min(end, last)
            if start >= end:
                if start >= last:
                    break
                continue
            if start > taken:
                runs.append(Run(taken, start, ink))
            runs.append(Run(start, end, self._colours.get(piece.style, ink)))
            taken = end
        if taken < last:
            runs.append(Run(taken, last, ink))
        runs = _over(runs, parts_between(shown.faint, first, last), QColor(self._theme.theme.muted))
        return _over(runs, parts_between(shown.boxed, first, last), QColor(self._theme.theme.pending))

    def _draw_ground(
        self, painter: QPainter, stretches: list[tuple[float, float]], place: RowPlace, ground: Ground
    ) -> None:
        tokens = self._theme.theme.tokens()
        colour = QColor(tokens[ground.token])
        for left, right in stretches:
            box = QRectF(place.x + left, place.top, max(right - left, 2.0), self.row_height)
            painter.fillRect(box, colour)
            if ground.underlined:
                below = QRectF(box.left(), box.bottom() - 2, box.width(), 1)
                painter.fillRect(below, QColor(tokens[ground.underlined]))
        if ground.framed:
            self._frame(painter, stretches, place, tokens[ground.framed], 2)

    def _frame(
        self,
        painter: QPainter,
        stretches: list[tuple[float, float]],
        place: RowPlace,
        colour: str,
        thick: int = 1,
    ) -> None:
        painter.setPen(QPen(QColor(colour), thick))
        inset, beside = thick / 2, thick - 1
        for left, right in stretches:
            box = QRectF(place.x + left, place.top + 1, max(right - left, 1.0), self.row_height - 2)
            # A thick one stands beside the signs: it must not cover them.
            painter.drawRect(box.adjusted(inset - beside, inset, beside - inset, -inset))

    def _draw_end(self, painter: QPainter, laid: LaidLine, place: RowPlace) -> None:
        note = self.end_words(laid)
        if not note:
            return
        x = place.x + laid.rows[-1].width()
        if x < place.right:
            painter.setPen(QColor(self._theme.theme.muted))
            painter.drawText(QPointF(x, place.top + self.measures.baseline), note)

    def end_words(self, laid: LaidLine) -> str:
        """What is said at the end of a line: that it goes on, or that it ends."""
        if laid.more:
            return " " + self.tr("… {count} more bytes").format(count=f"{laid.more:,}")
        return LINE_ENDS.get(laid.end, "") if self.shows_whitespace else ""

    def _start_anew(self) -> None:
        self._laid.clear()
        self._weight = 0
        self.changed.emit()

    @Slot()
    def _recolour(self) -> None:
        self._colours = style_colours(self._theme.theme)
        self.changed.emit()


def _weight(laid: LaidLine) -> int:
    """How much memory a line takes, roughly in signs."""
    shown = laid.shown
    return 200 + len(shown.drawn) + 8 * (len(shown.changes) + len(shown.boxed) + len(laid.rows))


def _over(runs: list[Run], parts: list[tuple[int, int]], colour: QColor) -> list[Run]:
    """The same with some parts in another colour; both are in order."""
    if not parts:
        return runs
    changed: list[Run] = []
    place = 0
    for run in runs:
        taken = run.start
        while place < len(parts) and parts[place][0] < run.end:
            start, end = max(parts[place][0], taken), min(parts[place][1], run.end)
            if start > taken:
                changed.append(Run(taken, start, run.colour))
            if start < end:
                changed.append(Run(start, end, colour))
                taken = end
            if parts[place][1] > run.end:
                break
            place += 1
        if taken < run.end:
            changed.append(Run(taken, run.end, run.colour))
    return changed
