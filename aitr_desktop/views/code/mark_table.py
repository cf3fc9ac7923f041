"""A table that leads somewhere: a click or Enter on a row goes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QAbstractTableModel, QModelIndex, QPoint, Qt, Signal, Slot
from qtpy.QtGui import QGuiApplication, QKeySequence
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from aitr_desktop.item_models.cells import CELL_ROLE, Cell
from aitr_desktop.views.cell_delegate import PADDING, CellDelegate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent

    from aitr_desktop.theme import ThemeController

MEASURED = 200
"""Rows that widths are taken from."""


class MarkTable(QTableView):
    """Rows of one line each. No tree: that would ask after each of 100,000 rows before it draws one.

    Args:
        name: What a screen reader calls it.
        model: Of cells.
        theme: Colours and fonts.
        row_height: Pixels of a row.
        widest: The most that each column may take but the stretching one, in characters; 0 stretches.
    """

    gone_to = Signal(int, bool)
    """A row was pressed or entered; whether by a key, which takes the focus along."""
    current_changed = Signal(int)
    """The row that is chosen is another one; -1 for none."""
    menu_asked = Signal(int, object)
    """The menu of a row is wanted, at a ``QPoint`` of the screen."""

    def __init__(
        self,
        name: str,
        model: QAbstractTableModel,
        theme: ThemeController,
        *,
        row_height: int,
        widest: Sequence[int],
    ) -> None:
        super().__init__()
        self._widest = tuple(widest)
        self._drawing = CellDelegate(theme, row_height, self)
        self.setModel(model)
        self.setItemDelegate(self._drawing)
        self.setAccessibleName(name)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._take_height(row_height)
        theme.density_changed.connect(self._take_height)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QTableView.Shape.NoFrame)
        titles = self.horizontalHeader()
        titles.setHighlightSections(False)
        titles.setSectionsMovable(False)
        titles.setStretchLastSection(False)
        titles.setTextElideMode(Qt.TextElideMode.ElideRight)
        stretching = self._widest.index(0)
        titles.setSectionResizeMode(stretching, QHeaderView.ResizeMode.Stretch)
        self.clicked.connect(lambda index: self.gone_to.emit(index.row(), False))
        model.modelReset.connect(self._fit)
        theme.changed.connect(self._fit)
        self.selectionModel().currentRowChanged.connect(
            lambda index, _before: self.current_changed.emit(index.row() if index.isValid() else -1)
        )
        self._fit()

    def choose(self, row: int) -> None:
        """Chooses a row and brings it into sight; the focus stays where it is."""
        index = self.model().index(row, 0)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def copied_text(self) -> str:
        """The chosen row as text: whole values, apart by tabs."""
        index = self.currentIndex()
        cells = (
            self.model().index(index.row(), column).data(CELL_ROLE)
            for column in range(self.model().columnCount())
        )
        return "\t".join(cell.whole or cell.text for cell in cells if isinstance(cell, Cell))

    def moveCursor(  # noqa: N802  (Qt's name)
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Home and End go to the first and the last row: rows are what one moves through."""
        moves = QAbstractItemView.CursorAction
        if action in (moves.MoveHome, moves.MoveEnd):
            row = 0 if action == moves.MoveHome else self.model().rowCount() - 1
            return self.model().index(row, 0)
        return super().moveCursor(action, modifiers)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Enter goes there, copying copies; everything else is the table's own."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentIndex().isValid():
                self.gone_to.emit(self.currentIndex().row(), True)
        elif event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.copied_text())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802  (Qt's name)
        """Asks for the menu of the row under the pointer, or of the chosen one."""
        by_mouse = event.reason() == event.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        if index.isValid():
            below = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft() + QPoint(PADDING, 0))
            self.menu_asked.emit(index.row(), event.globalPos() if by_mouse else below)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802  (Qt's name)
        """Shows where one is: a table that has the focus has a chosen row."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self.model().index(0, 0))

    def _fit(self) -> None:
        """Gives each column the room of its first rows, up to its bound."""
        model = self.model()
        one = self.fontMetrics().averageCharWidth()
        for column, widest in enumerate(self._widest):
            if not widest:
                continue
            cells = (model.index(row, column, QModelIndex()).data(CELL_ROLE) for row in self._measured())
            needed = max((self._drawing.width(cell, self.font()) for cell in cells), default=0)
            title = self.fontMetrics().horizontalAdvance(
                str(model.headerData(column, Qt.Orientation.Horizontal))
            )
            self.setColumnWidth(column, min(max(needed, title) + 2 * PADDING + 8, widest * one))

    @Slot(int)
    def _take_height(self, row_height: int) -> None:
        self.verticalHeader().setDefaultSectionSize(row_height)

    def _measured(self) -> range:
        return range(min(MEASURED, self.model().rowCount()))
