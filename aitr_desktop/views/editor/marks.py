"""What was found about a text, drawn where it is: wavy lines, words on hover, weights of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject
from qtpy.QtGui import QColor, QTextCharFormat, QTextCursor, QTextFormat
from qtpy.QtWidgets import QTextEdit, QToolTip

from aitr_desktop.editing.checking import Weight
from aitr_desktop.editing.lines import units
from aitr_desktop.item_models.cells import plain_tooltip
from aitr_desktop.views.editor.gutter import SIGNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtGui import QHelpEvent

    from aitr_desktop.editing.checking import Finding
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.editor.text_edit import TextEdit

MOST_DRAWN = 200
"""Wavy lines; the list has all findings."""
_HEAVY = (Weight.NOTE, Weight.WARNING, Weight.ERROR)


class Marks(QObject):
    """Findings in a text; as one types they move with what they are about.

    Args:
        theme: Colours.
        edit: The text.
    """

    def __init__(self, theme: ThemeController, edit: TextEdit) -> None:
        super().__init__(edit)
        self._theme, self._edit = theme, edit
        self._found: list[tuple[Finding, QTextCursor]] = []
        self._hits: list[QTextCursor] = []

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Marks these, and no others."""
        self._found = [(each, self._cursor(each)) for each in findings[:MOST_DRAWN]]
        self.draw()
        self._edit.gutter.update()

    def show_hits(self, hits: list[QTextCursor]) -> None:
        """Marks what was looked for; the stretches that the cursors select."""
        self._hits = hits
        self.draw()

    def weights(self) -> dict[int, Weight]:
        """The heaviest finding of each line that has one, by the line's number from 0."""
        found: dict[int, Weight] = {}
        for each, cursor in self._found:
            line = cursor.document().findBlock(cursor.selectionStart()).blockNumber()
            if _HEAVY.index(each.weight) >= _HEAVY.index(found.get(line, Weight.NOTE)):
                found[line] = each.weight
        return found

    def at(self, position: int) -> list[Finding]:
        """What was found about a place."""
        return [
            each
            for each, cursor in self._found
            if cursor.selectionStart() <= position <= cursor.selectionEnd()
        ]

    def draw(self) -> None:
        """Draws the line with the cursor, what was looked for, and a wavy line below each finding."""
        theme = self._theme.theme
        current = QTextEdit.ExtraSelection()
        current.format.setBackground(QColor(theme.raised))
        current.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        current.cursor = self._edit.textCursor()
        current.cursor.clearSelection()
        drawn = [current, *(_hit(each, theme.hit_ground, theme.ink) for each in self._hits)]
        for finding, cursor in self._found:
            selection = QTextEdit.ExtraSelection()
            selection.format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            selection.format.setUnderlineColor(QColor(getattr(theme, SIGNS[finding.weight][1])))
            selection.cursor = cursor
            drawn.append(selection)
        self._edit.setExtraSelections(drawn)

    def show_tooltip(self, event: QHelpEvent) -> None:
        """Says what was found below the pointer."""
        at = self._edit.cursorForPosition(self._edit.viewport().mapFromGlobal(event.globalPos()))
        said = [f"{SIGNS[each.weight][0]} {_words(each)}" for each in self.at(at.position())]
        QToolTip.showText(event.globalPos(), plain_tooltip("\n".join(said)), self._edit)

    def _cursor(self, finding: Finding) -> QTextCursor:
        block = self._edit.document().findBlockByNumber(finding.line - 1)
        if not block.isValid():
            block = self._edit.document().lastBlock()
        line = block.text()
        start, end = units(line[: finding.column - 1]), units(line[: finding.end_column - 1])
        if end <= start:
            # Where only a place is known, the sign there is marked, or the one before the end of the line.
            end = min(start + 1, units(line))
            start = max(0, end - 1)
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + min(start, units(line)))
        cursor.setPosition(block.position() + min(end, units(line)), QTextCursor.MoveMode.KeepAnchor)
        return cursor


def _words(finding: Finding) -> str:
    return f"{finding.about}: {finding.message}" if finding.about else finding.message


def _hit(cursor: QTextCursor, ground: str, ink: str) -> QTextEdit.ExtraSelection:
    made = QTextEdit.ExtraSelection()
    made.format.setBackground(QColor(ground))
    made.format.setForeground(QColor(ink))
    made.cursor = cursor
    return made
