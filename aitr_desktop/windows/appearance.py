"""How everything looks: the theme, the height of rows and the scale that the person chose."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject

from aitr_desktop.actions.spec import Act
from aitr_desktop.settings import SCALES, Density, ThemeChoice

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtWidgets import QWidget

    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.notices import Notices
    from aitr_desktop.windows.preferences import Preferences

_THEMES = {
    Act.THEME_SYSTEM: ThemeChoice.SYSTEM,
    Act.THEME_LIGHT: ThemeChoice.LIGHT,
    Act.THEME_DARK: ThemeChoice.DARK,
    Act.THEME_HIGH_CONTRAST: ThemeChoice.HIGH_CONTRAST,
}
_DENSITIES = {
    Act.DENSITY_COMPACT: Density.COMPACT,
    Act.DENSITY_NORMAL: Density.NORMAL,
    Act.DENSITY_COMFORTABLE: Density.COMFORTABLE,
}
_SCALES = dict(
    zip((Act.SCALE_100, Act.SCALE_125, Act.SCALE_150, Act.SCALE_175, Act.SCALE_200), SCALES, strict=True)
)


class Appearance(QObject):
    """Changes the look and keeps what was chosen.

    Args:
        window: Closed where the person wants to start again.
        theme: What draws.
        preferences: Where the choices are kept.
        notices: Tells that a scale is in force from the next start.
    """

    def __init__(
        self, window: QWidget, theme: ThemeController, preferences: Preferences, notices: Notices
    ) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._preferences = preferences
        self._notices = notices
        self._scale_now = preferences.now.scale
        self.wants_restart = False
        """Whether the application should start itself again once the window is closed."""

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {
            **{act: partial(self._choose, choice) for act, choice in _THEMES.items()},
            **{act: partial(self._choose_density, density) for act, density in _DENSITIES.items()},
            **{act: partial(self._choose_scale, scale) for act, scale in _SCALES.items()},
        }

    def chosen(self) -> list[Act]:
        """The actions that stand for what is chosen, one of each group."""
        settings = self._preferences.now
        return [
            next(act for act, choice in _THEMES.items() if choice is self._theme.choice),
            next(act for act, density in _DENSITIES.items() if density is settings.density),
            next(act for act, scale in _SCALES.items() if scale == settings.scale),
        ]

    def _choose(self, choice: ThemeChoice) -> None:
        self._preferences.change(theme=choice)
        self._theme.choose(choice)

    def _choose_density(self, density: Density) -> None:
        self._preferences.change(density=density)
        self._theme.set_density(density)

    def _choose_scale(self, scale: int) -> None:
        self._preferences.change(scale=scale)
        if scale == self._scale_now:
            self._notices.tell(self.tr("The scale stays as it is."))
            return
        words = self.tr("A scale of {scale} % is in force from the next start.").format(scale=scale)
        self._notices.tell(words, self.tr("Restart now"), self._restart)

    def _restart(self) -> None:
        self.wants_restart = True
        # Closing saves the layout and lets work come to its end; where it is refused, nothing happens.
        self.wants_restart = self._window.close()
