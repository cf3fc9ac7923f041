"""The characters of a text: what is shown, what is meant, and what is let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QMimeData, Qt, Signal
from qtpy.QtGui import QTextCursor
from qtpy.QtWidgets import QPlainTextEdit

from aitr_desktop.editing.hidden import with_placeholders, without_placeholders
from aitr_desktop.editing.lines import signs, units
from aitr_desktop.editing.text_files import MAX_BYTES, MAX_LINE, MAX_LINES

if TYPE_CHECKING:
    from qtpy.QtGui import QInputMethodEvent


class MeantText(QPlainTextEdit):
    """A plain text whose hidden characters are shown as others, and leave it as themselves."""

    refused = Signal(str)
    """Why something was not put in, in words."""

    def text(self) -> str:
        """What is written, with the characters that are meant."""
        return without_placeholders(self.toPlainText())

    def show_text(self, text: str) -> None:
        """Shows another file's text; nothing can be undone of the one before."""
        self.setPlainText(with_placeholders(text))

    def replace_text(self, text: str) -> None:
        """Puts another text in place of this one, which can be undone."""
        cursor = self.textCursor()
        cursor.beginEditBlock()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(with_placeholders(text))
        cursor.endEditBlock()
        cursor.movePosition(QTextCursor.MoveOperation.Start)
        self.setTextCursor(cursor)

    def place(self) -> tuple[int, int]:
        """Line and column of the cursor, which count from 1, in characters."""
        cursor = self.textCursor()
        return cursor.blockNumber() + 1, signs(cursor.block().text(), cursor.positionInBlock()) + 1

    def offset(self) -> int:
        """Characters before the cursor."""
        cursor = self.textCursor()
        whole = self.toPlainText()
        return cursor.position() if whole.isascii() else signs(whole, cursor.position())

    def go_to(self, line: int, column: int = 1) -> None:
        """Puts the cursor and the focus at a place, or at the nearest there is."""
        count = self.document().blockCount()
        block = self.document().findBlockByNumber(min(max(line, 1), count) - 1)
        cursor = QTextCursor(block)
        # By position: a step to the right may pass over several characters that are drawn as one.
        cursor.setPosition(block.position() + units(block.text()[: max(column - 1, 0)]))
        self.setTextCursor(cursor)
        self.centerCursor()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def has_room_for(self, text: str) -> str:
        """Why a text can't be put in; empty where it can."""
        if self.document().characterCount() + len(text) > MAX_BYTES:
            return self.tr("That is more than a file may have here.")
        if self.document().blockCount() + text.count("\n") > MAX_LINES:
            return self.tr("That are more lines than a file may have here.")
        longest = max(map(len, text.split("\n")), default=0)
        return self.tr("That has a line longer than this editor takes.") if longest > MAX_LINE else ""

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:  # noqa: N802  (Qt's name)
        """Takes what an input method writes, with what nobody would see written out."""
        event.setCommitString(with_placeholders(event.commitString()))
        super().inputMethodEvent(event)

    def createMimeDataFromSelection(self) -> QMimeData:  # noqa: N802  (Qt's name)
        """What is copied has the characters that are meant."""
        made = QMimeData()
        selected = self.textCursor().selectedText().replace("\u2029", "\n")
        made.setText(without_placeholders(selected))
        return made

    def canInsertFromMimeData(self, source: QMimeData) -> bool:  # noqa: N802  (Qt's name)
        """Text alone."""
        return bool(source.hasText())

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802  (Qt's name)
        """Puts in a text, as text, where there is room."""
        text = source.text().replace("\r\n", "\n")
        why_not = self.has_room_for(text)
        if why_not:
            self.refused.emit(why_not)
        else:
            self.textCursor().insertText(with_placeholders(text))
            self.ensureCursorVisible()
