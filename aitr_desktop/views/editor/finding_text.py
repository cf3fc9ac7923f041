"""Looks for a text in what is edited: all hits marked and counted, on and back."""

from __future__ import annotations

import bisect
import re
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt, Slot
from qtpy.QtGui import QTextCursor

from aitr_desktop.editing.hidden import with_placeholders
from aitr_desktop.editing.lines import units

if TYPE_CHECKING:
    from aitr_desktop.views.editor.text_edit import TextEdit
    from aitr_desktop.views.find_bar import FindBar

MOST_HITS = 10_000
MOST_DRAWN = 500


class FindingText(QObject):
    """Connects a bar with a text.

    Args:
        bar: Where is typed what to look for.
        edit: The text.
    """

    def __init__(self, bar: FindBar, edit: TextEdit) -> None:
        super().__init__(edit)
        self._bar, self._edit = bar, edit
        self._hits: list[tuple[int, int]] = []
        self._is_old = True
        edit.find_asked.connect(self.open)
        edit.hit_asked.connect(self.go_on)
        edit.edited.connect(self._outdated)
        bar.asked.connect(self._look)
        bar.moved.connect(self.go_on)
        bar.closed.connect(self.close)

    @Slot()
    def open(self) -> None:
        """Opens the bar with what is selected."""
        selected = self._edit.textCursor().selectedText()
        if selected and "\u2029" not in selected:
            self._bar.field.setText(selected)
        self._bar.open()
        if self._bar.text():
            self._look(self._bar.text())

    @Slot()
    def close(self) -> None:
        """Marks nothing any more, and goes back to the text."""
        self._bar.hide()
        self._hits, self._is_old = [], True
        self._edit.marks.show_hits([])
        self._edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def another_text(self) -> None:
        """Marks the same in what is shown now, while the bar is open; goes nowhere by itself."""
        self._hits, self._is_old = [], True
        if not self._bar.isHidden():
            self._collect(self._bar.text())
            self._edit.marks.show_hits([self._cursor(each) for each in self._around(0)])
            self._say()

    @Slot(int)
    def go_on(self, steps: int) -> None:
        """Goes to the next or the previous hit, past the end to the other one."""
        if self._bar.isHidden() and not self._bar.text():
            self.open()
            return
        if self._is_old:
            self._collect(self._bar.text())
        if not self._hits:
            self._say()
            return
        cursor = self._edit.textCursor()
        starts = [start for start, _ in self._hits]
        if steps > 0:
            place = bisect.bisect_left(starts, cursor.selectionEnd()) % len(starts)
        else:
            place = bisect.bisect_left(starts, cursor.selectionStart()) - 1
        self._select(place)

    @Slot(str)
    def _look(self, text: str) -> None:
        self._collect(text)
        if self._hits:
            at = self._edit.textCursor().selectionStart()
            starts = [start for start, _ in self._hits]
            self._select(bisect.bisect_left(starts, at) % len(starts))
        else:
            self._edit.marks.show_hits([])
            self._say()

    def _collect(self, text: str) -> None:
        self._is_old = False
        self._hits = []
        if not text:
            return
        whole = self._edit.toPlainText()
        is_wide = not whole.isascii()
        case = 0 if self._bar.is_exact else re.IGNORECASE
        for found in re.finditer(re.escape(with_placeholders(text)), whole, case):
            start, end = found.span()
            if is_wide:
                start, end = units(whole[:start]), units(whole[:end])
            self._hits.append((start, end))
            if len(self._hits) == MOST_HITS:
                break

    def _select(self, place: int) -> None:
        self._edit.marks.show_hits([self._cursor(each) for each in self._around(place)])
        self._edit.setTextCursor(self._cursor(self._hits[place]))
        self._edit.centerCursor()
        self._say(place % len(self._hits) + 1)

    def _around(self, place: int) -> list[tuple[int, int]]:
        first = max(0, place - MOST_DRAWN // 2)
        return self._hits[first : first + MOST_DRAWN]

    def _cursor(self, hit: tuple[int, int]) -> QTextCursor:
        cursor = QTextCursor(self._edit.document())
        cursor.setPosition(hit[0])
        cursor.setPosition(hit[1], QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _say(self, place: int = 0) -> None:
        if not self._bar.text():
            self._bar.say("")
        elif not self._hits:
            self._bar.say(self.tr("Not in the text"), is_missing=True)
        else:
            more = "+" if len(self._hits) == MOST_HITS else ""
            words = self.tr("{place} of {count}") if place else self.tr("{count} in the text")
            self._bar.say(words.format(place=f"{place:,}", count=f"{len(self._hits):,}{more}"))

    @Slot()
    def _outdated(self) -> None:
        self._is_old = True
