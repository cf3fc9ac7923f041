"""The list of a library: filters, strip and table, and what is asked for them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qtpy.QtCore import QModelIndex, QObject, Qt, Signal

from aitr_desktop.item_models.report_list_model import ReportListModel
from aitr_desktop.library.listing import Order, order_from
from aitr_desktop.library.paging import PAGE_SIZE
from aitr_desktop.library.report_lists import MAX_IDS
from aitr_desktop.tasks import Lane
from aitr_desktop.views.filter_bar import FilterBar
from aitr_desktop.views.list_pane import ListPane
from aitr_desktop.views.report_table import ReportTable
from aitr_desktop.windows.timelines import Timelines

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from aitr_desktop.library.listing import Query, SortKey
    from aitr_desktop.library.refreshing import Refreshed
    from aitr_desktop.library.workspace import Workspace
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.preferences import Preferences
    from tsr_agent.clock import Clock
    from tsr_agent.errors import TsrError


class Browser(QObject):
    """Asks for lists and shows them.

    Args:
        theme: Colours and fonts.
        tasks: The door to threads.
        clock: Says what day it is.
        preferences: Where order and columns are kept.
    """

    counted = Signal(int, int)
    """How many reports are listed, and how many the library has."""
    opened = Signal(str)
    """Id of the report that was gone to."""
    failed = Signal(object)
    """A ``TsrError`` of the list."""
    sorted_by = Signal(object)
    """The ``Order`` that is in force now."""

    def __init__(
        self, theme: ThemeController, tasks: Tasks, clock: Clock, preferences: Preferences, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._tasks, self._clock, self._preferences = tasks, clock, preferences
        self._workspace: Workspace | None = None
        self._asked_for = self._kept = self._awaited = ""
        self.filters = FilterBar(theme, _today(self._clock))
        self.reports = ReportListModel(tasks, clock, self)
        self.table = ReportTable(self.reports, theme, preferences.now.density.row_height)
        self.left = ListPane(theme, self.table)
        self._timelines = Timelines(self.left.strip, tasks, self.failed.emit, self)
        self._connect()
        self.table.columns.show(preferences.now.shown_columns, preferences.now.columns)

    def _connect(self) -> None:
        self.filters.changed.connect(self.ask)
        self.filters.entered.connect(self._go_to_list)
        self.reports.loaded.connect(self._list_is_here)
        self.reports.counted.connect(self.filters.show_count)
        self.reports.counted.connect(self.counted)
        self.reports.refreshed.connect(self._list_was_refreshed)
        self.reports.failed.connect(self._list_failed)
        self.table.opened.connect(self._went)
        self.table.columns.sort_asked.connect(self.sort_by)
        self.table.columns.changed.connect(self._keep_columns)
        self.left.strip.chosen.connect(self.narrow_to_days)
        self.left.clear_asked.connect(self.filters.clear)

    @property
    def query(self) -> Query:
        """What is asked: the filters', in the order in force."""
        return replace(self.filters.query(), order=order_from(self._preferences.now.order))

    def show_workspace(self, workspace: Workspace) -> None:
        """Shows another library."""
        self._workspace = workspace
        self._asked_for = self._kept = self._awaited = ""
        # Not for a moment may a verdict of one library stand under the name of another.
        self.reports.doubts.clear()
        self.reports.show(None, self.query)
        self._read_choices()
        self.ask()

    def ask(self) -> None:
        """Asks the list what the filters say."""
        self.filters.set_today(_today(self._clock))
        self.filters.clear_count()
        self.left.forget_news()
        self._awaited = ""
        self.reports.show(self._workspace, self.query)
        self._timelines.ask(self._workspace, self.query)

    def refresh(self, select: str = "") -> None:
        """Reads the list again, for the library changed; what the person looks at stays where it is.

        Args:
            select: Id of a report to go to, if the list has it.
        """
        self._asked_for = select or self._asked_for
        self._read_choices()
        self.reports.refresh(find=select)

    def reveal(self, report_id: str) -> None:
        """Goes to a report wherever the list has it; to none where the filters hide it."""
        self._kept = self._awaited = report_id
        self.reports.refresh(find=report_id)

    def keep(self, report_id: str) -> None:
        """Says which report is open, so that the list comes back to it."""
        self._asked_for = report_id

    def sort_by(self, key: SortKey) -> None:
        """Sorts by something; the other way round where it is sorted by it already."""
        self.sort(order_from(self._preferences.now.order).turned_to(key))

    def sort(self, order: Order) -> None:
        """Sorts the list, and remembers how."""
        self._preferences.change(order=str(order))
        self.reports.show(self._workspace, self.query)
        self.sorted_by.emit(order)

    def narrow_to_days(self, since: date, until: date) -> None:
        """Narrows to some days."""
        query = replace(self.filters.query(), since=since, until=until, period=None)
        self.filters.show_query(query)

    def with_selected(self, take: Callable[[tuple[str, ...]], None]) -> None:
        """Gives the ids of the selected reports; those that are not here are read first."""
        ranges, workspace, query = self.table.ranges(), self._workspace, self.reports.query
        here = self.table.selected_reports(PAGE_SIZE)
        if sum(last - first + 1 for first, last in ranges) == len(here):
            take(tuple(report.id for _, report in here))
        elif workspace is not None:
            self._tasks.run(lambda: _ids(workspace, query, ranges), take, self.failed.emit)

    def _read_choices(self) -> None:
        if self._workspace is not None:
            self._tasks.run(self._workspace.choices, self.filters.offer, self.failed.emit, Lane.COUNTING)

    def _list_is_here(self) -> None:
        rows = self.reports.rowCount()
        self.left.show_list(rows)
        if not rows:
            return
        # Only the first page is here; looking through a million rows would hold the screen up.
        here = ((row, self.reports.report(row)) for row in range(min(rows, PAGE_SIZE)))
        same = (row for row, report in here if report is not None and report.id == self._asked_for)
        row = next(same, None)
        if row is None and self._kept:
            self._go_nowhere()
        else:
            self.table.select_row(row or 0)

    def _go_to_list(self) -> None:
        if self.table.isVisible():
            self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _go_nowhere(self) -> None:
        """The report on screen is further down or hidden by the filters; no other row shall seem to be it."""
        self.table.clearSelection()
        self.table.setCurrentIndex(QModelIndex())

    def _went(self, report_id: str) -> None:
        if self._awaited not in ("", report_id):
            # The row that was current before is told again until the list has found the one that is gone to.
            return
        self._kept = self._kept if report_id == self._kept else ""
        self.opened.emit(report_id)

    def _list_was_refreshed(self, found: Refreshed) -> None:
        self._awaited = ""
        self.left.show_list(found.total)
        if found.found is not None:
            self.table.select_row(found.found)
        elif self._kept:
            report = self.reports.report(self.table.currentIndex().row())
            if report is None or report.id != self._kept:
                self._go_nowhere()
        elif found.total and not self.table.currentIndex().isValid():
            self.table.select_row(0)
        self._timelines.ask(self._workspace, self.query)

    def _list_failed(self, error: TsrError) -> None:
        self._awaited = ""
        self.failed.emit(error)

    def _keep_columns(self) -> None:
        columns = self.table.columns
        self._preferences.change(shown_columns=columns.keys(), columns=columns.widths())


def _ids(workspace: Workspace, query: Query, ranges: list[tuple[int, int]]) -> tuple[str, ...]:
    found: list[str] = []
    for first, last in ranges:
        found += workspace.ids(query, first, min(last, first + MAX_IDS - len(found) - 1))
        if len(found) >= MAX_IDS:
            break
    return tuple(found[:MAX_IDS])


def _today(clock: Clock) -> date:
    return clock.now().astimezone().date()
