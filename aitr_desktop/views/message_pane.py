"""What stands where there is nothing to list: empty, opening, or an error, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qtpy.QtCore import QSize, Qt, Signal
from qtpy.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from aitr_desktop.translation import translate
from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from aitr_desktop.theme import ThemeController
    from tsr_agent.errors import TsrError

MAX_WIDTH = 560
ICON = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What the pane says. The words are shown as they stand."""

    headline: str
    body: str = ""
    details: str = ""
    button: str = ""
    icon: str = "empty"
    tone: Tone = Tone.MUTED


class MessagePane(QFrame):
    """One sentence, what follows from it, one button."""

    pressed = Signal()
    """The button."""

    def __init__(self, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "surface")
        self._theme = theme
        self._message = Message(headline="")
        self._icon = QLabel()
        self._headline = PlainLabel(pixels=15, bold=True, wraps=True, selectable=True)
        self._body = PlainLabel(tone=Tone.MUTED, wraps=True, selectable=True)
        self._details: PlainLabel | None = None
        self._lines = QVBoxLayout()
        self._button = QPushButton()
        self._button.setProperty("primary", "true")
        self._button.clicked.connect(self.pressed)
        self._copy = QPushButton(self.tr("Copy details"))
        self._copy.clicked.connect(self._copy_details)
        self._place()
        theme.changed.connect(self._draw_icon)

    def _place(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._button)
        buttons.addWidget(self._copy)
        buttons.addStretch(1)
        column = QWidget()
        column.setMaximumWidth(MAX_WIDTH)
        lines = self._lines
        column.setLayout(lines)
        lines.setContentsMargins(24, 24, 24, 24)
        lines.setSpacing(8)
        for part in (self._icon, self._headline, self._body):
            lines.addWidget(part)
        lines.addSpacing(8)
        lines.addLayout(buttons)
        # The column takes what there is up to its bound; the stretches share only the rest.
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(column, 100)
        middle.addStretch(1)
        outside = QVBoxLayout(self)
        outside.addStretch(2)
        outside.addLayout(middle)
        outside.addStretch(3)

    def message(self) -> Message:
        """What is shown."""
        return self._message

    def say(self, message: Message) -> None:
        """Shows a message."""
        self._message = message
        self._headline.setText(message.headline)
        self._body.setText(message.body)
        self._show_details(message.details)
        self._button.setText(message.button)
        for part, shown in (
            (self._body, message.body),
            (self._button, message.button),
            (self._copy, message.details),
        ):
            part.setVisible(bool(shown))
        self.setAccessibleName(message.headline)
        self._draw_icon()

    def _show_details(self, details: str) -> None:
        if self._details is None and details:
            # The first frame has none, and loading their font takes as long as painting it.
            self._details = PlainLabel(wraps=True, selectable=True, font=self._theme.code_font(12))
            self._lines.insertWidget(self._lines.indexOf(self._body) + 1, self._details)
        if self._details is not None:
            self._details.setText(details)
            self._details.setVisible(bool(details))

    def focus_button(self) -> None:
        """Puts the focus on what to do next."""
        self._button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _draw_icon(self) -> None:
        icon = self._theme.icon(self._message.icon, self._message.tone, ICON)
        self._icon.setPixmap(icon.pixmap(QSize(ICON, ICON)))

    def _copy_details(self) -> None:
        shown = (self._message.headline, self._message.body, self._message.details)
        QApplication.clipboard().setText("\n".join(part for part in shown if part))


def error_message(error: TsrError, *, button: str = "") -> Message:
    """An error as what happened, what was kept, what to do, and details to copy."""
    said = [translate("MessagePane", "Kept: {what}").format(what=error.kept)] if error.kept else []
    said += [error.next_step] if error.next_step else []
    return Message(
        headline=visible(error.message),
        body=visible("\n".join(said)),
        details=visible("\n".join(error.details)),
        button=button,
        icon="warning",
        tone=Tone.NO_GO,
    )
