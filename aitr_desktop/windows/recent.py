"""Libraries that were open before: listed in a menu, opened again, and forgotten where they are gone."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt
from qtpy.QtGui import QAction

from aitr_desktop.actions.spec import Act
from aitr_desktop.item_models.cells import plain_tooltip
from aitr_desktop.tasks import Lane
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qtpy.QtWidgets import QMenu

    from aitr_desktop.tasks import Tasks
    from aitr_desktop.windows.libraries import Libraries
    from aitr_desktop.windows.preferences import Preferences
    from tsr_agent.errors import TsrError

NAME_WIDTH, FOLDER_WIDTH = 260, 320
"""Pixels at most, so that the menu stays on the screen."""


class RecentLibraries(QObject):
    """The menu of recent libraries.

    Args:
        preferences: Where they are kept.
        tasks: A path on a drive that sleeps is looked up beside the screen.
        libraries: Opens them.
    """

    def __init__(self, preferences: Preferences, tasks: Tasks, libraries: Libraries, parent: QObject) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._tasks = tasks
        self._libraries = libraries
        self._missing: set[str] = set()
        self._menu: QMenu | None = None
        self._actions: list[QAction] = []
        self._drawn: tuple[str, ...] = ()

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {Act.CLEAR_RECENT: self._clear}

    def reasons(self) -> Mapping[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        return {Act.CLEAR_RECENT: lambda: "" if self._paths() else self.tr("No library was opened yet.")}

    def fill(self, menu: QMenu) -> None:
        """Lists the libraries at the top of a menu, now and whenever they change."""
        self._menu = menu
        menu.aboutToShow.connect(self._look)
        self._preferences.changed.connect(self._changed)
        self._draw(menu)

    def known(self) -> list[tuple[str, str, str]]:
        """Path, name and folder of those that are not known to be gone."""
        there = (path for path in self._paths() if path not in self._missing)
        return [(path, Path(path).name, str(Path(path).parent)) for path in there]

    def open(self, path: str, _checked: bool = False) -> None:
        """Opens one of them again."""
        self._libraries.open(Path(path))

    def _paths(self) -> tuple[str, ...]:
        return self._preferences.now.recent

    def _clear(self) -> None:
        self._preferences.change(recent=())

    def _look(self) -> None:
        """Finds out which are gone."""
        paths = self._paths()
        self._tasks.run(lambda: _gone(paths), self._found, _unexpected, Lane.WIDE)

    def _found(self, missing: set[str]) -> None:
        if missing != self._missing and self._menu is not None:
            self._missing = missing
            self._draw(self._menu)

    def _changed(self) -> None:
        if self._drawn != self._paths() and self._menu is not None:
            self._draw(self._menu)

    def _draw(self, menu: QMenu) -> None:
        self._drawn = self._paths()
        for action in self._actions:
            menu.removeAction(action)
            action.deleteLater()
        below = menu.actions()[0]
        cut = menu.fontMetrics().elidedText
        self._actions = [self._action(number, path, cut) for number, path in enumerate(self._drawn, 1)]
        if self._actions:
            self._actions.append(QAction(self))
            self._actions[-1].setSeparator(True)
        menu.insertActions(below, self._actions)

    def _action(self, number: int, path: str, cut: Callable[[str, Qt.TextElideMode, int], str]) -> QAction:
        where = Path(path)
        name = cut(one_line(where.name), Qt.TextElideMode.ElideMiddle, NAME_WIDTH).replace("&", "&&")
        folder = cut(one_line(str(where.parent)), Qt.TextElideMode.ElideMiddle, FOLDER_WIDTH)
        gone = path in self._missing
        words = self.tr("{name} (not found; remove)").format(name=name) if gone else name
        # What stands after the tabulator goes to the right, where menus have their keys.
        action = QAction(f"&{number % 10} {words}\t{folder}", self)
        action.setToolTip(plain_tooltip(path))
        action.triggered.connect(partial(self._forget if gone else self.open, path))
        return action

    def _forget(self, path: str, _checked: bool = False) -> None:
        self._preferences.change(recent=tuple(each for each in self._paths() if each != path))


def _gone(paths: tuple[str, ...]) -> set[str]:
    """The paths where there is no file."""
    missing = set()
    for path in paths:
        try:
            is_there = Path(path).is_file()
        except (OSError, ValueError):
            is_there = False
        if not is_there:
            missing.add(path)
    return missing


def _unexpected(error: TsrError) -> None:
    """Looking for files raises no error of ours."""
    raise error
