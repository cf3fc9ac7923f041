"""Panels of the timeline, drawn with pyqtgraph. Importing this loads it and numpy: do so on a worker.

Only parts that take plain text are used: pyqtgraph's labels, titles and legends read markup. Values are
given as shares of their axis, so that no number is too large for it, and the ticks are written by us.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph  # type: ignore[import-untyped]
from qtpy.QtCore import QPointF, QRectF, QSizeF, Qt
from qtpy.QtGui import QColor, QPen
from qtpy.QtWidgets import QGraphicsItem, QGraphicsRectItem, QWidget

from aitr_desktop.theme import sized
from aitr_desktop.views.figures.patterns import bound_pen, line_colour, line_pen, thin_pen
from aitr_desktop.views.figures.quiet_places import QuietPlaces
from aitr_desktop.views.figures.timeline_axis import RIGHT, TimeAxis
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from qtpy.QtGui import QWheelEvent

    from aitr_desktop.theme import Theme
    from tsr_agent.sections.series import Bound, Line, Panel, Point

SYMBOLS = ("o", "s", "t1", "d", "t", "star")
"""pyqtgraph's names of the markers in ``patterns.marker``."""
BELOW, ABOVE = -0.06, 1.08
"""Ends of the drawn range in shares of the axis, so that the ends themselves can be seen."""
SHADE = 15
"""Opacity of the side of a threshold that fails, of 255."""
GRID = 130
"""Opacity of the lines behind everything."""
MARKER, BEAM = 8, 0.06
_LABEL_LIMIT = 28
_SHADES, _GRID, _BOUNDS, _LABELS, _NOW, _LINES = range(1, 7)
"""What lies upon what."""


class PanelPlot(pyqtgraph.GraphicsView):  # type: ignore[misc]  # pyqtgraph has no types
    """One panel: lines with markers and error bars, thresholds, and a line at the current step.

    It takes no mouse and no key: the page scrolls through it, and there is no menu.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._box = pyqtgraph.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0)
        self._values = pyqtgraph.AxisItem("left")
        self._values.linkToView(self._box)
        self._values.setStyle(tickLength=0, tickTextOffset=6, autoExpandTextSpace=False)
        self._now = pyqtgraph.InfiniteLine(0, angle=90, movable=False)
        self._items: list[QGraphicsItem] = []
        self._labels: list[tuple[pyqtgraph.TextItem, float]] = []
        self._axis = TimeAxis(places=(0,), left=40, width=400)
        self._panel: Panel | None = None
        layout = self.centralLayout
        layout.setContentsMargins(0, 0, RIGHT, 0)
        layout.setSpacing(0)
        layout.addItem(self._values, 0, 0)
        layout.addItem(self._box, 0, 1)

    def show_panel(self, panel: Panel, theme: Theme) -> None:
        """Draws another panel, or the same one in other colours."""
        # The box itself lists only what it measures, and that is nothing here.
        for item in self._items:
            self._box.removeItem(item)
        self._items, self._labels = [], []
        self._panel = panel
        self.setBackground(QColor(theme.surface))
        self._values.setTicks([[(tick.share, tick.text) for tick in panel.scale.ticks()]])
        self._values.setStyle(tickFont=sized(self.font(), 11))
        self._values.setPen(QColor(theme.line))
        self._values.setTextPen(QColor(theme.muted))
        self._draw_grid(panel, theme)
        for place, line in enumerate(panel.lines):
            for bound in line.bounds:
                name = f"{one_line(line.name, _LABEL_LIMIT)} " if len(panel.lines) > 1 else ""
                self._draw_bound(panel, bound, place, name + bound.text, theme)
        for place, line in enumerate(panel.lines):
            self._draw_line(panel, line, place, theme)
        self._now.setPen(self._thin(QColor(theme.muted)))
        self._add(self._now, _NOW)
        self.set_axis(self._axis)

    def set_axis(self, axis: TimeAxis) -> None:
        """Takes another width."""
        self._axis = axis
        self._values.setWidth(axis.left)
        low, high = axis.ends
        self._box.setRange(xRange=(low, high), yRange=(BELOW, ABOVE), padding=0, disableAutoRange=True)
        self._place_labels()

    def set_current(self, place: float) -> None:
        """Moves the line at the current step."""
        self._now.setValue(place)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802  (Qt's name)
        """Leaves the wheel to the page."""
        event.ignore()

    def _draw_grid(self, panel: Panel, theme: Theme) -> None:
        colour = QColor(theme.line)
        colour.setAlpha(GRID)
        for tick in panel.scale.ticks():
            line = pyqtgraph.InfiniteLine(tick.share, angle=0, movable=False, pen=self._thin(colour))
            self._add(line, _GRID)

    def _draw_bound(self, panel: Panel, bound: Bound, place: int, text: str, theme: Theme) -> None:
        share = panel.scale.share(bound.value)
        colour = line_colour(place, theme)
        bottom, top = (BELOW, share) if bound.is_least else (share, ABOVE)
        # As wide as any axis gets: the number of steps may change before the shade is drawn anew.
        band = QGraphicsRectItem(QRectF(-1e6, bottom, 2e6, top - bottom))
        shade = QColor(theme.no_go)
        shade.setAlpha(SHADE)
        band.setBrush(shade)
        band.setPen(QPen(Qt.PenStyle.NoPen))
        self._add(band, _SHADES)
        pen = bound_pen(place, theme, self.devicePixelRatioF())
        edge = pyqtgraph.InfiniteLine(share, angle=0, movable=False, pen=pen)
        self._add(edge, _BOUNDS)
        ground = QColor(theme.surface)
        ground.setAlpha(230)
        label = pyqtgraph.TextItem(text=text, color=colour, anchor=(0, 1), fill=ground)
        label.textItem.document().setDocumentMargin(1)
        label.setFont(sized(self.font(), 11))
        self._add(label, _LABELS)
        self._labels.append((label, share))

    def _draw_line(self, panel: Panel, line: Line, place: int, theme: Theme) -> None:
        steps = self._axis.places
        known = [(x, point) for x, point in zip(steps, line.points, strict=True) if point is not None]
        shares = [float("nan") if point is None else panel.scale.share(point.value) for point in line.points]
        pen = line_pen(place, theme, self.devicePixelRatioF())
        curve = pyqtgraph.PlotCurveItem(list(steps), shares, pen=pen, connect="finite", antialias=True)
        self._add(curve, _LINES)
        self._draw_errors(panel, [(x, point) for x, point in known if point.error], line_colour(place, theme))
        dots = pyqtgraph.ScatterPlotItem(
            [x for x, _ in known],
            [panel.scale.share(point.value) for _, point in known],
            symbol=SYMBOLS[place % len(SYMBOLS)],
            size=MARKER if self._axis.step > MARKER else max(3, self._axis.step),
            pen=self._thin(QColor(theme.surface)),
            brush=line_colour(place, theme),
            antialias=True,
        )
        self._add(dots, _LINES)

    def _draw_errors(self, panel: Panel, known: list[tuple[float, Point]], colour: QColor) -> None:
        if not known:
            return
        share = panel.scale.share
        middles = [share(point.value) for _, point in known]
        tops = [share(point.value + point.error) for _, point in known]
        bottoms = [share(point.value - point.error) for _, point in known]
        bars = pyqtgraph.ErrorBarItem(
            x=np.array([x for x, _ in known]),
            y=np.array(middles),
            top=np.array(tops) - np.array(middles),
            bottom=np.array(middles) - np.array(bottoms),
            beam=min(BEAM, 10 / self._axis.step),
            pen=self._thin(colour),
        )
        self._add(bars, _LINES)

    def _add(self, item: QGraphicsItem, height: int) -> None:
        item.setZValue(height)
        self._box.addItem(item, ignoreBounds=True)
        self._items.append(item)

    def _thin(self, colour: QColor) -> QPen:
        # Pens that keep their width count in pixels of the screen.
        return thin_pen(colour, self.devicePixelRatioF())

    def _place_labels(self) -> None:
        """Writes thresholds beside their lines, as far right as nothing is drawn, and on no other label."""
        panel = self._panel
        if panel is None or not self._labels or not self._axis.places:
            return
        axis, size = self._axis, QSizeF(self._axis.width - self._axis.left - RIGHT, float(self.height()))
        low, _high = axis.ends
        quiet = QuietPlaces(size.width(), size.height())
        for line in panel.lines:
            quiet.take_line(
                None
                if point is None
                else QPointF((x - low) * axis.step, _from_top(panel.scale.share(point.value), size.height()))
                for x, point in zip(axis.places, line.points, strict=False)
            )
        # Where the line at the current step rests.
        quiet.take_upright((axis.places[-1] - low) * axis.step)
        for label, share in sorted(self._labels, key=lambda each: -each[1]):
            words = label.boundingRect()
            place = quiet.place(words.width(), words.height(), _from_top(share, size.height()))
            quiet.take(place)
            label.setAnchor((0, 0))
            label.setPos(low + place.left() / axis.step, _share(place.top(), size.height()))


def _from_top(share: float, height: float) -> float:
    """Pixels from the top of a plot to a share of its axis."""
    return (ABOVE - share) / (ABOVE - BELOW) * height


def _share(top: float, height: float) -> float:
    return ABOVE - top * (ABOVE - BELOW) / max(1.0, height)
