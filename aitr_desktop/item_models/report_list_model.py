"""The list of reports: as long as the library, fetched a page at a time in the background."""

from __future__ import annotations

from dataclasses import replace
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from aitr_desktop.item_models.cells import CELL_ROLE, Cell, plain_tooltip
from aitr_desktop.item_models.doubts import Doubts
from aitr_desktop.item_models.list_columns import COLUMNS, ListColumn, whole_text
from aitr_desktop.item_models.tree_model import alignment
from aitr_desktop.library.listing import Query
from aitr_desktop.library.paging import ReportPages
from aitr_desktop.library.refreshing import Refreshed, Seen, refreshed
from aitr_desktop.tasks import Lane
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.library.listing import ListedReport
    from aitr_desktop.library.paging import Step
    from aitr_desktop.library.refreshing import Listing
    from aitr_desktop.tasks import Task, Tasks
    from tsr_agent.clock import Clock
    from tsr_agent.errors import TsrError

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
AFTER_PAINT = 0.04
"""Seconds after the first page that counting begins: at once, it would double the time to paint that page."""
REFRESH_PAUSE = 0.5
"""Seconds between two refreshes at least, so that many imports don't make the list tremble."""
PATIENCE_MS = 250
"""How long the list of another question may stay where the first page is slow."""
WAITING = "…"
_UP, _DOWN = " ↑", " ↓"


class ReportListModel(QAbstractTableModel):
    """Rows by number over a store that can only be walked.

    Args:
        tasks: The door to the worker threads.
        clock: Says what day it is, for short dates.
    """

    loaded = Signal()
    """The first page of the present question is here."""
    counted = Signal(int, int)
    """How many reports the question has, and how many there are."""
    failed = Signal(object)
    """A ``TsrError``: what is shown is as far as it could be read."""
    about_to_refresh = Signal()
    """Rows are about to be put in and taken out."""
    refreshed = Signal(object)
    """A ``Refreshed``: rows were put in and taken out; what was seen stands where it says."""

    def __init__(self, tasks: Tasks, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks, self._clock = tasks, clock
        self._source: Listing | None = None
        self._query = Query()
        self._pages = ReportPages()
        self._row_count = 0
        self._fetching: Task[tuple[ListedReport, ...]] | None = None
        self._counting: Task[tuple[int, int]] | None = None
        self._refreshing: Task[Any] | None = None
        self._next_refresh = 0.0
        self._is_due, self._find = False, ""
        self._is_asking = False
        self._wanted = self._drawn = 0
        self._may_fetch = True
        self.doubts = Doubts(self)
        """Reports whose verdict is not to be shown."""
        self.doubts.changed.connect(lambda: _redraw(self))
        self._look: Callable[[], Seen] = lambda: Seen(total=self._row_count)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(lambda: self._reset(ReportPages(), 0))

    @property
    def query(self) -> Query:
        """The present question."""
        return self._query

    def show(self, source: Listing | None, query: Query) -> None:
        """Asks anew; what was under way is dropped."""
        for task in (self._fetching, self._counting, self._refreshing):
            if task is not None:
                task.cancel()
        self._fetching = self._counting = self._refreshing = None
        is_sorted_anew = query.order != self._query.order
        self._source, self._query = source, query
        self._is_due, self._find = False, ""
        # What is here stays until the first page is there, so that nothing flickers; not for long, though.
        self._is_asking, self._may_fetch = source is not None, False
        if is_sorted_anew:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)
        if source is None:
            self._reset(ReportPages(), 0)
        else:
            self._patience.start()
            self._fetch(ReportPages(), 0)

    def watch(self, look: Callable[[], Seen]) -> None:
        """Takes over who says what a person looks at, for when the list changes under their eyes."""
        self._look = look

    def refresh(self, find: str = "") -> None:
        """Reads what is seen again; what a person looks at stays where it is.

        Args:
            find: Id of a report whose row ``refreshed`` is to say.
        """
        self._find = find or self._find
        if self._source is None or self._refreshing is not None:
            self._is_due = self._source is not None
            return
        wait = max(0.0, self._next_refresh - monotonic())
        # The worker waits, so that whoever waits for the tasks waits for this too.
        self._refreshing = self._tasks.run(
            lambda: Event().wait(wait), lambda _: self._refresh_now(), self._fail, Lane.COUNTING
        )

    def _refresh_now(self) -> None:
        source, query, now = self._source, self._query, self._clock.now()
        if source is None:
            return
        for task in (self._fetching, self._counting):
            if task is not None:
                task.cancel()
        self._fetching = self._counting = None
        if self._is_asking:
            self._reset(ReportPages(), 0)
            self._is_asking = False
        self._is_due, find, self._find = False, self._find, ""
        self._next_refresh = monotonic() + REFRESH_PAUSE
        seen = replace(self._look(), find=find)
        self._refreshing = self._tasks.run(
            lambda: refreshed(source, query, now, seen), self._take_refreshed, self._fail, Lane.COUNTING
        )

    def report(self, row: int) -> ListedReport | None:
        """The report of a row; None while it is on its way."""
        return self.doubts.line(self._pages.row(row)) if 0 <= row < self._row_count else None

    def wanted_report(self, row: int) -> ListedReport | None:
        """``report`` for who draws it: a row that is not here is sent for, and the page after it as well."""
        found = self.doubts.line(self._pages.row(row))
        page = self._pages.page_of(row)
        if found is None:
            self._want(page)
        elif page != self._drawn:
            ahead = page + (1 if page > self._drawn else -1)
            self._drawn = page
            if 0 <= ahead <= self._pages.page_of(self._row_count - 1) and not self._pages.has(ahead):
                # After this frame: whoever fetches takes time from who draws.
                QTimer.singleShot(0, self, lambda: self._want(ahead, is_seen=False))
        return found

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802  (Qt's name)
        """Reports of the present question, as far as known."""
        return 0 if parent.isValid() else self._row_count

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802  (Qt's name)
        """All columns, shown or not."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The words of a cell; asking for a row that is not here sends for it."""
        if not index.isValid():
            return None
        return cell_data(self.wanted_report(index.row()), COLUMNS[index.column()], role)

    def headerData(  # noqa: N802  (Qt's name)
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """A column's title, with the sign of the order where the list is sorted by it."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        column, order = COLUMNS[section], self._query.order
        if role == Qt.ItemDataRole.DisplayRole:
            is_sorted = column.sort is order.by
            return column.title() + ((_DOWN if order.descending else _UP) if is_sorted else "")
        return alignment(is_number=False) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def _want(self, page: int, *, is_seen: bool = True) -> None:
        if is_seen:
            self._wanted = page
        if self._fetching is None and self._refreshing is None and self._may_fetch:
            self._fetch(self._pages, page)

    def _reset(self, pages: ReportPages, rows: int) -> None:
        """Shows another list."""
        self._patience.stop()
        self.beginResetModel()
        self._pages, self._row_count, self._wanted, self._drawn = pages, rows, 0, 0
        self.endResetModel()

    def _fetch(self, pages: ReportPages, page: int) -> None:
        source, query = self._source, self._query
        if source is None:
            return
        step = pages.step_to(page)
        now = self._clock.now()
        self._fetching = self._tasks.run(
            lambda: source.page(query, step, now), lambda rows: self._take(step, rows), self._fail
        )

    def _take(self, step: Step, rows: tuple[ListedReport, ...]) -> None:
        self._fetching = None
        if self._is_asking:
            self._is_asking, self._may_fetch = False, True
            pages = ReportPages()
            pages.store(step, rows)
            pages.set_total(len(rows))
            self._reset(pages, len(rows))
            self.loaded.emit()
            self._count()
            return
        if not self._pages.is_consistent(step, rows):
            # Reports came in or went meanwhile: numbers of rows no longer mean what they did.
            self.refresh()
            return
        self._pages.store(step, rows)
        first = step.page * self._pages.page_size
        last = min(first + len(rows), self._row_count) - 1
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(COLUMNS) - 1))
        # A view that scrolled on meanwhile wants another page; what lay between is not fetched.
        if not self._pages.has(self._wanted):
            self._want(self._wanted)

    def _count(self) -> None:
        source, query = self._source, self._query
        if source is None:
            return

        def count() -> tuple[int, int]:
            Event().wait(AFTER_PAINT)
            matching = source.count(query)
            return matching, matching if query.is_everything else source.count(Query())

        self._counting = self._tasks.run(count, self._take_count, self._fail, Lane.COUNTING)

    def _take_count(self, counts: tuple[int, int]) -> None:
        self._counting = None
        matching, total = counts
        if matching < self._row_count:
            self.refresh()
            return
        self._pages.set_total(matching)
        if matching > self._row_count:
            self.beginInsertRows(QModelIndex(), self._row_count, matching - 1)
            self._row_count = matching
            self.endInsertRows()
        self.counted.emit(matching, total)

    def _take_refreshed(self, found: Refreshed) -> None:
        """Puts rows in and takes them out where the list changed, so that the others keep their selection."""
        self._refreshing = None
        self.about_to_refresh.emit()
        # Until all rows have their new numbers no row has a line, so that none shows another's.
        self._pages, self._may_fetch = ReportPages(), False
        for place, difference in found.changes(self._row_count):
            if difference > 0:
                self.beginInsertRows(QModelIndex(), place, place + difference - 1)
                self._row_count += difference
                self.endInsertRows()
            else:
                self.beginRemoveRows(QModelIndex(), place, place - difference - 1)
                self._row_count += difference
                self.endRemoveRows()
        self._pages, self._may_fetch = found.pages, True
        _redraw(self)
        self.refreshed.emit(found)
        self.counted.emit(found.total, found.library_total)
        if self._is_due:
            self.refresh()

    def _fail(self, error: TsrError) -> None:
        self._fetching = self._refreshing = None
        if self._is_asking:
            self._is_asking = False
            self._reset(ReportPages(), 0)
        # What is drawn again asks again, and would fail again with each frame.
        self._may_fetch = False
        self.failed.emit(error)


def _redraw(model: ReportListModel) -> None:
    """Says that any line may be another."""
    if rows := model.rowCount():
        model.dataChanged.emit(model.index(0, 0), model.index(rows - 1, len(COLUMNS) - 1))


def cell_data(report: ListedReport | None, column: ListColumn, role: int) -> Any:
    """What Qt asks of a cell by role."""
    if role == Qt.ItemDataRole.DisplayRole:
        return WAITING if report is None else column.text(report)
    if role == CELL_ROLE:
        return cell(report, column)
    if role == Qt.ItemDataRole.ToolTipRole:
        return None if report is None else plain_tooltip(whole_text(report, column)) or None
    if role == Qt.ItemDataRole.TextAlignmentRole:
        return alignment(is_number=False)
    if role == Qt.ItemDataRole.AccessibleTextRole:
        return "loading" if report is None else f"{column.title()}: {column.text(report)}"
    return None


def cell(report: ListedReport | None, column: ListColumn) -> Cell:
    """One cell of a line."""
    if report is None:
        return Cell(text=WAITING, tone=Tone.MUTED)
    tone = report.verdict.tone if column.key == "decision" else column.tone
    return Cell(text=column.text(report), tone=tone, whole=whole_text(report, column), is_code=column.is_code)
