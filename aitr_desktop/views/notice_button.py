"""The bell in the last line: how many notices there were, and whether errors are open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QSize, Qt
from qtpy.QtWidgets import QToolButton, QWidget

from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from aitr_desktop.theme import ThemeController


class NoticeButton(QToolButton):
    """Shown once something was told; pressing it shows all of it.

    Args:
        theme: Colours of the icon.
    """

    def __init__(self, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._told = self._open = 0
        self.setIconSize(QSize(16, 16))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self._draw)
        self.hide()

    def show_number(self, told: int, errors: int) -> None:
        """Says how many notices there were, and how many errors nobody closed yet."""
        self._told, self._open = told, errors
        self.setVisible(told > 0)
        self._draw()

    def _draw(self) -> None:
        self.setIcon(self._theme.icon("bell", Tone.NO_GO if self._open else Tone.MUTED))
        number = f"{self._told:,}"
        self.setText(number)
        words = self.tr("Notifications: {told}, errors open: {errors}")
        said = words.format(told=number, errors=f"{self._open:,}")
        self.setAccessibleName(said)
        self.setToolTip(said)
