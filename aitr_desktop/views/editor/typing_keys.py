"""What keys do in a text: indentation, comments, searching, and how a keyboard gets out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt
from qtpy.QtGui import QTextCursor

from aitr_desktop.editing.lines import (
    commented,
    indent_below,
    indent_of_point,
    indented,
    outdented,
    signs,
    to_next_stop,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtGui import QKeyEvent

    from aitr_desktop.views.editor.text_edit import TextEdit

_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_NONE = Qt.KeyboardModifier.NoModifier
_KEYPAD = Qt.KeyboardModifier.KeypadModifier


class TypingKeys(QObject):
    """Takes the keys that mean more than a character.

    Args:
        edit: The text.
    """

    def __init__(self, edit: TextEdit) -> None:
        super().__init__(edit)
        self._edit = edit
        self.is_leaving = False
        """Whether Escape was pressed, so that Tab leaves."""
        self.before: Callable[[QKeyEvent], bool] | None = None
        """Is asked first: a list of completions that is open takes the arrows."""
        self._plain: dict[tuple[Qt.Key, Qt.KeyboardModifier], Callable[[], object]] = {
            (Qt.Key.Key_F, _CTRL): edit.find_asked.emit,
            (Qt.Key.Key_G, _CTRL): edit.line_asked.emit,
            (Qt.Key.Key_F3, _NONE): lambda: edit.hit_asked.emit(1),
            (Qt.Key.Key_F3, _SHIFT): lambda: edit.hit_asked.emit(-1),
            (Qt.Key.Key_Slash, _CTRL): self._toggle_comment,
            (Qt.Key.Key_Slash, _CTRL | _SHIFT): self._toggle_comment,
            (Qt.Key.Key_Space, _CTRL): edit.completion_asked.emit,
            (Qt.Key.Key_Plus, _CTRL): lambda: edit.zoom(1),
            (Qt.Key.Key_Plus, _CTRL | _SHIFT): lambda: edit.zoom(1),
            (Qt.Key.Key_Equal, _CTRL): lambda: edit.zoom(1),
            (Qt.Key.Key_Minus, _CTRL): lambda: edit.zoom(-1),
            (Qt.Key.Key_0, _CTRL): lambda: edit.zoom(0),
            (Qt.Key.Key_Tab, _CTRL): lambda: self._leave(forward=True),
            (Qt.Key.Key_Backtab, _CTRL | _SHIFT): lambda: self._leave(forward=False),
            (Qt.Key.Key_Tab, _CTRL | _SHIFT): lambda: self._leave(forward=False),
            (Qt.Key.Key_Tab, _NONE): self._tab,
            (Qt.Key.Key_Backtab, _SHIFT): self._back_tab,
            (Qt.Key.Key_Return, _NONE): self._new_line,
            (Qt.Key.Key_Enter, _NONE): self._new_line,
            (Qt.Key.Key_Home, _NONE): lambda: self._home(QTextCursor.MoveMode.MoveAnchor),
            (Qt.Key.Key_Home, _SHIFT): lambda: self._home(QTextCursor.MoveMode.KeepAnchor),
            (Qt.Key.Key_Backspace, _NONE): self._backspace,
        }

    def wants(self, event: QKeyEvent) -> bool:
        """Whether a key is meant for the text, whatever menus have it for."""
        if event.key() == Qt.Key.Key_Escape:
            return not self.is_leaving
        return self._named(event) in self._plain

    def take(self, event: QKeyEvent) -> bool:
        """Does what a key means; False where the text itself knows."""
        if self.before is not None and self.before(event):
            return True
        if event.key() == Qt.Key.Key_Escape:
            self._set_leaving(not self.is_leaving)
            return self.is_leaving
        named = self._named(event)
        is_tab = named[0] in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        if self.is_leaving and is_tab:
            self._leave(forward=named[0] == Qt.Key.Key_Tab)
            return True
        if event.key() not in (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt):
            self._set_leaving(False)
        do = self._plain.get(named)
        return do is not None and do() is not False

    def _named(self, event: QKeyEvent) -> tuple[Qt.Key, Qt.KeyboardModifier]:
        return Qt.Key(event.key()), event.modifiers() & ~_KEYPAD

    def _set_leaving(self, leaving: bool) -> None:
        if leaving != self.is_leaving:
            self.is_leaving = leaving
            self._edit.leaving.emit(leaving)

    def _leave(self, *, forward: bool) -> None:
        self.is_leaving = True
        self._edit.focusNextPrevChild(forward)
        self._set_leaving(False)

    def _tab(self) -> None:
        cursor = self._edit.textCursor()
        if cursor.hasSelection():
            self._each_line(lambda lines: [indented(line) for line in lines])
        else:
            column = signs(cursor.block().text(), cursor.positionInBlock())
            cursor.insertText(to_next_stop(column))

    def _back_tab(self) -> None:
        self._each_line(lambda lines: [outdented(line) for line in lines])

    def _toggle_comment(self) -> None:
        if self._edit.is_prose:
            self._edit.refused.emit(self.tr("This kind of text has no comments here"))
        else:
            self._each_line(commented)

    def _new_line(self) -> None:
        cursor = self._edit.textCursor()
        start = cursor.selectionStart()
        first = self._edit.document().findBlock(start)
        before = first.text().encode("utf-16-le", "surrogatepass")[: 2 * (start - first.position())]
        below = indent_of_point if self._edit.is_prose else indent_below
        cursor.insertText("\n" + below(before.decode("utf-16-le", "replace")))
        self._edit.ensureCursorVisible()

    def _home(self, mode: QTextCursor.MoveMode) -> None:
        """To the first character of the line; there already, to its very start."""
        cursor = self._edit.textCursor()
        line = cursor.block().text()
        first = len(line) - len(line.lstrip())
        column = 0 if cursor.positionInBlock() == first else first
        cursor.setPosition(cursor.block().position() + column, mode)
        self._edit.setTextCursor(cursor)

    def _backspace(self) -> bool:
        """In the indentation takes away one level of it."""
        cursor = self._edit.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        if cursor.hasSelection() or not before or before.strip(" "):
            return False
        keep = len(outdented(before))
        cursor.setPosition(cursor.block().position() + keep, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        return True

    def _each_line(self, change: Callable[[list[str]], list[str]]) -> None:
        """Changes the lines that are selected, in one step that can be undone."""
        cursor = self._edit.textCursor()
        document = self._edit.document()
        first, last = document.findBlock(cursor.selectionStart()), document.findBlock(cursor.selectionEnd())
        if last.blockNumber() > first.blockNumber() and cursor.selectionEnd() == last.position():
            # A selection that ends before the first sign of a line does not mean that line.
            last = last.previous()
        had_selection, end = cursor.hasSelection(), document.characterCount() - cursor.selectionEnd()
        start = first.position()
        whole = QTextCursor(first)
        whole.setPosition(last.position() + last.length() - 1, QTextCursor.MoveMode.KeepAnchor)
        lines = whole.selectedText().split("\u2029")
        changed = change(lines)
        if changed == lines:
            return
        whole.insertText("\n".join(changed))
        end = max(0, document.characterCount() - end)
        if had_selection:
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        else:
            cursor.setPosition(max(end, start))
        self._edit.setTextCursor(cursor)
