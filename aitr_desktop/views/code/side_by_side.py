"""Two versions of a file side by side, walked through row by row or change by change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, Qt, Signal
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import QApplication

from aitr_desktop.code.differing import RowKind
from aitr_desktop.views.announcing import announce
from aitr_desktop.views.code.pair_area import PairArea
from aitr_desktop.views.code.pair_words import fold_words, row_words, summary_words

if TYPE_CHECKING:
    from qtpy.QtGui import QFocusEvent, QMouseEvent, QWheelEvent
    from qtpy.QtWidgets import QWidget

    from aitr_desktop.code.differing import Difference, Hunk
    from aitr_desktop.theme import ThemeController

MOST_COPIED = 20_000
"""Lines of a change that are copied."""
_KEPT = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier


class SideBySide(PairArea):
    """A ``Difference`` with a cursor.

    Args:
        theme: Colours and fonts.
    """

    left = Signal()
    """Escape: back to what was on screen before."""
    line_asked = Signal(int, int)
    """Side (0 old, 1 new) and line that somebody wants to read in its file."""
    moved = Signal()
    """The cursor is on another row."""

    def __init__(self, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.folds = True
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Two versions side by side"))

    def show_difference(self, difference: Difference) -> None:
        """Shows another one, at its first change."""
        self.setAccessibleDescription(summary_words(difference))
        self.take(difference, folds=self.folds)
        hunks = difference.hunks
        self._go(self.rows.place_of(hunks[0].first_row) if hunks else 0, centre=True)

    def set_folds(self, folds: bool) -> None:
        """Folds equal rows far from every change away, or shows all; the cursor's row stays."""
        if folds != self.folds:
            row, self.folds = self.row, folds
            self.fold(folds=folds)
            self._go(self.rows.place_of(row), centre=True)

    @property
    def row(self) -> int:
        """The row of the difference on which the cursor stands, from 0."""
        return self.rows.at(self.cursor_place).row if self.rows.count else 0

    def go_to_line(self, side: int, line: int) -> None:
        """Goes to the row of a line, which is unfolded."""
        if self.difference is None or not self.difference.count:
            return
        row = self.difference.row_of_new(line) if side else self.difference.row_of_old(line)
        if self.rows.unfold(row):
            self.measure()
        self._go(self.rows.place_of(row), centre=True)

    def change(self) -> int:
        """Which change the cursor is in or behind, from 1; 0 before the first."""
        hunks = self.difference.hunks if self.difference is not None else ()
        return sum(each.first_row <= self.row for each in hunks)

    def go_to_change(self, step: int) -> bool:
        """Goes to the next change (1), or the previous one (-1).

        Returns:
            Whether there is one.
        """
        found = self.difference
        if found is None:
            return False
        here = self._hunk()
        if step > 0:
            hunk = found.next_hunk(here.last_row if here else self.row)
        else:
            hunk = found.previous_hunk(here.first_row if here else self.row)
        if hunk is None:
            words = self.tr("No further change.") if step > 0 else self.tr("No change before.")
            announce(self, words)
            return False
        self._go(self.rows.place_of(hunk.first_row), centre=True)
        return True

    def copy_change(self) -> None:
        """Copies the change at the cursor, with the signs of differences; or the line there."""
        found = self.difference
        if found is None or not found.count:
            return
        hunk = self._hunk()
        if hunk is None:
            row = found.row(self.row)
            text = found.new.bytes_of(row.new, row.new).decode("utf-8", "replace")
        else:
            last = min(hunk.last_row, hunk.first_row + MOST_COPIED)
            rows = found.page(hunk.first_row, last)
            old = [f"-{found.old.line(row.old).text}\n" for row in rows if row.old]
            new = [f"+{found.new.line(row.new).text}\n" for row in rows if row.new]
            text = "".join((*old, *new))
        QApplication.clipboard().setText(text.replace("\0", "\ufffd"))

    def event(self, event: QEvent) -> bool:
        """Takes its own keys before a menu would: Escape leads back to the file, and not yet to the list."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            is_control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
            if (is_control and event.key() == Qt.Key.Key_C) or event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Moves through rows and changes."""
        steps = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_K: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_J: 1,
            Qt.Key.Key_PageUp: -self.page,
            Qt.Key.Key_PageDown: self.page,
            Qt.Key.Key_Home: -self.rows.count,
            Qt.Key.Key_End: self.rows.count,
        }
        sideways = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        changes = {Qt.Key.Key_N: 1, Qt.Key.Key_P: -1}
        key = event.key()
        if event.modifiers() == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_C:
            self.copy_change()
        elif event.modifiers() & ~_KEPT:
            # Qt's own would take Alt+Left for a step to the left.
            event.ignore()
        elif key in steps:
            self._go(self.cursor_place + steps[Qt.Key(key)])
        elif key in sideways:
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() + sideways[Qt.Key(key)] * bar.singleStep())
        elif key in changes:
            self.go_to_change(changes[Qt.Key(key)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.cursor_place, 1)
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802  (Qt's name)
        """Puts the cursor on a row, or opens a fold."""
        place = self._place_at(event)
        if event.button() == Qt.MouseButton.LeftButton and place < self.rows.count:
            self._go(place)
            if self.rows.at(place).folded:
                self._open(place, 1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802  (Qt's name)
        """What was pressed here ends here."""
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802  (Qt's name)
        """Opens the line in its file."""
        place = self._place_at(event)
        if place < self.rows.count:
            self._open(place, 0 if event.position().x() < self.halves()[1].left else 1)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802  (Qt's name)
        """Scrolls; with Ctrl it draws larger or smaller."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.line_painter.zoom(1 if event.angleDelta().y() > 0 else -1)
        else:
            super().wheelEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802  (Qt's name)
        """Shows where one is."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802  (Qt's name)
        """The keys go elsewhere."""
        super().focusOutEvent(event)
        self.viewport().update()

    def _place_at(self, event: QMouseEvent) -> int:
        return self.in_sight().start + max(0, int(event.position().y())) // self.line_painter.row_height

    def _hunk(self) -> Hunk | None:
        """The change in which the cursor stands."""
        hunks = self.difference.hunks if self.difference is not None else ()
        number = self.change()
        return hunks[number - 1] if number and self.row <= hunks[number - 1].last_row else None

    def _go(self, place: int, *, centre: bool = False) -> None:
        self.cursor_place = min(max(place, 0), max(0, self.rows.count - 1))
        self.bring(self.cursor_place, centre=centre)
        self.viewport().update()
        self.moved.emit()
        if self.hasFocus() and self.difference is not None and self.rows.count:
            at = self.rows.at(self.cursor_place)
            said = (
                fold_words(at.folded)
                if at.folded
                else row_words(self.difference, self.difference.row(at.row))
            )
            announce(self, said)

    def _open(self, place: int, side: int) -> None:
        """Unfolds, or asks for the line of a row: of the side, or of the one that has any."""
        at = self.rows.at(place) if place < self.rows.count else None
        if at is None or self.difference is None:
            return
        if at.folded:
            self.rows.unfold(at.row)
            self.measure()
            self._go(self.rows.place_of(at.row))
            return
        row = self.difference.row(at.row)
        if row.kind is RowKind.REMOVED or (side == 0 and row.old):
            self.line_asked.emit(0, row.old)
        else:
            self.line_asked.emit(1, row.new)
