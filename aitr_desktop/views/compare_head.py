"""What stands above a comparison and stays there: both reports with their verdicts, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from aitr_desktop.views.plain_label import CutLabel, PlainLabel
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from aitr_desktop.theme import ThemeController
    from tsr_agent.sections.comparison import ComparisonSection, SideRow
    from tsr_agent.sections.marks import Mark

BAR_WIDTH = 4
MOST_SIGNS = 360
"""Characters of a paragraph that are shown; hovering shows all."""


class SideCard(QFrame):
    """One of the two reports: A or B, its verdict, what it is about, when it was made.

    Args:
        name: ``A`` or ``B``.
        theme: Colours and fonts.
    """

    choice_asked = Signal()
    """Another report is wanted on this side."""

    def __init__(self, name: str, theme: ThemeController) -> None:
        super().__init__()
        self.name = name
        self.setProperty("ground", "surface")
        self._bar = QFrame()
        self._bar.setFixedWidth(BAR_WIDTH)
        self._verdict = PlainLabel(pixels=20, bold=True)
        self._role = CutLabel(tone=Tone.MUTED)
        self._place = CutLabel()
        self._made = CutLabel(tone=Tone.MUTED)
        self.choose = QToolButton()
        self.choose.setText(self.tr("Choose {side}…").format(side=name))
        self.choose.setProperty("anchor", "true")
        self.choose.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.choose.clicked.connect(self.choice_asked)
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(PlainLabel(name, pixels=20, bold=True, tone=Tone.MUTED))
        first.addWidget(self._verdict)
        first.addWidget(self._role, 1)
        first.addWidget(self.choose)
        lines = QVBoxLayout()
        lines.setContentsMargins(12, 8, 12, 8)
        lines.setSpacing(4)
        lines.addLayout(first)
        lines.addWidget(self._place)
        lines.addWidget(self._made)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._bar)
        whole.addLayout(lines, 1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_side(self, side: SideRow, role: str) -> None:
        """Shows a report.

        Args:
            side: What is to be said of it.
            role: Whether it is the older or the newer one, in words.
        """
        self._say(side.verdict, role, side.place)
        made = self.tr("{time} · judged by {policy}").format(time=side.made.local, policy=side.policy)
        facts = side.made.local, side.made.utc, side.report_id, f"SHA-256 {side.digest}", side.policy
        self._made.set_whole(made, tooltip="\n".join(facts))
        self.setAccessibleDescription(f"{side.verdict.word}, {side.subject}")

    def show_mark(self, mark: Mark, report_id: str, words: str) -> None:
        """Shows that a report is on this side which can't be compared, and how it stands."""
        self._say(mark, "", one_line(report_id, 200))
        self._made.set_whole(words)
        self.setAccessibleDescription(f"{mark.word}, {words}")

    def verdict_text(self) -> str:
        """The verdict that is shown."""
        return str(self._verdict.text())

    def _say(self, mark: Mark, role: str, place: str) -> None:
        self._bar.setProperty("bar", mark.tone.value)
        self._bar.style().unpolish(self._bar)
        self._bar.style().polish(self._bar)
        self._verdict.setText(str(mark))
        self._verdict.set_tone(mark.tone)
        self.setAccessibleName(self.tr("Report {side}: {verdict}").format(side=self.name, verdict=mark.word))
        self._role.set_whole(role)
        self._place.set_whole(place)


class CompareHead(QFrame):
    """Both cards, the sentence between them, what a reader has to know first, and what can be done.

    Args:
        theme: Colours and fonts.
    """

    choice_asked = Signal(str)
    """``A`` or ``B``: another report is wanted there."""
    swap_asked = Signal()
    last_approved_asked = Signal()
    code_asked = Signal()
    """The files that changed between the two are wanted."""
    differences_only = Signal(bool)
    """Whether rows that are the same are left out."""

    def __init__(self, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "surface")
        self.cards = SideCard("A", theme), SideCard("B", theme)
        self.sentence = PlainLabel(pixels=15, bold=True, wraps=True, selectable=True)
        self.sentence.setAccessibleName(self.tr("What became of the verdict"))
        self._news = PlainLabel(tone=Tone.PENDING, wraps=True, selectable=True)
        self._news.hide()
        self._notes = PlainLabel(tone=Tone.MUTED, wraps=True, selectable=True)
        self._notes.setAccessibleName(self.tr("What to know first"))
        self._said = self._said_low = ""
        self._is_low = False
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        self.swap = QPushButton(self.tr("Swap sides"))
        self.swap.clicked.connect(self.swap_asked)
        self.last = QPushButton(self.tr("Compare with last approved"))
        self.last.clicked.connect(self.last_approved_asked)
        self.code = QPushButton(self.tr("Code difference"))
        self.code.clicked.connect(self.code_asked)
        self.only = QCheckBox(self.tr("Differences only"))
        self.only.toggled.connect(self.differences_only)
        for part in (self.swap, self.last, self.code, self.only):
            self._buttons.addWidget(part)
        for card in self.cards:
            card.choice_asked.connect(lambda name=card.name: self.choice_asked.emit(name))
        self._place()

    def _place(self) -> None:
        sides = QHBoxLayout()
        sides.setContentsMargins(0, 0, 0, 0)
        sides.setSpacing(1)
        for card in self.cards:
            sides.addWidget(card, 1)
        lines = QVBoxLayout()
        lines.setContentsMargins(16, 8, 16, 8)
        lines.setSpacing(4)
        first = QHBoxLayout()
        first.setSpacing(16)
        first.addWidget(self.sentence, 1)
        first.addLayout(self._buttons)
        lines.addLayout(first)
        for part in (self._news, self._notes):
            lines.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(sides)
        column.addLayout(lines)

    def show_comparison(self, section: ComparisonSection, *, is_newer_left: bool, news: str) -> None:
        """Shows another comparison.

        Args:
            section: The comparison.
            is_newer_left: Whether A was made after B.
            news: Why it was compared again; empty where it was not.
        """
        older, newer = self.tr("older"), self.tr("newer")
        roles = (newer, older) if is_newer_left else (older, newer)
        if section.old.made == section.new.made:
            roles = ("", "")
        for card, side, role in zip(self.cards, (section.old, section.new), roles, strict=True):
            card.show_side(side, role)
        said = section.sentence
        self.sentence.setText(one_line(said[:1].upper() + said[1:], MOST_SIGNS))
        self._said = one_line(" ".join(section.notes), 2 * MOST_SIGNS)
        self._said_low = section.backwards
        self._notes.set_tooltip("\n".join(section.notes))
        self.set_news(news)
        self._fold()

    def set_news(self, news: str) -> None:
        """Says why a comparison is not what it was; nothing where the text is empty."""
        self._news.setText(f"▲ {news}" if news else "")
        self._news.setVisible(bool(news))

    def say_altered(self, sentence: str) -> None:
        """Says that nothing is compared."""
        self.sentence.setText(sentence)
        self._said = self._said_low = ""
        self.set_news("")
        self._fold()

    def set_low(self, *, is_low: bool) -> None:
        """Where there is little height, only what changes the meaning of what is shown stays."""
        if is_low != self._is_low:
            self._is_low = is_low
            self._fold()

    def _fold(self) -> None:
        said = self._said_low if self._is_low else self._said
        self._notes.setText(said)
        self._notes.setVisible(bool(said))
