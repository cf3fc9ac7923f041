"""A table of a section: as tall as what it shows, up to a bound, then it scrolls itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QModelIndex, Qt, Slot
from qtpy.QtGui import QGuiApplication, QKeySequence
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from aitr_desktop.item_models.tree_model import TreeModel
from aitr_desktop.views.cell_delegate import PADDING, CellDelegate

if TYPE_CHECKING:
    from qtpy.QtGui import QKeyEvent, QResizeEvent

    from aitr_desktop.item_models.cells import Column, Table
    from aitr_desktop.theme import ThemeController

MAX_HEIGHT = 6_000
"""Only a section of more than 200 rows scrolls by itself: everything else is read in one scroll."""
MIN_STRETCH = 96
MEASURED_ROWS = 100


class SectionTree(QTreeView):
    """Shows a ``Table``; rows that hold more open and close.

    Args:
        name: What a screen reader calls it.
        theme: Colours and fonts.
        row_height: Pixels of a row.
    """

    def __init__(
        self, name: str, theme: ThemeController, row_height: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._stretching = 0
        self._shown: TreeModel | None = None
        self._drawing = CellDelegate(theme, row_height, self)
        self.setItemDelegate(self._drawing)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        # The delegate marks the focus; Fusion would draw a shaded frame over the row.
        self.setAllColumnsShowFocus(False)
        self.setIndentation(20)
        self.setExpandsOnDoubleClick(True)
        header = self.header()
        header.setMinimumSectionSize(40)
        header.setStretchLastSection(False)
        header.setSectionsMovable(False)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.expanded.connect(self._opened)
        self.collapsed.connect(self.fit)
        self.activated.connect(self._toggle)

    def show_table(self, table: Table) -> None:
        """Shows another table."""
        old = self._shown
        self._shown = TreeModel(table, self)
        self.setModel(self._shown)
        if old is not None:
            old.deleteLater()
        self._place_columns(table)
        self.setRootIsDecorated(any(node.children for node in table.nodes))
        self._span(QModelIndex())
        for row, node in enumerate(table.nodes):
            if node.is_open and node.children:
                self.expand(self._shown.index(row, 0))
        self.fit()

    def fit(self) -> None:
        """Takes the height of what is shown, up to the bound."""
        # Qt keeps the heights of a row from before it spanned or had another width.
        self.doItemsLayout()
        height = 0 if self.isHeaderHidden() else self.header().sizeHint().height()
        index = self._shown.index(0, 0) if self._shown else QModelIndex()
        while index.isValid() and height <= MAX_HEIGHT:
            height += self.rowHeight(index)
            index = self.indexBelow(index)
        is_cut = height > MAX_HEIGHT
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if is_cut else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        is_wide = self.header().length() > self.viewport().width()
        self.setHorizontalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAlwaysOn if is_wide else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        bar = self.horizontalScrollBar().sizeHint().height() if is_wide else 0
        self.setFixedHeight(min(height, MAX_HEIGHT) + bar + 2)

    def copied_text(self) -> str:
        """The selected rows as text: whole values, cells apart by tabs."""
        if self._shown is None:
            return ""
        nodes = [self._shown.node(index) for index in self.selectionModel().selectedRows()]
        return "\n".join("\t".join(cell.whole or cell.text for cell in node.cells) for node in nodes)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Copies; everything else is the tree's own."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.copied_text())
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  (Qt's name)
        """Gives the stretching column what is left, and wrapped rows their new height."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._stretch()
            self.fit()

    def _place_columns(self, table: Table) -> None:
        self.setHeaderHidden(not any(column.title for column in table.columns))
        for place, column in enumerate(table.columns):
            self.header().setSectionResizeMode(place, QHeaderView.ResizeMode.Interactive)
            self.header().resizeSection(place, self._natural_width(table, place, column))
        self._stretching = next((i for i, column in enumerate(table.columns) if column.stretches), 0)
        self._stretch()

    def _natural_width(self, table: Table, place: int, column: Column) -> int:
        """What the texts of the first rows and the title need, up to the column's bound."""
        title = self.fontMetrics().horizontalAdvance(column.title)
        cells = [node.cells[place] for node in table.nodes[:MEASURED_ROWS] if place < len(node.cells)]
        widest = max((self._drawing.width(cell, self.font()) for cell in cells), default=0)
        padding = 2 * PADDING + 2
        decorated = self.indentation() if place == 0 and any(node.children for node in table.nodes) else 0
        return min(max(widest, title) + padding, max(column.width, title + padding)) + decorated

    def _stretch(self) -> None:
        header = self.header()
        others = sum(header.sectionSize(i) for i in range(header.count()) if i != self._stretching)
        if header.count():
            header.resizeSection(self._stretching, max(MIN_STRETCH, self.viewport().width() - others))

    def _span(self, parent: QModelIndex) -> None:
        if self._shown is None:
            return
        for row in range(self._shown.rowCount(parent)):
            if self._shown.node(self._shown.index(row, 0, parent)).spans:
                self.setFirstColumnSpanned(row, parent, True)

    @Slot(QModelIndex)
    def _opened(self, index: QModelIndex) -> None:
        self._span(index)
        self.fit()

    @Slot(QModelIndex)
    def _toggle(self, index: QModelIndex) -> None:
        first = index.siblingAtColumn(0)
        if self._shown is not None and self._shown.rowCount(first):
            self.setExpanded(first, not self.isExpanded(first))
