"""Goes to what lies outside of the report on screen: a commit, a line of code, another report."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.item_models.cells import Kind
from aitr_desktop.tasks import Lane
from tsr_agent.errors import InputError, TsrError
from tsr_agent.ingest.repository_url import without_credentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtWidgets import QWidget

    from aitr_desktop.code.places import CloneReading, CodePlace
    from aitr_desktop.deep_link import LineLink
    from aitr_desktop.item_models.cells import Target
    from aitr_desktop.tasks import Task, Tasks
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.code_dialog import CodeDialog
    from aitr_desktop.windows.preferences import Preferences
    from aitr_desktop.windows.workbench import Workbench


class Following(QObject):
    """Shows places in code, and other reports.

    Args:
        window: Parent of the dialogs.
        theme: Colours and fonts.
        tasks: The door to threads.
        preferences: Where clones and forges are kept.
        workbench: The report on screen; None before a library was open.
        open_page: Opens an address in the browser; says whether it could.
        ask_folder: Asks for a folder, by title and the folder to begin in.
    """

    failed = Signal(object)
    """A ``TsrError``: it can't be gone there."""
    lines_asked = Signal(object)
    """The ``CodePlace`` of lines for which a clone is known: they are read at the place of the code."""
    files_asked = Signal(object)
    """The ``CodePlace`` of a commit whose files somebody wants to read."""
    changes_asked = Signal(str, str, str)
    """Repository, and the earlier and the later of two commits whose differences somebody wants to see."""

    def __init__(
        self,
        window: QWidget,
        theme: ThemeController,
        tasks: Tasks,
        preferences: Preferences,
        *,
        workbench: Callable[[], Workbench | None],
        open_page: Callable[[str], bool] | None = None,
        ask_folder: Callable[[QWidget, str, str], Path | None] | None = None,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._tasks = tasks
        self._preferences = preferences
        self._workbench = workbench
        self._open_page = open_page or _open_in_browser
        self._ask_folder = ask_folder or _ask_folder
        self._readings: dict[CodeDialog, Task[CloneReading]] = {}

    def follow(self, target: Target) -> None:
        """Goes to a target outside of the report on screen."""
        from aitr_desktop.code.places import CodePlace, line_place

        workbench = self._workbench()
        report = workbench.report if workbench is not None else None
        if workbench is None or report is None:
            return
        if target.kind is Kind.REPORT:
            workbench.show_report(target.value)
        elif target.kind is Kind.COMMIT:
            self.show_place(CodePlace(repository=report.repository, sha=target.value))
        elif target.kind is Kind.LINE:
            commit = target.within or report.commit
            self.go_to_lines(line_place(report.repository, commit, target.value))

    def show_lines(self, link: LineLink) -> None:
        """Goes to the lines that a link names."""
        from aitr_desktop.code.places import CodePlace

        if not link.ref:
            self.failed.emit(
                InputError(
                    self.tr("The link names no commit, so nobody knows which lines it means."),
                    next_step=self.tr("Ask for a link that was copied at a commit."),
                )
            )
            return
        self.go_to_lines(
            CodePlace(
                repository=link.repository, sha=link.ref, path=link.file, first=link.first, last=link.last
            )
        )

    def go_to_lines(self, place: CodePlace) -> None:
        """Goes to lines where they can be read: the place of the code, or what says how to get there."""
        from aitr_desktop.code.places import named_clone

        if named_clone(self._preferences.now.clones, place.repository) is None:
            self.show_place(place)
        else:
            self.lines_asked.emit(place)

    def show_place(self, place: CodePlace) -> CodeDialog:
        """Shows a commit or lines: the forge's address, and what a clone says."""
        from aitr_desktop.code.places import named_clone
        from aitr_desktop.views.code_dialog import CodeDialog

        dialog = CodeDialog(
            self._theme, place.title(), without_credentials(place.repository), place.sha, self._window
        )
        dialog.page_wanted.connect(partial(self._open, dialog, place))
        dialog.forge_named.connect(partial(self._name_forge, dialog, place))
        dialog.clone_wanted.connect(partial(self._choose_clone, dialog, place))
        dialog.files_wanted.connect(partial(self._show_files, dialog, place))
        dialog.changes_wanted.connect(partial(self._show_changes, dialog, place))
        dialog.finished.connect(partial(self._closed, dialog))
        self._show_page(dialog, place)
        folder = named_clone(self._preferences.now.clones, place.repository)
        if folder is not None:
            self._read(dialog, place, folder)
        dialog.open()
        return dialog

    def _page(self, place: CodePlace) -> str:
        from aitr_desktop.code.forges import Forges

        return place.page(Forges(self._preferences.now.forges))

    def _show_page(self, dialog: CodeDialog, place: CodePlace) -> None:
        from aitr_desktop.code.forges import UnknownForgeError

        try:
            dialog.show_page(self._page(place))
        except TsrError as error:
            said = " ".join(filter(None, (error.message, error.next_step)))
            dialog.show_no_page(said, can_name=isinstance(error, UnknownForgeError))

    def _open(self, dialog: CodeDialog, place: CodePlace) -> None:
        try:
            address = self._page(place)
        except TsrError as error:
            dialog.show_no_page(error.message)
            return
        if not self._open_page(address):
            dialog.show_no_page(
                self.tr("No browser could be started. The address: {page}").format(page=address)
            )

    def _name_forge(self, dialog: CodeDialog, place: CodePlace, kind: str) -> None:
        from aitr_desktop.code.forges import host_of

        named = f"{kind}:{host_of(place.repository)}"
        others = tuple(each for each in self._preferences.now.forges if each != named)
        self._preferences.change(forges=(named, *others))
        self._show_page(dialog, place)

    def _choose_clone(self, dialog: CodeDialog, place: CodePlace) -> None:
        from aitr_desktop.code.places import named_clone, with_clone

        begin = named_clone(self._preferences.now.clones, place.repository)
        folder = self._ask_folder(
            dialog, self.tr("Choose a clone"), str(begin or self._preferences.now.folder or Path.home())
        )
        if folder is None:
            return
        if without_credentials(place.repository):
            self._preferences.change(
                clones=with_clone(self._preferences.now.clones, place.repository, folder)
            )
            if place.path:
                # From here on they are read where there is more to be seen of the file.
                dialog.accept()
                self.lines_asked.emit(place)
                return
        self._read(dialog, place, folder)

    def _show_files(self, dialog: CodeDialog, place: CodePlace) -> None:
        dialog.accept()
        self.files_asked.emit(place)

    def _show_changes(self, dialog: CodeDialog, place: CodePlace, before: str) -> None:
        dialog.accept()
        self.changes_asked.emit(place.repository, before, place.sha)

    def _read(self, dialog: CodeDialog, place: CodePlace, folder: Path) -> None:
        from aitr_desktop.code.places import read_place

        self._closed(dialog)
        dialog.read_from(folder)
        self._readings[dialog] = self._tasks.run(
            partial(read_place, place, folder, os.environ), dialog.show_reading, dialog.show_error, Lane.WIDE
        )

    def _closed(self, dialog: CodeDialog, _result: int = 0) -> None:
        """Nobody waits for what a clone says any more."""
        task = self._readings.pop(dialog, None)
        if task is not None:
            task.cancel()


def _open_in_browser(address: str) -> bool:
    from qtpy.QtCore import QUrl
    from qtpy.QtGui import QDesktopServices

    return bool(QDesktopServices.openUrl(QUrl(address, QUrl.ParsingMode.StrictMode)))


def _ask_folder(parent: QWidget, title: str, folder: str) -> Path | None:
    from aitr_desktop.windows.file_dialogs import ask_folder

    return ask_folder(parent, title, folder)
