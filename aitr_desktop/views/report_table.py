"""The list of reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal, Slot
from qtpy.QtGui import QGuiApplication, QKeySequence
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from aitr_desktop.item_models.report_list_model import COLUMNS, ReportListModel
from aitr_desktop.views.cell_delegate import CellDelegate

if TYPE_CHECKING:
    from qtpy.QtGui import QKeyEvent

    from aitr_desktop.theme import ThemeController


class ReportTable(QTableView):
    """Shows a ``ReportListModel``; selecting a row opens its report."""

    opened = Signal(str)
    """Id of the report that was selected."""
    entered_report = Signal()
    """Enter was pressed: the person wants to go on to the report."""

    def __init__(
        self,
        model: ReportListModel,
        theme: ThemeController,
        row_height: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._reports = model
        self.setAccessibleName("Reports")
        self.setModel(model)
        self.setItemDelegate(CellDelegate(theme, row_height, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self._place(row_height)
        theme.density_changed.connect(self._set_row_height)
        self.selectionModel().currentRowChanged.connect(self._went)
        model.dataChanged.connect(self._arrived)

    def _place(self, row_height: int) -> None:
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._set_row_height(row_height)
        columns = self.horizontalHeader()
        columns.setHighlightSections(False)
        columns.setSectionsMovable(True)
        columns.setStretchLastSection(True)
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.reset_columns()

    @Slot(int)
    def _set_row_height(self, row_height: int) -> None:
        rows = self.verticalHeader()
        rows.setMinimumSectionSize(row_height)
        rows.setDefaultSectionSize(row_height)

    def reset_columns(self) -> None:
        """Columns in the order and width of the first start."""
        header = self.horizontalHeader()
        for place, column in enumerate(COLUMNS):
            header.moveSection(header.visualIndex(place), place)
            header.resizeSection(place, column.width)

    def select_row(self, row: int) -> None:
        """Selects a row and brings it into view."""
        index = self._reports.index(row, 0)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Enter goes on to the report; copying takes SHAs in full; the rest is the table's own."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.copied_text())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered_report.emit()
        else:
            super().keyPressEvent(event)

    def copied_text(self) -> str:
        """The selected line as text."""
        found = self._reports.report(self.currentIndex().row())
        if found is None:
            return ""
        return "\t".join(
            (found.id, found.verdict.word, found.release_whole, found.branch, found.environment, found.reason)
        )

    @Slot(QModelIndex)
    def _went(self, index: QModelIndex) -> None:
        found = self._reports.report(index.row()) if index.isValid() else None
        if found is not None:
            self.opened.emit(found.id)

    @Slot(QModelIndex, QModelIndex)
    def _arrived(self, first: QModelIndex, last: QModelIndex) -> None:
        current = self.currentIndex()
        if current.isValid() and first.row() <= current.row() <= last.row():
            self._went(current)
