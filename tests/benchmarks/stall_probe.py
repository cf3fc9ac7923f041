"""How long the event loop stands still."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from qtpy.QtCore import QEventLoop, Qt, QTimer

if TYPE_CHECKING:
    from collections.abc import Callable

REST = 12
"""Ticks without anything to do after which nothing is awaited any more."""


class Probe:
    """The longest gap between two ticks of the event loop, in milliseconds."""

    def __init__(self) -> None:
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._loop = QEventLoop()
        self._is_done: Callable[[], bool] = lambda: True
        self.longest, self._last, self._quiet = 0.0, 0.0, 0

    def during(self, act: Callable[[], object], is_done: Callable[[], bool]) -> float:
        self.longest, self._quiet, self._is_done = 0.0, 0, is_done
        self._last = time.perf_counter()
        self._timer.start(1)
        QTimer.singleShot(0, act)
        self._loop.exec()
        self._timer.stop()
        return self.longest

    def _tick(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, (now - self._last) * 1_000)
        self._last = now
        self._quiet = self._quiet + 1 if self._is_done() else 0
        if self._quiet > REST:
            self._loop.quit()
