"""The rail at the left: where one is, as icon and word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qtpy.QtCore import QSize, Qt, Signal
from qtpy.QtWidgets import QFrame, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from aitr_desktop.item_models.cells import plain_tooltip
from aitr_desktop.theme import tinted_icon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.theme import ThemeController

WIDTH = 68


@dataclass(frozen=True, slots=True)
class Place:
    """One place that a window has."""

    key: str
    word: str
    icon: str
    keys: str = ""
    """What to press to go there, for the tool tip."""


class Rail(QFrame):
    """Shows the places of the window.

    Args:
        theme: Colours of the icons.
        places: From the top; the first is where one is.
    """

    chosen = Signal(str)
    """Key of the place that the person goes to."""

    def __init__(
        self, theme: ThemeController, places: Sequence[Place], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("ground", "window")
        self.setMinimumWidth(WIDTH)
        self.setAccessibleName(self.tr("Places"))
        self._theme = theme
        self._places = {place.key: place for place in places}
        self._buttons: dict[str, QToolButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 8, 4, 8)
        column.setSpacing(4)
        for place in places:
            self._buttons[place.key] = self._button(place)
            column.addWidget(self._buttons[place.key])
        column.addStretch(1)
        theme.changed.connect(self.draw_icons)
        self.select(places[0].key)

    def select(self, key: str) -> None:
        """Marks where one is.

        Raises:
            KeyError: There is no such place.
        """
        self._buttons[key].setChecked(True)
        self.draw_icons()

    def draw_icons(self) -> None:
        """Draws the icons in the present theme's colours."""
        for key, button in self._buttons.items():
            colours = self._theme.theme
            colour = colours.accent if button.isChecked() else colours.muted
            button.setIcon(tinted_icon(self._places[key].icon, colour))

    def _button(self, place: Place) -> QToolButton:
        button = QToolButton()
        button.setText(place.word)
        button.setAccessibleName(place.word)
        button.setToolTip(plain_tooltip(f"{place.word} ({place.keys})" if place.keys else place.word))
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setCheckable(True)
        button.setAutoExclusive(True)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(20, 20))
        button.setProperty("rail", "true")
        button.clicked.connect(lambda _=False, key=place.key: self._go(key))
        return button

    def _go(self, key: str) -> None:
        self.draw_icons()
        self.chosen.emit(key)
