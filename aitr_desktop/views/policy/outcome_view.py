"""What came of a draft: a sentence and tables, or why there is nothing to show yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal, Slot
from qtpy.QtWidgets import QFrame, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from aitr_desktop.views.message_pane import Message, MessagePane, error_message
from aitr_desktop.views.plain_label import PlainLabel, hairline
from aitr_desktop.views.section_scroll import SectionScroll
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.item_models.cells import Target
    from aitr_desktop.item_models.report_detail import Block
    from aitr_desktop.theme import ThemeController
    from tsr_agent.errors import TsrError


class OutcomeView(QStackedWidget):
    """One pane beside the text.

    Args:
        theme: Colours and fonts.
        row_height: Pixels of a row of a table.
        name: What a screen reader calls it.
        button: Words of the button that has it made; empty for none.
    """

    followed = Signal(object)
    """The ``Target`` of a row."""
    pressed = Signal()
    """The button."""

    def __init__(
        self,
        theme: ThemeController,
        row_height: int,
        name: str,
        parent: QWidget | None = None,
        *,
        button: str = "",
    ) -> None:
        super().__init__(parent)
        self._button_words = button
        self.setAccessibleName(name)
        self.message = MessagePane(theme)
        self.message.pressed.connect(self.pressed)
        self.sentence = PlainLabel(pixels=15, bold=True, wraps=True, selectable=True)
        self.about = PlainLabel(tone=Tone.MUTED, wraps=True, selectable=True)
        self.again = QPushButton(button)
        self.again.setVisible(bool(button))
        self.again.clicked.connect(self.pressed)
        self.tables = SectionScroll(theme, row_height)
        self.tables.followed.connect(self.followed)
        self._page = QFrame()
        self._page.setProperty("ground", "surface")
        self._place()

    def _place(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self.sentence)
        words.addWidget(self.about)
        head = QHBoxLayout()
        head.setContentsMargins(16, 12, 16, 12)
        head.setSpacing(12)
        head.addLayout(words, 1)
        head.addWidget(self.again, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self._page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(hairline())
        column.addWidget(self.tables, 1)
        self.addWidget(self.message)
        self.addWidget(self._page)

    def show_blocks(self, sentence: str, blocks: Sequence[Block], about: str = "") -> None:
        """Shows what came of it."""
        self.sentence.setText(sentence)
        self.say_about(about)
        self.tables.show_blocks(blocks)
        self.tables.finish()
        self.setCurrentWidget(self._page)

    def say_about(self, words: str) -> None:
        """Says of which text and report it is."""
        self.about.setText(words)
        self.about.setVisible(bool(words))

    def say(self, headline: str, body: str = "", icon: str = "policy", *, button: bool = False) -> None:
        """Says why there is nothing, and what to do."""
        words = self._button_words if button else ""
        self.message.say(Message(headline=headline, body=body, icon=icon, button=words))
        self.setCurrentWidget(self.message)

    def show_error(self, error: TsrError) -> None:
        """Says what went wrong."""
        self.message.say(error_message(error))
        self.setCurrentWidget(self.message)

    @property
    def has_blocks(self) -> bool:
        """Whether something came of it that is still shown."""
        return bool(self.currentWidget() is self._page)

    def go_to(self, target: Target) -> bool:
        """Selects the row that a target names, with the focus; False where none has it."""
        for section in self.tables.sections:
            found = section.locate(target)
            if found is not None:
                section.reveal(found[0]).go_to(found[1])
                return True
        return False

    @Slot()
    def focus_first(self) -> None:
        """Puts the focus on the first row."""
        trees = [tree for section in self.tables.sections for tree in section.trees()]
        if self.has_blocks and trees:
            trees[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def stop(self) -> None:
        """Fills nothing any more; the window goes."""
        self.tables.stop()
