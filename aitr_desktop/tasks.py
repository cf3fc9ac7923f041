"""The one door to threads: work goes out, its result comes back on the user-interface thread.

Four lanes: ``LIBRARY``, ``COUNTING`` and ``FILING`` each do one thing after another on one thread, as the
database wants it; ``WIDE`` does several at once. A result is handed over by a slot of an object that lives
on the user-interface thread, never by the thread that worked.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from qtpy.QtCore import QObject, Qt, Signal, Slot

from tsr_agent.errors import TsrError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future, ThreadPoolExecutor

Result = TypeVar("Result")


PATIENCE_S = 1.5
"""Seconds that closing waits for what runs: a person who closes a window wants it gone."""


class Lane(Enum):
    """Where a task runs: a name, and the number of threads."""

    LIBRARY = "library", 1
    """What the screen waits for: reading the library, one thing after another."""
    COUNTING = "counting", 1
    """Reading that takes long and that nobody waits for, so that pages come beside it."""
    FILING = "filing", 1
    """What changes the library and takes long, so that reading goes on beside it."""
    WIDE = "wide", 4

    def __init__(self, title: str, threads: int) -> None:
        self.title = title
        self.threads = threads


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How far a long piece of work has come."""

    done: int = 0
    total: int = 0
    """0 while nobody knows."""
    unit: str = ""
    """What is counted, in the plural."""
    rate: str = ""
    """How fast, in words; empty where nothing is worth saying."""


class Progress:
    """What long work says of itself, and whether it is still wanted. Safe from any thread.

    Args:
        title: What is being done, for the person who waits.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self._seen = Seen()
        self._cancelled = threading.Event()

    def report(self, done: int, total: int, unit: str = "", rate: str = "") -> None:
        """Says how far it is; as often as one likes, for nobody is called."""
        self._seen = Seen(done=done, total=total, unit=unit, rate=rate)

    @property
    def seen(self) -> Seen:
        """What was said last."""
        return self._seen

    def cancel(self) -> None:
        """Asks the work to end early."""
        self._cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether the work should end: it keeps what it has done and returns."""
        return self._cancelled.is_set()


class Task(Generic[Result]):
    """A piece of work that is under way. Made by ``Tasks.run``."""

    def __init__(
        self,
        future: Future[Result],
        on_result: Callable[[Result], None],
        on_error: Callable[[TsrError], None],
    ) -> None:
        self.future = future
        """What runs it."""
        self._on_result = on_result
        self._on_error = on_error
        self._is_wanted = True

    @property
    def is_wanted(self) -> bool:
        """Whether anybody still wants the result; long work may look now and then."""
        return self._is_wanted

    def cancel(self) -> None:
        """Nobody wants the result any more: it is dropped, and not begun if it still waits."""
        self._is_wanted = False
        self.future.cancel()

    def hand_over(self) -> None:
        """Calls back with the result or the error.

        An error that is no ``TsrError`` is a fault of ours and is raised, so that it reaches the
        crash dialog.
        """
        if not self._is_wanted or self.future.cancelled():
            return
        error = self.future.exception()
        if error is None:
            self._on_result(self.future.result())
        elif isinstance(error, TsrError):
            self._on_error(error)
        else:
            raise error


class Tasks(QObject):
    """Runs tasks and delivers their results on the thread it was made on."""

    idle = Signal()
    """The last task under way was delivered or dropped."""
    began = Signal(object)
    """A ``Progress`` of long work."""
    ended = Signal(object)
    """The same one: its work is over, whatever came of it."""
    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pools: dict[Lane, ThreadPoolExecutor] = {}
        self._under_way: set[Task[object]] = set()
        self._long: dict[Task[object], Progress] = {}
        self._is_closed = False
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._under_way

    def run(
        self,
        work: Callable[[], Result],
        on_result: Callable[[Result], None],
        on_error: Callable[[TsrError], None],
        lane: Lane = Lane.LIBRARY,
    ) -> Task[Result]:
        """Starts work on another thread.

        Args:
            work: What to do there; it touches no widget.
            on_result: Called on the user-interface thread with what ``work`` returned.
            on_error: Called there with the ``TsrError`` it raised.
            lane: Where it runs.

        Raises:
            RuntimeError: After ``close``.
        """
        if self._is_closed:
            raise RuntimeError("the tasks are closed")
        future = self._pool(lane).submit(work)
        task = Task(future, on_result, on_error)
        self._under_way.add(task)  # type: ignore[arg-type]  # a set of tasks of any result
        future.add_done_callback(lambda _: self._ended(task))
        return task

    def _ended(self, task: Task[Any]) -> None:
        # What ends after the window may find this object gone.
        if not self._is_closed:
            self._finished.emit(task)

    def run_long(
        self,
        title: str,
        work: Callable[[Progress], Result],
        on_result: Callable[[Result], None],
        on_error: Callable[[TsrError], None],
        lane: Lane = Lane.FILING,
    ) -> Progress:
        """Starts work that a person watches and may cancel.

        Cancelling asks: ``work`` looks at ``Progress.is_cancelled`` between its steps, keeps what is done
        and returns, so that its result says how far it came.

        Args:
            title: What is being done.
            work: What to do there; it is given the progress to report to.
            on_result: As in ``run``.
            on_error: As in ``run``.
            lane: Where it runs.

        Returns:
            The progress, which ``began`` and ``ended`` name too.
        """
        progress = Progress(title)
        task = self.run(lambda: work(progress), on_result, on_error, lane)
        self._long[task] = progress  # type: ignore[index]  # a task of any result
        self.began.emit(progress)
        return progress

    def close(self, patience: float = PATIENCE_S) -> bool:
        """Drops what waits, lets what runs come to its end, and delivers nothing more.

        Args:
            patience: Seconds to wait. What takes longer, such as a file that another program has locked,
                comes to its end before the process does, and no longer holds up the screen.

        Returns:
            Whether all has come to its end.
        """
        self._is_closed = True
        for task in self._under_way:
            task.cancel()
        for progress in self._long.values():
            progress.cancel()
        has_ended = self._wait(patience)
        for pool in self._pools.values():
            pool.shutdown(wait=has_ended, cancel_futures=True)
        self._pools.clear()
        self._under_way.clear()
        self._long.clear()
        return has_ended

    def _wait(self, patience: float) -> bool:
        if not self._under_way:
            return True
        from concurrent.futures import wait

        return not wait([task.future for task in self._under_way], patience).not_done

    def _pool(self, lane: Lane) -> ThreadPoolExecutor:
        # Imported with the first task: the window is painted by then.
        from concurrent.futures import ThreadPoolExecutor

        if lane not in self._pools:
            self._pools[lane] = ThreadPoolExecutor(lane.threads, thread_name_prefix=f"aitr-{lane.title}")
        return self._pools[lane]

    @Slot(object)
    def _deliver(self, task: Task[object]) -> None:
        self._under_way.discard(task)
        progress = self._long.pop(task, None)
        if progress is not None:
            self.ended.emit(progress)
        try:
            if not self._is_closed:
                task.hand_over()
        finally:
            if not self._under_way:
                self.idle.emit()
