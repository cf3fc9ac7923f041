"""Draws one row of two texts: numbers, signs, what changed in a line, and folds between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qtpy.QtCore import QPointF, QRect, Qt
from qtpy.QtGui import QBrush, QColor

from aitr_desktop.code.differing import RowKind
from aitr_desktop.views.code.line_painter import Ground, RowPlace
from aitr_desktop.views.code.pair_words import fold_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qtpy.QtGui import QPainter

    from aitr_desktop.code.differing import Difference, Row
    from aitr_desktop.code.styling import Piece
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.code.line_painter import LinePainter

MARGIN = 8
FEWEST_DIGITS = 3
CURSOR = 3
"""Width of the bar before the row on which the cursor stands."""
_SIGNS = ({RowKind.REMOVED: "–", RowKind.CHANGED: "–"}, {RowKind.ADDED: "+", RowKind.CHANGED: "+"})
_GROUNDS = ("removed_ground", "added_ground")
_PARTS = ("removed_part", "added_part")
_TONES = ("no_go", "go")

Pieces = tuple["Mapping[int, Sequence[Piece]]", "Mapping[int, Sequence[Piece]]"]


@dataclass(frozen=True, slots=True)
class Half:
    """Where one of the two texts stands, in pixels."""

    left: int
    text: int
    """Where its text is seen from; numbers and sign stand before."""
    right: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What is the same for all rows in sight."""

    difference: Difference
    halves: tuple[Half, Half]
    scrolled: int
    """Pixels that both texts are moved to the left."""
    pieces: Pieces
    """Colours of both sides by line."""


class PairPainting:
    """Paints rows.

    Args:
        theme: Colours.
        lines: Draws the text of lines.
    """

    def __init__(self, theme: ThemeController, lines: LinePainter) -> None:
        self._theme = theme
        self._lines = lines

    def halves(self, width: int, difference: Difference) -> tuple[Half, Half]:
        """Where both sides stand."""
        middle = width // 2
        old = min(middle, self._gutter(difference.old.count))
        new = min(width, middle + 1 + self._gutter(difference.new.count))
        return Half(0, old, middle), Half(middle + 1, new, width)

    def draw_row(self, painter: QPainter, box: QRect, row: Row, frame: Frame) -> None:
        """Draws a row.

        Args:
            painter: With the code font.
            box: Of the row.
            row: Which.
            frame: Where, and of what.
        """
        texts = frame.difference.old, frame.difference.new
        for side, (half, number, spans) in enumerate(
            zip(frame.halves, (row.old, row.new), (row.old_spans, row.new_spans), strict=True)
        ):
            self._draw_grounds(painter, box, half, side, row.kind, is_there=bool(number))
            if not number:
                continue
            self._draw_number(painter, box, half, number, texts[side].count)
            self._draw_sign(painter, box, half, side, row.kind)
            laid = self._lines.lay(texts[side].line(number))
            place = RowPlace(half.text + MARGIN - frame.scrolled, box.top(), half.text, half.right)
            grounds = [Ground(each.start, each.start + each.length, _PARTS[side]) for each in spans]
            painter.save()
            painter.setClipRect(half.text, box.top(), half.right - half.text, box.height())
            self._lines.draw(
                painter, laid, 0, place, pieces=frame.pieces[side].get(number, ()), grounds=grounds
            )
            painter.restore()

    def draw_fold(self, painter: QPainter, box: QRect, count: int) -> None:
        """Draws what stands where rows are folded away."""
        colours = self._theme.theme
        painter.fillRect(box, QColor(colours.raised))
        painter.setPen(QColor(colours.muted))
        painter.drawText(
            QPointF(box.left() + 2 * MARGIN, box.top() + self._lines.measures.baseline),
            f"▸ {fold_words(count)}",
        )

    def draw_cursor(self, painter: QPainter, box: QRect, *, is_strong: bool) -> None:
        """Draws a bar before the row on which the cursor stands."""
        colours = self._theme.theme
        colour = QColor(colours.accent if is_strong else colours.muted)
        painter.fillRect(box.left(), box.top(), CURSOR, box.height(), colour)

    def _draw_grounds(
        self, painter: QPainter, box: QRect, half: Half, side: int, kind: RowKind, *, is_there: bool
    ) -> None:
        colours = self._theme.theme
        gutter = QRect(half.left, box.top(), half.text - half.left, box.height())
        text = QRect(half.text, box.top(), half.right - half.text, box.height())
        painter.fillRect(gutter, QColor(colours.raised))
        if kind is RowKind.EQUAL:
            return
        if is_there:
            painter.fillRect(text, QColor(colours.tokens()[_GROUNDS[side]]))
        else:
            # No line stands here: hatched, so that it is not taken for an empty one.
            painter.fillRect(gutter.united(text), QColor(colours.window))
            painter.fillRect(text, QBrush(QColor(colours.line), Qt.BrushStyle.BDiagPattern))

    def _draw_number(self, painter: QPainter, box: QRect, half: Half, number: int, count: int) -> None:
        cell = self._lines.cell
        digits = str(number)
        x = half.left + CURSOR + MARGIN + (max(FEWEST_DIGITS, len(str(count))) - len(digits)) * cell
        painter.setPen(QColor(self._theme.theme.muted))
        painter.drawText(QPointF(x, box.top() + self._lines.measures.baseline), digits)

    def _draw_sign(self, painter: QPainter, box: QRect, half: Half, side: int, kind: RowKind) -> None:
        sign = _SIGNS[side].get(kind, "")
        if sign:
            painter.setPen(QColor(self._theme.theme.tokens()[_TONES[side]]))
            x = half.text - MARGIN - self._lines.cell
            painter.drawText(QPointF(x, box.top() + self._lines.measures.baseline), sign)

    def _gutter(self, count: int) -> int:
        digits = max(FEWEST_DIGITS, len(str(count)))
        return CURSOR + 3 * MARGIN + round((digits + 1) * self._lines.cell)
