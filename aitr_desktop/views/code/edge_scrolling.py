"""Goes on while a drag is held beyond the upper or lower edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, QObject, Qt, QTimer, Signal

if TYPE_CHECKING:
    from qtpy.QtGui import QMouseEvent
    from qtpy.QtWidgets import QWidget

TICK_MS = 40
PIXELS_A_LINE = 12
"""So far beyond the edge, each tick goes one line further."""
MOST_LINES = 40
"""That a tick goes, however far away the mouse is."""


class EdgeScrolling(QObject):
    """Watches the mouse of a widget while a drag goes on.

    Args:
        widget: In which the drag began.
    """

    wanted = Signal(int)
    """Lines to go on by, downwards if positive; again and again until the mouse is back."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._step = 0
        self._drags = False
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(lambda: self.wanted.emit(self._step))
        widget.installEventFilter(self)

    @property
    def is_scrolling(self) -> bool:
        """Whether the mouse is held beyond an edge."""
        return self._timer.isActive()

    def begin(self) -> None:
        """A drag has begun."""
        self._drags = True

    def stop(self) -> None:
        """The drag is over."""
        self._drags = False
        self._timer.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  (Qt's name)
        """Looks at where the mouse is; takes nothing away from the widget."""
        if self._drags and watched is self._widget:
            if event.type() == QEvent.Type.MouseMove:
                self._moved(event)  # type: ignore[arg-type]
            elif event.type() in (QEvent.Type.MouseButtonRelease, QEvent.Type.Hide):
                self.stop()
        return False

    def _moved(self, event: QMouseEvent) -> None:
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self.stop()
            return
        height, y = self._widget.height(), int(event.position().y())
        beyond = y if y < 0 else max(0, y - height + 1)
        lines = min(MOST_LINES, 1 + abs(beyond) // PIXELS_A_LINE)
        self._step = (lines if beyond > 0 else -lines) if beyond else 0
        if not self._step:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()
