"""Filters above, the list left, the report right: places the views and connects them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QModelIndex, Qt, Signal
from qtpy.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from aitr_desktop.item_models.report_detail import ReportDetail, report_detail
from aitr_desktop.item_models.report_list_model import ReportListModel
from aitr_desktop.library.paging import PAGE_SIZE
from aitr_desktop.views.detail_view import DetailView
from aitr_desktop.views.filter_bar import FilterBar
from aitr_desktop.views.message_pane import Message, MessagePane, error_message
from aitr_desktop.views.plain_label import hairline
from aitr_desktop.views.report_table import ReportTable
from aitr_desktop.windows.layout_state import decode_state, encode_state
from aitr_desktop.windows.plot_library import PlotLibrary

if TYPE_CHECKING:
    from aitr_desktop.library.workspace import Workspace
    from aitr_desktop.settings import Settings
    from aitr_desktop.tasks import Task, Tasks
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.preferences import Preferences
    from tsr_agent.clock import Clock
    from tsr_agent.errors import TsrError

FIRST_SIZES = (516, 776)
"""Widths of list and report at the first start."""
NO_MATCH = Message(
    headline="No report matches these filters.",
    body="The reports are still there; the filters hide them.",
    button="Clear filters",
    icon="search",
)
NOTHING_CHOSEN = Message(headline="No report is chosen.", body="Choose one from the list.", icon="reports")


class Workbench(QWidget):
    """The list of a library and the report chosen from it."""

    counted = Signal(int, int)
    """How many reports are listed, and how many the library has."""
    shown = Signal(object)
    """A ``ReportDetail`` is on screen; its bytes were what was filed."""
    failed = Signal(object)
    """A ``TsrError`` of the list."""
    left = Signal(object)
    """A ``Target`` outside of the report on screen."""

    def __init__(
        self,
        theme: ThemeController,
        tasks: Tasks,
        clock: Clock,
        preferences: Preferences,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._workspace: Workspace | None = None
        self._loading: Task[ReportDetail] | None = None
        self._asked_for = self._kept = ""
        self.report: ReportDetail | None = None
        """The report on screen."""
        row_height = preferences.now.density.row_height
        self.filters = FilterBar(theme, clock.now().astimezone().date())
        self.reports = ReportListModel(tasks, clock, self)
        self.table = ReportTable(self.reports, theme, row_height)
        self.detail = DetailView(theme, row_height)
        self._plots = PlotLibrary(tasks, self.detail, self)
        self.no_match = MessagePane(theme)
        self.no_report = MessagePane(theme)
        self._left, self._right = QStackedWidget(), QStackedWidget()
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._place()
        self._connect()
        self._restore(preferences.now)

    def _place(self) -> None:
        self.no_match.say(NO_MATCH)
        self.no_report.say(NOTHING_CHOSEN)
        for stack, parts in (
            (self._left, (self.table, self.no_match)),
            (self._right, (self.detail, self.no_report)),
        ):
            for part in parts:
                stack.addWidget(part)
            self._splitter.addWidget(stack)
        self._right.setCurrentWidget(self.no_report)
        self._left.setMinimumWidth(280)
        self._right.setMinimumWidth(420)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._splitter.setStretchFactor(0, 2)
        self._splitter.setStretchFactor(1, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filters)
        column.addWidget(hairline())
        column.addWidget(self._splitter, 1)

    def _connect(self) -> None:
        self.filters.changed.connect(self.ask)
        self.reports.loaded.connect(self._list_is_here)
        self.reports.counted.connect(self.filters.show_count)
        self.reports.counted.connect(self.counted)
        self.reports.failed.connect(self.failed)
        self.table.opened.connect(self._choose)
        self.detail.left.connect(self.left)
        self.table.entered_report.connect(self.detail.focus_first)
        self.no_match.pressed.connect(self.filters.clear)

    def show_workspace(self, workspace: Workspace) -> None:
        """Shows another library."""
        self._workspace = workspace
        self._asked_for = self._kept = ""
        self.refresh()

    def refresh(self, select: str = "") -> None:
        """Reads the list and the filters' choices again.

        Args:
            select: Id of a report to open; by default the one that is open stays.
        """
        if self._workspace is None:
            return
        if select:
            self.open_report(select)
        self._tasks.run(self._workspace.choices, self.filters.offer, self.failed.emit)
        self.ask()

    def ask(self) -> None:
        """Asks the list what the filters say."""
        self.filters.clear_count()
        self.reports.show(self._workspace, self.filters.query())

    def open_report(self, report_id: str) -> None:
        """Loads a report and shows it; the one asked for last wins."""
        workspace = self._workspace
        if workspace is None or report_id == self._asked_for:
            return
        if self._loading is not None:
            self._loading.cancel()
        self._asked_for = report_id
        self._loading = self._tasks.run(
            lambda: report_detail(workspace.load(report_id)), self._show_detail, self._show_error
        )

    def show_report(self, report_id: str) -> None:
        """Shows a report wherever the list has it, and though the filters hide it."""
        self._kept = report_id
        self.open_report(report_id)
        if self.reports.rowCount():
            self._list_is_here()

    def _choose(self, report_id: str) -> None:
        self._kept = self._kept if report_id == self._kept else ""
        self.open_report(report_id)

    def focus_list(self) -> None:
        """Goes back to the list."""
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def layout_state(self) -> tuple[str, str]:
        """Splitter and columns as Base64."""
        states = (self._splitter.saveState(), self.table.horizontalHeader().saveState())
        return (encode_state(states[0]), encode_state(states[1]))

    def reset_layout(self) -> None:
        """Splitter and columns as at the first start."""
        self._splitter.setSizes(list(FIRST_SIZES))
        self.table.reset_columns()

    def _restore(self, settings: Settings) -> None:
        if not (settings.splitter and self._splitter.restoreState(decode_state(settings.splitter))):
            self._splitter.setSizes(list(FIRST_SIZES))
        self._splitter.setHandleWidth(1)
        if settings.columns:
            self.table.horizontalHeader().restoreState(decode_state(settings.columns))

    def _list_is_here(self) -> None:
        rows = self.reports.rowCount()
        self._left.setCurrentWidget(self.table if rows else self.no_match)
        if not rows:
            return
        # Only the first page is here; looking through a million rows would hold the screen up.
        same = (row for row in range(min(rows, PAGE_SIZE)) if self._id_of(row) == self._asked_for)
        row = next(same, None)
        if row is None and self._kept:
            # It lies further down or is hidden by the filters; no other row shall seem to be it.
            self.table.setCurrentIndex(QModelIndex())
            return
        self.table.select_row(row or 0)

    def _id_of(self, row: int) -> str:
        found = self.reports.report(row)
        return found.id if found is not None else ""

    def _show_detail(self, detail: ReportDetail) -> None:
        self.report = detail
        self.detail.show_report(detail)
        self._right.setCurrentWidget(self.detail)
        self.shown.emit(detail)

    def _show_error(self, error: TsrError) -> None:
        self.report = None
        self.no_report.say(error_message(error))
        self._right.setCurrentWidget(self.no_report)
        self.shown.emit(None)
