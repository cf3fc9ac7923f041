"""Colours of the lines that are seen, and of no others: the work is bounded whatever the file's size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Slot
from qtpy.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat

from aitr_desktop.editing.hidden import is_placeholder
from aitr_desktop.editing.lines import indent_of, units
from aitr_desktop.editing.tokens import TokenKind, opens_text, tokens_of

if TYPE_CHECKING:
    from qtpy.QtGui import QTextBlock
    from qtpy.QtWidgets import QPlainTextEdit

    from aitr_desktop.theme import ThemeController

LOOK_BACK = 200
"""Lines above one in which the text is looked for that it may be part of."""
BEYOND = 4
"""Lines below what is seen that are coloured along."""
_COLOURS = {
    TokenKind.COMMENT: "muted",
    TokenKind.KEY: "accent",
    TokenKind.TEXT: "ink",
    TokenKind.CONSTANT: "ink",
    TokenKind.SIGN: "muted",
    TokenKind.REFUSED: "no_go",
}


class Colouring(QSyntaxHighlighter):
    """Colours YAML and JSON.

    A line's state says for which look its colours are: lines out of sight keep an old one, and are coloured
    when they come into sight.

    Args:
        theme: The colours.
        edit: Whose lines.
    """

    def __init__(self, theme: ThemeController, edit: QPlainTextEdit) -> None:
        super().__init__(edit.document())
        self._theme, self._edit = theme, edit
        self._look = 0
        self._formats: dict[TokenKind, QTextCharFormat] = {}
        self._hidden = QTextCharFormat()
        self.is_busy = False
        """Whether what changes now is colours and not the text."""
        edit.verticalScrollBar().valueChanged.connect(self.look)

    @Slot()
    def look(self) -> None:
        """Colours what is seen now and has no colours yet."""
        first, last = self._seen()
        block = self.document().findBlockByNumber(first)
        self.is_busy = True
        try:
            while block.isValid() and block.blockNumber() <= last:
                if block.userState() != self._look:
                    self.rehighlightBlock(block)
                block = block.next()
        finally:
            self.is_busy = False

    def again(self) -> None:
        """Colours what is seen anew: the theme is another, or the size."""
        self._look += 1
        self._formats = {kind: self._format(kind) for kind in TokenKind}
        # Imported late: it needs the text that needs this.
        from aitr_desktop.views.editor.text_edit import label_width

        self._hidden = QTextCharFormat()
        self._hidden.setForeground(QColor(self._theme.theme.pending))
        self._hidden.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
        self._hidden.setFontLetterSpacing(label_width(self._theme))
        self.look()

    def highlightBlock(self, text: str | None) -> None:  # noqa: N802  (Qt's name)
        """Colours one line, if it is seen."""
        block = self.currentBlock()
        first, last = self._seen()
        if not first <= block.blockNumber() <= last:
            self.setCurrentBlockState(-1)
            return
        self.setCurrentBlockState(self._look)
        line = text or ""
        if self._is_in_text(block, line):
            self.setFormat(0, units(line), self._formats[TokenKind.TEXT])
        else:
            self._colour(line)
        if not line.isascii():
            self._widen(line)

    def _colour(self, line: str) -> None:
        is_wide = not line.isascii()
        for start, end, kind in tokens_of(line):
            if is_wide:
                start, end = units(line[:start]), units(line[:end])
            self.setFormat(start, end - start, self._formats[kind])

    def _widen(self, line: str) -> None:
        """Gives each placeholder room for the number that is drawn over it."""
        unit = 0
        for sign in line:
            length = 2 if sign > "\uffff" else 1
            if is_placeholder(sign):
                self.setFormat(unit, length, self._hidden)
            unit += length

    def _is_in_text(self, block: QTextBlock, line: str) -> bool:
        """Whether a line is part of a text of several lines, as below ``description: |``."""
        bound = indent_of(line)
        for _ in range(LOOK_BACK):
            if bound == 0:
                return False
            block = block.previous()
            if not block.isValid():
                return False
            above = block.text()
            indent = indent_of(above)
            if above.strip() and indent < bound:
                if opens_text(above):
                    return True
                bound = indent
        return False

    def _seen(self) -> tuple[int, int]:
        first = self._edit.firstVisibleBlock().blockNumber()
        rows = self._edit.viewport().height() // max(1, self._edit.fontMetrics().lineSpacing())
        return first, first + rows + BEYOND

    def _format(self, kind: TokenKind) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setForeground(QColor(getattr(self._theme.theme, _COLOURS[kind])))
        if kind is TokenKind.CONSTANT:
            made.setFontWeight(QFont.Weight.DemiBold)
        return made
