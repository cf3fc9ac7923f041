"""The head of the Check place: what the checklist comes to, of which report, and by which decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from aitr_desktop.views.plain_label import CutLabel, PlainLabel
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from aitr_desktop.item_models.checked_report import CheckedReport

BAR_WIDTH = 4


class CheckBand(QFrame):
    """A bar, a sign, a word, one sentence; then whatever a reader has to know before the items."""

    pressed = Signal()
    """Judge by the other policy: by the one in force, or by the decision on record again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "surface")
        self._bar = QFrame(self)
        self._bar.setFixedWidth(BAR_WIDTH)
        self._standing = PlainLabel(pixels=20, bold=True)
        self._subject = CutLabel(tone=Tone.MUTED)
        self._summary = PlainLabel(wraps=True, selectable=True)
        self._judged_by = PlainLabel(wraps=True, selectable=True, tone=Tone.MUTED)
        self._judged_by.setAccessibleName(self.tr("Judged by"))
        self._remarks = PlainLabel(wraps=True, selectable=True, tone=Tone.PENDING)
        self._remarks.setAccessibleName(self.tr("Remarks"))
        self._again = QPushButton()
        self._again.clicked.connect(self.pressed)
        self._place()

    def _place(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(12)
        first.addWidget(self._standing)
        first.addWidget(self._subject, 1)
        first.addWidget(self._again)
        lines = QVBoxLayout()
        lines.setContentsMargins(16, 12, 16, 12)
        lines.setSpacing(4)
        lines.addLayout(first)
        for part in (self._summary, self._judged_by, self._remarks):
            lines.addWidget(part)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._bar)
        whole.addLayout(lines, 1)

    def show_checked(self, checked: CheckedReport) -> None:
        """Shows what another checklist comes to."""
        found = checked.found
        self._bar.setProperty("bar", found.mark.tone.value)
        self._bar.style().unpolish(self._bar)
        self._bar.style().polish(self._bar)
        self._standing.setText(str(found.mark))
        self._standing.set_tone(found.mark.tone)
        self._standing.setAccessibleName(self.tr("Standing: {word}").format(word=found.mark.word))
        self._subject.set_whole(f"{checked.verdict}  {checked.subject}")
        self._summary.setText(
            self.tr("What the policy asks for, in {count} items: {summary}.").format(
                count=f"{len(found.items):,}", summary=found.summary
            )
        )
        self._judged_by.setText(found.judged_by.sentence)
        refused = (
            self.tr("A catalogue of controls is not used. {reason}").format(reason=each)
            for each in checked.refused
        )
        remarks = "\n".join(f"▲ {each}" for each in (*found.remarks, *refused))
        self._remarks.setText(remarks)
        self._remarks.setVisible(bool(remarks))
        self._offer(checked)

    def wait(self) -> None:
        """The other policy is asked."""
        self._again.setEnabled(False)
        self._again.setText(self.tr("Judging…"))

    def _offer(self, checked: CheckedReport) -> None:
        is_again = checked.found.judged_by.is_again
        self._again.setEnabled(True)
        self._again.setText(
            self.tr("Judge by the decision on record")
            if is_again
            else self.tr("Judge by the policy in force")
        )
        self._again.setVisible(is_again or checked.can_judge_again)
