"""The lines of a panel: how each is drawn, its name, and its value at one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QFontMetricsF, QPainter
from qtpy.QtWidgets import QSizePolicy, QWidget

from aitr_desktop.theme import sized
from aitr_desktop.views.figures.bar_layout import Flow
from aitr_desktop.views.figures.patterns import line_colour, line_pen, marker
from tsr_agent.sections.wording import NO_DATA

if TYPE_CHECKING:
    from qtpy.QtGui import QPaintEvent, QResizeEvent

    from aitr_desktop.theme import ThemeController
    from tsr_agent.sections.series import Line

SWATCH = 30
HEIGHT = 20
SPACE = 6
MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)


class Legend(QWidget):
    """Paints the legend of a panel on as many lines as it needs.

    Args:
        theme: Colours.
    """

    def __init__(self, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: tuple[Line, ...] = ()
        self._entries: list[QRectF] = []
        self._current = 0
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_lines(self, lines: tuple[Line, ...], current: int) -> None:
        """Shows other lines at a step."""
        self._lines, self._current = lines, current
        self._lay_out()

    def set_current(self, current: int) -> None:
        """Shows the values at another step."""
        self._current = current
        self.update()

    def value(self, line: Line) -> str:
        """What is written beside a line's name."""
        point = line.points[self._current] if self._current < len(line.points) else None
        return NO_DATA if point is None else point.text

    def minimumSizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """As narrow as need be."""
        return QSize(120, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  (Qt's name)
        """Places the entries anew."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._lay_out()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802  (Qt's name)
        """Draws the entries."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, (line, area) in enumerate(zip(self._lines, self._entries, strict=True)):
            self._paint_entry(painter, place, line, area)
        painter.end()

    def _paint_entry(self, painter: QPainter, place: int, line: Line, area: QRectF) -> None:
        colours = self._theme.theme
        middle = QPointF(area.left() + SWATCH / 2, area.center().y())
        painter.setPen(line_pen(place, colours))
        painter.drawLine(QLineF(area.left(), middle.y(), area.left() + SWATCH, middle.y()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(line_colour(place, colours))
        painter.drawPath(marker(place).translated(middle))
        value = self.value(line)
        strong, plain = sized(self.font(), 13, bold=True), sized(self.font(), 13)
        room = area.width() - SWATCH - SPACE
        value_width = min(QFontMetricsF(strong).horizontalAdvance(value), room)
        name_width = max(0.0, room - value_width - SPACE - self._better_width(line))
        name = QFontMetricsF(plain).elidedText(line.name, Qt.TextElideMode.ElideRight, name_width)
        shown = QFontMetricsF(strong).elidedText(value, Qt.TextElideMode.ElideRight, value_width + 1)
        better = line.better if self._better_width(line) else ""
        rest = area.adjusted(SWATCH + SPACE, 0, 4, 0)
        for text, font, colour in (
            (name, plain, colours.ink),
            (shown, strong, colours.muted if value == NO_DATA else colours.ink),
            (better, sized(self.font(), 11), colours.muted),
        ):
            painter.setFont(font)
            painter.setPen(QColor(colour))
            painter.drawText(rest, MIDDLE, text)
            rest.setLeft(rest.left() + QFontMetricsF(font).horizontalAdvance(text) + SPACE)

    def _better_width(self, line: Line) -> float:
        """Only the unusual direction is worth its room."""
        if line.better != "lower is better":
            return 0.0
        return QFontMetricsF(sized(self.font(), 11)).horizontalAdvance(line.better) + SPACE

    def _lay_out(self) -> None:
        strong, plain = (QFontMetricsF(sized(self.font(), 13, bold=bold)) for bold in (True, False))
        flow = Flow(QPointF(0, 0), float(self.width()), HEIGHT)
        self._entries = []
        for line in self._lines:
            texts = [point.text for point in line.points if point is not None] + [NO_DATA]
            widest = max(strong.horizontalAdvance(text) for text in texts)
            width = (
                SWATCH + 2 * SPACE + plain.horizontalAdvance(line.name) + widest + self._better_width(line)
            )
            area = flow.take(min(width + 24, float(self.width()) + 16))
            self._entries.append(area.adjusted(0, 0, -16, 0))
        self.setFixedHeight(max(HEIGHT, round(flow.bottom)))
        self.update()
