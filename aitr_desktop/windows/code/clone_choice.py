"""Which clone is read: the one that the person named for the repository, and no other."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.code.places import named_clone, with_clone
from aitr_desktop.windows.code.latest import Latest
from aitr_desktop.windows.code.open_clone import OpenClone
from tsr_agent.ingest.repository_url import without_credentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtWidgets import QWidget

    from aitr_desktop.windows.desk import Desk
    from tsr_agent.errors import TsrError

    AskFolder = Callable[[QWidget, str, str], Path | None]


class CloneChoice(QObject):
    """Opens clones, and asks for one.

    Args:
        desk: The tasks, and where clones are remembered.
        ask_folder: Asks for a folder, by title and the folder to begin in.
        parent: Ends with it.
    """

    slow = Signal()
    """Looking for the clone takes longer than a moment."""

    def __init__(self, desk: Desk, ask_folder: AskFolder | None, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._ask_folder = ask_folder or _ask_folder
        self._opening = Latest(desk.tasks, self)
        self._opening.slow.connect(self.slow)
        self._unnamed: dict[str, Path] = {}
        """Clones for reports that name no repository, by the report: they are not remembered."""
        self.clone: OpenClone | None = None
        """The one that is read."""

    def folder(self, repository: str, owner: str) -> Path | None:
        """The folder that was named; None where there is none.

        Args:
            repository: Its address; empty where none is named.
            owner: What has no repository: the report.
        """
        named = named_clone(self._desk.preferences.now.clones, repository)
        return named if named is not None else self._unnamed.get(owner or repository)

    def open(
        self,
        folder: Path,
        repository: str,
        on_open: Callable[[OpenClone], None],
        on_error: Callable[[TsrError], None],
    ) -> None:
        """Opens a clone, or goes on with the one that is open.

        Args:
            folder: Of the clone.
            repository: Its address, as the report writes it.
            on_open: Called with the clone.
            on_error: Called with the ``TsrError``.
        """
        self._opening.stop()
        known = self.clone
        if known is not None and (known.folder, known.repository) == (folder, repository):
            on_open(known)
            return

        def take(clone: OpenClone) -> None:
            self.let_go()
            self.clone = clone
            on_open(clone)

        self._opening.run(lambda _: OpenClone(folder, repository, os.environ), take, on_error)

    def ask(self, repository: str, owner: str) -> Path | None:
        """Asks for a folder and remembers it; None where the person thought better of it."""
        now = self._desk.preferences.now
        begin = self.folder(repository, owner) or now.folder or Path.home()
        folder = self._ask_folder(self._desk.window, self.tr("Choose a clone"), str(begin))
        if folder is not None:
            self.remember(repository, owner, folder)
        return folder

    def remember(self, repository: str, owner: str, folder: Path) -> None:
        """Reads a repository from a folder from now on; without an address only while the window is open."""
        if without_credentials(repository):
            clones = with_clone(self._desk.preferences.now.clones, repository, folder)
            self._desk.preferences.change(clones=clones)
        else:
            self._unnamed[owner or repository] = folder

    def let_go(self) -> None:
        """Ends the clone that is read, if any."""
        if self.clone is not None:
            self.clone.close()
            self.clone = None

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        self._opening.stop()
        self.let_go()


def _ask_folder(parent: QWidget, title: str, folder: str) -> Path | None:
    from aitr_desktop.windows.file_dialogs import ask_folder

    return ask_folder(parent, title, folder)
