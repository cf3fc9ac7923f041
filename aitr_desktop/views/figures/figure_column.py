"""The figures of one section, one below the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QVBoxLayout, QWidget

from aitr_desktop.item_models.figures import StackedBars, Timeline

if TYPE_CHECKING:
    from aitr_desktop.item_models.figures import Figure
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.figures.stacked_bars import StackedBarsView
    from aitr_desktop.views.figures.timeline import TimelineView


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
        self._timeline: TimelineView | None = None
        self._can_plot = True
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self.hide()

    def show_figures(self, figures: tuple[Figure, ...]) -> None:
        """Shows other figures."""
        self._show_bars(next((each for each in figures if isinstance(each, StackedBars)), None))
        self._show_timeline(next((each for each in figures if isinstance(each, Timeline)), None))
        self.setVisible(bool(figures))

    def plots_are_here(self) -> None:
        """Draws what waited for the plotting library."""
        if self._timeline is not None:
            self._timeline.plots_are_here()

    def plots_are_missing(self) -> None:
        """Shows no plots: their library can't be loaded. The tables have the same numbers."""
        self._can_plot = False
        if self._timeline is not None:
            self._timeline.hide()

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

    def _show_timeline(self, figure: Timeline | None) -> None:
        if self._timeline is None and figure is not None:
            from aitr_desktop.views.figures.timeline import TimelineView

            self._timeline = TimelineView(self._theme)
            self._timeline.chosen.connect(self.chosen)
            self._column.addWidget(self._timeline)
            self.plots_wanted.emit()
        if self._timeline is not None:
            self._timeline.setVisible(figure is not None and self._can_plot)
            if figure is not None:
                self._timeline.show_figure(figure)
