"""What nearly every part of the window works with, handed on as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qtpy.QtWidgets import QWidget

    from aitr_desktop.tasks import Tasks
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.libraries import Libraries
    from aitr_desktop.windows.preferences import Preferences
    from tsr_agent.clock import Clock


@dataclass(frozen=True, slots=True)
class Desk:
    """The window's own: nothing in it changes while the window is open."""

    window: QWidget
    """Parent of dialogs."""
    theme: ThemeController
    tasks: Tasks
    """The door to threads."""
    clock: Clock
    libraries: Libraries
    """Has the library that is open."""
    preferences: Preferences
    """What the person chose."""
