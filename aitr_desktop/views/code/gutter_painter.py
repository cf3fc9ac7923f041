"""The strip at the left of the code: line numbers, signs of marks, and which lines are selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QPointF, QRect, QRectF, Qt
from qtpy.QtGui import QColor, QFont

from aitr_desktop.views.code.marked_lines import MarkedLines

if TYPE_CHECKING:
    from qtpy.QtGui import QPainter

    from aitr_desktop.code.line_marks import LineMark
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.code.laid_line import Measures

FEWEST_DIGITS = 3
MARGIN = 8
BAR = 3
"""Width of the bars that span lines."""
MOST_COUNTED = 9


class GutterPainter:
    """Draws the gutter.

    Args:
        theme: Colours.
    """

    def __init__(self, theme: ThemeController) -> None:
        self._theme = theme
        self.marked = MarkedLines()

    def width(self, count: int, measures: Measures) -> int:
        """Pixels of the gutter of a file with so many lines."""
        digits = max(FEWEST_DIGITS, len(str(count)))
        return self.sign_width(measures) + round(digits * measures.cell) + 2 * MARGIN

    def sign_width(self, measures: Measures) -> int:
        """Pixels at the left in which signs stand."""
        return BAR + round(2.5 * measures.cell) + 2

    def draw_number(
        self, painter: QPainter, box: QRect, number: int, measures: Measures, *, strong: bool
    ) -> None:
        """Draws a line's number.

        Args:
            painter: With the code font.
            box: The gutter beside the line's first row.
            number: The line.
            measures: Of the font.
            strong: Whether the line is the one of the cursor, or selected.
        """
        painter.setPen(QColor(self._theme.theme.ink if strong else self._theme.theme.muted))
        text = str(number)
        x = box.right() - MARGIN - len(text) * measures.cell
        painter.drawText(QPointF(x, box.top() + measures.baseline), text)

    def draw_marks(self, painter: QPainter, box: QRect, marks: list[LineMark], measures: Measures) -> None:
        """Draws the sign of the heaviest mark, and how many there are.

        Args:
            painter: With the code font.
            box: The gutter beside the line's first row.
            marks: That begin on this line, the heaviest first.
            measures: Of the font.
        """
        kind = marks[0].kind
        painter.setPen(QColor(self._theme.theme.tone(kind.tone)))
        left = box.left() + BAR + 1
        painter.drawText(QPointF(left, box.top() + measures.baseline), kind.sign)
        if len(marks) > 1:
            usual = QFont(painter.font())
            small = QFont(usual)
            small.setPixelSize(max(8, round(usual.pixelSize() * 0.7)))
            painter.setFont(small)
            count = str(len(marks)) if len(marks) <= MOST_COUNTED else f"{MOST_COUNTED}+"
            room = QRectF(left + measures.cell, box.top(), 1.5 * measures.cell + 1, measures.row_height)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), count)
            painter.setFont(usual)

    def draw_span(self, painter: QPainter, box: QRect, marks: list[LineMark]) -> None:
        """Draws a bar beside a row that a mark of several lines spans.

        Args:
            painter: For the view.
            box: The gutter beside the row.
            marks: That touch the line, the heaviest first.
        """
        spanning = [each for each in marks if each.last > each.first]
        if spanning:
            colour = QColor(self._theme.theme.tone(spanning[0].kind.tone))
            painter.fillRect(box.left(), box.top(), BAR, box.height(), colour)
