"""Where a window opens: as it was left, on a screen that is there, and no larger than that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QRect, QSize

from aitr_desktop.windows.layout_state import decode_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtWidgets import QWidget

FIRST_SIZE = QSize(1360, 860)
FRAME = QSize(16, 48)
"""What the desktop draws around a window, about; it is not known before the window is shown."""
REACHABLE = QSize(120, 32)
"""How much of a window must be on a screen, so that it can be taken hold of."""


def open_at(window: QWidget, geometry: str) -> None:
    """Gives a window the place it was left at, or that of a first start.

    Args:
        window: Not shown yet.
        geometry: Qt's state as Base64; empty for none.
    """
    window.resize(first_size(window.screen().availableGeometry().size()))
    if geometry and window.restoreGeometry(decode_state(geometry)):
        if window.isMaximized() or window.isFullScreen():
            return
        screens = [each.availableGeometry() for each in window.screen().virtualSiblings()]
        window.setGeometry(on_screen(window.geometry(), window.screen().availableGeometry(), screens))


def first_size(room: QSize) -> QSize:
    """The size of a first start, on a screen with that much room."""
    return FIRST_SIZE.boundedTo(room - FRAME)


def on_screen(wanted: QRect, main: QRect, screens: Sequence[QRect]) -> QRect:
    """The place that was asked for, moved and cut to a screen that is there.

    Args:
        wanted: Where the window was.
        main: The screen it goes to where none of them has enough of it.
        screens: The room on each.
    """
    shared = [screen.intersected(wanted) for screen in screens]
    fits = [
        (part.width() * part.height(), screen)
        for part, screen in zip(shared, screens, strict=True)
        if part.width() >= min(REACHABLE.width(), wanted.width()) and part.height() >= REACHABLE.height()
    ]
    room = max(fits, key=lambda each: each[0])[1] if fits else main
    size = wanted.size().boundedTo(room.size())
    placed = QRect(wanted.topLeft(), size)
    if not room.contains(placed):
        left = min(max(placed.left(), room.left()), room.right() - size.width() + 1)
        top = min(max(placed.top(), room.top()), room.bottom() - size.height() + 1)
        placed.moveTo(left, top)
    return placed
