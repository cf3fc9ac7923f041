"""Reports that come in as files: chosen, or dropped on the window."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.actions import Act
from aitr_desktop.windows.report_drop import ReportDrop

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from qtpy.QtWidgets import QWidget

    from aitr_desktop.tasks import Tasks
    from aitr_desktop.windows.libraries import Libraries
    from aitr_desktop.windows.preferences import Preferences
    from tsr_agent.clock import Clock


class Imports(QObject):
    """Files reports into the open library.

    Args:
        window: Where files are dropped.
        tasks: The door to threads.
        clock: Says when they came.
        libraries: Says where they go.
        preferences: Where the last folder is kept.
    """

    imported = Signal(object)
    """An ``Imported``."""
    failed = Signal(object)
    """A ``TsrError``."""

    def __init__(
        self,
        window: QWidget,
        tasks: Tasks,
        clock: Clock,
        libraries: Libraries,
        preferences: Preferences,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._tasks = tasks
        self._clock = clock
        self._libraries = libraries
        self._preferences = preferences
        self._drop = ReportDrop(window, ready=lambda: libraries.workspace is not None)
        self._drop.dropped.connect(self.import_files)

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {Act.IMPORT_REPORT: self.choose}

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        return {Act.IMPORT_REPORT: self._libraries.why_none}

    def import_files(self, paths: Sequence[Path]) -> None:
        """Files reports into the open library, one after another."""
        workspace = self._libraries.workspace
        if workspace is None:
            return
        now = self._clock.now()
        for path in paths:
            self._tasks.run(partial(workspace.import_file, path, now), self.imported.emit, self.failed.emit)

    def choose(self) -> None:
        """Asks for reports and imports them."""
        from aitr_desktop.windows.file_dialogs import ask_reports

        chosen = ask_reports(self._window, self._preferences.now.folder)
        if chosen:
            self._preferences.change(folder=str(chosen[0].parent))
            self.import_files(chosen)
