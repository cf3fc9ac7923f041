"""A file that was written: where it is, what it is known by, and what one does with it next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QApplication, QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from pathlib import Path

    from qtpy.QtGui import QFont


class SavedDialog(QDialog):
    """Says what was written, and offers what one does with it.

    Args:
        headline: What was written, in a line.
        path: Where it is.
        known_by: Its SHA-256 in words; empty for none.
        code: The font of paths and digests.
    """

    open_wanted = Signal()
    folder_wanted = Signal()

    def __init__(
        self, headline: str, path: Path, known_by: str, code: QFont, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._path = str(path)
        self.setWindowTitle(self.tr("Saved"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(8)
        column.addWidget(PlainLabel(headline, pixels=15, bold=True, wraps=True, selectable=True))
        column.addWidget(PlainLabel(visible(self._path), wraps=True, selectable=True, font=code))
        if known_by:
            column.addWidget(PlainLabel(known_by, tone=Tone.MUTED, wraps=True, selectable=True, font=code))
        column.addSpacing(8)
        column.addStretch(1)
        column.addWidget(self._buttons())

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox()
        role = QDialogButtonBox.ButtonRole
        self.open_it = buttons.addButton(self.tr("Open"), role.AcceptRole)
        self.folder = buttons.addButton(self.tr("Show in folder"), role.ActionRole)
        self.copy = buttons.addButton(self.tr("Copy path"), role.ActionRole)
        close = buttons.addButton(self.tr("Close"), role.RejectRole)
        for each in (self.open_it, self.folder, self.copy):
            each.setAutoDefault(False)
        close.setDefault(True)
        self.open_it.clicked.connect(self.open_wanted)
        self.folder.clicked.connect(self.folder_wanted)
        self.copy.clicked.connect(lambda: QApplication.clipboard().setText(self._path))
        buttons.rejected.connect(self.reject)
        return buttons
