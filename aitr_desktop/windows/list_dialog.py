"""What long work found, where there is more to say than fits a line: a headline, remarks and a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from aitr_desktop.views.list_tree import ListTree
from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from aitr_desktop.item_models.cells import Table
    from aitr_desktop.theme import ThemeController

FIRST_SIZE = (760, 460)


class ListDialog(QDialog):
    """Shows a list that can be copied; one goes on reading beside it.

    Args:
        theme: Colours and fonts.
        row_height: Pixels of a row.
    """

    def __init__(self, theme: ThemeController, row_height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._row_height = theme, row_height
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # It comes when work ends, in the middle of whatever the person does by then.
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(24, 24, 24, 16)
        self._column.setSpacing(12)
        self.resize(*FIRST_SIZE)

    def add_headline(self, text: str, tone: Tone = Tone.PLAIN) -> None:
        """Says what came of it."""
        self._column.addWidget(PlainLabel(text, pixels=15, bold=True, tone=tone, wraps=True, selectable=True))

    def add_remark(self, text: str, tone: Tone = Tone.MUTED) -> None:
        """Says something about it."""
        self._column.addWidget(PlainLabel(text, tone=tone, wraps=True, selectable=True))

    def add_list(self, name: str, table: Table, more: int) -> ListTree:
        """Places the list and the buttons.

        Args:
            name: For screen readers.
            table: The rows.
            more: How many further ones there are that are not listed.
        """
        rows = ListTree(name, self._theme, self._row_height)
        rows.show_table(table)
        self._column.addWidget(rows, 1)
        if more:
            self.add_remark(self.tr("and {number} more").format(number=f"{more:,}"))
        self._column.addWidget(self._buttons(rows))
        return rows

    def _buttons(self, rows: ListTree) -> QDialogButtonBox:
        buttons = QDialogButtonBox()
        close = buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        copy = buttons.addButton(self.tr("Copy list"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.setAutoDefault(False)
        close.setDefault(True)
        copy.clicked.connect(lambda: QApplication.clipboard().setText(rows.all_text()))
        buttons.rejected.connect(self.reject)
        return buttons
