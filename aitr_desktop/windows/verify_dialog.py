"""What verifying a library found, where something is not as it was filed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from aitr_desktop.item_models.verification import faults_table, verification_words
from aitr_desktop.views.list_tree import ListTree
from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from aitr_desktop.library.verifying import Verification
    from aitr_desktop.theme import ThemeController

FIRST_SIZE = (760, 460)


class VerifyDialog(QDialog):
    """Names what is not as it was filed; one goes on reading beside it.

    Args:
        found: What was found.
        theme: Colours and fonts.
        row_height: Pixels of a row.
    """

    def __init__(
        self, found: Verification, theme: ThemeController, row_height: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Verify library"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # It comes in the middle of whatever the person does by then.
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(
            PlainLabel(
                verification_words(found), pixels=15, bold=True, tone=Tone.NO_GO, wraps=True, selectable=True
            )
        )
        advice = self.tr(
            "No verdict is shown of the reports below, and nothing was changed. Keep the file as it is, and "
            "take the reports again from where they came: the server, a backup, or the pipeline's artifacts."
        )
        column.addWidget(PlainLabel(advice, tone=Tone.MUTED, wraps=True, selectable=True))
        self.faults = ListTree(self.tr("What is not as it was filed"), theme, row_height)
        self.faults.show_table(faults_table(found))
        column.addWidget(self.faults, 1)
        if found.more:
            more = self.tr("and {number} more").format(number=f"{found.more:,}")
            column.addWidget(PlainLabel(more, tone=Tone.MUTED))
        column.addWidget(self._buttons())
        self.resize(*FIRST_SIZE)

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox()
        close = buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        copy = buttons.addButton(self.tr("Copy list"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.setAutoDefault(False)
        close.setDefault(True)
        copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        return buttons

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.faults.all_text())
