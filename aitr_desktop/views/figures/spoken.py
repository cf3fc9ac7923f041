"""What a figure says to a screen reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtGui import QAccessible, QAccessibleAnnouncementEvent

if TYPE_CHECKING:
    from qtpy.QtWidgets import QWidget


def say(widget: QWidget, text: str) -> None:
    """Makes a text the description of a widget and, where somebody listens, says it."""
    widget.setAccessibleDescription(text)
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))
