"""What an import did, where there is more to say than fits a line: the files that were not imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from aitr_desktop.item_models.import_summary import failures_table, import_counts
from aitr_desktop.views.list_tree import ListTree
from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from aitr_desktop.library.importing import ImportOutcome
    from aitr_desktop.theme import ThemeController

FIRST_SIZE = (760, 460)


class ImportDialog(QDialog):
    """Shows what came of an import; one goes on reading beside it.

    Args:
        outcome: What came of it.
        theme: Colours and fonts.
        row_height: Pixels of a row.
    """

    def __init__(
        self,
        outcome: ImportOutcome,
        theme: ThemeController,
        row_height: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Import"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # It comes when an import ends, in the middle of whatever the person does by then.
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        counts = import_counts(outcome)
        headline = PlainLabel(" · ".join(counts[:3]), pixels=15, bold=True, wraps=True, selectable=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(headline)
        said = [" · ".join(counts[3:])] if counts[3:] else []
        if outcome.error is not None:
            said.append(visible("\n".join(outcome.error.diagnostics())))
        if said:
            tone = Tone.MUTED if outcome.error is None else Tone.NO_GO
            column.addWidget(PlainLabel("\n".join(said), tone=tone, wraps=True, selectable=True))
        self.failures = ListTree(self.tr("Files that were not imported"), theme, row_height)
        self.failures.show_table(failures_table(outcome))
        column.addWidget(self.failures, 1)
        if outcome.more_failures:
            more = self.tr("and {number} more").format(number=f"{outcome.more_failures:,}")
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
        QApplication.clipboard().setText(self.failures.all_text())
