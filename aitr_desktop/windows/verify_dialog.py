"""What verifying a library found, where something is not as it was filed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.item_models.verification import faults_table, verification_words
from aitr_desktop.windows.list_dialog import ListDialog
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from qtpy.QtWidgets import QWidget

    from aitr_desktop.library.verifying import Verification
    from aitr_desktop.theme import ThemeController


class VerifyDialog(ListDialog):
    """Names what is not as it was filed.

    Args:
        found: What was found.
        theme: Colours and fonts.
        row_height: Pixels of a row.
    """

    def __init__(
        self, found: Verification, theme: ThemeController, row_height: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, row_height, parent)
        self.setWindowTitle(self.tr("Verify library"))
        self.add_headline(verification_words(found), Tone.NO_GO)
        self.add_remark(
            self.tr(
                "No verdict is shown of the reports below, and nothing was changed. Keep the file as it is, "
                "and take the reports again from where they came: the server, a backup, or the pipeline's "
                "artifacts."
            )
        )
        self.faults = self.add_list(self.tr("What is not as it was filed"), faults_table(found), found.more)
