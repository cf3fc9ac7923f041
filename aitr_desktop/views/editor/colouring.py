"""Colours of the lines that are seen, and of no others: the work is bounded whatever the file's size.

``QSyntaxHighlighter`` would look at every line of a file as it is opened, and lay each line out by itself as
one scrolls; here what is seen is coloured at once and laid out once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Slot
from qtpy.QtGui import QColor, QFont, QFontMetrics, QTextCharFormat, QTextLayout

from aitr_desktop.code.styling import Style
from aitr_desktop.editing.hidden import is_placeholder
from aitr_desktop.editing.lines import indent_of, units
from aitr_desktop.editing.tokens import TokenKind, opens_text, prose_tokens_of, tokens_of

if TYPE_CHECKING:
    from qtpy.QtWidgets import QPlainTextEdit

    from aitr_desktop.theme import ThemeController

LOOK_BACK = 200
"""Lines above what is seen in which is looked for a text that goes on in it."""
BEYOND = 4
"""Lines below what is seen that are coloured along."""
LABEL_PIXELS = 9
"""Size of the number that is drawn over a hidden character."""
_STYLES = {
    TokenKind.COMMENT: Style.COMMENT,
    TokenKind.KEY: Style.DEFINITION,
    TokenKind.TEXT: Style.STRING,
    TokenKind.CONSTANT: Style.NUMBER,
    TokenKind.SIGN: Style.SIGN,
    TokenKind.REFUSED: Style.ERROR,
}
"""What is written looks as it does where code is read."""


class Colouring(QObject):
    """Colours YAML and JSON, or prose with placeholders.

    A line's state says for which look its colours are: lines out of sight keep an old one, and are coloured
    when they come into sight.

    Args:
        theme: The colours.
        edit: Whose lines.
    """

    def __init__(self, theme: ThemeController, edit: QPlainTextEdit) -> None:
        super().__init__(edit)
        self._theme, self._edit = theme, edit
        self._document = edit.document()
        self._look = 0
        self._is_prose = False
        self._formats: dict[TokenKind, QTextCharFormat] = {}
        self._hidden = QTextCharFormat()
        self.is_busy = False
        """Whether what changes now is colours and not the text."""
        self._document.contentsChange.connect(self._changed)
        edit.verticalScrollBar().valueChanged.connect(self.look)

    @Slot()
    def look(self) -> None:
        """Colours what is seen now and has no colours yet."""
        if self.is_busy or not self._formats:
            return
        first, last = self._seen()
        block = self._document.findBlockByNumber(max(0, first - LOOK_BACK))
        start, end, below = -1, -1, -1
        while block.isValid() and block.blockNumber() <= last:
            line = block.text()
            is_text, below = (False, -1) if self._is_prose else _in_text(line, below)
            wanted = 2 * self._look + is_text
            if block.blockNumber() >= first and block.userState() != wanted:
                block.layout().setFormats(self._of_line(line, is_text=is_text))
                block.setUserState(wanted)
                start = block.position() if start < 0 else start
                end = block.position() + block.length()
            block = block.next()
        if start >= 0:
            self.is_busy = True
            try:
                self._document.markContentsDirty(start, end - start)
            finally:
                self.is_busy = False

    def take_for_prose(self, is_prose: bool) -> None:
        """Colours the text for prose, or for YAML and JSON again."""
        self._is_prose = is_prose
        self.again()

    def again(self) -> None:
        """Colours what is seen anew: the theme is another, or the size."""
        self._look += 1
        self._formats = {kind: self._format(kind) for kind in TokenKind}
        self._hidden = QTextCharFormat()
        self._hidden.setForeground(QColor(self._theme.theme.pending))
        self._hidden.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
        room = QFontMetrics(self._theme.code_font(LABEL_PIXELS)).horizontalAdvance("U+202E")
        self._hidden.setFontLetterSpacing(room + 6)
        self.look()

    @Slot(int, int, int)
    def _changed(self, position: int, _: int, added: int) -> None:
        """Forgets the colours of what was written."""
        if self.is_busy:
            return
        _, last = self._seen()
        block = self._document.findBlock(position)
        while block.isValid() and block.blockNumber() <= last and block.position() <= position + added:
            block.setUserState(-1)
            block = block.next()
        self.look()

    def _of_line(self, line: str, *, is_text: bool) -> list[QTextLayout.FormatRange]:
        is_wide = not line.isascii()
        if is_text:
            found = [self._range(0, units(line), self._formats[TokenKind.TEXT])]
        else:
            found = []
            for token in (prose_tokens_of if self._is_prose else tokens_of)(line):
                start, end = token.start, token.end
                if is_wide:
                    start, end = units(line[:start]), units(line[:end])
                found.append(self._range(start, end, self._formats[token.kind]))
        return [*found, *self._widened(line)] if is_wide else found

    def _widened(self, line: str) -> list[QTextLayout.FormatRange]:
        """Gives each placeholder room for the number that is drawn over it."""
        found = []
        unit = 0
        for sign in line:
            length = 2 if sign > "\uffff" else 1
            if is_placeholder(sign):
                found.append(self._range(unit, unit + length, self._hidden))
            unit += length
        return found

    @staticmethod
    def _range(start: int, end: int, drawn: QTextCharFormat) -> QTextLayout.FormatRange:
        made = QTextLayout.FormatRange()
        made.start, made.length, made.format = start, end - start, drawn
        return made

    def _seen(self) -> tuple[int, int]:
        first = self._edit.firstVisibleBlock().blockNumber()
        rows = self._edit.viewport().height() // max(1, self._edit.fontMetrics().lineSpacing())
        return first, first + rows + BEYOND

    def _format(self, kind: TokenKind) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setForeground(QColor(self._theme.theme.code(_STYLES[kind])))
        return made


def _in_text(line: str, below: int) -> tuple[bool, int]:
    """Whether a line is part of a text of several lines, as below ``description: |``; and so the next one.

    Args:
        line: The line.
        below: Lines deeper than this are part of such a text; -1 where none is open.
    """
    if below >= 0:
        if not line.strip() or indent_of(line) > below:
            return True, below
        below = -1
    return False, indent_of(line) if opens_text(line) else below
