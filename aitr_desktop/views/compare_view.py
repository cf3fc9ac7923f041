"""Two reports side by side: what became of the verdict, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from aitr_desktop.views.message_pane import Message, MessagePane, error_message
from aitr_desktop.views.plain_label import PlainLabel, hairline
from aitr_desktop.views.section_block import SectionBlock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.item_models.report_detail import Block
    from aitr_desktop.theme import ThemeController
    from tsr_agent.errors import TsrError


class CompareView(QStackedWidget):
    """Shows blocks of a comparison, or what to do to get one.

    Args:
        theme: Colours and fonts.
        row_height: Pixels of a row of a table.
    """

    def __init__(self, theme: ThemeController, row_height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._row_height = theme, row_height
        self.message = MessagePane(theme)
        self.sentence = PlainLabel(pixels=15, bold=True, wraps=True, selectable=True)
        self.sentence.setAccessibleName(self.tr("What became of the verdict"))
        self.sentence.setContentsMargins(16, 12, 16, 12)
        self._sections: list[SectionBlock] = []
        self._page = QFrame()
        self._page.setProperty("ground", "surface")
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self._page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.sentence, hairline(), self._scroll):
            column.addWidget(part)
        column.setStretchFactor(self._scroll, 1)
        self.addWidget(self.message)
        self.addWidget(self._page)
        self.forget()

    def forget(self) -> None:
        """Says how to get a comparison."""
        self.message.say(
            Message(
                headline=self.tr("Nothing is compared yet."),
                body=self.tr("Select two reports in the list, then choose Compare."),
                icon="compare",
            )
        )
        self.setCurrentWidget(self.message)

    def wait(self) -> None:
        """Two reports are being compared."""
        self.message.say(Message(headline=self.tr("Comparing…"), icon="compare"))
        self.setCurrentWidget(self.message)

    def show_comparison(self, sentence: str, blocks: Sequence[Block]) -> None:
        """Shows a comparison from its top."""
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(16, 8, 16, 24)
        column.setSpacing(24)
        self._sections = [SectionBlock(block.title, self._theme, self._row_height) for block in blocks]
        for section, block in zip(self._sections, blocks, strict=True):
            column.addWidget(section)
            section.show_block(block)
        column.addStretch(1)
        self.sentence.setText(sentence)
        self._scroll.setWidget(body)
        self.setCurrentWidget(self._page)
        first = next((tree for section in self._sections for tree in section.trees()), None)
        if self.hasFocus() and first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_error(self, error: TsrError) -> None:
        """Says why there is no comparison."""
        self.message.say(error_message(error))
        self.setCurrentWidget(self.message)

    def sections(self) -> list[SectionBlock]:
        """The sections from the top."""
        return self._sections
