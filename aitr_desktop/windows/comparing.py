"""Compares reports on the worker thread, and holds what was compared to what is on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, Signal

from aitr_desktop.library.comparing import Altered, Compared, Sides
from aitr_desktop.tasks import Lane
from aitr_desktop.windows.compare_messages import compared_again

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.item_models.report_detail import Block
    from aitr_desktop.tasks import Task
    from aitr_desktop.windows.desk import Desk
    from tsr_agent.errors import TsrError
    from tsr_agent.store.releases import EarlierRelease


class Comparing(QObject):
    """One comparison at a time: the one that was asked for last.

    Args:
        desk: The library, the tasks, the clock and what the person chose.
    """

    made = Signal(object, object, str)
    """A ``Compared`` with its blocks, and why it was compared again; empty where somebody asked for it."""
    rows_made = Signal(object)
    """Other blocks of the same comparison."""
    altered = Signal(object)
    """An ``Altered``: at least one of the two is not what was filed."""
    no_release = Signal(object, str)
    """An ``EarlierRelease`` that is none, and the id of the report that it was looked for."""
    failed = Signal(object)
    """A ``TsrError``."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._working: Task[Any] | None = None
        self._checking: Task[Any] | None = None
        self.compared: Compared | None = None
        """The one that is shown; None while another one is awaited."""

    def compare(self, ids: tuple[str, str], sides: Sides, *, news: str = "") -> None:
        """Compares two reports.

        Args:
            ids: Of the two.
            sides: Which of them is A.
            news: Why they are compared again; the comparison before stays until then.
        """
        workspace, now = self._desk.libraries.workspace, self._desk.clock.now()
        if workspace is None:
            return
        shows_all = self._shows_all()

        def work() -> tuple[Compared | Altered, tuple[Block, ...]]:
            from aitr_desktop.library.comparing import compared

            found = compared(workspace, ids, now, sides)
            return found, () if isinstance(found, Altered) else _blocks(found, shows_all=shows_all)

        if not news:
            self.compared = None
        self._run(work, lambda done: self._take(done[0], done[1], news))

    def compare_with_release(self, report_id: str) -> None:
        """Compares a report with the newest earlier one of its place that was let go."""
        workspace = self._desk.libraries.workspace
        if workspace is None:
            return

        def found(earlier: EarlierRelease) -> None:
            if earlier.report_id:
                self.compare((earlier.report_id, report_id), Sides.OLDER_LEFT)
            else:
                self.no_release.emit(earlier, report_id)

        self.compared = None
        self._run(lambda: workspace.earlier_release(report_id), found)

    def make_rows(self) -> None:
        """Makes the rows anew: the person wants other ones."""
        compared, shows_all = self.compared, self._shows_all()
        if compared is not None:
            self._run(lambda: _blocks(compared, shows_all=shows_all), self.rows_made.emit)

    def refresh(self) -> None:
        """Something came into the library: compares again where it is about one of the two reports."""
        workspace, compared = self._desk.libraries.workspace, self.compared
        if workspace is None or compared is None:
            return

        def again(records: tuple[str, ...]) -> None:
            if compared is self.compared and records != compared.records:
                news = compared_again(self._desk.clock.now(), compared.records, records)
                self.compare(compared.ids, Sides.AS_GIVEN, news=news)

        if self._checking is not None:
            self._checking.cancel()
        self._checking = self._desk.tasks.run(
            lambda: tuple(workspace.record(each) for each in compared.ids),
            again,
            # What is not as it was filed can't be read; comparing again says which of the two it is.
            lambda _: self.compare(compared.ids, Sides.AS_GIVEN),
            Lane.LIBRARY,
        )

    def stop(self) -> None:
        """Gives up what is under way, and forgets what was compared."""
        self.compared = None
        for task in (self._working, self._checking):
            if task is not None:
                task.cancel()

    def _shows_all(self) -> bool:
        return not self._desk.preferences.now.differences_only

    def _take(self, found: Compared | Altered, blocks: tuple[Block, ...], news: str) -> None:
        if isinstance(found, Altered):
            self.compared = None
            self.altered.emit(found)
        else:
            self.compared = found
            self.made.emit(found, blocks, news)

    def _run(self, work: Callable[[], Any], show: Callable[[Any], None]) -> None:
        if self._working is not None:
            self._working.cancel()
        self._working = self._desk.tasks.run(work, show, self._fail, Lane.LIBRARY)

    def _fail(self, error: TsrError) -> None:
        self.compared = None
        self.failed.emit(error)


def _blocks(compared: Compared, *, shows_all: bool) -> tuple[Block, ...]:
    from aitr_desktop.item_models.comparison_blocks import comparison_blocks

    return comparison_blocks(compared.section, compared.unchanged() if shows_all else None)
