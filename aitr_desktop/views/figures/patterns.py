"""What tells series and segments apart without colour: hatchings, dashes and markers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qtpy.QtCore import QLineF, QPointF, QRectF, Qt
from qtpy.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from tsr_agent.sections.series import Part

if TYPE_CHECKING:
    from aitr_desktop.theme import Theme

HATCH_STEP = 5.0
"""Pixels between two lines of a hatching."""
MARKER_SIZE = 8.0
DASHES: tuple[tuple[float, ...], ...] = ((), (6, 3), (1.5, 2.5), (6, 2.5, 1.5, 2.5), (10, 4), (3, 3))
"""Lengths of strokes and gaps in widths of the pen; the first line is whole."""
_TOKENS = ("accent", "go", "pending", "no_go", "muted", "ink")
_RISING, _FALLING = 1, -1


@dataclass(frozen=True, slots=True)
class PartLook:
    """How a part of a bar is filled."""

    token: str
    is_filled: bool
    """Filled with its colour, the hatching in the ground's; otherwise the other way round."""
    hatchings: tuple[int, ...] = ()


_PARTS = {
    Part.PASSED: PartLook("go", is_filled=True),
    Part.XFAILED: PartLook("go", is_filled=False, hatchings=(_RISING,)),
    Part.FLAKY: PartLook("pending", is_filled=True, hatchings=(_RISING,)),
    Part.XPASSED: PartLook("pending", is_filled=False, hatchings=(_FALLING,)),
    Part.FAILED: PartLook("no_go", is_filled=True, hatchings=(_FALLING,)),
    Part.ERROR: PartLook("no_go", is_filled=False, hatchings=(_RISING, _FALLING)),
    Part.SKIPPED: PartLook("muted", is_filled=False),
}


def paint_part(painter: QPainter, area: QRectF, part: Part, theme: Theme) -> None:
    """Fills an area as a part of a bar is filled."""
    look = _PARTS[part]
    colour, ground = QColor(getattr(theme, look.token)), QColor(theme.surface)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(area, colour if look.is_filled else ground)
    painter.setClipRect(area)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(ground if look.is_filled else colour, 1.2))
    for slope in look.hatchings:
        painter.drawLines(_hatching(area, slope))
    painter.restore()
    if not look.is_filled:
        painter.setPen(QPen(colour, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))


def _hatching(area: QRectF, slope: int) -> list[QLineF]:
    lines = []
    place = area.left() - area.height()
    while place < area.right():
        low, high = QPointF(place, area.bottom()), QPointF(place + area.height(), area.top())
        if slope == _FALLING:
            low, high = QPointF(place, area.top()), QPointF(place + area.height(), area.bottom())
        lines.append(QLineF(low, high))
        place += HATCH_STEP
    return lines


def line_colour(place: int, theme: Theme) -> QColor:
    """The colour of a line by its place in the panel."""
    return QColor(getattr(theme, _TOKENS[place % len(_TOKENS)]))


def thin_pen(colour: QColor, width: float = 1.0) -> QPen:
    """A pen whose width is in pixels, whatever the numbers of the axes are."""
    pen = QPen(colour, width)
    pen.setCosmetic(True)
    return pen


def line_pen(place: int, theme: Theme, scale: float = 1.0) -> QPen:
    """The pen of a line by its place in the panel.

    Args:
        place: Counts from 0.
        theme: Colours.
        scale: Pixels of the screen to one of ours, where the painter does not know it.
    """
    pen = thin_pen(line_colour(place, theme), 2.0 * scale)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    dashes = DASHES[place % len(DASHES)]
    if dashes:
        pen.setDashPattern(dashes)
    return pen


def bound_pen(place: int, theme: Theme, scale: float = 1.0) -> QPen:
    """The pen of a threshold: thin and dashed, whatever its line is."""
    pen = thin_pen(line_colour(place, theme), scale)
    pen.setDashPattern((4, 4))
    return pen


def marker(place: int, size: float = MARKER_SIZE) -> QPainterPath:
    """The marker of a line by its place in the panel, around 0, 0."""
    path, half = QPainterPath(), size / 2
    kind = place % len(DASHES)
    if kind == 0:
        path.addEllipse(QPointF(0, 0), half, half)
    elif kind == 1:
        path.addRect(QRectF(-half, -half, size, size))
    else:
        path.addPolygon(_polygon(kind, half))
        path.closeSubpath()
    return path


def _polygon(kind: int, half: float) -> QPolygonF:
    """Triangle, diamond, triangle upside down, star of four."""
    if kind == 3:
        return QPolygonF([QPointF(0, -half), QPointF(half, 0), QPointF(0, half), QPointF(-half, 0)])
    if kind == 5:
        turns = (math.radians(45 * turn) for turn in range(8))
        lengths = (half * 1.2, half * 0.45) * 4
        ends = zip(turns, lengths, strict=True)
        return QPolygonF([QPointF(far * math.sin(turn), -far * math.cos(turn)) for turn, far in ends])
    up = -half if kind == 2 else half
    return QPolygonF([QPointF(0, up), QPointF(half, -up), QPointF(-half, -up)])
