"""Where the bars of test types, their segments and their numbers stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qtpy.QtCore import QPointF, QRectF

from tsr_agent.sections.wording import NO_DATA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtGui import QFontMetricsF

    from tsr_agent.sections.series import Segment, TypeBar

ROW, LINE = 28, 22
"""Pixels of a row, and of the counts where they stand below the bar."""
BAR = 14
SWATCH = 12
WIDE_GAP = 16
LEAST_SEGMENT = 4.0
LEAST_BAR = 160.0
NOTHING = f"○ {NO_DATA}"
MOST_NAME = 0.3
"""Share of the width that the names may take."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A segment with its place on the widget."""

    bar: int
    segment: Segment
    area: QRectF
    entry: QRectF
    """Where its number stands."""


@dataclass(frozen=True, slots=True)
class Row:
    """What belongs to one test type."""

    area: QRectF
    name_width: float
    nothing: QRectF | None
    """Where it is said that none of its tests ran."""


class Flow:
    """Places things one after another, on as many lines as they need.

    Args:
        start: Where the first one begins.
        right: Where a line ends.
        height: Of a line.
    """

    def __init__(self, start: QPointF, right: float, height: float) -> None:
        self._left, self._right, self._height = start.x(), right, height
        self._next = QPointF(start)

    @property
    def bottom(self) -> float:
        """Where the last line ends."""
        return self._next.y() + self._height

    def take(self, width: float) -> QRectF:
        """The place of the next thing."""
        if self._next.x() + width - WIDE_GAP > self._right and self._next.x() > self._left:
            self._next = QPointF(self._left, self._next.y() + self._height)
        place = QRectF(self._next.x(), self._next.y(), width, self._height)
        self._next.setX(place.right())
        return place


def lay_out(bars: Sequence[TypeBar], width: float, metrics: QFontMetricsF) -> tuple[list[Row], list[Placed]]:
    """Places names, bars and numbers; the numbers go below the bars where these would be too short."""
    names = max((metrics.horizontalAdvance(each.name) for each in bars), default=0.0)
    left = min(names, width * MOST_NAME) + WIDE_GAP
    nothing = metrics.horizontalAdvance(NOTHING) + WIDE_GAP
    entries = [[_entry_width(metrics, each) for each in bar.segments] for bar in bars]
    longest = max(
        (sum(each) + (0 if bar.executed > 0 else nothing) for each, bar in zip(entries, bars, strict=True)),
        default=0.0,
    )
    is_beside = width - left - WIDE_GAP - longest >= LEAST_BAR
    right = width - WIDE_GAP - longest if is_beside else width
    rows: list[Row] = []
    placed: list[Placed] = []
    top = 0.0
    for place, bar in enumerate(bars):
        start = QPointF(right + WIDE_GAP, top) if is_beside else QPointF(left, top + ROW)
        start = start if bar.segments else QPointF(left, top)
        flow = Flow(start, width, ROW if is_beside or not bar.segments else LINE)
        said = flow.take(nothing) if bar.executed <= 0 else None
        area = QRectF(left, top + (ROW - BAR) / 2, max(right - left - 1, 1), BAR)
        placed += _segments(place, bar, area, entries[place], flow)
        bottom = max(top + ROW, flow.bottom)
        rows.append(Row(QRectF(0, top, width, bottom - top), left - WIDE_GAP, said))
        top = bottom
    return rows, placed


def _segments(place: int, bar: TypeBar, area: QRectF, entries: list[float], flow: Flow) -> list[Placed]:
    made, left = [], area.left()
    shares = widths([each.number for each in bar.segments], area.width())
    for segment, share, entry in zip(bar.segments, shares, entries, strict=True):
        rect = QRectF(left, area.top(), max(share - 1, 1), area.height())
        made.append(Placed(place, segment, rect, flow.take(entry)))
        left += share
    return made


def widths(numbers: list[int], room: float) -> list[float]:
    """The numbers' shares of a width; one that would not be seen takes what it needs from the largest."""
    total = sum(numbers)
    found = [room * number / total for number in numbers]
    for place, width in enumerate(found):
        largest = max(range(len(found)), key=found.__getitem__)
        if width < LEAST_SEGMENT and place != largest:
            found[largest] -= LEAST_SEGMENT - width
            found[place] = LEAST_SEGMENT
    return found


def _entry_width(metrics: QFontMetricsF, segment: Segment) -> float:
    return SWATCH + 6 + metrics.horizontalAdvance(str(segment)) + WIDE_GAP
