"""The axis of the iterations: which pixel a step stands at, and what is written below it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from qtpy.QtCore import QPointF, QRectF, Qt
from qtpy.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF
from qtpy.QtWidgets import QWidget

from aitr_desktop.theme import sized
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtGui import QPaintEvent

    from aitr_desktop.theme import ThemeController
    from tsr_agent.sections.series import Step

RIGHT = 12
"""Pixels right of the plot."""
LABELS, EVENTS = 20, 17
"""Pixels of the row of labels, and of each row of events."""
SPACE = 10
"""Pixels between two labels."""
GAP_SIGN = 60
"""Pixels between two steps from which on a gap in their numbers has a sign."""
_EVENTS = (("▲", Tone.PENDING), ("✓", Tone.GO))
"""Signs of the failure modes that were found, and of those that were fixed."""
NUMBERED, SIGN = 26.0, 6.0
"""Pixels that a step needs for a sign with its number; a sign alone is that wide at the most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAxis:
    """Where steps stand in a widget of some width."""

    places: tuple[float, ...]
    left: float
    """Pixels left of the plot, for its values."""
    width: float
    """Of the widget."""

    @property
    def ends(self) -> tuple[float, float]:
        """The places at both ends of the plot."""
        span = self.places[-1] - self.places[0] if self.places else 0.0
        room = max(0.25, span / 50)
        return (-room, span + room)

    @property
    def step(self) -> float:
        """Pixels between two neighbouring steps."""
        low, high = self.ends
        return max(1.0, self.width - self.left - RIGHT) / (high - low)

    def pixel(self, place: float) -> float:
        """Where a place stands, from the widget's left."""
        return self.left + (place - self.ends[0]) * self.step

    def nearest(self, pixel: float) -> int:
        """The step that is nearest to a pixel."""
        return min(range(len(self.places)), key=lambda i: abs(self.pixel(self.places[i]) - pixel))


def labelled(steps: Sequence[Step], axis: TimeAxis, metrics: QFontMetricsF, kept: int) -> list[int]:
    """The steps that have room for their label: every one, or every second, fifth or tenth.

    ``kept`` and the last one have theirs in any case, and neighbours make room for them.
    """
    if not steps:
        return []
    widest = max(metrics.horizontalAdvance(step.label) for step in steps) + SPACE
    strides = (base * 10**power for power in range(17) for base in (1, 2, 5))
    stride = next((each for each in strides if each * axis.step >= widest), len(steps))
    chosen: list[int] = []
    round_numbers = (place for place, step in enumerate(steps) if step.number % stride == 0)
    for place in dict.fromkeys((kept, len(steps) - 1, 0, *round_numbers)):
        middle = axis.pixel(steps[place].place)
        if all(abs(axis.pixel(steps[other].place) - middle) >= widest for other in chosen):
            chosen.append(place)
    return sorted(chosen)


class StepStrip(QWidget):
    """Ticks, labels and, on wish, the failure modes that were found and fixed at each step.

    Args:
        theme: Colours.
    """

    def __init__(self, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._steps: tuple[Step, ...] = ()
        self._axis = TimeAxis(places=(), left=0, width=1)
        self._has_events = False
        self._current = 0
        theme.changed.connect(self.update)

    def show_steps(self, steps: tuple[Step, ...], *, has_events: bool) -> None:
        """Shows other steps."""
        self._steps = steps
        self._has_events = has_events and any(step.found or step.fixed for step in steps)
        self.setFixedHeight(LABELS + (2 * EVENTS if self._has_events else 0))
        self.update()

    def set_axis(self, axis: TimeAxis) -> None:
        """Takes another width."""
        self._axis = axis
        self.update()

    def set_current(self, current: int) -> None:
        """Marks another step."""
        self._current = current
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802  (Qt's name)
        """Draws what stands below the axis."""
        if not self._steps:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_labels(painter)
        if self._has_events:
            font = sized(self.font(), 11)
            painter.setFont(font)
            found, fixed = self.tr("found"), self.tr("fixed")
            self._paint_events(painter, 0, found, [len(step.found) for step in self._steps])
            self._paint_events(painter, 1, fixed, [len(step.fixed) for step in self._steps])
        painter.end()

    def _paint_labels(self, painter: QPainter) -> None:
        colours, axis = self._theme.theme, self._axis
        plain, strong = sized(self.font(), 11), sized(self.font(), 11, bold=True)
        painter.setPen(QPen(QColor(colours.muted), 1))
        for step in self._steps:
            x = round(axis.pixel(step.place)) + 0.5
            painter.drawLine(QPointF(x, 0), QPointF(x, 3))
        painter.setFont(plain)
        for one, other in pairwise(self._steps):
            middle = axis.pixel((one.place + other.place) / 2)
            if other.number - one.number > 1 and (other.place - one.place) * axis.step > GAP_SIGN:
                self._write(painter, middle, 3, "⋯", LABELS - 3)
        for place in labelled(self._steps, axis, QFontMetricsF(strong), self._current):
            step = self._steps[place]
            is_strong = place == self._current
            painter.setFont(strong if is_strong else plain)
            painter.setPen(QColor(colours.ink if is_strong else colours.muted))
            self._write(painter, axis.pixel(step.place), 3, step.label, LABELS - 3)

    def _paint_events(self, painter: QPainter, row: int, word: str, numbers: list[int]) -> None:
        colours, axis, top = self._theme.theme, self._axis, LABELS + row * EVENTS
        sign, tone = _EVENTS[row]
        painter.setPen(QColor(colours.muted))
        head = QRectF(0, top, axis.left - 6, EVENTS)
        painter.drawText(head, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), word)
        for step, number in zip(self._steps, numbers, strict=True):
            if number == 0:
                continue
            x = axis.pixel(step.place)
            painter.setPen(QColor(colours.tone(tone)))
            if axis.step >= NUMBERED:
                self._write(painter, x, top, f"{sign} {number:,}", EVENTS)
            else:
                size = min(SIGN, max(3.0, axis.step))
                paint_sign(painter, QPointF(x, top + EVENTS / 2), size, QColor(colours.tone(tone)), sign)

    def _write(self, painter: QPainter, middle: float, top: float, text: str, height: float) -> None:
        """Writes a text around a pixel, moved where it would be cut."""
        width = QFontMetricsF(QFont(painter.font())).horizontalAdvance(text) + 2
        left = min(max(middle - width / 2, 0.0), self.width() - width)
        painter.drawText(QRectF(left, top, width, height), int(Qt.AlignmentFlag.AlignCenter), text)


def paint_sign(painter: QPainter, middle: QPointF, size: float, colour: QColor, sign: str) -> None:
    """A small ▲ or ✓ where no number has room."""
    half = size / 2
    if sign == "▲":
        painter.setBrush(colour)
        painter.setPen(Qt.PenStyle.NoPen)
        triangle = (QPointF(0, -half), QPointF(half, half), QPointF(-half, half))
        painter.drawPolygon(QPolygonF([middle + corner for corner in triangle]))
        return
    painter.setPen(QPen(colour, 1.4))
    tick = (QPointF(-half, 0), QPointF(-half / 3, half), QPointF(half, -half))
    painter.drawPolyline(QPolygonF([middle + corner for corner in tick]))
