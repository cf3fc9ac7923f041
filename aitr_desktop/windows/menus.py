"""Makes the menus out of the table of actions, and says of each action whether it can be done now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal
from qtpy.QtGui import QAction, QActionGroup, QKeySequence

from aitr_desktop.actions.table import ACTIONS, MENUS
from aitr_desktop.item_models.cells import plain_tooltip
from aitr_desktop.translation import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qtpy.QtWidgets import QMainWindow, QMenu

    from aitr_desktop.actions.spec import Act, ActionSpec
    from aitr_desktop.theme import ThemeController


class Menus(QObject):
    """The menus of a window; each action calls its handler.

    Args:
        window: Whose menu bar it is.
        theme: Colours of the icons.
        handlers: What each action does.
        reasons: Says of some actions why they can't be done now, in a sentence; empty where they can.
            Asked whenever a menu opens and by ``refresh``.

    Raises:
        KeyError: An action has no handler.
    """

    ran = Signal(object)
    """The ``Act`` that was just done."""

    def __init__(
        self,
        window: QMainWindow,
        theme: ThemeController,
        handlers: Mapping[Act, Callable[[], object]],
        reasons: Mapping[Act, Callable[[], str]],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._reasons = reasons
        self._menus: dict[str, QMenu] = {}
        self._groups: dict[str, QActionGroup] = {}
        self._actions: dict[Act, QAction] = {}
        for title in MENUS:
            self._menu(title)
        for spec in ACTIONS:
            self._actions[spec.act] = self._action(spec, handlers[spec.act])
        self.refresh()

    def check(self, act: Act) -> None:
        """Marks one of a group."""
        self._actions[act].setChecked(True)

    def action(self, act: Act) -> QAction:
        """The action itself."""
        return self._actions[act]

    def menu(self, title: str) -> QMenu:
        """A menu by its title in the table, for what is filled in while the window is open."""
        return self._menus[title]

    def reason(self, act: Act) -> str:
        """Why an action can't be done now; empty where it can."""
        return self._reasons[act]() if act in self._reasons else ""

    def refresh(self) -> None:
        """Asks of each action again whether it can be done, and says why not where one looks for it."""
        for spec in ACTIONS:
            action, reason = self._actions[spec.act], self.reason(spec.act)
            action.setEnabled(not reason)
            tip = reason or (translate("Actions", spec.tip) if spec.tip else "")
            words = ": ".join(part for part in (spec.plain(), tip) if part)
            keys = f" ({spec.keys[0]})" if spec.keys and not reason else ""
            action.setToolTip(plain_tooltip(words + keys))
            action.setStatusTip(tip)

    def _action(self, spec: ActionSpec, run: Callable[[], object]) -> QAction:
        if spec.separator_before:
            # Before the submenu that the first of its actions makes; in a submenu that is there, in it.
            above = spec.menu if spec.menu in self._menus else spec.menu.rpartition(">")[0]
            self._menu(above).addSeparator()
        menu = self._menu(spec.menu)
        action = QAction(spec.said(), self._window)
        action.setShortcuts([QKeySequence(key) for key in spec.keys])
        action.triggered.connect(lambda _=False: self._run(spec.act, run))
        if spec.group:
            self._group(spec.group).addAction(action)
        action.setCheckable(bool(spec.group) or spec.toggles)
        menu.addAction(action)
        return action

    def _run(self, act: Act, run: Callable[[], object]) -> None:
        run()
        self.ran.emit(act)

    def _menu(self, path: str) -> QMenu:
        if path not in self._menus:
            above, _, title = path.rpartition(">")
            words = translate("Actions", title)
            made = self._menu(above).addMenu(words) if above else self._window.menuBar().addMenu(words)
            made.setToolTipsVisible(True)
            made.aboutToShow.connect(self.refresh)
            self._menus[path] = made
        return self._menus[path]

    def _group(self, name: str) -> QActionGroup:
        return self._groups.setdefault(name, QActionGroup(self))
