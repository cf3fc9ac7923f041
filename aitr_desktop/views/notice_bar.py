"""A strip that says what went wrong while the rest stays usable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QApplication, QFrame, QHBoxLayout, QPushButton, QWidget

from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from tsr_agent.errors import TsrError


class NoticeBar(QFrame):
    """Shows one error until it is closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "raised")
        self._said = PlainLabel(wraps=True, selectable=True)
        sign = PlainLabel("✕", tone=Tone.NO_GO, bold=True)
        copy, close = QPushButton("Copy details"), QPushButton("Close")
        copy.clicked.connect(self._copy)
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 12, 8)
        row.setSpacing(12)
        row.addWidget(sign)
        row.addWidget(self._said, 1)
        row.addWidget(copy)
        row.addWidget(close)
        self.hide()

    def say(self, error: TsrError) -> None:
        """Shows an error; the one before goes."""
        self._said.setText(visible("\n".join(error.diagnostics())))
        self.setAccessibleName(visible(error.message))
        self.show()

    def text(self) -> str:
        """What is said."""
        return self._said.text()

    def _copy(self) -> None:
        QApplication.clipboard().setText(self._said.text())
