"""The list of reports: as long as the library, fetched a page at a time in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from aitr_desktop.item_models.cells import Cell, Column
from aitr_desktop.item_models.tree_model import alignment, cell_data
from aitr_desktop.library.listing import Query
from aitr_desktop.library.paging import ReportPages
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Protocol

    from aitr_desktop.library.listing import ListedReport
    from aitr_desktop.library.paging import Step
    from aitr_desktop.tasks import Task, Tasks
    from tsr_agent.clock import Clock
    from tsr_agent.errors import TsrError

    class ReportSource(Protocol):
        """Where pages and counts come from; called on the worker thread."""

        def page(self, query: Query, step: Step, now: datetime) -> tuple[ListedReport, ...]:
            """One page in list order."""

        def count(self, query: Query) -> int:
            """Length of the list."""


Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
COLUMNS = (
    Column(title="Decision", width=146),
    Column(title="Release", width=70),
    Column(title="Branch", width=100),
    Column(title="Environment", width=98),
    Column(title="When", width=84, stretches=True),
)
_WAITING = Cell(text="…", tone=Tone.MUTED)


class ReportListModel(QAbstractTableModel):
    """Rows by number over a store that can only be walked.

    Args:
        tasks: The door to the worker thread.
        clock: Says what day it is, for short dates.
    """

    loaded = Signal()
    """The first page of the present question is here."""
    counted = Signal(int, int)
    """How many reports the question has, and how many there are."""
    failed = Signal(object)
    """A ``TsrError``: what is shown is as far as it could be read."""

    def __init__(self, tasks: Tasks, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._clock = clock
        self._source: ReportSource | None = None
        self._query = Query()
        self._pages = ReportPages()
        self._row_count = 0
        self._fetching: Task[tuple[ListedReport, ...]] | None = None
        self._counting: Task[tuple[int, int]] | None = None
        self._wanted = 0

    @property
    def query(self) -> Query:
        """The present question."""
        return self._query

    def show(self, source: ReportSource | None, query: Query) -> None:
        """Asks anew; what was under way is dropped."""
        for task in (self._fetching, self._counting):
            if task is not None:
                task.cancel()
        self._fetching = self._counting = None
        self._source, self._query = source, query
        self._start(ReportPages())

    def _start(self, pages: ReportPages) -> None:
        self.beginResetModel()
        self._pages, self._row_count, self._wanted = pages, 0, 0
        self.endResetModel()
        if self._source is not None:
            self._fetch(0)

    def report(self, row: int) -> ListedReport | None:
        """The report of a row; None while it is on its way."""
        return self._pages.row(row) if 0 <= row < self._row_count else None

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802  (Qt's name)
        """Reports of the present question, as far as known."""
        return 0 if parent.isValid() else self._row_count

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802  (Qt's name)
        """Columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The words of a cell; asking for a row that is not here sends for it."""
        if not index.isValid():
            return None
        found = self._pages.row(index.row())
        if found is None:
            self._want(self._pages.page_of(index.row()))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return (
                f"{found.verdict.word}, {found.release}, {found.branch}, {found.when}" if found else "loading"
            )
        return cell_data(_WAITING if found is None else cell(found, index.column()), role)

    def headerData(  # noqa: N802  (Qt's name)
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """A column's title."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title
        return alignment(is_number=False) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def _want(self, page: int) -> None:
        self._wanted = page
        if self._fetching is None:
            self._fetch(page)

    def _fetch(self, page: int) -> None:
        source, query = self._source, self._query
        if source is None:
            return
        step = self._pages.step_to(page)
        now = self._clock.now()
        self._fetching = self._tasks.run(
            lambda: source.page(query, step, now), lambda rows: self._take(step, rows), self._fail
        )

    def _take(self, step: Step, rows: tuple[ListedReport, ...]) -> None:
        self._fetching = None
        is_first = self._row_count == 0
        if not is_first and not self._pages.is_consistent(step, rows):
            # Reports came in or went meanwhile: numbers of rows no longer mean what they did.
            self._start(ReportPages())
            return
        self._pages.store(step, rows)
        if is_first:
            self._grow(len(rows))
            self.loaded.emit()
            self._count(len(rows))
        else:
            first = step.page * self._pages.page_size
            last = min(first + len(rows), self._row_count) - 1
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(COLUMNS) - 1))
            self._walk_on()

    def _walk_on(self) -> None:
        """A view that scrolled on meanwhile wants another page; fetches until it is here."""
        if self._fetching is None and not self._pages.has(self._wanted):
            self._fetch(self._wanted)

    def _count(self, shown: int) -> None:
        source, query = self._source, self._query
        if source is None:
            return

        def count() -> tuple[int, int]:
            total = source.count(Query())
            return (total if query.is_everything else source.count(query)), total

        self._pages.set_total(shown)
        self._counting = self._tasks.run(count, self._take_count, self._fail)

    def _take_count(self, counts: tuple[int, int]) -> None:
        self._counting = None
        matching, total = counts
        if matching < self._row_count:
            self._start(ReportPages())
            return
        self._pages.set_total(matching)
        self._grow(matching)
        self.counted.emit(matching, total)

    def _grow(self, rows: int) -> None:
        if rows > self._row_count:
            self.beginInsertRows(QModelIndex(), self._row_count, rows - 1)
            self._row_count = rows
            self.endInsertRows()

    def _fail(self, error: TsrError) -> None:
        self._fetching = None
        self.failed.emit(error)


def cell(report: ListedReport, column: int) -> Cell:
    """One cell of a line."""
    return (
        Cell(text=str(report.verdict), tone=report.verdict.tone, whole=report.reason),
        Cell(text=report.release, whole=report.release_whole, is_code=True),
        Cell(text=report.branch or "–"),
        Cell(text=report.environment, tone=Tone.MUTED),
        Cell(text=report.when, whole=report.when_whole, tone=Tone.MUTED),
    )[column]
