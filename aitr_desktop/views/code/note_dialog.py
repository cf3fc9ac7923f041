"""A note on lines of code, typed before it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QKeySequence, QShortcut
from qtpy.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from aitr_desktop.views.announcing import announce
from aitr_desktop.views.plain_label import PlainLabel, hairline
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from tsr_agent.errors import TsrError

FIRST_WIDTH, MARGIN = 560, 40
NOTE_LINES = 7
MOST_SHOWN = 300
"""Characters of the path that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWords:
    """What the dialog says around what is typed."""

    title: str
    place: str
    """Lines and file."""
    commit: str
    as_whom: str
    text: str = ""
    """What was typed before, or the note that is changed."""


class NoteDialog(QDialog):
    """Asks for the words of a note; what was typed stays until it is kept or left.

    Args:
        words: What it says.
        most: Characters that a note may have.
    """

    written = Signal(str)
    """The note is to be kept."""

    def __init__(self, words: NoteWords, most: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._most = most
        self._is_saving = False
        self.note = QPlainTextEdit()
        self._name = QLabel(self.tr("&Note"))
        self._count = PlainLabel(tone=Tone.MUTED, pixels=11)
        self._told = PlainLabel(tone=Tone.NO_GO, wraps=True, selectable=True)
        buttons = QDialogButtonBox()
        action, reject = QDialogButtonBox.ButtonRole.ActionRole, QDialogButtonBox.ButtonRole.RejectRole
        self.keep_button = buttons.addButton(self.tr("&Keep the note"), action)
        self.cancel_button = buttons.addButton(self.tr("Cancel"), reject)
        self._place(words, buttons)
        self.note.textChanged.connect(self._changed)
        self.keep_button.clicked.connect(lambda _=False: self._keep())
        self.cancel_button.clicked.connect(self.reject)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self._keep)
        self.note.setPlainText(words.text)
        self.note.selectAll()
        self.note.setFocus(Qt.FocusReason.OtherFocusReason)
        self._changed()
        room = self.screen().availableGeometry()
        self.resize(min(FIRST_WIDTH, room.width() - MARGIN), self.sizeHint().height())

    def text(self) -> str:
        """What was typed, without what no document can hold."""
        typed = self.note.toPlainText().replace("\x00", "").strip()
        return typed.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def show_saving(self) -> None:
        """It is being written."""
        self._is_saving = True
        self._told.hide()
        self._enable()

    def show_error(self, error: TsrError) -> None:
        """Says why it was not kept; what was typed stays."""
        self._is_saving = False
        said = "✕ " + "\n".join(line.strip() for line in error.diagnostics())
        self._told.setText(visible(said))
        self._told.show()
        announce(self._told, visible(said), at_once=True)
        self._enable()

    def told(self) -> str:
        """Why it was not kept; empty where nothing failed."""
        return self._told.text()

    def _place(self, words: NoteWords, buttons: QDialogButtonBox) -> None:
        self.setWindowTitle(words.title)
        title = PlainLabel(words.title, pixels=20, bold=True, wraps=True)
        place = PlainLabel(wraps=True, selectable=True)
        place.set_shortened(words.place, MOST_SHOWN)
        commit = PlainLabel(visible(words.commit), tone=Tone.MUTED, wraps=True, selectable=True)
        kept = PlainLabel(
            self.tr(
                "Kept in this library only: the note is no part of the report, its exports or its verdict, "
                "and no server gets it. It can be withdrawn and stays on record then."
            ),
            tone=Tone.MUTED,
            wraps=True,
        )
        named = QHBoxLayout()
        named.addWidget(self._name, 1)
        named.addWidget(self._count)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(8)
        for part in (title, place, commit):
            column.addWidget(part)
        column.addLayout(named)
        column.addWidget(self.note, 1)
        column.addWidget(PlainLabel(visible(words.as_whom), wraps=True, selectable=True))
        for part in (kept, self._told):
            column.addWidget(part)
        column.addWidget(hairline())
        column.addWidget(buttons)
        self._told.hide()
        self._told.setAccessibleName(self.tr("Result"))
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._name.setBuddy(self.note)
        self.note.setTabChangesFocus(True)
        self.note.setAccessibleName(self.tr("Note"))
        self.note.setAccessibleDescription(f"{words.place} {words.as_whom}")
        self.note.setMinimumHeight(NOTE_LINES * self.note.fontMetrics().lineSpacing())
        self.keep_button.setProperty("primary", "true")
        self.keep_button.style().unpolish(self.keep_button)
        self.keep_button.style().polish(self.keep_button)
        self.keep_button.setToolTip(
            QKeySequence("Ctrl+Return").toString(QKeySequence.SequenceFormat.NativeText)
        )
        self.cancel_button.setDefault(True)
        self.setTabOrder(self.note, self.keep_button)
        self.setTabOrder(self.keep_button, self.cancel_button)

    def _changed(self) -> None:
        number = len(self.text())
        words = self.tr("{number} of {most} characters").format(number=f"{number:,}", most=f"{self._most:,}")
        too_many = number > self._most
        self._count.setText(f"▲ {words}" if too_many else words)
        self._count.set_tone(Tone.PENDING if too_many else Tone.MUTED)
        self._enable()

    def _enable(self) -> None:
        number = len(self.text())
        self.keep_button.setEnabled(0 < number <= self._most and not self._is_saving)
        self.note.setReadOnly(self._is_saving)

    def _keep(self) -> None:
        if self.keep_button.isEnabled():
            self.written.emit(self.text())
