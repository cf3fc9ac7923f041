"""Keys of the code view itself: moving, sizes, and what opens a bar. Letters are told to whoever listens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtGui import QKeyEvent

    from aitr_desktop.views.code.code_view import CodeView

_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_NONE = Qt.KeyboardModifier.NoModifier
_KEYPAD = Qt.KeyboardModifier.KeypadModifier


class ViewKeys(QObject):
    """Takes the keys that move through the text.

    Args:
        view: The text.
    """

    def __init__(self, view: CodeView) -> None:
        super().__init__(view)
        self._view = view
        self._kept: dict[tuple[Qt.Key, Qt.KeyboardModifier], Callable[[], object]] = {
            (Qt.Key.Key_F, _CTRL): view.find_asked.emit,
            (Qt.Key.Key_G, _CTRL): view.line_asked.emit,
            (Qt.Key.Key_F3, _NONE): lambda: view.hit_asked.emit(1),
            (Qt.Key.Key_F3, _SHIFT): lambda: view.hit_asked.emit(-1),
            (Qt.Key.Key_Plus, _CTRL): lambda: view.zoom(1),
            (Qt.Key.Key_Plus, _CTRL | _SHIFT): lambda: view.zoom(1),
            (Qt.Key.Key_Equal, _CTRL): lambda: view.zoom(1),
            (Qt.Key.Key_Minus, _CTRL): lambda: view.zoom(-1),
            (Qt.Key.Key_0, _CTRL): lambda: view.zoom(0),
        }
        self._moves: dict[tuple[Qt.Key, Qt.KeyboardModifier], Callable[[], object]] = {
            (Qt.Key.Key_Down, _NONE): lambda: self._step(1),
            (Qt.Key.Key_Up, _NONE): lambda: self._step(-1),
            (Qt.Key.Key_PageDown, _NONE): lambda: self._page(1),
            (Qt.Key.Key_PageUp, _NONE): lambda: self._page(-1),
            (Qt.Key.Key_Home, _NONE): self._line_start,
            (Qt.Key.Key_End, _NONE): self._line_end,
            (Qt.Key.Key_Home, _CTRL): lambda: self._go(1),
            (Qt.Key.Key_End, _CTRL): lambda: self._go(view.lines.count),
            (Qt.Key.Key_Left, _NONE): lambda: self._aside(-1),
            (Qt.Key.Key_Right, _NONE): lambda: self._aside(1),
            (Qt.Key.Key_Down, _CTRL): lambda: view.scroll_rows(1),
            (Qt.Key.Key_Up, _CTRL): lambda: view.scroll_rows(-1),
        }

    def wants(self, event: QKeyEvent) -> bool:
        """Whether a key is meant for the text, whatever menus have it for."""
        return self._named(event) in self._kept

    def take(self, event: QKeyEvent) -> bool:
        """Does what a key means; False where it means nothing here."""
        named = self._named(event)
        do = self._kept.get(named) or self._moves.get(named)
        if do is None:
            return False
        do()
        return True

    def _named(self, event: QKeyEvent) -> tuple[Qt.Key, Qt.KeyboardModifier]:
        return Qt.Key(event.key()), event.modifiers() & ~_KEYPAD

    def _go(self, line: int) -> None:
        self._view.go_to(line, centre=False)

    def _step(self, lines: int) -> None:
        self._go(self._view.cursor_line + lines)

    def _page(self, pages: int) -> None:
        """Moves what is seen by a page, and the cursor with it, so that it keeps its place on screen."""
        view = self._view
        steps = pages * max(1, view.page - 1)
        before = view.top
        view.scroll_rows(steps)
        line = view.cursor_line + view.top.line - before.line
        first, last = view.visible_lines()
        if view.top == before:
            line = view.lines.count if pages > 0 else 1
        self._go(min(max(line, first), last))

    def _aside(self, steps: int) -> None:
        bar = self._view.horizontalScrollBar()
        bar.setValue(bar.value() + steps * bar.singleStep())

    def _line_start(self) -> None:
        self._view.horizontalScrollBar().setValue(0)
        self._go(self._view.cursor_line)

    def _line_end(self) -> None:
        view = self._view
        if view.lines.count and not view.wraps:
            width = view.line_painter.width(view.laid(view.cursor_line))
            room = view.viewport().width() - view.gutter_width
            view.horizontalScrollBar().setValue(max(0, round(width) - room + 16))
        self._go(view.cursor_line)
