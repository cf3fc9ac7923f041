"""How code is drawn, as the person likes it: wrapped, with whitespace, how large; kept with the settings."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Slot

from aitr_desktop.actions.spec import Act

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.views.code.code_view import CodeView
    from aitr_desktop.views.code.line_painter import LinePainter
    from aitr_desktop.windows.menus import Menus
    from aitr_desktop.windows.preferences import Preferences

_TABS = {2: Act.CODE_TAB_2, 4: Act.CODE_TAB_4, 8: Act.CODE_TAB_8}


class ViewOptions(QObject):
    """Draws all views of code alike, and remembers how.

    Args:
        preferences: Where it is remembered.
        parent: The window.
    """

    def __init__(self, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._views: list[CodeView] = []
        self._painters: list[LinePainter] = []
        self._menus: Menus | None = None
        self._is_drawing = False
        preferences.changed.connect(self._apply)

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {act: partial(self._preferences.change, code_tab=tab) for tab, act in _TABS.items()}

    def attach(self, view: CodeView) -> None:
        """Draws a view as the person likes it, from now on."""
        if view in self._views:
            return
        self._views.append(view)
        view.destroyed.connect(lambda: self._forget(view))
        self._draw(view)
        view.zoomed.connect(partial(self._keep, view))

    def follow(self, painter: LinePainter) -> None:
        """Draws lines elsewhere, such as those of two versions side by side, alike."""
        if painter not in self._painters:
            self._painters.append(painter)
            painter.destroyed.connect(lambda: self._painters.remove(painter))
            self._apply()

    def attach_menus(self, menus: Menus) -> None:
        """Shows in the menus what is on."""
        self._menus = menus
        self._apply()

    def _forget(self, view: CodeView) -> None:
        self._views = [each for each in self._views if each is not view]

    def _keep(self, view: CodeView) -> None:
        if self._is_drawing:
            return
        painter = view.line_painter
        self._preferences.change(
            code_wraps=view.wraps,
            code_whitespace=painter.shows_whitespace,
            code_tab=painter.tab,
            code_pixels=painter.pixels,
        )

    @Slot()
    def _apply(self) -> None:
        for view in self._views:
            self._draw(view)
        now = self._preferences.now
        for painter in self._painters:
            painter.set_tab(now.code_tab)
            painter.set_pixels(now.code_pixels)
            painter.set_shows_whitespace(now.code_whitespace)
        if self._menus is not None:
            self._menus.action(Act.CODE_WRAP).setChecked(now.code_wraps)
            self._menus.action(Act.CODE_WHITESPACE).setChecked(now.code_whitespace)
            self._menus.check(_TABS[now.code_tab])

    def _draw(self, view: CodeView) -> None:
        now = self._preferences.now
        self._is_drawing = True
        view.line_painter.set_tab(now.code_tab)
        view.line_painter.set_pixels(now.code_pixels)
        view.set_shows_whitespace(now.code_whitespace)
        view.set_wraps(now.code_wraps)
        self._is_drawing = False
