"""The list of keys, made from the table of actions."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QVBoxLayout, QWidget

from aitr_desktop.actions import key_table
from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.sections.marks import Tone


class KeysDialog(QDialog):
    """What each key does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        for row, (keys, does) in enumerate(key_table()):
            grid.addWidget(PlainLabel(does), row, 0)
            grid.addWidget(PlainLabel(keys, tone=Tone.MUTED), row, 1, Qt.AlignmentFlag.AlignRight)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(16)
        column.addLayout(grid)
        column.addWidget(buttons)
