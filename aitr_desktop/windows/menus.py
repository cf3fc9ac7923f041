"""Makes the menus out of the table of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject
from qtpy.QtGui import QAction, QActionGroup, QKeySequence

from aitr_desktop.actions import ACTIONS, MENUS, Act

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qtpy.QtWidgets import QMainWindow, QMenu

    from aitr_desktop.theme import ThemeController


class Menus(QObject):
    """The menus of a window; each action calls its handler.

    Args:
        window: Whose menu bar it is.
        theme: Colours of the icons.
        handlers: What each action does.

    Raises:
        KeyError: An action has no handler.
    """

    def __init__(
        self, window: QMainWindow, theme: ThemeController, handlers: Mapping[Act, Callable[[], object]]
    ) -> None:
        super().__init__(window)
        self._theme = theme
        self._menus: dict[str, QMenu] = {title: window.menuBar().addMenu(title) for title in MENUS}
        self._groups: dict[str, QActionGroup] = {}
        self._actions: dict[Act, QAction] = {}
        for spec in ACTIONS:
            menu = self._menu(spec.menu)
            if spec.separator_before:
                self._menu(spec.menu.partition(">")[0]).addSeparator()
            action = QAction(spec.text, window)
            action.setShortcuts([QKeySequence(key) for key in spec.keys])
            action.triggered.connect(lambda _=False, run=handlers[spec.act]: run())
            if spec.group:
                self._group(spec.group).addAction(action)
                action.setCheckable(True)
            menu.addAction(action)
            self._actions[spec.act] = action

    def check(self, act: Act) -> None:
        """Marks one of a group."""
        self._actions[act].setChecked(True)

    def action(self, act: Act) -> QAction:
        """The action itself."""
        return self._actions[act]

    def _menu(self, title: str) -> QMenu:
        if title not in self._menus:
            above, _, below = title.partition(">")
            self._menus[title] = self._menus[above].addMenu(below)
        return self._menus[title]

    def _group(self, name: str) -> QActionGroup:
        return self._groups.setdefault(name, QActionGroup(self))
