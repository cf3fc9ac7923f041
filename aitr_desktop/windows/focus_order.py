"""The order in which Tab goes through a window whose parts are made one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QWidget

if TYPE_CHECKING:
    from qtpy.QtWidgets import QMainWindow


def keep_last(window: QMainWindow, last: QWidget) -> None:
    """Puts a part at the end: Qt puts there whatever was made last, wherever it stands on screen."""
    end: QWidget | None = window.previousInFocusChain()
    # Qt orders nothing after a part that takes no focus.
    while end is not None and end not in (window, last) and end.focusPolicy() == Qt.FocusPolicy.NoFocus:
        end = end.previousInFocusChain()
    if end is not None and end not in (window, last):
        QWidget.setTabOrder(end, last)
