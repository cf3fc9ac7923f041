"""The rail at the left: where one is, as icon and word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QSize, Qt
from qtpy.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from aitr_desktop.theme import tinted_icon

if TYPE_CHECKING:
    from aitr_desktop.theme import ThemeController

PLACES = (("reports", "Reports"),)
"""Icon and word of each place that exists."""
WIDTH = 68


class Rail(QFrame):
    """Shows the places of the window."""

    def __init__(self, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "window")
        self.setFixedWidth(WIDTH)
        self._theme = theme
        self._buttons: dict[str, QToolButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 8, 4, 8)
        column.setSpacing(4)
        for icon, word in PLACES:
            button = QToolButton()
            button.setText(word)
            button.setAccessibleName(word)
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.setChecked(icon == PLACES[0][0])
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setIconSize(QSize(20, 20))
            button.setProperty("rail", "true")
            self._buttons[icon] = button
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        theme.changed.connect(self.draw_icons)
        self.draw_icons()

    def draw_icons(self) -> None:
        """Draws the icons in the present theme's colours."""
        for icon, button in self._buttons.items():
            colours = self._theme.theme
            button.setIcon(tinted_icon(icon, colours.accent if button.isChecked() else colours.muted))
