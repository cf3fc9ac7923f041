"""What more can be had of the file on screen: its versions, who touched lines last, the working tree."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.windows.code.last_change import LastChangeSearch
from aitr_desktop.windows.code.versions import VersionChoice

if TYPE_CHECKING:
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.views.code.place_view import PlaceView
    from aitr_desktop.windows.code.clone_choice import CloneChoice
    from aitr_desktop.windows.code.on_screen import OnScreen


class MoreOfFile(QObject):
    """Answers about what is on screen.

    Args:
        tasks: The door to threads.
        view: The place.
        screen: What is read.
        choice: Has the clone.
        parent: Ends with it.
    """

    wanted = Signal(object)
    """The ``Spot`` that is to be shown."""

    def __init__(
        self, tasks: Tasks, view: PlaceView, screen: OnScreen, choice: CloneChoice, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._view, self._screen, self._choice = view, screen, choice
        self.versions = VersionChoice(tasks, view.pair, self)
        self.last_change = LastChangeSearch(tasks, self)
        screen.pair_shown.connect(self.versions.match)
        screen.asked.connect(self.stop)
        self.versions.chosen.connect(self.wanted)

    def show_versions(self) -> None:
        """Shows the two newest versions of the file side by side; others can be chosen then."""
        here, clone = self._screen.here, self._choice.clone
        if here is not None and clone is not None:
            self.versions.look(clone, here)

    def show_last_change(self) -> None:
        """Says which commit last touched the selected lines, or the one of the cursor."""
        here, clone, view = self._screen.here, self._choice.clone, self._view.pane.view
        if here is not None and clone is not None:
            found = view.selection
            first, last = (found.first, found.last) if found is not None else (view.cursor_line,) * 2
            self.last_change.look(clone, here, first, last)

    def turn_working_tree(self) -> None:
        """Shows the file as it is on this machine now, or that of the commit again."""
        here = self._screen.here
        if here is not None:
            self.wanted.emit(replace(here, is_working=not here.is_working, note=""))

    def stop(self) -> None:
        """Ends what waits: something else is wanted, or the window goes."""
        self.versions.stop()
        self.last_change.stop()
