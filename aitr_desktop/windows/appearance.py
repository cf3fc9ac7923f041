"""How everything looks: the theme that the person chose."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject

from aitr_desktop.actions import Act
from aitr_desktop.settings import ThemeChoice

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.preferences import Preferences

_THEMES = {
    Act.THEME_SYSTEM: ThemeChoice.SYSTEM,
    Act.THEME_LIGHT: ThemeChoice.LIGHT,
    Act.THEME_DARK: ThemeChoice.DARK,
    Act.THEME_HIGH_CONTRAST: ThemeChoice.HIGH_CONTRAST,
}


class Appearance(QObject):
    """Changes the theme and keeps the choice.

    Args:
        theme: What draws.
        preferences: Where the choice is kept.
    """

    def __init__(self, theme: ThemeController, preferences: Preferences, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._preferences = preferences

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {act: partial(self._choose, choice) for act, choice in _THEMES.items()}

    def chosen(self) -> Act:
        """The action that stands for the theme in force."""
        return next(act for act, choice in _THEMES.items() if choice is self._theme.choice)

    def _choose(self, choice: ThemeChoice) -> None:
        self._preferences.change(theme=choice)
        self._theme.choose(choice)
