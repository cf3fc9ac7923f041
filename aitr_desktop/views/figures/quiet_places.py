"""Where the words of a threshold stand in a plot: beside its line, and on nothing that is drawn."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from qtpy.QtCore import QRectF

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qtpy.QtCore import QPointF

STRIP = 8.0
"""Pixels of width within which all that is drawn counts as one."""
CLEAR = 6.0
"""Pixels around a line: half a marker, and some air."""
END = 6.0
"""Pixels between the words and the end of the plot."""


class QuietPlaces:
    """What is taken of a plot, strip by strip from its left, in pixels.

    Args:
        width: Of the plot.
        height: Of the plot.
    """

    def __init__(self, width: float, height: float) -> None:
        self._width = width
        self._height = height
        self._strips: list[list[tuple[float, float]]] = [[] for _ in range(int(width / STRIP) + 1)]

    def take_line(self, points: Iterable[QPointF | None]) -> None:
        """A line with markers is drawn here; it is broken at None."""
        known = list(points)
        for point in known:
            if point is not None:
                self._take(point.x() - CLEAR, point.x() + CLEAR, point.y(), point.y())
        for one, other in pairwise(known):
            if one is not None and other is not None:
                self._take_segment(one, other)

    def take_upright(self, x: float) -> None:
        """A line over the whole height is drawn here."""
        self._take(x - 2, x + 2, 0.0, self._height)

    def take(self, rect: QRectF) -> None:
        """Something is written here."""
        self._take(rect.left(), rect.right(), rect.top(), rect.bottom(), clear=0.0)

    def place(self, width: float, height: float, y: float) -> QRectF:
        """The place for words about a level: above it or below it, as far right as nothing is in the way.

        Where everything is taken they stand where least is, above the level if that is in the plot.
        """
        tops = [top for top in (y - height, y) if top >= 0 and top + height <= self._height]
        right = max(0.0, self._width - END - width)
        lefts = [max(0.0, right - STRIP * each) for each in range(int(right / STRIP) + 2)]
        found = [QRectF(left, top, width, height) for left in lefts for top in tops or [max(0.0, y - height)]]
        return min(found, key=self._taken)

    def _taken(self, rect: QRectF) -> int:
        strips = self._between(rect.left(), rect.right())
        return sum(low < rect.bottom() and high > rect.top() for strip in strips for low, high in strip)

    def _between(self, left: float, right: float) -> Sequence[list[tuple[float, float]]]:
        return self._strips[max(0, int(left / STRIP)) : max(0, int(right / STRIP) + 1)]

    def _take(self, left: float, right: float, top: float, bottom: float, *, clear: float = CLEAR) -> None:
        for strip in self._between(left, right):
            strip.append((top - clear, bottom + clear))

    def _take_segment(self, one: QPointF, other: QPointF) -> None:
        first, last = sorted((one, other), key=lambda point: point.x())
        slope = (last.y() - first.y()) / max(1e-9, last.x() - first.x())
        begin = max(0, int(first.x() / STRIP))
        for number, strip in enumerate(self._between(first.x(), last.x()), begin):
            ends = (max(first.x(), number * STRIP), min(last.x(), (number + 1) * STRIP))
            heights = [first.y() + slope * (x - first.x()) for x in ends]
            strip.append((min(heights) - CLEAR, max(heights) + CLEAR))
