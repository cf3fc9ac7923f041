"""Says in a box of its own why no window opens, to who has no terminal to read it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from tsr_agent.errors import TsrError


class FailedStart(QDialog):
    """One error: what happened, what was kept, what to do.

    Args:
        error: Why nothing opens.
    """

    def __init__(self, error: TsrError, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("aitr can't open a window"))
        said = [error.kept, error.next_step, *error.details]
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(
            PlainLabel(visible(error.message), pixels=15, bold=True, wraps=True, selectable=True)
        )
        column.addWidget(PlainLabel(visible("\n".join(filter(None, said))), wraps=True, selectable=True))
        column.addStretch(1)
        column.addWidget(buttons)
        self.setMinimumWidth(420)
