"""One panel of the timeline: legend, plot and the axis of the steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, QRectF
from qtpy.QtGui import QColor, QFontMetricsF, QPainter, QPen
from qtpy.QtWidgets import QVBoxLayout, QWidget

from aitr_desktop.theme import sized
from aitr_desktop.views.figures.legend import Legend
from aitr_desktop.views.figures.timeline_axis import RIGHT, StepStrip, TimeAxis

if TYPE_CHECKING:
    from qtpy.QtGui import QPaintEvent, QResizeEvent

    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.figures.plots import PanelPlot
    from tsr_agent.sections.series import Panel, Step

LEAST_LEFT = 44.0
"""Pixels left of the plot at least: the words below it stand there."""


class PanelView(QWidget):
    """Shows a ``Panel``; the plot itself comes when the plotting library is loaded.

    Args:
        theme: Colours.
        height: Pixels of the plot.
    """

    def __init__(self, theme: ThemeController, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._panel: Panel | None = None
        self._steps: tuple[Step, ...] = ()
        self._left = LEAST_LEFT
        self._current = 0
        self._plot: PanelPlot | None = None
        self._legend = Legend(theme)
        self._frame = PlotFrame(theme, height)
        self._strip = StepStrip(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._legend)
        column.addWidget(self._frame)
        column.addWidget(self._strip)
        theme.changed.connect(self._draw_again)

    @property
    def axis(self) -> TimeAxis:
        """Where the steps stand at the present width."""
        return TimeAxis(
            places=tuple(step.place for step in self._steps), left=self._left, width=float(self.width())
        )

    def show_panel(
        self, panel: Panel, steps: tuple[Step, ...], current: int, left: float, *, has_events: bool
    ) -> None:
        """Shows another panel.

        Args:
            panel: What is drawn.
            steps: The iterations.
            current: The step whose values stand in the legend.
            left: Pixels for the values left of the plot.
            has_events: Whether failure modes are told below the axis.
        """
        self._panel, self._steps, self._left, self._current = panel, steps, left, current
        self._legend.show_lines(panel.lines, current)
        self._strip.show_steps(steps, has_events=has_events)
        self._lay_out()
        self.set_current(current)

    def draw(self) -> None:
        """Draws the plot, which is made with the first call; the plotting library has to be loaded."""
        if self._panel is None:
            return
        if self._plot is None:
            from aitr_desktop.views.figures.plots import PanelPlot

            self._plot = PanelPlot(self._frame)
            self._plot.setGeometry(self._frame.rect())
        self._plot.set_axis(self.axis)
        self._plot.show_panel(self._panel, self._theme.theme)
        self._plot.set_current(self._steps[self._current].place)
        self._plot.show()

    def forget_plot(self) -> None:
        """Shows no plot until the next ``draw``: what is drawn belongs to another report."""
        if self._plot is not None:
            self._plot.hide()

    def set_current(self, current: int) -> None:
        """Marks another step."""
        self._current = current
        self._legend.set_current(current)
        self._strip.set_current(current)
        if self._plot is not None and current < len(self._steps):
            self._plot.set_current(self._steps[current].place)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  (Qt's name)
        """Takes the new width."""
        super().resizeEvent(event)
        self._lay_out()

    def event(self, event: QEvent) -> bool:
        """Draws anew on a screen with other pixels."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._draw_again()
        return super().event(event)

    def _draw_again(self) -> None:
        if self._plot is not None and not self._plot.isHidden():
            self.draw()

    def _lay_out(self) -> None:
        axis = self.axis
        self._strip.set_axis(axis)
        self._frame.left = self._left
        if self._plot is not None:
            self._plot.setGeometry(0, 0, self.width(), self._frame.height())
            if axis.places:
                self._plot.set_axis(axis)


class PlotFrame(QWidget):
    """The plot's place: empty ground with an axis until the plot is there.

    Args:
        theme: Colours.
        height: Pixels.
    """

    def __init__(self, theme: ThemeController, height: int) -> None:
        super().__init__()
        self._theme = theme
        self.left = LEAST_LEFT
        self.setFixedHeight(height)
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802  (Qt's name)
        """Draws the frame of the plot."""
        painter = QPainter(self)
        painter.setPen(QPen(QColor(self._theme.theme.line), 1))
        area = QRectF(self.left, 0, self.width() - self.left - RIGHT, self.height())
        painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()


def values_width(panels: tuple[Panel, ...], widget: QWidget) -> float:
    """Pixels that the values of all panels need left of their plots."""
    metrics = QFontMetricsF(sized(widget.font(), 11))
    texts = (tick.text for panel in panels for tick in panel.scale.ticks())
    return max(LEAST_LEFT, *(metrics.horizontalAdvance(text) + 14 for text in texts))
