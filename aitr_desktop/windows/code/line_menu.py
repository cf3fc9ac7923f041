"""Adds what the window does with lines to the menu of a place in code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject

from aitr_desktop.actions.spec import Act

if TYPE_CHECKING:
    from qtpy.QtWidgets import QMenu

    from aitr_desktop.views.code.pane_menu import PaneMenu
    from aitr_desktop.windows.menus import Menus

OFFERED = (
    Act.CODE_COPY_LINES,
    Act.CODE_COPY_LINK,
    Act.CODE_COPY_PAGE,
    Act.CODE_LAST_CHANGE,
    Act.NOTE_WRITE,
    Act.CODE_DRAFT,
)


class LineMenu(QObject):
    """Offers the window's actions on lines where somebody asks for the menu of one."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._menus: Menus | None = None

    def attach(self, menu: PaneMenu) -> None:
        """Adds to the menu of a pane from now on."""
        menu.filling.connect(self._fill)

    def attach_menus(self, menus: Menus) -> None:
        """Takes the actions of the window."""
        self._menus = menus

    def _fill(self, menu: QMenu) -> None:
        if self._menus is None:
            return
        self._menus.refresh()
        menu.setToolTipsVisible(True)
        for act in OFFERED:
            menu.addAction(self._menus.action(act))
