"""Asks before a policy is put in force at a server: which one it replaces there, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Signal, Slot
from qtpy.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
)

from aitr_desktop.views.announcing import announce
from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line, visible
from tsr_agent.sections.wording import moment

if TYPE_CHECKING:
    from qtpy.QtWidgets import QWidget

    from tsr_agent.models.api import PolicyVersion

MOST_NOTE = 2_000


class SubmitDialog(QDialog):
    """Whom one is to the server, what is there, what will be there.

    Args:
        address: Of the server.
        name: What the server is to call the policy.
        revision: The policy's own name and number.
    """

    submitted = Signal(str, str)
    """Name and note: put it in force."""
    difference_asked = Signal()
    name_changed = Signal(str)

    def __init__(self, address: str, name: str, revision: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Submit policy"))
        self.setMinimumWidth(420)
        head = self.tr("Put {policy} in force at {server}").format(
            policy=one_line(revision, 120), server=address
        )
        self.name = QLineEdit(name)
        self.name.setMaxLength(200)
        self.note = QPlainTextEdit()
        self.note.setTabChangesFocus(True)
        self.note.setMaximumHeight(self.note.fontMetrics().lineSpacing() * 5)
        self.note.setAccessibleName(self.tr("Note"))
        self.note.setPlaceholderText(self.tr("What changes, and why"))
        self.who = PlainLabel(tone=Tone.MUTED, wraps=True)
        self.there = PlainLabel(wraps=True, selectable=True)
        self.said = PlainLabel(wraps=True, selectable=True)
        self.said.hide()
        form = QFormLayout()
        form.setSpacing(8)
        form.addRow(self.tr("Name there"), self.name)
        form.addRow(self.tr("There now"), self.there)
        form.addRow(self.tr("Note"), self.note)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(12)
        column.addWidget(PlainLabel(head, pixels=15, bold=True, wraps=True))
        column.addWidget(self.who)
        column.addLayout(form)
        column.addWidget(self.said)
        column.addStretch(1)
        column.addWidget(self._buttons())
        self.name.editingFinished.connect(lambda: self.name_changed.emit(self.name.text().strip()))

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox()
        self.submit_button = QPushButton(self.tr("Submit"))
        self.submit_button.setProperty("primary", "true")
        self.submit_button.setEnabled(False)
        self.difference_button = QPushButton(self.tr("Show difference"))
        self.difference_button.setEnabled(False)
        buttons.addButton(self.difference_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.submit_button, QDialogButtonBox.ButtonRole.AcceptRole)
        cancel = buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        cancel.clicked.connect(self.reject)
        self.submit_button.clicked.connect(self._submit)
        self.difference_button.clicked.connect(self.difference_asked)
        return buttons

    def wait(self, words: str) -> None:
        """The server is asked."""
        self.submit_button.setEnabled(False)
        self.difference_button.setEnabled(False)
        self._tell(words, Tone.MUTED)

    def show_server(self, who: str, newest: PolicyVersion | None, why_not: str) -> None:
        """Says whom one is there and what is there; why it can't be submitted, where it can't."""
        self.who.setText(visible(who))
        self.there.setText(self._version(newest))
        number = newest.number + 1 if newest is not None else 1
        self.submit_button.setText(self.tr("Submit as version {number}").format(number=f"{number:,}"))
        self.submit_button.setEnabled(not why_not)
        self.difference_button.setEnabled(newest is not None and newest.submission is not None)
        self._tell(why_not, Tone.NO_GO)

    def show_conflict(self, newest: PolicyVersion | None) -> None:
        """Somebody else was there first: shows theirs, and overwrites nothing."""
        self.there.setText(self._version(newest))
        words = self.tr(
            "▲ Somebody else has submitted a version meanwhile. Yours was not sent over it. Look at the "
            "difference; if yours shall follow theirs, submit once more."
        )
        self._tell(words, Tone.PENDING)

    def show_error(self, words: str) -> None:
        """Says what went wrong; one may try again."""
        self.submit_button.setEnabled(True)
        self._tell(f"✕ {words}", Tone.NO_GO)

    def _version(self, newest: PolicyVersion | None) -> str:
        if newest is None:
            return self.tr(
                "None of this name: it will be the first, for every repository that no other names."
            )
        judged = ", ".join(one_line(each, 120) for each in newest.repositories[:5])
        lines = [
            self.tr("Version {number}: {policy}, by {who}, {when}").format(
                number=f"{newest.number:,}",
                policy=one_line(f"{newest.policy.name} {newest.policy.version}", 120),
                who=one_line(newest.submitted_by, 80),
                when=moment(newest.submitted_at).local,
            ),
            self.tr("Judges: {what}").format(what=judged)
            if judged
            else self.tr("Judges: every repository that no other policy names"),
        ]
        if newest.note:
            lines.append(self.tr("Note: {note}").format(note=one_line(newest.note, 300)))
        if newest.submission is not None and newest.submission.waivers is not None:
            lines.append(self.tr("Its waivers stay as they are."))
        return "\n".join(lines)

    def _tell(self, words: str, tone: Tone) -> None:
        self.said.setText(visible(words))
        self.said.set_tone(tone)
        self.said.setVisible(bool(words))
        if words:
            announce(self, words, at_once=tone is Tone.NO_GO)

    @Slot()
    def _submit(self) -> None:
        self.submitted.emit(self.name.text().strip(), self.note.toPlainText()[:MOST_NOTE])
