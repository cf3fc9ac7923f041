"""Code to be read: lines with numbers, colours, marks and a selection, whatever the file's size.

The work is that of what is in sight: a line that nobody looks at is not decoded, placed or drawn. What the
text is, comes from ``TextLines``; its colours come later, when somebody has them, and drawing never waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, Qt, QTimer, Signal, Slot

from aitr_desktop.code.line_selection import LineSelection
from aitr_desktop.views.code.code_painting import CodePainting
from aitr_desktop.views.code.gutter_painter import GutterPainter
from aitr_desktop.views.code.marked_lines import MarkedLines
from aitr_desktop.views.code.pieces_kept import PiecesKept
from aitr_desktop.views.code.rows_area import RowsArea
from aitr_desktop.views.code.spoken_text import SpokenText
from aitr_desktop.views.code.view_keys import ViewKeys
from aitr_desktop.views.code.view_pointer import ViewPointer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from qtpy.QtGui import QFocusEvent, QKeyEvent, QPaintEvent, QResizeEvent

    from aitr_desktop.code.line_marks import LineMark
    from aitr_desktop.code.styling import Piece
    from aitr_desktop.code.text_lines import TextLines
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.code.line_painter import Ground

    GroundsBetween = Callable[[int, int], Mapping[int, Sequence[Ground]]]


class CodeView(RowsArea):
    """The viewport. It decides nothing: keys and presses that mean something elsewhere are told.

    Args:
        theme: Colours and fonts.
    """

    pieces_wanted = Signal(int, int)
    """First and last of lines that came into sight, or soon will, and have no colours yet."""
    selection_changed = Signal()
    cursor_moved = Signal()
    """The line of the cursor is another one."""
    mark_asked = Signal(int)
    """The sign in the gutter of a line was pressed."""
    gutter_pressed = Signal(int, bool)
    """A line's number was pressed; whether with Shift."""
    gutter_dragged = Signal(int)
    """The pointer was drawn to a line with the button held."""
    typed = Signal(object)
    """A ``QKeyEvent`` that means nothing here. Who takes it accepts it."""
    find_asked = Signal()
    hit_asked = Signal(int)
    """Go on by so many hits: 1 or -1."""
    line_asked = Signal()
    menu_asked = Signal(object, int, str)
    """The context menu is about to open: a ``QMenu`` to add to, the line, the word at the pointer or none."""
    zoomed = Signal()

    def __init__(self, theme: ThemeController) -> None:
        self.pieces = PiecesKept()
        self.gutter = GutterPainter(theme)
        self.selection: LineSelection | None = None
        self.cursor_line = 1
        super().__init__(theme)
        self._hits: GroundsBetween | None = None
        self.painting = CodePainting(theme, self)
        self._keys = ViewKeys(self)
        self._pointer = ViewPointer(self)
        self.spoken = SpokenText(self)
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.setInterval(0)
        self._asking.timeout.connect(self._ask)
        self.scrolled.connect(self._asking.start)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("code", "true")
        self.setAccessibleName(self.tr("Code"))

    def show_lines_of(self, lines: TextLines) -> None:
        """Shows another file: from its top, with nothing selected, marked or coloured."""
        self.pieces.forget()
        had_selection, self.selection = self.selection is not None, None
        self.cursor_line = 1
        self._hits = None
        self.gutter.marked = MarkedLines()
        self.gutter_width = self.gutter.width(lines.count, self.line_painter.measures)
        self.take_lines(lines)
        self.spoken.forget()
        if had_selection:
            self.selection_changed.emit()
        self.cursor_moved.emit()

    def set_pieces(self, first: int, pieces: Sequence[Sequence[Piece]]) -> None:
        """Colours lines that follow each other, from this one on; drawn anew if they are in sight."""
        self.pieces.take(first, pieces)
        self.update_lines(first, first + len(pieces) - 1)

    def forget_pieces(self) -> None:
        """Draws plain text, and asks for colours again."""
        self.pieces.forget()
        self.viewport().update()
        self._asking.start()

    def select(self, first: int, last: int) -> None:
        """Selects lines; where the second number is the smaller one, it was selected upwards."""
        selection = LineSelection(first, last).within(self.lines.count) if self.lines.count else None
        self._take_selection(selection)

    def clear_selection(self) -> None:
        """Selects nothing."""
        self._take_selection(None)

    def go_to(self, line: int, centre: bool = True) -> None:
        """Puts the cursor on a line, or on the nearest there is, and brings it into sight.

        Args:
            line: From 1.
            centre: Has it in the middle; otherwise moves no further than is needed.
        """
        line = min(max(line, 1), max(1, self.lines.count))
        before, self.cursor_line = self.cursor_line, line
        self.bring(line, centre=centre)
        if before != line:
            self.update_lines(before, before)
            self.update_lines(line, line)
            self.cursor_moved.emit()

    def reveal(self, line: int, first: int, last: int) -> None:
        """Puts the cursor on a line, and brings characters of it into sight."""
        super().reveal(line, first, last)
        self.go_to(line, centre=False)

    def set_marks(self, marks: Sequence[LineMark]) -> None:
        """Shows these marks in the gutter, and no others."""
        self.gutter.marked = MarkedLines(marks)
        self.viewport().update()

    def set_hits(self, between: GroundsBetween | None) -> None:
        """Marks what was found.

        Args:
            between: Gives the grounds by line of the lines between two; None for no hits any more.
        """
        self._hits = between
        self.viewport().update()

    def grounds(self, first: int, last: int) -> Mapping[int, Sequence[Ground]]:
        """What has another ground on some lines."""
        return self._hits(first, last) if self._hits is not None else {}

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  (Qt's name)
        """Draws what is seen."""
        self.painting.paint(event.rect())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  (Qt's name)
        """Keeps the line of the cursor in sight, if it was: a list that opens below takes room away."""
        rows = max(0, event.oldSize().height() // self.row_height)
        seen = {each.line for each in self._positions.following(self.top, rows)}
        super().resizeEvent(event)
        if self.cursor_line in seen:
            self.bring(self.cursor_line)

    def event(self, event: QEvent) -> bool:
        """Keeps the keys that mean something in code, whatever menus have them for."""
        if event.type() == QEvent.Type.ShortcutOverride and self._keys.wants(event):  # type: ignore[arg-type]
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Moves, or tells what was typed."""
        if not self._keys.take(event):
            event.ignore()
            self.typed.emit(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802  (Qt's name)
        """Shows that keys come here."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802  (Qt's name)
        """Shows that they go elsewhere."""
        super().focusOutEvent(event)
        self.viewport().update()

    def _take_selection(self, selection: LineSelection | None) -> None:
        before, self.selection = self.selection, selection
        if before == selection:
            return
        for each in (before, selection):
            if each is not None:
                self.update_lines(each.first, each.last)
        self.selection_changed.emit()

    @Slot()
    def _ask(self) -> None:
        first, last = self.visible_lines()
        if last:
            for start, end in self.pieces.wanted(first, last, self.page, self.lines.count):
                self.pieces_wanted.emit(start, end)

    def _measured_anew(self) -> None:
        self.gutter_width = self.gutter.width(self.lines.count, self.line_painter.measures)
        super()._measured_anew()
        self.zoomed.emit()
