"""Which rows of a file are in sight, and how one moves: nothing but what is seen is read, placed or drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QRect, Signal

from aitr_desktop.views.code.row_positions import RowPosition, RowPositions
from aitr_desktop.views.code.text_area import TEXT_MARGIN, TextArea

if TYPE_CHECKING:
    from qtpy.QtGui import QResizeEvent

    from aitr_desktop.code.text_lines import TextLines
    from aitr_desktop.theme import ThemeController


class RowsArea(TextArea):
    """Scrolls through the lines of a file row by row.

    A row is a line, or a part of one where lines wrap. The scroll bar follows the row at the top, not the
    other way round: with a million lines that wrap nobody knows how many rows there are.

    Args:
        theme: Colours and fonts.
    """

    scrolled = Signal()
    """Other rows are in sight, or the same at another place."""

    def __init__(self, theme: ThemeController) -> None:
        super().__init__(theme)
        self._positions = RowPositions(0)
        self._top = RowPosition(1)
        self._widest = 0.0
        self._is_measuring = False
        self.line_painter.changed.connect(self._measured_anew)

    def take_lines(self, lines: TextLines) -> None:
        """Another file, from its top."""
        super().take_lines(lines)
        self._top, self._widest = RowPosition(1), 0.0
        self.horizontalScrollBar().setValue(0)
        self._measured_anew()

    def set_wraps(self, wraps: bool) -> None:
        """Breaks lines at the right edge, or lets them run on; the line at the top stays there."""
        if wraps != self.wraps:
            self.wraps = wraps
            self._top = RowPosition(self._top.line)
            self.horizontalScrollBar().setValue(0)
            self._measured_anew()

    @property
    def top(self) -> RowPosition:
        """The uppermost row in sight."""
        return self._top

    def rows_in_sight(self) -> list[RowPosition]:
        """The rows in sight, one that is cut at the bottom among them."""
        room = -(-self.viewport().height() // self.row_height)
        return list(self._positions.following(self._top, room))

    def visible_lines(self) -> tuple[int, int]:
        """The first and the last line in sight, also where only a part of it is; 0 and 0 for no lines."""
        rows = self.rows_in_sight()
        return (rows[0].line, rows[-1].line) if rows else (0, 0)

    def update_lines(self, first: int, last: int) -> None:
        """Draws lines anew, if they are in sight."""
        rows = self.rows_in_sight()
        places = [place for place, row in enumerate(rows) if first <= row.line <= last]
        if places:
            top, height = places[0] * self.row_height, len(places) * self.row_height
            self.viewport().update(0, top, self.viewport().width(), height)

    def set_top(self, top: RowPosition) -> None:
        """Has another row at the top, as far as there is text below it."""
        top = self._positions.bounded(top, self.page)
        if top == self._top:
            return
        steps = self._positions.distance(self._top, top, self.page)
        self._top = top
        bar = self.verticalScrollBar()
        bar.setValue(self._positions.value(top))
        if steps is None:
            self.viewport().update()
        else:
            # What stays in sight is moved and not drawn again.
            self.viewport().scroll(0, -steps * self.row_height)
        self._widen()
        self.scrolled.emit()

    def scroll_rows(self, steps: int) -> None:
        """Moves so many rows down, or up where that is negative."""
        self.set_top(self._positions.moved(self._top, steps))

    def bring(self, line: int, *, row: int = 0, centre: bool = False) -> None:
        """Brings a row into sight; in the middle where it is asked for, or where it is far away."""
        if not self.lines.count:
            return
        wanted = RowPosition(line, row)
        steps = self._positions.distance(self._top, wanted, 2 * self.page)
        if steps is None or centre:
            self.set_top(self._positions.moved(wanted, -(self.page // 2)))
        elif steps < 0:
            self.set_top(wanted)
        elif steps >= self.page:
            self.scroll_rows(steps - self.page + 1)

    def reveal(self, line: int, first: int, last: int) -> None:
        """Brings characters of a line into sight, the first of them before all others.

        Args:
            line: The line.
            first: The first character, from 0.
            last: The one behind the last.
        """
        laid = self.laid(line)
        start, end = laid.shown.to_drawn(first), laid.shown.to_drawn(last)
        number = laid.row_of(start)
        seen = self.rows_in_sight()[: self.page]
        self.bring(line, row=number, centre=RowPosition(line, number) not in seen)
        left, right = laid.rows[number].x_at(start), laid.rows[number].x_at(end)
        bar, room = self.horizontalScrollBar(), self.viewport().width() - self.gutter_width - 3 * TEXT_MARGIN
        if not self.wraps and not bar.value() <= left <= right <= bar.value() + room:
            self._widen()
            bar.setValue(round(max(0.0, min(left - room / 3, left) if left > room * 2 / 3 else 0.0)))

    def row_at(self, y: float) -> RowPosition | None:
        """The row at some pixels of the viewport; None below the last line."""
        rows = self.rows_in_sight()
        place = int(y // self.row_height)
        return rows[place] if 0 <= place < len(rows) else None

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802  (Qt's name)
        """Follows the scroll bars."""
        value = self.verticalScrollBar().value()
        if self._is_measuring:
            return
        if dy and value != self._positions.value(self._top):
            self.set_top(self._positions.position(value))
        if dx:
            beside = self.viewport().rect().adjusted(self.gutter_width, 0, 0, 0)
            self.viewport().scroll(dx, 0, QRect(beside))
            self.scrolled.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  (Qt's name)
        """Has other room."""
        super().resizeEvent(event)
        self._set_ranges()
        self.scrolled.emit()

    def _measured_anew(self) -> None:
        """Sizes are others: the row at the top stays, everything is drawn anew."""
        self._widest = 0.0
        self._positions = RowPositions(self.lines.count, self._rows_of if self.wraps else None)
        self._set_ranges()
        self.viewport().update()
        self.scrolled.emit()

    def _rows_of(self, number: int) -> int:
        return len(self.laid(number).rows) if 1 <= number <= self.lines.count else 1

    def _set_ranges(self) -> None:
        self._top = self._positions.bounded(self._top, self.page)
        bar = self.verticalScrollBar()
        last = self._positions.value(self._positions.last_top(self.page))
        # The bar's old value means another place on its new scale: nobody has moved it.
        self._is_measuring = True
        bar.setRange(0, last)
        bar.setPageStep(self.page * self._positions.parts)
        bar.setSingleStep(self._positions.parts)
        bar.setValue(self._positions.value(self._top))
        self._is_measuring = False
        self._widen()

    def _widen(self) -> None:
        """Makes room for the longest line that was in sight so far."""
        bar = self.horizontalScrollBar()
        room = self.viewport().width() - self.gutter_width
        if not self.wraps:
            seen = {each.line for each in self.rows_in_sight()}
            widths = (self.line_painter.width(self.laid(number)) for number in seen)
            self._widest = max(self._widest, max(widths, default=0.0))
        bar.setRange(0, 0 if self.wraps else max(0, round(self._widest) + 2 * TEXT_MARGIN - room))
        bar.setPageStep(max(1, room))
        bar.setSingleStep(round(self.line_painter.cell) * 4)
