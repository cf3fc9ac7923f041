"""Selecting lines of code with the mouse in the gutter, with letters and with arrows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, QObject, Qt, Signal
from qtpy.QtGui import QKeySequence

from aitr_desktop.code.reading_keys import Deed, ReadingKeys, Special
from aitr_desktop.views.announcing import announce
from aitr_desktop.views.code.edge_scrolling import EdgeScrolling
from aitr_desktop.views.code.line_copying import LineCopying
from aitr_desktop.views.code.line_cursor import LineCursor

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtGui import QKeyEvent

    from aitr_desktop.code.reading_keys import Command
    from aitr_desktop.views.code.code_view import CodeView

_SPECIAL = {
    Qt.Key.Key_Return: Special.ENTER,
    Qt.Key.Key_Enter: Special.ENTER,
    Qt.Key.Key_Escape: Special.ESCAPE,
    Qt.Key.Key_Backspace: Special.BACKSPACE,
}
_MODIFYING = (
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_Meta,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
)
_SHIFT, _CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
_ALT, _META = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.MetaModifier
_HELD = _CTRL | _ALT | _META


class LineSelecting(QObject):
    """Puts mouse and keys of a code view to work. It gets only what the view itself is given.

    Args:
        view: Whose lines.
    """

    told = Signal(str)
    """What was done, or why not, in words."""
    changed = Signal()
    """``words`` are others: the selection, or what is typed of a command."""

    def __init__(self, view: CodeView) -> None:
        super().__init__(view)
        self._view = view
        self._keys = ReadingKeys()
        self.cursor = LineCursor(view)
        self.copying = LineCopying(view)
        self._edges = EdgeScrolling(view.viewport())
        self._edges.wanted.connect(self.cursor.drag_beyond)
        self.cursor.told.connect(self.told)
        self.copying.told.connect(self.told)
        self._moves = self._made_moves()
        view.gutter_pressed.connect(self._pressed)
        view.gutter_dragged.connect(lambda line: self.cursor.point_at(line, extends=True))
        view.typed.connect(self.take)
        view.selection_changed.connect(self.changed)
        view.cursor_moved.connect(self._forget)
        view.installEventFilter(self)

    def words(self) -> str:
        """For the foot of the pane: what is typed of a command, else ``12–20 · 9 lines``, else nothing."""
        return self._keys.pending or self.cursor.words()

    def take(self, event: QKeyEvent) -> None:
        """Does what a key of the view means, and accepts it; ignores every other."""
        event.setAccepted(self._takes(event))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  (Qt's name)
        """Keeps keys that mean something here from the menus; forgets a command when the focus goes."""
        if watched is self._view:
            if event.type() == QEvent.Type.ShortcutOverride and self._wants(event):  # type: ignore[arg-type]
                event.accept()
                return True
            if event.type() == QEvent.Type.FocusOut:
                self._forget()
        return False

    def _made_moves(self) -> dict[Qt.Key, Callable[[], None]]:
        """What travelling keys do with Shift; without it, the view itself moves."""
        cursor = self.cursor
        return {
            Qt.Key.Key_Down: lambda: cursor.step(1, extends=True),
            Qt.Key.Key_Up: lambda: cursor.step(-1, extends=True),
            Qt.Key.Key_PageDown: lambda: cursor.extend_by_page(1),
            Qt.Key.Key_PageUp: lambda: cursor.extend_by_page(-1),
            Qt.Key.Key_Home: lambda: cursor.extend_to(1),
            Qt.Key.Key_End: lambda: cursor.extend_to(cursor.count),
        }

    def _wants(self, event: QKeyEvent) -> bool:
        """Whether a key that a menu may have is meant for the lines now."""
        if _is_copy(event) or _is_select_all(event):
            return True
        if event.modifiers() & _HELD:
            return False
        if self._keys.pending:
            return Qt.Key(event.key()) not in _MODIFYING
        return event.key() == Qt.Key.Key_Escape and self._view.selection is not None

    def _takes(self, event: QKeyEvent) -> bool:
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        if key in _MODIFYING or not self.cursor.count:
            return False
        if _is_copy(event):
            return self._ending(self.copying.copy)
        if _is_select_all(event):
            return self._ending(self.cursor.select_all)
        if key in self._moves and _travels(key, modifiers):
            return self._ending(self._moves[key])
        before = self._keys.pending
        command = None if modifiers & _HELD else self._command(event, key)
        if command is None:
            self._forget()
            return False
        self._do(command)
        if self._keys.pending != before:
            announce(self._view, self._keys.pending)
            self.changed.emit()
        return command.is_taken

    def _command(self, event: QKeyEvent, key: Qt.Key) -> Command | None:
        repeated = event.isAutoRepeat()
        if key in _SPECIAL:
            has_selection = self._view.selection is not None
            return self._keys.special(_SPECIAL[key], has_selection=has_selection, repeated=repeated)
        if event.text() and event.text().isprintable():
            shift = bool(event.modifiers() & _SHIFT)
            return self._keys.press(event.text(), shift=shift, repeated=repeated)
        return None

    def _do(self, command: Command) -> None:
        if command.deed is Deed.MOVE:
            self.cursor.step(command.number, extends=False)
        elif command.deed is Deed.EXTEND:
            self.cursor.step(command.number, extends=True)
        elif command.deed is Deed.COPY:
            self.copying.copy()
        elif command.deed is Deed.GO_TO:
            self.cursor.go_to(command.number)
        elif command.deed is Deed.GO_TO_END:
            self.cursor.select(self.cursor.count)
        elif command.deed is Deed.CLEAR:
            self.cursor.clear()

    def _pressed(self, line: int, extends: bool) -> None:
        self._forget()
        self._edges.begin()
        self.cursor.point_at(line, extends=extends)

    def _ending(self, do: Callable[[], object]) -> bool:
        """Does something that ends what was typed of a command."""
        self._forget()
        do()
        return True

    def _forget(self) -> None:
        if self._keys.pending:
            self._keys.reset()
            self.changed.emit()


def _is_copy(event: QKeyEvent) -> bool:
    return bool(event.matches(QKeySequence.StandardKey.Copy))


def _is_select_all(event: QKeyEvent) -> bool:
    return bool(event.matches(QKeySequence.StandardKey.SelectAll))


def _travels(key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
    """Whether a key extends the selection: to the ends of the file with Ctrl too, as in every editor."""
    if not modifiers & _SHIFT or modifiers & (_ALT | _META):
        return False
    return not modifiers & _CTRL or key in (Qt.Key.Key_Home, Qt.Key.Key_End)
