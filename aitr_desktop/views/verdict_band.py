"""What is seen first: a bar, a sign, a word, one sentence, and what was judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from aitr_desktop.translation import translate
from aitr_desktop.views.plain_label import CutLabel, PlainLabel
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.item_models.approval_words import Remark
    from aitr_desktop.theme import ThemeController
    from tsr_agent.sections.overview import Overview

BAR_WIDTH = 4
MOST_SIGNS = 360
"""Characters of one paragraph: with more of them the head would leave its report no room."""
MOST_SIGNS_LOW = 240
"""The same where there is little height."""
MOST_REMARK_LOW = 200
"""The same of what was said here: that it does not count comes first."""


class VerdictBand(QFrame):
    """The head of a report."""

    def __init__(self, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "surface")
        self._bar = QFrame(self)
        self._bar.setFixedWidth(BAR_WIDTH)
        self._verdict = PlainLabel(tone=Tone.PLAIN, pixels=20, bold=True)
        self._subject = CutLabel()
        self._release = PlainLabel(selectable=True, font=theme.code_font(13))
        self._sentence = PlainLabel(wraps=True, selectable=True)
        self._terms = PlainLabel(wraps=True, selectable=True)
        self._facts = PlainLabel(tone=Tone.MUTED, pixels=11, wraps=True, selectable=True)
        self._doubt = PlainLabel(tone=Tone.PENDING, wraps=True, selectable=True)
        self._said = PlainLabel(wraps=True, selectable=True)
        self._is_low = False
        self._reason = ""
        self._more = QToolButton()
        self._more.setText(self.tr("Terms"))
        self._more.setToolTip(self.tr("Approval, exceptions, baseline and policy"))
        self._more.setCheckable(True)
        self._more.setProperty("anchor", "true")
        self._more.toggled.connect(self._fold)
        self.buttons = QHBoxLayout()
        """What one does next, put here by whoever offers it; empty, it takes no room."""
        self.buttons.setSpacing(8)
        self._acts: QWidget | None = None
        self._folded_acts: QWidget | None = None
        self._remarks = ""
        self._said.setAccessibleName(self.tr("Said here"))
        self._said.hide()
        self._sentence.setAccessibleName(self.tr("Reason"))
        self._terms.setAccessibleName(self.tr("Approval, exceptions and baseline"))

        self._first = QHBoxLayout()
        self._place()

    def _place(self) -> None:
        first = self._first
        first.setSpacing(12)
        first.addWidget(self._verdict)
        first.addWidget(self._release)
        first.addWidget(self._subject, 1)
        first.addWidget(self._more)
        lines = QVBoxLayout()
        lines.setContentsMargins(16, 12, 16, 12)
        lines.setSpacing(6)
        lines.addLayout(first)
        lines.addWidget(self._sentence)
        lines.addWidget(self._said)
        lines.addWidget(self._doubt)
        lines.addWidget(self._terms)
        lines.addWidget(self._facts)
        lines.addLayout(self.buttons)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._bar)
        whole.addLayout(lines, 1)

    def show_overview(self, head: Overview) -> None:
        """Shows another report's head."""
        self._bar.setProperty("bar", head.verdict.tone.value)
        self._bar.style().unpolish(self._bar)
        self._bar.style().polish(self._bar)
        self._verdict.setText(str(head.verdict))
        self._verdict.set_tone(head.verdict.tone)
        self._verdict.setAccessibleName(self.tr("Verdict: {word}").format(word=head.verdict.word))
        self._subject.set_whole(head.subject)
        self._release.setText(head.release)
        self._release.set_tooltip(head.release_whole)
        self._reason = head.sentence
        self._doubt.setText(f"▲ {head.out_of_force}" if head.out_of_force else "")
        self._doubt.setVisible(bool(head.out_of_force))
        self._terms.set_shortened(_terms(head), MOST_SIGNS)
        judged = [self.tr("judged by {policy}").format(policy=head.policy)] if head.policy else []
        judged += [self.tr("at {time}").format(time=head.evaluated.local)] if head.evaluated else []
        made = self.tr("made {time}").format(time=head.created.local)
        facts = " · ".join([head.report_id, made, " ".join(judged)]).rstrip(" ·")
        made_utc = self.tr("Made {time}").format(time=head.created.utc)
        self._facts.set_shortened(facts, MOST_SIGNS, hint=made_utc)
        self._fold()

    def show_said(self, remarks: Sequence[Remark]) -> None:
        """Shows what was said here and does not count yet; the verdict stays what is on record."""
        worst = any(each.tone is Tone.NO_GO for each in remarks)
        self._said.set_tone(Tone.NO_GO if worst else Tone.PENDING)
        self._remarks = "\n".join(each.text for each in remarks)
        self._fold()

    def place_acts(self, row: QWidget, folded: QWidget) -> None:
        """Places what one does next.

        Args:
            row: Below the reason.
            folded: In its place in the first line, where there is little height.
        """
        self._acts, self._folded_acts = row, folded
        self.buttons.addWidget(row, 1)
        self._first.addWidget(folded)
        self._fold()

    def set_low(self, *, is_low: bool) -> None:
        """Where there is little height, what is not the verdict is shown when somebody asks for it."""
        if is_low != self._is_low:
            self._is_low = is_low
            self._fold()

    def _fold(self) -> None:
        shows = not self._is_low or self._more.isChecked()
        self._sentence.set_shortened(self._reason, MOST_SIGNS if shows else MOST_SIGNS_LOW)
        self._said.set_shortened(self._remarks, MOST_SIGNS if shows else MOST_REMARK_LOW)
        self._said.setVisible(bool(self._remarks))
        self._more.setVisible(self._is_low)
        self._terms.setVisible(shows and bool(self._terms.text()))
        self._facts.setVisible(shows)
        if self._acts is not None and self._folded_acts is not None:
            self._acts.setVisible(not self._is_low)
            self._folded_acts.setVisible(self._is_low)


def _terms(head: Overview) -> str:
    """What the verdict hangs on beside the rules, a line each: approval, exceptions, baseline."""
    excepted = f"{head.exceptions[:1].upper()}{head.exceptions[1:]}" if head.exceptions else ""
    if head.without_exceptions is not None:
        without = translate("VerdictBand", "without exceptions it is {verdict}")
        without = without.format(verdict=head.without_exceptions.word)
        excepted = f"{excepted}; {without}" if excepted else without[:1].upper() + without[1:]
    said = (head.approval, f"{excepted}." if excepted else "", head.comparison)
    return "\n".join(each for each in said if each)
