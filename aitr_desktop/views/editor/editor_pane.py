"""A text with what belongs to it: the bars for finding and for lines, completion, and where the cursor is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QTimer, Signal, Slot
from qtpy.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from aitr_desktop.views.announcing import announce
from aitr_desktop.views.editor.completion_list import CompletionList
from aitr_desktop.views.editor.finding_text import FindingText
from aitr_desktop.views.editor.line_bar import LineBar
from aitr_desktop.views.editor.text_edit import TextEdit
from aitr_desktop.views.find_bar import FindBar
from aitr_desktop.views.plain_label import CutLabel, PlainLabel, hairline
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from aitr_desktop.theme import ThemeController

TYPING_PAUSE_MS = 150
"""Of typing, after which is looked what could be written."""


class EditorPane(QWidget):
    """The editor as other views place it.

    Args:
        theme: Colours and fonts.
        name: What a screen reader calls the text.
    """

    offers_wanted = Signal(bool)
    """What can be written at the cursor; whether a key asked for it."""

    def __init__(self, theme: ThemeController, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = TextEdit(theme)
        self.text.setAccessibleName(name)
        self.text.setAccessibleDescription(
            self.tr("Tab writes spaces. Escape, then Tab leaves the text; so does Ctrl+Tab.")
        )
        self.find_bar = FindBar(words=self.tr("Find in text"), offers_exact=True)
        self.line_bar = LineBar(
            self.text, lambda: self.text.place()[0], self.text.go_to, self.text.document().blockCount
        )
        self.text.line_asked.connect(self.line_bar.open)
        self.completion = CompletionList(theme, self.text)
        self._finding = FindingText(self.find_bar, self.text)
        self.state = CutLabel(tone=Tone.MUTED)
        self._where = PlainLabel(tone=Tone.MUTED)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._pause.timeout.connect(lambda: self.offers_wanted.emit(False))
        self._hint = ""
        self._place()
        self.text.edited.connect(self._typed)
        self.text.moved.connect(self._tell_place)
        self.text.completion_asked.connect(lambda: self.offers_wanted.emit(True))
        self.text.leaving.connect(self._tell_leaving)
        self.text.refused.connect(self.hint)

    def _place(self) -> None:
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 4, 12, 4)
        foot.setSpacing(16)
        foot.addWidget(self.state, 1)
        foot.addWidget(self._where)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.find_bar)
        column.addWidget(self.line_bar)
        column.addWidget(self.text, 1)
        column.addWidget(hairline())
        column.addLayout(foot)
        self._tell_place()

    def show_text(self, text: str) -> None:
        """Shows another file's text."""
        self.text.show_text(text)
        self._finding.another_text()

    def say(self, words: str, tone: Tone = Tone.MUTED) -> None:
        """Says what is known about the text on screen."""
        self.state.set_whole(words)
        self.state.set_tone(tone)

    @property
    def is_written_in(self) -> bool:
        """Whether keys go to the text, once its window has them."""
        return self.window().focusWidget() is self.text

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        self._pause.stop()
        self.find_bar.stop()

    @Slot()
    def _typed(self) -> None:
        if self.is_written_in:
            self._pause.start()

    @Slot()
    def _tell_place(self) -> None:
        line, column = self.text.place()
        words = self.tr("Line {line}, column {column}").format(line=f"{line:,}", column=f"{column:,}")
        self._where.setText(self._hint or words)

    @Slot(bool)
    def _tell_leaving(self, leaving: bool) -> None:
        self._hint = self.tr("Tab leaves the text") if leaving else ""
        if leaving:
            announce(self.text, self._hint)
        self._tell_place()

    @Slot(str)
    def hint(self, words: str) -> None:
        """Says something in place of where the cursor is, until it moves."""
        self._hint = words
        announce(self.text, words, at_once=True)
        self._tell_place()
        self._hint = ""
