"""A tree whose rows take one line or the whole width, and open one by one or many at once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from qtpy.QtCore import QModelIndex, QSignalBlocker, Signal, Slot
from qtpy.QtWidgets import QTreeView

from aitr_desktop.item_models.tree_model import TreeModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qtpy.QtWidgets import QWidget


class OpeningTree(QTreeView):
    """Keeps rows that span spanning, whichever way they came into view."""

    grown = Signal()
    """Other rows are open than before; their heights are to be looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_filling = self._is_measuring = False
        self.expanded.connect(self._opened)
        self.collapsed.connect(self.grown)

    def doItemsLayout(self) -> None:  # noqa: N802  (Qt's name)
        """Lays the rows out, once a change of many of them is complete: Qt would after each."""
        if not self._is_filling:
            with self.measuring_first_column():
                super().doItemsLayout()

    @contextmanager
    def measuring_first_column(self) -> Iterator[None]:
        """Only the first column is asked for the height of rows: none is higher because of another.

        Qt asks every cell of a row, which for 200 rows of ten columns takes longer than a frame; so the other
        columns are hidden from it meanwhile.
        """
        header = self.header()
        others = [place for place in range(1, header.count()) if not header.isSectionHidden(place)]
        if self._is_measuring or not others:
            yield
            return
        self._is_measuring = True
        with QSignalBlocker(header):
            for place in others:
                header.hideSection(place)
            try:
                yield
            finally:
                for place in others:
                    header.showSection(place)
                self._is_measuring = False
        self.updateGeometries()

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Opens and spans any number of rows without a layout; the caller asks for the one at the end."""
        self._is_filling = True
        try:
            yield
        finally:
            self._is_filling = False

    def open_row(self, index: QModelIndex) -> None:
        """Opens a row while the tree is being filled."""
        # Where a layout is due anyway, Qt only notes what is open.
        self.scheduleDelayedItemsLayout()
        self.expand(index)

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
