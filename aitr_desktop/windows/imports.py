"""Reports that come in as files: chosen one by one or as a folder, or dropped on the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.actions.spec import Act
from aitr_desktop.windows.pulse import Pulse
from aitr_desktop.windows.report_drop import ReportDrop

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from qtpy.QtWidgets import QWidget

    from aitr_desktop.library.importing import ImportOutcome
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.libraries import Libraries
    from aitr_desktop.windows.preferences import Preferences
    from tsr_agent.clock import Clock


class Imports(QObject):
    """Files reports into the open library, as long work that one watches and may cancel.

    Args:
        window: Where files are dropped, and parent of dialogs.
        tasks: The door to threads.
        clock: Says when they came.
        libraries: Says where they go.
        preferences: Where the last folder is kept.
        theme: Colours and fonts of the summary.
    """

    came = Signal()
    """Further reports are in the library; at most twice a second."""
    imported = Signal(object)
    """An ``ImportOutcome``: all is done, or as much as there will be."""
    failed = Signal(object)
    """A ``TsrError``: nothing could be imported."""

    def __init__(
        self,
        window: QWidget,
        tasks: Tasks,
        clock: Clock,
        libraries: Libraries,
        preferences: Preferences,
        *,
        theme: ThemeController,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._tasks = tasks
        self._clock = clock
        self._libraries = libraries
        self._preferences = preferences
        self._pulse = Pulse(tasks, self)
        self._pulse.beat.connect(self.came)
        self._drop = ReportDrop(window, ready=lambda: libraries.workspace is not None)
        self._drop.dropped.connect(self.import_files)

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {Act.IMPORT_REPORT: self.choose, Act.IMPORT_FOLDER: self.choose_folder}

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        why = self._libraries.why_none
        return {Act.IMPORT_REPORT: why, Act.IMPORT_FOLDER: why}

    def import_files(self, paths: Sequence[Path]) -> None:
        """Files reports into the open library: files, and the JSON files in folders."""
        workspace = self._libraries.workspace
        if workspace is None:
            return
        wanted = list(paths)
        progress = self._tasks.run_long(
            self.tr("Importing"),
            lambda watcher: workspace.import_files(wanted, self._clock, watcher),
            self._done,
            self.failed.emit,
        )
        self._pulse.follow(progress)

    def choose(self) -> None:
        """Asks for reports and imports them."""
        from aitr_desktop.windows.file_dialogs import ask_reports

        chosen = ask_reports(self._window, self._preferences.now.folder)
        if chosen:
            self._preferences.change(folder=str(chosen[0].parent))
            self.import_files(chosen)

    def choose_folder(self) -> None:
        """Asks for a folder and imports what is in it."""
        from aitr_desktop.windows.file_dialogs import ask_folder

        chosen = ask_folder(self._window, self.tr("Import folder"), self._preferences.now.folder)
        if chosen is not None:
            self._preferences.change(folder=str(chosen))
            self.import_files([chosen])

    def stop(self) -> None:
        """Ends what runs; the window goes. What is imported is kept."""
        self._pulse.stop()

    def _done(self, outcome: ImportOutcome) -> None:
        self.imported.emit(outcome)
        if outcome.failed or outcome.error is not None:
            self._show(outcome)

    def _show(self, outcome: ImportOutcome) -> None:
        from aitr_desktop.windows.import_dialog import ImportDialog

        row_height = self._preferences.now.density.row_height
        ImportDialog(outcome, self._theme, row_height, self._window).show()
