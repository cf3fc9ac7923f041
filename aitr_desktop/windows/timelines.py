"""Counts decisions over time for the strip, beside the list and after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject

from aitr_desktop.tasks import Lane

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.library.listing import Query
    from aitr_desktop.library.timeline import Timeline
    from aitr_desktop.library.workspace import Workspace
    from aitr_desktop.tasks import Task, Tasks
    from aitr_desktop.views.decision_strip import DecisionStrip
    from tsr_agent.errors import TsrError


class Timelines(QObject):
    """Has the strip show what a question finds; the one asked last wins.

    Args:
        strip: Shows it.
        tasks: The door to threads.
        on_error: Told what went wrong.
    """

    def __init__(
        self, strip: DecisionStrip, tasks: Tasks, on_error: Callable[[TsrError], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._strip, self._tasks, self._on_error = strip, tasks, on_error
        self._counting: Task[Timeline] | None = None

    def ask(self, workspace: Workspace | None, query: Query) -> None:
        """Counts anew; what was under way ends at its next bar."""
        if self._counting is not None:
            self._counting.cancel()
            self._counting = None
        if workspace is None:
            return
        self._strip.wait()
        begun: list[Task[Timeline]] = []

        def is_wanted() -> bool:
            return not begun or begun[0].is_wanted

        self._counting = self._tasks.run(
            lambda: workspace.timeline(query, is_wanted),
            self._strip.show_timeline,
            self._on_error,
            Lane.COUNTING,
        )
        begun.append(self._counting)
