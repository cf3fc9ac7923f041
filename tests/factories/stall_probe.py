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
LOOKS_AT_REST = 25


class Probe:
    """The longest gap between two ticks of the event loop, and the 99th percentile, in milliseconds."""

    def __init__(self) -> None:
        self._gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def run_until(self, done: Callable[[], bool]) -> tuple[float, float]:
        loop = QEventLoop()
        self._last = time.perf_counter()
        self._timer.start(TICK_MS)
        look = QTimer()
        look.timeout.connect(lambda: loop.quit() if done() else None)
        look.start(20)
        loop.exec()
        look.stop()
        self._timer.stop()
        gaps = sorted(self._gaps)
        return gaps[-1], gaps[int(len(gaps) * 0.99)]

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
