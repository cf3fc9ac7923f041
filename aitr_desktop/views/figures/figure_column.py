"""The figures of one section, one below the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QVBoxLayout, QWidget

from aitr_desktop.item_models.figures import StackedBars

if TYPE_CHECKING:
    from aitr_desktop.item_models.figures import Figure
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.figures.stacked_bars import StackedBarsView


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
        self._bars: StackedBarsView | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self.hide()

    def show_figures(self, figures: tuple[Figure, ...]) -> None:
        """Shows other figures."""
        self._show_bars(next((each for each in figures if isinstance(each, StackedBars)), None))
        self.setVisible(bool(figures))

    def plots_are_here(self) -> None:
        """Draws what waited for the plotting library."""

    def _show_bars(self, figure: StackedBars | None) -> None:
        if self._bars is None and figure is not None:
            # The first frame needs no chart.
            from aitr_desktop.views.figures.stacked_bars import StackedBarsView

            self._bars = StackedBarsView(self._theme)
            self._bars.chosen.connect(self.chosen)
            self._column.addWidget(self._bars)
        if self._bars is not None:
            self._bars.setVisible(figure is not None)
            if figure is not None:
                self._bars.show_figure(figure)
