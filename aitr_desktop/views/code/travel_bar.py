"""Above the code: back and forward, what was read last, and the report that one reads it for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QWidget

from aitr_desktop.item_models.cells import plain_tooltip
from aitr_desktop.views.plain_label import CutLabel, PlainLabel
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.sections.overview import Overview

MOST_RECENT = 20


class TravelBar(QFrame):
    """Buttons, and the verdict and release of the report on screen."""

    back_asked = Signal()
    forward_asked = Signal()
    recent_asked = Signal(int)
    """Place in the list of what was read last."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "raised")
        self.back = self._button("←", self.tr("Back"), self.tr("Back (Alt+Left)"))
        self.forward = self._button("→", self.tr("Forward"), self.tr("Forward (Alt+Right)"))
        self.recent = self._button(self.tr("Recent"), self.tr("Recent files"), self.tr("Files read last"))
        self.verdict = PlainLabel(bold=True)
        self.said = CutLabel(tone=Tone.MUTED)
        self.back.clicked.connect(self.back_asked)
        self.forward.clicked.connect(self.forward_asked)
        self.recent.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.recent.setMenu(QMenu(self.recent))
        self.recent.setProperty("opens", "true")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(4)
        for part in (self.back, self.forward, self.recent):
            row.addWidget(part)
        row.addSpacing(12)
        row.addWidget(self.verdict)
        row.addSpacing(8)
        row.addWidget(self.said, 1)
        self.can_go(back=False, forward=False)
        self.offer_recent(())
        self.show_report(None)

    def show_report(self, head: Overview | None) -> None:
        """Says what was decided on which commit; nothing where the code is not read for one report."""
        self.verdict.setVisible(head is not None)
        self.said.set_whole("")
        if head is None:
            return
        self.verdict.setText(str(head.verdict))
        self.verdict.set_tone(head.verdict.tone)
        words = self.tr("Verdict of the report on screen: {word}")
        self.verdict.setAccessibleName(words.format(word=head.verdict.word))
        named = self.tr("Report on {release} · {subject}")
        self.said.set_whole(named.format(release=head.release, subject=head.subject))

    def can_go(self, *, back: bool, forward: bool) -> None:
        """Which ways are open."""
        self.back.setEnabled(back)
        self.forward.setEnabled(forward)

    def offer_recent(self, words: Sequence[str]) -> None:
        """Files read last, the last first."""
        menu = self.recent.menu()
        menu.clear()
        for place, text in enumerate(words[:MOST_RECENT]):
            action = menu.addAction(one_line(text, 100).replace("&", "&&"))
            action.triggered.connect(lambda _=False, place=place: self.recent_asked.emit(place))
        self.recent.setEnabled(bool(words))

    def _button(self, sign: str, name: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(sign)
        button.setAccessibleName(name)
        button.setToolTip(plain_tooltip(tip))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button
