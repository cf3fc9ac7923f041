"""Opens what the command line, the desktop, a later start or a link asks for, one thing after another.

All of it is text of strangers. A file is told by its first bytes: a library is opened, anything else is
imported into the open library, by the same way as a dropped report. A link only goes somewhere: to a
report of a library that is open or was opened here before, or to lines of code.
"""

from __future__ import annotations

import os
from collections import deque
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt, Signal

from aitr_desktop import deep_link
from aitr_desktop.deep_link import LineLink
from aitr_desktop.library.kinds import is_library
from tsr_agent.errors import InputError, TsrError
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from qtpy.QtWidgets import QWidget

    from aitr_desktop.deep_link import ReportLink
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.windows.imports import Imports
    from aitr_desktop.windows.libraries import Libraries
    from aitr_desktop.windows.preferences import Preferences
    from aitr_desktop.windows.workbench import Workbench


class Opening(QObject):
    """What was asked to be opened and waits for its turn.

    Args:
        window: Comes to the front for a later start.
        tasks: The door to threads.
        libraries: Opens libraries.
        imports: Imports reports.
        preferences: Knows the recent libraries, among which a link may choose.
        workbench: The list and the report; None before a library was open.
    """

    failed = Signal(object)
    """A ``TsrError``: what was asked for is not opened, and why."""
    lines_wanted = Signal(object)
    """A ``LineLink`` to be followed."""

    def __init__(
        self,
        window: QWidget,
        tasks: Tasks,
        libraries: Libraries,
        imports: Imports,
        preferences: Preferences,
        *,
        workbench: Callable[[], Workbench | None],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._tasks = tasks
        self._libraries = libraries
        self._imports = imports
        self._preferences = preferences
        self._workbench = workbench
        self._waiting: deque[Callable[[], None]] = deque()
        self._awaits_library = False
        # Queued: the window shall have taken the library in before anything is asked of it.
        libraries.opened.connect(self._library_is_here, Qt.ConnectionType.QueuedConnection)
        libraries.failed.connect(self._library_is_not, Qt.ConnectionType.QueuedConnection)

    def start(self, wanted: Sequence[str], library: Path | None, *, create: bool = False) -> None:
        """Opens what a start asks for, and a library in any case.

        Args:
            wanted: Paths of files, and links.
            library: Opened first where none is among them; None to open none.
            create: Make it where it is not there.
        """
        self._sort(wanted, library, create)

    def open(self, wanted: Sequence[str]) -> None:
        """Opens files and links, one after another."""
        self._sort(wanted, None, create=False)

    def answer(self, wanted: Sequence[str], token: str) -> None:
        """Comes to the front and opens what a later start asks for.

        Args:
            wanted: Absolute paths of files, and links.
            token: What the desktop gave that start to bring a window to the front with.
        """
        if token:
            # Wayland lets a window come to the front only with it, and Qt looks for it there.
            os.environ["XDG_ACTIVATION_TOKEN"] = token
        if self._window.isMinimized():
            self._window.showNormal()
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        # Where another process was started says nothing here: its folder is not ours.
        whole = [each for each in wanted if deep_link.is_link(each) or Path(each).is_absolute()]
        if len(whole) < len(wanted):
            self.failed.emit(
                InputError(
                    self.tr("A later start named a file without saying in which folder it is."),
                    kept=self.tr("It was not opened."),
                )
            )
        self.open(whole)

    def _sort(self, wanted: Sequence[str], library: Path | None, create: bool) -> None:
        """Looks at the files on another thread: a folder of the network may take its time."""
        files = [each for each in wanted if not deep_link.is_link(each)]
        self._tasks.run(
            lambda: {each for each in files if is_library(Path(each))},
            lambda found: self._queue(wanted, found, library, create),
            self.failed.emit,
        )

    def _queue(self, wanted: Iterable[str], libraries: set[str], library: Path | None, create: bool) -> None:
        if library is not None and not libraries:
            self._waiting.append(partial(self._open_library, library, create))
        for is_link, group in groupby(wanted, deep_link.is_link):
            if is_link:
                self._waiting.extend(partial(self._follow, each) for each in group)
                continue
            for is_one, files in groupby(group, libraries.__contains__):
                if is_one:
                    self._waiting.extend(partial(self._open_library, Path(each)) for each in files)
                else:
                    self._waiting.append(partial(self._import, [Path(each) for each in files]))
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting and not self._awaits_library:
            self._waiting.popleft()()

    def _open_library(self, path: Path, create: bool = False) -> None:
        self._awaits_library = True
        self._libraries.open(path, create=create)

    def _import(self, paths: list[Path]) -> None:
        if self._libraries.workspace is None:
            self.failed.emit(
                InputError(
                    self.tr("{name} was not imported: no library is open.").format(
                        name=one_line(paths[0].name, 100)
                    ),
                    next_step=self.tr("Open a library and import it again."),
                )
            )
            return
        self._imports.import_files(paths)

    def _follow(self, text: str) -> None:
        try:
            link = deep_link.parse(text)
            if isinstance(link, LineLink):
                self.lines_wanted.emit(link)
                return
            self._go_to(link)
        except TsrError as error:
            self.failed.emit(error)

    def _go_to(self, link: ReportLink) -> None:
        workspace = self._libraries.workspace
        if link.library and (workspace is None or workspace.path.name != link.library):
            path = self._recent(link.library)
            self._waiting.appendleft(partial(self._show, link.report_id))
            self._open_library(path)
            return
        self._show(link.report_id)

    def _show(self, report_id: str) -> None:
        workbench = self._workbench()
        if workbench is None or self._libraries.workspace is None:
            self.failed.emit(
                InputError(
                    self.tr("The link leads to a report, and no library is open."),
                    next_step=self.tr("Open the library that holds it, and follow the link again."),
                )
            )
            return
        workbench.show_report(report_id)

    def _recent(self, name: str) -> Path:
        """The one library of that name that was opened here before.

        Raises:
            InputError: There is none, or there are several.
        """
        found = [each for each in map(Path, self._preferences.now.recent) if each.name == name]
        if not found:
            raise InputError(
                self.tr("The link names the library {name}, which was not opened here before.").format(
                    name=one_line(name, 100)
                ),
                next_step=self.tr("Open it once with Ctrl+O, and follow the link again."),
            )
        if len(found) > 1:
            raise InputError(
                self.tr(
                    "The link names the library {name}, and several of that name were opened here."
                ).format(name=one_line(name, 100)),
                next_step=self.tr("Open the one that is meant, and follow the link again."),
                details=[one_line(str(each), 300) for each in found],
            )
        return found[0]

    def _library_is_here(self) -> None:
        self._awaits_library = False
        self._go_on()

    def _library_is_not(self) -> None:
        # What stands behind it was meant for that library and is filed into no other.
        if self._awaits_library:
            self._awaits_library = False
            self._waiting.clear()
