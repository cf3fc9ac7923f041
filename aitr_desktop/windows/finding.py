"""Finds a text in the report on screen, on a worker, and goes from one hit to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject

from aitr_desktop.actions.spec import Act
from aitr_desktop.tasks import Lane

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.item_models.report_detail import ReportDetail
    from aitr_desktop.item_models.report_search import Found, Hit
    from aitr_desktop.tasks import Task, Tasks
    from aitr_desktop.windows.workbench import Workbench


class Finding(QObject):
    """The search in one report.

    Args:
        tasks: The door to threads.
        workbench: The report on screen; None before a library was open.
        why_none: Why nothing can be done with a report now; empty where one is on screen.
        parent: The window.
    """

    def __init__(
        self,
        tasks: Tasks,
        workbench: Callable[[], Workbench | None],
        why_none: Callable[[], str],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._workbench = workbench
        self._why_none = why_none
        self._searching: Task[Found] | None = None
        self._hits: tuple[Hit, ...] = ()
        self._has_more = False
        self._place = -1
        self._wanted = ""
        self._step = 0

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {
            Act.FIND_IN_REPORT: self.open,
            Act.FIND_NEXT: lambda: self.move(1),
            Act.FIND_PREVIOUS: lambda: self.move(-1),
        }

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        return dict.fromkeys(self.handlers(), self._reason)

    def attach(self, workbench: Workbench) -> None:
        """Takes the bar of a workbench that was just made."""
        bar = workbench.detail.find_bar
        bar.asked.connect(self.ask)
        bar.moved.connect(self.move)
        bar.closed.connect(self.close)
        workbench.shown.connect(self._another_report)

    def open(self) -> None:
        """Opens the bar, or goes back to its field."""
        workbench = self._workbench()
        if workbench is None or self._reason():
            return
        workbench.detail.open_find()
        if workbench.detail.find_bar.text() and not self._wanted:
            self.ask(workbench.detail.find_bar.text())

    def close(self) -> None:
        """Closes the bar; the focus goes to the row that was found, else to where it was."""
        self._forget()
        workbench = self._workbench()
        if workbench is not None:
            workbench.detail.close_find()

    def ask(self, text: str, *, goes: bool = True) -> None:
        """Looks for a text; the search before it is given up.

        Args:
            text: What to look for.
            goes: Whether to go to the first hit once it is there.
        """
        self._forget()
        workbench = self._workbench()
        if workbench is None or workbench.report is None:
            return
        bar, report = workbench.detail.find_bar, workbench.report
        if not text.strip():
            bar.say("")
            return
        self._wanted = text
        self._step = 1 if goes else 0
        bar.say(self.tr("Searching…"))
        began: list[Task[Found]] = []

        def work() -> Found:
            from aitr_desktop.item_models.report_search import search

            return search(report.blocks, text, lambda: not began or began[0].is_wanted)

        # Not in the lane of the library: no report shall wait for a search.
        self._searching = self._tasks.run(work, self._found, lambda _: bar.say(""), Lane.WIDE)
        began.append(self._searching)

    def move(self, step: int) -> None:
        """Goes on by so many hits, and from the last to the first."""
        workbench = self._workbench()
        if workbench is None or workbench.report is None:
            return
        if self._searching is not None:
            # It goes there once they are known.
            self._step = step
        elif self._hits:
            first = 0 if step > 0 else -1
            self._place = (first if self._place < 0 else self._place + step) % len(self._hits)
            workbench.detail.go_to_hit(self._hits[self._place])
            self._say()
        elif not workbench.detail.find_bar.isVisible():
            self.open()

    def _found(self, found: Found) -> None:
        self._searching = None
        self._hits, self._has_more = found.hits, found.has_more
        step, self._step = self._step, 0
        if self._hits and step:
            self.move(step)
        else:
            self._say()

    def _say(self) -> None:
        workbench = self._workbench()
        if workbench is None:
            return
        number = f"{len(self._hits):,}"
        total = self.tr("more than {number}").format(number=number) if self._has_more else number
        if not self._hits:
            words = self.tr("Nothing found")
        elif self._place < 0:
            words = self.tr("{total} rows").format(total=total)
        else:
            words = self.tr("{place} of {total}").format(place=f"{self._place + 1:,}", total=total)
        workbench.detail.find_bar.say(words, is_missing=not self._hits)

    def _another_report(self, detail: ReportDetail | None) -> None:
        """Looks for the same in it while the bar is open, and goes nowhere: it is read from its top."""
        wanted, workbench = self._wanted, self._workbench()
        self._forget()
        if workbench is None:
            return
        if detail is None:
            workbench.detail.find_bar.say("")
        elif wanted and workbench.detail.find_bar.isVisible():
            self.ask(wanted, goes=False)

    def _forget(self) -> None:
        if self._searching is not None:
            self._searching.cancel()
        self._searching = None
        self._hits, self._has_more, self._place, self._wanted, self._step = (), False, -1, "", 0

    def _reason(self) -> str:
        workbench = self._workbench()
        why = self._why_none()
        if why or workbench is None:
            return why
        return "" if workbench.report is not None else self.tr("No report is on screen.")
