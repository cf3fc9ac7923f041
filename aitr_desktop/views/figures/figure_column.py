"""The figures of one section, one below the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QVBoxLayout, QWidget

if TYPE_CHECKING:
    from aitr_desktop.item_models.figures import Figure
    from aitr_desktop.theme import ThemeController


class FigureColumn(QWidget):
    """Shows the figures of a block, and nothing where it has none.

    Args:
        theme: Colours and fonts.
    """

    chosen = Signal(object)
    """The ``Target`` that a part of a figure leads to."""
    plots_wanted = Signal()
    """A figure waits for the plotting library; ``plots_are_here`` says that it is loaded."""

    def __init__(self, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self.hide()

    def show_figures(self, figures: tuple[Figure, ...]) -> None:
        """Shows other figures."""

    def plots_are_here(self) -> None:
        """Draws what waited for the plotting library."""
