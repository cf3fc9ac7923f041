"""Files dropped on a window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from qtpy.QtCore import QEvent, QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtCore import QUrl
    from qtpy.QtGui import QDropEvent
    from qtpy.QtWidgets import QWidget


def _local_name(url: QUrl) -> str:
    """The file of an address; empty where it is none of this machine, and where it names nothing at all."""
    return url.toLocalFile() if url.isLocalFile() and url.host() in ("", "localhost") else ""


class ReportDrop(QObject):
    """Takes local files that are dropped on a window.

    Args:
        window: Where they are dropped.
        ready: Whether they can be taken at the moment.
    """

    dropped = Signal(list)
    """The paths."""

    def __init__(self, window: QWidget, ready: Callable[[], bool]) -> None:
        super().__init__(window)
        self._ready = ready
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  (Qt's name)
        """Accepts what can be taken and reports what was dropped."""
        if event.type() not in (QEvent.Type.DragEnter, QEvent.Type.Drop):
            return super().eventFilter(watched, event)
        drop = cast("QDropEvent", event)
        paths = [Path(name) for name in map(_local_name, drop.mimeData().urls()) if name]
        if paths and self._ready():
            drop.acceptProposedAction()
            if event.type() == QEvent.Type.Drop:
                self.dropped.emit(paths)
        return True
