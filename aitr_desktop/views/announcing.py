"""Says something to whoever listens to a screen reader, without moving the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtGui import QAccessible

if TYPE_CHECKING:
    from qtpy.QtWidgets import QWidget


def announce(widget: QWidget, words: str, *, at_once: bool = False) -> None:
    """Has a screen reader say some words.

    Args:
        widget: What the words come from.
        words: What to say.
        at_once: Interrupts what is being said; for errors.
    """
    if not QAccessible.isActive():
        return
    # Older bindings know no announcements; there the name of what changed is read out.
    try:
        from qtpy.QtGui import QAccessibleAnnouncementEvent
    except ImportError:
        from qtpy.QtGui import QAccessibleEvent

        QAccessible.updateAccessibility(QAccessibleEvent(widget, QAccessible.Event.Alert))
        return
    event = QAccessibleAnnouncementEvent(widget, words)
    politeness = QAccessible.AnnouncementPoliteness
    event.setPoliteness(politeness.Assertive if at_once else politeness.Polite)
    QAccessible.updateAccessibility(event)
