"""A probe in the event loop: how long the window stands still."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from qtpy.QtCore import QEventLoop, Qt, QTimer

from aitr_desktop.views.figures.timeline import TimelineView

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.tasks import Tasks
    from aitr_desktop.windows.main_window import MainWindow

TICK_MS = 5
FINE_MS = 1
LOOKS_AT_REST = 25
REST = 12
"""Ticks without anything to do after which nothing is awaited any more."""


class Probe:
    """The gaps between two ticks of the event loop, in milliseconds.

    Args:
        tick_ms: How often it ticks: no shorter gap is seen.
    """

    def __init__(self, tick_ms: int = TICK_MS) -> None:
        self._gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(tick_ms)
        self._timer.timeout.connect(self._tick)

    def run_until(self, done: Callable[[], bool]) -> tuple[float, float]:
        """The longest gap and the 99th percentile until something is true."""
        look = QTimer()
        loop = QEventLoop()
        look.timeout.connect(lambda: loop.quit() if done() else None)
        look.start(20)
        self._run(loop)
        look.stop()
        gaps = sorted(self._gaps)
        return gaps[-1], gaps[int(len(gaps) * 0.99)]

    def during(self, act: Callable[[], object], is_done: Callable[[], bool]) -> float:
        """The longest gap from doing something to the rest after it."""
        loop, quiet = QEventLoop(), 0

        def look() -> None:
            nonlocal quiet
            quiet = quiet + 1 if is_done() else 0
            if quiet > REST:
                loop.quit()

        self._timer.timeout.connect(look)
        QTimer.singleShot(0, act)
        self._run(loop)
        self._timer.timeout.disconnect(look)
        return max(self._gaps)

    def _run(self, loop: QEventLoop) -> None:
        self._gaps.clear()
        self._last = time.perf_counter()
        self._timer.start()
        loop.exec()
        self._timer.stop()

    def _tick(self) -> None:
        now = time.perf_counter()
        self._gaps.append((now - self._last) * 1_000)
        self._last = now


def at_rest(window: MainWindow, tasks: Tasks) -> Callable[[], bool]:
    """Says whether the report on screen has been there with its charts for a while."""
    times = [0]

    def look() -> bool:
        detail = window.workbench.detail if window.workbench is not None else None
        is_quiet = tasks.is_idle and detail is not None and not detail.is_filling
        is_quiet = is_quiet and not any(each.is_drawing for each in detail.findChildren(TimelineView))
        times[0] = times[0] + 1 if is_quiet else 0
        return times[0] > LOOKS_AT_REST

    return look
