"""Chosen reports written out as files: into a folder, or one archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt, Signal
from qtpy.QtWidgets import QMessageBox, QWidget

from aitr_desktop.actions.spec import Act
from tsr_agent.sections.plain_text import one_line, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from aitr_desktop.library.exporting import ExportOutcome
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.windows.browser import Browser
    from aitr_desktop.windows.libraries import Libraries
    from aitr_desktop.windows.preferences import Preferences
    from tsr_agent.clock import Clock

MOST_NAMED = 10


class Exports(QObject):
    """Writes reports, each with its decision and approvals, and a manifest of digests.

    Args:
        window: Parent of dialogs.
        tasks: The door to threads.
        clock: Dates the manifest.
        libraries: Where they come from.
        preferences: Where the last folder is kept.
        browser: Gives the list; None before a library was open.
    """

    exported = Signal(object)
    """An ``ExportOutcome``."""
    told = Signal(str)
    """What was exported, in words."""
    failed = Signal(object)
    """A ``TsrError``."""

    def __init__(
        self,
        window: QWidget,
        tasks: Tasks,
        clock: Clock,
        libraries: Libraries,
        preferences: Preferences,
        *,
        browser: Callable[[], Browser | None],
    ) -> None:
        super().__init__(window)
        self._window, self._tasks, self._clock = window, tasks, clock
        self._libraries, self._preferences, self._browser = libraries, preferences, browser

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {Act.EXPORT: self.ask_about_selected}

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        return {Act.EXPORT: self._why_not}

    def ask_about_selected(self) -> None:
        """Asks where the selected reports are to go, and exports them."""
        browser = self._browser()
        if browser is not None:
            browser.with_selected(self.ask)

    def ask(self, report_ids: Sequence[str]) -> None:
        """Asks where to, and exports."""
        from aitr_desktop.windows.file_dialogs import ask_export

        if not report_ids or self._libraries.workspace is None:
            return
        wanted = tuple(report_ids)

        def take(target: Path) -> None:
            self._preferences.change(folder=str(target.parent))
            self.export(wanted, target)

        ask_export(self._window, self._preferences.now.folder, take)

    def export(self, report_ids: Sequence[str], target: Path) -> None:
        """Exports; asks first where something is there already."""
        from aitr_desktop.library.exporting import files_in_the_way

        wanted = tuple(report_ids)
        self._tasks.run(
            lambda: files_in_the_way(target, wanted),
            lambda there: self._ask_to_replace(wanted, target, there),
            self.failed.emit,
        )

    def _why_not(self) -> str:
        if self._libraries.workspace is None:
            return self._libraries.why_none()
        browser = self._browser()
        has_some = browser is not None and bool(browser.table.ranges())
        return "" if has_some else self.tr("Choose reports in the list first.")

    def _ask_to_replace(self, wanted: tuple[str, ...], target: Path, there: tuple[str, ...]) -> None:
        if not there:
            self._run(wanted, target, overwrite=False)
            return
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(self.tr("Export"))
        box.setText(self.tr("{target} has some of these files already.").format(target=visible(str(target))))
        more = len(there) - MOST_NAMED
        named = [one_line(each, 100) for each in there[:MOST_NAMED]]
        named += [self.tr("and {number} more").format(number=f"{more:,}")] if more > 0 else []
        box.setInformativeText("\n".join(named))
        replace = box.addButton(self.tr("Replace them"), QMessageBox.ButtonRole.DestructiveRole)
        leave = box.addButton(self.tr("Leave them"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(leave)
        box.setEscapeButton(leave)
        replace.clicked.connect(lambda _=False: self._run(wanted, target, overwrite=True))
        box.open()

    def _run(self, wanted: tuple[str, ...], target: Path, *, overwrite: bool) -> None:
        workspace = self._libraries.workspace
        if workspace is None:
            return
        from aitr_desktop.library.exporting import export_from

        path, clock = workspace.path, self._clock
        self._tasks.run_long(
            self.tr("Exporting"),
            lambda watcher: export_from(path, wanted, target, clock, watcher, overwrite=overwrite),
            self._done,
            self.failed.emit,
        )

    def _done(self, outcome: ExportOutcome) -> None:
        from aitr_desktop.item_models.export_summary import export_error, export_words

        self.exported.emit(outcome)
        error = export_error(outcome)
        if error is not None:
            self.failed.emit(error)
        else:
            self.told.emit(export_words(outcome))
