"""What happens to a fault of ours: it is written out, shown with its details, and the work goes on."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from types import TracebackType


class CrashDialog(QDialog):
    """Says that something went wrong and gives the details to copy."""

    def __init__(self, details: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Something went wrong in aitr")
        said = QLabel(
            "This is a fault in aitr, not in your report. The library holds each report whole or not at "
            "all. You can go on; please send us the details."
        )
        said.setTextFormat(Qt.TextFormat.PlainText)
        said.setWordWrap(True)
        self.details = QPlainTextEdit(visible(details))
        self.details.setReadOnly(True)
        self.details.setAccessibleName("Details of the fault")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = QPushButton("Copy details")
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        for part in (said, self.details, buttons):
            layout.addWidget(part)
        self.resize(640, 360)

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.details.toPlainText())


def install() -> None:
    """Sends what nobody caught on the user-interface thread to the dialog, after standard error."""
    shown: list[CrashDialog] = []

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        # One dialog at a time: a fault in a paint event would else bury the screen.
        if issubclass(kind, KeyboardInterrupt) or any(dialog.isVisible() for dialog in shown):
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        shown[:] = [CrashDialog(details, QApplication.activeWindow())]
        shown[0].open()

    sys.excepthook = hook
