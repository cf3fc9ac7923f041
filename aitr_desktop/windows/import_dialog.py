"""What an import did, where there is more to say than fits a line: the files that were not imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.item_models.import_summary import failures_table, import_counts
from aitr_desktop.windows.list_dialog import ListDialog
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from qtpy.QtWidgets import QWidget

    from aitr_desktop.library.importing import ImportOutcome
    from aitr_desktop.theme import ThemeController


class ImportDialog(ListDialog):
    """Shows what came of an import.

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
        super().__init__(theme, row_height, parent)
        self.setWindowTitle(self.tr("Import"))
        counts = import_counts(outcome)
        self.add_headline(" · ".join(counts[:3]))
        said = [" · ".join(counts[3:])] if counts[3:] else []
        if outcome.error is not None:
            said.append(visible("\n".join(outcome.error.diagnostics())))
        if said:
            self.add_remark("\n".join(said), Tone.MUTED if outcome.error is None else Tone.NO_GO)
        self.failures = self.add_list(
            self.tr("Files that were not imported"), failures_table(outcome), outcome.more_failures
        )
