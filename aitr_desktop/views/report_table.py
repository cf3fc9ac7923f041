"""The list of reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)
from qtpy.QtGui import QGuiApplication, QKeySequence, QPainter
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from aitr_desktop.library.refreshing import Refreshed, Seen
from aitr_desktop.views.report_columns import ReportColumns
from aitr_desktop.views.report_delegate import ReportDelegate

if TYPE_CHECKING:
    from qtpy.QtGui import QContextMenuEvent, QKeyEvent, QPaintEvent

    from aitr_desktop.item_models.report_list_model import ReportListModel
    from aitr_desktop.library.listing import ListedReport
    from aitr_desktop.theme import ThemeController

MAX_COPIED = 1_000
MAX_FOLLOWED = 200
"""Selected rows that are found again when the list changes."""


class ReportTable(QTableView):
    """Shows a ``ReportListModel``; going to a row opens its report."""

    opened = Signal(str)
    """Id of the report that was gone to."""
    entered_report = Signal()
    """Enter was pressed: the person wants to go on to the report."""
    menu_asked = Signal(object)
    """The ``QPoint`` on the screen where a menu about the selected reports is wanted."""
    selection_changed = Signal(int)
    """How many rows are selected."""
    came_above = Signal(int)
    """So many reports came in above what is seen, which stays where it is."""

    def __init__(
        self,
        model: ReportListModel,
        theme: ThemeController,
        row_height: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._reports = model
        self.setAccessibleName(self.tr("Reports"))
        self.setModel(model)
        self._drawing = ReportDelegate(model, theme, row_height, self)
        self.setItemDelegate(self._drawing)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.columns = ReportColumns(self.horizontalHeader(), self)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.set_row_height(row_height)
        theme.density_changed.connect(self.set_row_height)
        self.selectionModel().currentRowChanged.connect(self._went)
        self.selectionModel().selectionChanged.connect(self._selected)
        model.dataChanged.connect(self._arrived)
        self._top: tuple[int, QPersistentModelIndex] = (0, QPersistentModelIndex())
        # Laid out at once, or Qt would do so within the first frame and draw all of it a second time.
        model.modelReset.connect(self.doItemsLayout)
        model.about_to_refresh.connect(self._remember_top)
        model.refreshed.connect(self._refreshed)
        model.watch(self.seen)

    @Slot(int)
    def set_row_height(self, pixels: int) -> None:
        """Rows of another height."""
        self._drawing.row_height = pixels
        rows = self.verticalHeader()
        rows.setMinimumSectionSize(pixels)
        rows.setDefaultSectionSize(pixels)

    def select_row(self, row: int) -> None:
        """Selects a row and brings it into view."""
        index = self._reports.index(row, self.columns.first())
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)

    def is_at_top(self) -> bool:
        """Whether the first row is in view."""
        return bool(self.verticalScrollBar().value() == 0)

    def ranges(self) -> list[tuple[int, int]]:
        """The selected rows as first and last of each stretch, from the top."""
        found = self.selectionModel().selection()
        stretches = (found.at(number) for number in range(found.count()))
        return sorted({(each.top(), each.bottom()) for each in stretches})

    def selected_reports(self, most: int) -> list[tuple[int, ListedReport]]:
        """Rows and lines of the selection, as far as they are here; the first of so many rows."""
        rows: list[int] = []
        for first, last in self.ranges():
            rows += range(first, min(last + 1, first + most - len(rows)))
        here = ((row, self._reports.report(row)) for row in rows[:most])
        return [(row, report) for row, report in here if report is not None]

    def seen(self) -> Seen:
        """What the person looks at."""
        row = self.currentIndex().row()
        top = max(0, self.rowAt(0))
        lines = {each: self._reports.report(each) for each in (row, top)}
        at_top, current = lines[top], lines[row]
        return Seen(
            total=self._reports.rowCount(),
            top=None if self.is_at_top() or at_top is None else (top, at_top),
            current=None if current is None else (row, current),
            selected=tuple(self.selected_reports(MAX_FOLLOWED)),
            rows_seen=self.viewport().height() // max(1, self._drawing.row_height) + 1,
        )

    def moveCursor(  # noqa: N802  (Qt's name)
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Home and End go to the ends of the list: a row is one thing, whatever its columns."""
        column = self.columns.first()
        if action == QAbstractItemView.CursorAction.MoveHome:
            return self._reports.index(0, column)
        if action == QAbstractItemView.CursorAction.MoveEnd:
            return self._reports.index(self._reports.rowCount() - 1, column)
        return super().moveCursor(action, modifiers)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Enter goes on to the report; copying takes SHAs in full; the rest is the table's own."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.copied_text())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered_report.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802  (Qt's name)
        """Asks for the menu at the pointer or, from the keyboard, at the current row."""
        if event.reason() == event.Reason.Keyboard:
            place = self.visualRect(self.currentIndex()).bottomLeft()
            self.menu_asked.emit(self.viewport().mapToGlobal(place))
        else:
            self.menu_asked.emit(event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  (Qt's name)
        """Draws the rows, and the mark of the current one where the table has the focus."""
        super().paintEvent(event)
        current = self.currentIndex()
        if self.hasFocus() and current.isValid():
            rect = self.visualRect(current)
            rect.setLeft(0)
            painter = QPainter(self.viewport())
            self._drawing.paint_marker(painter, rect)
            painter.end()

    def copied_text(self) -> str:
        """The selected lines as text."""
        return "\n".join(
            "\t".join(
                (each.id, each.verdict.word, each.release_whole, each.branch, each.environment, each.reason)
            )
            for _, each in self.selected_reports(MAX_COPIED)
        )

    @Slot(QModelIndex)
    def _went(self, index: QModelIndex) -> None:
        found = self._reports.wanted_report(index.row()) if index.isValid() else None
        if found is not None:
            self.opened.emit(found.id)

    @Slot()
    def _selected(self) -> None:
        self.selection_changed.emit(sum(last - first + 1 for first, last in self.ranges()))

    @Slot(QModelIndex, QModelIndex)
    def _arrived(self, first: QModelIndex, last: QModelIndex) -> None:
        current = self.currentIndex()
        if current.isValid() and first.row() <= current.row() <= last.row():
            self._went(current)

    @Slot()
    def _remember_top(self) -> None:
        row = 0 if self.is_at_top() else max(0, self.rowAt(0))
        self._top = (row, QPersistentModelIndex(self._reports.index(row, 0)))

    @Slot(object)
    def _refreshed(self, found: Refreshed) -> None:
        """Keeps the place, and of several selected rows those whose reports are known to be the same."""
        before, top = self._top
        self._top = (0, QPersistentModelIndex())
        if before > 0 and top.isValid():
            self.verticalScrollBar().setValue(top.row())
            if top.row() > before:
                self.came_above.emit(top.row() - before)
        ranges = self.ranges()
        if len(ranges) > 1 or any(first != last for first, last in ranges):
            selection = QItemSelection()
            for row in sorted(found.kept | {self.currentIndex().row()}):
                index = self._reports.index(row, 0)
                selection.select(index, index)
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().select(selection, flags)
        self._went(self.currentIndex())
