"""Loads the plotting library when the first figure wants it: on a worker, while its table is there."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, QTimer, Slot

from aitr_desktop.tasks import Lane

if TYPE_CHECKING:
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.views.detail_view import DetailView
    from tsr_agent.errors import TsrError


class PlotLibrary(QObject):
    """Gives the figures of a report their plots.

    Args:
        tasks: Where the library is loaded.
        detail: Who shows the figures.
    """

    def __init__(self, tasks: Tasks, detail: DetailView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._detail = detail
        # When the event loop comes to rest: the report is painted first.
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(0)
        self._rest.timeout.connect(self._load)
        detail.plots_wanted.connect(self._rest.start)

    def stop(self) -> None:
        """Loads nothing any more; the window goes."""
        self._rest.stop()

    @Slot()
    def _load(self) -> None:
        self._tasks.run(load_plots, self._loaded, self._failed, Lane.WIDE)

    def _loaded(self, is_there: bool) -> None:
        for section in self._detail.sections():
            if is_there:
                section.figures.plots_are_here()
            else:
                section.figures.plots_are_missing()

    def _failed(self, _error: TsrError) -> None:
        self._loaded(False)


def load_plots() -> bool:
    """Imports the plotting library, which takes some tenths of a second; once loaded, no time at all.

    Returns:
        Whether it is there. An installation without it shows the tables alone.
    """
    # What it does to the hooks for faults nobody caught would bypass our own dialog.
    hooks = sys.excepthook, threading.excepthook
    try:
        import aitr_desktop.views.figures.plots  # noqa: F401  (the import is the work)
    except ImportError:
        return False
    finally:
        sys.excepthook, threading.excepthook = hooks
    return True
