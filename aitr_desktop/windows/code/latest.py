"""Work of which only what was asked for last is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from qtpy.QtCore import QObject, QTimer, Signal

from aitr_desktop.tasks import Lane

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.tasks import Task, Tasks
    from tsr_agent.errors import TsrError

Result = TypeVar("Result")
PATIENCE_MS = 300
"""After which somebody who waits is told what for."""


class Latest(QObject):
    """One piece of work at a time.

    Args:
        tasks: The door to threads.
        parent: Ends with it.
    """

    slow = Signal()
    """It takes so long that somebody asks what is going on."""

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._task: Task[object] | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self.slow)

    @property
    def is_under_way(self) -> bool:
        """Whether something is awaited."""
        return self._task is not None

    def run(
        self,
        work: Callable[[Callable[[], bool]], Result],
        on_result: Callable[[Result], None],
        on_error: Callable[[TsrError], None],
    ) -> None:
        """Starts work; whatever was under way is no longer wanted.

        Args:
            work: Called on another thread with what says whether it is still wanted.
            on_result: Called on the user-interface thread.
            on_error: Called there with the ``TsrError``.
        """
        self.stop()
        begun: list[Task[Result]] = []

        def is_wanted() -> bool:
            return all(task.is_wanted for task in begun)

        def take(result: Result) -> None:
            self._ended()
            on_result(result)

        def refuse(error: TsrError) -> None:
            self._ended()
            on_error(error)

        task = self._tasks.run(lambda: work(is_wanted), take, refuse, Lane.WIDE)
        begun.append(task)
        self._task = task  # type: ignore[assignment]  # a task of any result
        self._patience.start()

    def stop(self) -> None:
        """Nobody waits any more."""
        self._patience.stop()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _ended(self) -> None:
        self._patience.stop()
        self._task = None
