"""Exactly what is approved, rejected or withdrawn, with a note, before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from aitr_desktop.views.announcing import announce
from aitr_desktop.views.facts_pane import FactsPane
from aitr_desktop.views.plain_label import CutLabel, PlainLabel, hairline
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.item_models.approval_offer import Offer
    from aitr_desktop.theme import ThemeController
    from tsr_agent.errors import TsrError

FIRST_SIZE = (760, 720)
MARGIN = 40
"""Pixels that it leaves free of a small screen."""
NOTE_LINES = 3
FACT_LINES = 6
"""Lines of what is on record that stand there whatever else does."""
MOST_SIGNS = 240
"""Characters of the reason: what somebody made longer would push out what is signed."""


class ApprovalDialog(QDialog):
    """Shows ``Offer``s; the person chooses one and presses its button, which is never the default one.

    Args:
        theme: Fonts.
        offers: What can be said; several where it has to be chosen which.
        note: What was typed before.
        most: Characters that a note may have.
    """

    said = Signal(object, str)
    """A ``Word`` and its note: the person wants exactly this sent."""
    look_wanted = Signal()
    """What is on record has changed, and the person wants to see it."""

    def __init__(
        self,
        theme: ThemeController,
        offers: Sequence[Offer],
        *,
        note: str = "",
        most: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._most = most
        self._offers = tuple(offers)
        self._is_sending = False
        self._is_stale = False
        self._title = PlainLabel(pixels=20, bold=True, wraps=True)
        self._verdict = PlainLabel(bold=True)
        self._subject = CutLabel()
        self._sentence = PlainLabel(wraps=True, selectable=True)
        self._which = QComboBox()
        self.facts = FactsPane(self.tr("What is on record"), theme)
        self.note = QPlainTextEdit()
        self._note_name = QLabel()
        self._count = PlainLabel(tone=Tone.MUTED, pixels=11)
        self._as_whom = PlainLabel(wraps=True, selectable=True)
        self._comes_to = PlainLabel(bold=True, wraps=True, selectable=True)
        self._way = PlainLabel(tone=Tone.MUTED, wraps=True)
        self._told = PlainLabel(tone=Tone.PENDING, wraps=True, selectable=True)
        self.look_button = QPushButton(self.tr("&Show what is on record now"))
        buttons = QDialogButtonBox()
        self.say_button = buttons.addButton("", QDialogButtonBox.ButtonRole.ActionRole)
        self.cancel_button = buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self._place(buttons)
        self._connect()
        self.note.setPlainText(note)
        self.show_offers(self._offers)
        room = self.screen().availableGeometry()
        self.resize(min(FIRST_SIZE[0], room.width() - MARGIN), min(FIRST_SIZE[1], room.height() - MARGIN))

    def offer(self) -> Offer:
        """The one that is shown."""
        return self._offers[max(0, self._which.currentIndex())]

    def show_offers(self, offers: Sequence[Offer]) -> None:
        """Shows what is on record now; nothing can be sent that was not on screen."""
        self._offers = tuple(offers)
        self._is_stale = False
        self._which.blockSignals(True)
        self._which.clear()
        self._which.addItems([each.choice for each in self._offers])
        self._which.blockSignals(False)
        self._which.setVisible(len(self._offers) > 1)
        self._show()
        self.tell("")

    def show_way(self, words: str, tone: Tone = Tone.MUTED) -> None:
        """Says how it is going to reach the server, or that it will wait."""
        self._way.set_tone(tone)
        self._way.setText(visible(words))
        self._way.setVisible(bool(words))

    def show_changed(self, words: str) -> None:
        """Says that something else is on record than what is shown; it has to be looked at first."""
        self._is_sending, self._is_stale = False, True
        self.tell(words, Tone.PENDING)
        self.look_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_sending(self, words: str) -> None:
        """Says that it is on its way."""
        self._is_sending = True
        self.tell(words, Tone.MUTED)

    def show_error(self, error: TsrError) -> None:
        """Says why it was not taken; what was typed stays."""
        self._is_sending = False
        self.tell("✕ " + "\n".join(line.strip() for line in error.diagnostics()), Tone.NO_GO)

    def tell(self, words: str, tone: Tone = Tone.MUTED) -> None:
        """Says something above the buttons."""
        self._told.set_tone(tone)
        self._told.setText(visible(words))
        self._told.setVisible(bool(words))
        self.look_button.setVisible(self._is_stale)
        self._enable()
        if words:
            announce(self._told, visible(words))

    def told(self) -> str:
        """What it says above the buttons."""
        return self._told.text()

    def comes_to(self) -> str:
        """What the release comes to."""
        return self._comes_to.text()

    def _place(self, buttons: QDialogButtonBox) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._verdict, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._subject, 1)
        named = QHBoxLayout()
        named.addWidget(self._note_name, 1)
        named.addWidget(self._count)
        look = QHBoxLayout()
        look.addWidget(self.look_button)
        look.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addLayout(head)
        column.addWidget(self._sentence)
        column.addWidget(self._which)
        column.addWidget(self.facts, 1)
        column.addLayout(named)
        column.addWidget(self.note)
        column.addWidget(self._as_whom)
        column.addWidget(self._comes_to)
        column.addWidget(self._way)
        column.addWidget(self._told)
        column.addLayout(look)
        column.addWidget(hairline())
        column.addWidget(buttons)
        self.facts.setMinimumHeight(FACT_LINES * self.facts.fontMetrics().lineSpacing())
        self.note.setTabChangesFocus(True)
        lines = NOTE_LINES * self.note.fontMetrics().lineSpacing()
        self.note.setFixedHeight(lines + 2 * int(self.note.document().documentMargin()) + 4)
        self._note_name.setTextFormat(Qt.TextFormat.PlainText)
        self._note_name.setBuddy(self.note)
        self._which.setAccessibleName(self.tr("What to withdraw"))
        self._comes_to.setAccessibleName(self.tr("What it comes to"))
        self._told.setAccessibleName(self.tr("Result"))
        self.say_button.setProperty("primary", "true")
        self.say_button.style().unpolish(self.say_button)
        self.say_button.style().polish(self.say_button)
        # Enter presses the button that somebody went to; anywhere else it leaves everything as it was.
        self.cancel_button.setDefault(True)
        self.facts.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setTabOrder(self.facts, self.note)
        self.setTabOrder(self.note, self.look_button)
        self.setTabOrder(self.look_button, self.say_button)
        self.setTabOrder(self.say_button, self.cancel_button)

    def _connect(self) -> None:
        self._which.currentIndexChanged.connect(lambda _: self._show())
        self.note.textChanged.connect(self._count_signs)
        self.look_button.clicked.connect(lambda _=False: self.look_wanted.emit())
        self.say_button.clicked.connect(lambda _=False: self.said.emit(self.offer().word, self._note()))
        self.cancel_button.clicked.connect(self.reject)

    def _show(self) -> None:
        shown = self.offer()
        self.setWindowTitle(shown.title.rstrip("?"))
        self._title.setText(shown.title)
        self._verdict.setText(str(shown.verdict))
        self._verdict.set_tone(shown.verdict.tone)
        self._subject.set_whole(shown.subject)
        self._sentence.set_shortened(shown.sentence, MOST_SIGNS)
        self.facts.show_facts(shown.facts)
        self._as_whom.setText(shown.as_whom)
        self._comes_to.set_tone(shown.tone)
        self._comes_to.setText(shown.comes_to)
        self.say_button.setText(shown.button)
        self.say_button.setAccessibleDescription(shown.comes_to)
        name = self.tr("&Note: why (needed)") if shown.needs_note else self.tr("&Note: why (may be left out)")
        self._note_name.setText(name)
        self.note.setAccessibleName(name.replace("&", ""))
        self._count_signs()

    def _note(self) -> str:
        """What was typed, without what no document can hold."""
        text = self.note.toPlainText().replace("\x00", "").strip()
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _count_signs(self) -> None:
        number = len(self._note())
        words = self.tr("{number} of {most} characters").format(number=f"{number:,}", most=f"{self._most:,}")
        too_many = number > self._most
        self._count.setText(f"▲ {words}" if too_many else words)
        self._count.set_tone(Tone.PENDING if too_many else Tone.MUTED)
        self._enable()

    def _enable(self) -> None:
        note = self._note()
        missing = self.offer().needs_note and not note
        is_ready = not (self._is_sending or self._is_stale or missing or len(note) > self._most)
        self.say_button.setEnabled(is_ready)
        why = self.tr("Write why: whoever made the release has to know what to mend.") if missing else ""
        self.say_button.setToolTip(why)
        self.note.setReadOnly(self._is_sending)
