"""A tree whose rows take one line or the whole width, and open one by one or many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QModelIndex, QSignalBlocker, Signal, Slot
from qtpy.QtWidgets import QTreeView

from aitr_desktop.item_models.tree_model import TreeModel

if TYPE_CHECKING:
    from qtpy.QtWidgets import QWidget


class OpeningTree(QTreeView):
    """Keeps rows that span spanning, whichever way they came into view."""

    grown = Signal()
    """Other rows are open than before; their heights are to be looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.expanded.connect(self._opened)
        self.collapsed.connect(self.grown)

    def expandAll(self) -> None:  # noqa: N802  (Qt's name)
        """Opens every row."""
        with QSignalBlocker(self):
            # Qt says "expanded" in the middle of its layout, where laying out again frees what it works on.
            super().expandAll()
        self._span_open_rows()

    def open_below(self, index: QModelIndex) -> None:
        """Opens a row and those that it holds."""
        with QSignalBlocker(self):
            self.expandRecursively(index, 1)
        self._span_open_rows()

    def span_below(self, parent: QModelIndex) -> None:
        """Gives the rows below that span the whole width."""
        shown = self.model()
        if not isinstance(shown, TreeModel):
            return
        for row in range(shown.rowCount(parent)):
            if shown.node(shown.index(row, 0, parent)).spans:
                self.setFirstColumnSpanned(row, parent, True)

    def _span_open_rows(self) -> None:
        index = self.model().index(0, 0) if self.model() is not None else QModelIndex()
        while index.isValid():
            if self.isExpanded(index):
                self.span_below(index)
            index = self.indexBelow(index)
        self.grown.emit()

    @Slot(QModelIndex)
    def _opened(self, index: QModelIndex) -> None:
        self.span_below(index)
        self.grown.emit()
