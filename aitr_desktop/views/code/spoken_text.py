"""What a screen reader gets of code: a real text interface with lines, words, characters and a cursor.

Python can't write all of Qt's text interface: what it gives back through pointers is lost. So a text
widget that nobody sees holds the lines around the cursor, and its interface, which is Qt's own, stands for
the view's. It is filled when a screen reader asks, and else costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy import PYSIDE6, PYSIDE_VERSION
from qtpy.QtCore import QObject, Slot
from qtpy.QtGui import QAccessible, QTextCursor
from qtpy.QtWidgets import QPlainTextEdit

from aitr_desktop.views.announcing import announce
from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from aitr_desktop.code.text_lines import Line
    from aitr_desktop.views.code.code_view import CodeView

WHOLE_LINES, WHOLE_BYTES = 5_000, 500_000
"""A file up to this size is there as a whole."""
BLOCK = 300
"""Of a longer one there are the lines of the cursor's block, of the one before and of the one after."""
MOST_OF_LINE = 1_000
"""Characters of a line that can be read by character."""
SINCE = (6, 11)
"""The first binding with which this was tried; a wrong pointer would end the program."""


class SpokenText(QObject):
    """Holds the lines around the cursor as text, and says where in it the cursor is.

    Args:
        view: The code.
    """

    def __init__(self, view: CodeView) -> None:
        super().__init__(view)
        self._view = view
        self._first, self._last = 1, 0
        self._is_following = False
        self.twin = QPlainTextEdit(view)
        self.twin.setReadOnly(True)
        self.twin.hide()
        self.twin.cursorPositionChanged.connect(self._moved_by_reader)
        view.cursor_moved.connect(self._tell)
        if is_supported():
            from aitr_desktop.views.code.code_interface import answer_for_code_views

            answer_for_code_views()

    def follow(self) -> None:
        """Has the lines around the cursor, and the cursor at the beginning of its line."""
        line = self._view.cursor_line
        self._is_following = True
        if not self._first <= line <= self._last:
            self._fill(line)
        cursor = self.twin.textCursor()
        if cursor.blockNumber() != line - self._first:
            found = self.twin.document().findBlockByNumber(line - self._first)
            self.twin.setTextCursor(QTextCursor(found))
        self._is_following = False

    def forget(self) -> None:
        """The text is another one."""
        self._first, self._last = 1, 0

    def words(self) -> str:
        """Where the cursor is and what is known of its line, in a sentence each."""
        view = self._view
        if not view.lines.count:
            return self.tr("No lines")
        where = self.tr("Line {line} of {count}").format(
            line=f"{view.cursor_line:,}", count=f"{view.lines.count:,}"
        )
        return ". ".join([where, *view.gutter.marked.words(view.cursor_line).split("\n")]).rstrip(". ")

    def line_text(self) -> str:
        """The line of the cursor, with nothing hidden in it."""
        view = self._view
        return spoken(view.line(view.cursor_line)) if view.lines.count else ""

    def _fill(self, line: int) -> None:
        lines = self._view.lines
        if lines.count <= WHOLE_LINES and len(lines.content) <= WHOLE_BYTES:
            first, last = 1, lines.count
        else:
            block = (line - 1) // BLOCK
            first, last = max(1, (block - 1) * BLOCK + 1), min(lines.count, (block + 2) * BLOCK)
        shown = lines.page(first, last, MOST_OF_LINE)
        self.twin.setPlainText("\n".join(map(spoken, shown)))
        self._first, self._last = first, first + max(len(shown), 1) - 1

    @Slot()
    def _moved_by_reader(self) -> None:
        """Somebody who listens has moved the cursor."""
        if not self._is_following:
            self._view.go_to(self._first + self.twin.textCursor().blockNumber(), centre=False)

    @Slot()
    def _tell(self) -> None:
        """Tells that the cursor moved; the reader then reads the line, and here is said what marks it."""
        if not QAccessible.isActive():
            return
        if is_supported():
            from qtpy.QtGui import QAccessibleTextCursorEvent

            self.follow()
            position = self.twin.textCursor().position()
            QAccessible.updateAccessibility(QAccessibleTextCursorEvent(self._view, position))
            if self._view.gutter.marked.at(self._view.cursor_line):
                announce(self._view, self._view.gutter.marked.words(self._view.cursor_line))
        else:
            announce(self._view, f"{self.line_text()}. {self.words()}")


def spoken(line: Line) -> str:
    """A line as it is read out: one line, with nothing hidden in it."""
    text = visible(line.text.replace("\r", "⟨U+000D⟩"))
    return f"{text} … {line.left_out:,}" if line.left_out else text


def is_supported() -> bool:
    """Whether the binding lets a view have a text interface."""
    if not PYSIDE6:
        return False
    version = tuple(map(int, str(PYSIDE_VERSION).split(".")[:2]))
    return version >= SINCE and hasattr(QAccessible, "installFactory")
