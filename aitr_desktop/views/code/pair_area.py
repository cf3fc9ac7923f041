"""Two texts beside each other: the rows in sight are drawn, and both sides scroll as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QRect, Qt, Signal, Slot
from qtpy.QtGui import QColor, QPainter
from qtpy.QtWidgets import QAbstractScrollArea, QFrame

from aitr_desktop.code.folded_rows import Change, FoldedRows
from aitr_desktop.views.code.line_painter import LinePainter
from aitr_desktop.views.code.pair_painting import MARGIN, Frame, Half, PairPainting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtGui import QPaintEvent, QResizeEvent
    from qtpy.QtWidgets import QWidget

    from aitr_desktop.code.differing import Difference
    from aitr_desktop.code.styling import Piece
    from aitr_desktop.theme import ThemeController

COLUMNS_A_STEP = 4
MOST_KEPT = 4_000
"""Lines of a side whose colours are kept."""


class PairArea(QAbstractScrollArea):
    """Draws a ``Difference``, with what is far from every change folded away.

    Args:
        theme: Colours and fonts.
    """

    pieces_wanted = Signal(int, int, int)
    """Side (0 old, 1 new), first and last of its lines that came into sight."""

    def __init__(self, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.line_painter = LinePainter(theme, self)
        self.line_painter.changed.connect(self.measure)
        self._painting = PairPainting(theme, self.line_painter)
        self.difference: Difference | None = None
        self.rows = FoldedRows(0, (), folds=True)
        self.cursor_place = 0
        """Where the cursor stands, counted from 0 in what is shown."""
        self._widest = 0.0
        self._pieces: tuple[dict[int, Sequence[Piece]], dict[int, Sequence[Piece]]] = ({}, {})
        self._asked: tuple[set[int], set[int]] = (set(), set())
        """Lines whose colours were asked for."""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        for bar in (self.verticalScrollBar(), self.horizontalScrollBar()):
            bar.valueChanged.connect(self._scrolled)

    def take(self, difference: Difference, *, folds: bool) -> None:
        """Shows another difference, from its top."""
        self.difference = difference
        self._pieces, self._asked = ({}, {}), (set(), set())
        self._widest = 0.0
        self.fold(folds=folds)
        self.verticalScrollBar().setValue(0)
        self.horizontalScrollBar().setValue(0)

    def fold(self, *, folds: bool) -> None:
        """Folds equal rows away, or shows all."""
        found = self.difference
        changes = [Change(each.first_row, each.last_row) for each in found.hunks] if found else []
        self.rows = FoldedRows(found.count if found else 0, changes, folds=folds)
        self.measure()

    def set_pieces(self, side: int, first: int, pieces: Sequence[Sequence[Piece]]) -> None:
        """Colours lines of a side.

        Args:
            side: 0 for the old text, 1 for the new one.
            first: The first of the lines.
            pieces: Of each line.
        """
        self._pieces[side].update(enumerate(pieces, first))
        self.viewport().update()

    def has_pieces(self) -> tuple[bool, bool]:
        """Whether the old and the new side have any colours yet."""
        return bool(self._pieces[0]), bool(self._pieces[1])

    @property
    def page(self) -> int:
        """Rows that are seen as a whole; at least one."""
        return max(1, self.viewport().height() // self.line_painter.row_height)

    def in_sight(self) -> range:
        """The places in sight, one that is cut at the bottom among them."""
        first = self.verticalScrollBar().value()
        return range(first, min(self.rows.count, first + self.page + 1))

    def halves(self) -> tuple[Half, Half]:
        """Where both sides stand; only with a difference."""
        if self.difference is None:
            return Half(0, 0, 0), Half(0, 0, 0)
        return self._painting.halves(self.viewport().width(), self.difference)

    def bring(self, place: int, *, centre: bool) -> None:
        """Brings a place into sight."""
        bar, page = self.verticalScrollBar(), self.page
        if centre and not bar.value() + 1 <= place < bar.value() + page - 1:
            bar.setValue(place - page // 3)
        elif place < bar.value():
            bar.setValue(place)
        elif place >= bar.value() + page:
            bar.setValue(place - page + 1)

    @Slot()
    def measure(self) -> None:
        """There is other room, or there are other rows."""
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, self.rows.count - self.page))
        bar.setPageStep(self.page)
        self._look()
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  (Qt's name)
        """Draws the rows in sight."""
        painter = QPainter(self.viewport())
        painter.setFont(self.line_painter.measures.font)
        painter.fillRect(event.rect(), QColor(self._theme.theme.surface))
        found, halves = self.difference, self.halves()
        if found is None:
            return
        height, width = self.line_painter.row_height, self.viewport().width()
        frame = Frame(found, halves, self.horizontalScrollBar().value(), self._pieces)
        for line, place in enumerate(self.in_sight()):
            box = QRect(0, line * height, width, height)
            at = self.rows.at(place)
            if at.folded:
                self._painting.draw_fold(painter, box, at.folded)
            else:
                self._painting.draw_row(painter, box, found.row(at.row), frame)
            if place == self.cursor_place:
                self._painting.draw_cursor(painter, box, is_strong=self.hasFocus())
        painter.fillRect(halves[1].left - 1, 0, 1, self.viewport().height(), QColor(self._theme.theme.line))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  (Qt's name)
        """Has other room."""
        super().resizeEvent(event)
        self.measure()

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802  (Qt's name)
        """Everything is drawn anew: both sides move, and the strip between them does not."""
        self.viewport().update()

    @Slot()
    def _scrolled(self) -> None:
        self._look()

    def _look(self) -> None:
        """Makes room for the longest line in sight so far, and asks for the colours of those in sight."""
        found = self.difference
        if found is None:
            return
        rows = [found.row(at.row) for place in self.in_sight() if not (at := self.rows.at(place)).folded]
        sides = (found.old, [row.old for row in rows]), (found.new, [row.new for row in rows])
        for side, (text, lines) in enumerate(sides):
            numbers = [number for number in lines if number]
            widths = (self.line_painter.width(self.line_painter.lay(text.line(each))) for each in numbers)
            self._widest = max(self._widest, max(widths, default=0.0))
            self._ask(side, [each for each in numbers if each not in self._asked[side]])
        room = min(half.right - half.text for half in self.halves())
        bar = self.horizontalScrollBar()
        bar.setRange(0, max(0, round(self._widest) + 2 * MARGIN - room))
        bar.setPageStep(max(1, room))
        bar.setSingleStep(round(self.line_painter.cell) * COLUMNS_A_STEP)

    def _ask(self, side: int, unknown: list[int]) -> None:
        """Asks for the colours of lines, stretch by stretch: what is folded away is not lexed."""
        if len(self._asked[side]) > MOST_KEPT:
            self._asked[side].clear()
            self._pieces[side].clear()
        self._asked[side].update(unknown)
        start = 0
        for place, line in enumerate(unknown):
            if place + 1 == len(unknown) or unknown[place + 1] != line + 1:
                self.pieces_wanted.emit(side, unknown[start], line)
                start = place + 1
