"""Which library is open: opens another in the background and lets the one before go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.actions.spec import Act

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qtpy.QtWidgets import QWidget

    from aitr_desktop.library.workspace import Workspace
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.windows.preferences import Preferences


class Libraries(QObject):
    """The open library.

    Args:
        window: Parent of the file dialog.
        tasks: The door to threads.
        preferences: Where recent libraries are kept.
        open_workspace: Opens a library; called on the worker thread with the path, and whether it may
            be made.
    """

    opening = Signal(object)
    """The path of a library that is being opened."""
    opened = Signal(object)
    """A ``Workspace``: the one that is open now."""
    failed = Signal(object)
    """A ``TsrError``: the library that was open stays."""
    let_go_failed = Signal(object)
    """A ``TsrError`` of closing the one before."""

    def __init__(
        self,
        window: QWidget,
        tasks: Tasks,
        preferences: Preferences,
        open_workspace: Callable[[Path, bool], Workspace],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._tasks = tasks
        self._preferences = preferences
        self._open_workspace = open_workspace
        self.workspace: Workspace | None = None

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {Act.OPEN_LIBRARY: self.choose}

    def open(self, path: Path, *, create: bool = False) -> None:
        """Opens a library in the background."""
        self.opening.emit(path)
        self._tasks.run(lambda: self._open_workspace(path, create), self._opened, self.failed.emit)

    def show(self, workspace: Workspace) -> None:
        """Takes a library that is open; the one before is let go."""
        if self.workspace is not None:
            self._tasks.run(self.workspace.close, _nothing_more, self.let_go_failed.emit)
        self.workspace = workspace
        self.opened.emit(workspace)

    def choose(self) -> None:
        """Asks for a library and opens it."""
        from aitr_desktop.windows.file_dialogs import ask_library

        chosen = ask_library(self._window, self._preferences.now.folder)
        if chosen is not None:
            self._preferences.change(folder=str(chosen.parent))
            self.open(chosen)

    def why_none(self) -> str:
        """Why nothing can be done with a library now; empty where one is open."""
        return "" if self.workspace is not None else self.tr("Open a library first.")

    def close(self) -> None:
        """Lets the library go; nothing uses it any more."""
        if self.workspace is not None:
            self.workspace.close()
            self.workspace = None

    def _opened(self, workspace: Workspace) -> None:
        self._preferences.take(self._preferences.now.with_library(str(workspace.path)))
        self.show(workspace)


def _nothing_more(_: None) -> None:
    """A library was let go; nobody waits for that."""
