"""A beat while long work moves on, so that the screen follows it without running after every step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, QTimer, Signal, Slot

if TYPE_CHECKING:
    from aitr_desktop.tasks import Progress, Tasks

BEAT_MS = 500


class Pulse(QObject):
    """Looks twice a second whether long work has come further.

    Args:
        tasks: Says when the work is over.
    """

    beat = Signal()
    """It has come further."""

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._progress: Progress | None = None
        self._done = 0
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._look)
        tasks.ended.connect(self._ended)

    @property
    def is_following(self) -> bool:
        """Whether work is under way."""
        return self._progress is not None

    def follow(self, progress: Progress) -> None:
        """Follows another piece of work."""
        self._progress, self._done = progress, 0
        self._timer.start()

    def cancel(self) -> None:
        """Asks the work to end."""
        if self._progress is not None:
            self._progress.cancel()

    def stop(self) -> None:
        """Asks the work to end, and beats no more: the window goes."""
        self.cancel()
        self._timer.stop()

    @Slot()
    def _look(self) -> None:
        if self._progress is None:
            self._timer.stop()
        elif self._progress.seen.done != self._done:
            self._done = self._progress.seen.done
            self.beat.emit()

    @Slot(object)
    def _ended(self, progress: Progress) -> None:
        if progress is self._progress:
            self._progress = None
            self._timer.stop()
