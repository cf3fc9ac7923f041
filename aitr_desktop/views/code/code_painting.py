"""Draws what is in sight of a code view: grounds, gutter, lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QRect
from qtpy.QtGui import QColor, QPainter

from aitr_desktop.views.code.gutter_painter import BAR
from aitr_desktop.views.code.line_painter import RowPlace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.code.code_view import CodeView
    from aitr_desktop.views.code.row_positions import RowPosition

CURSOR = 2
"""Width of the bar beside the line of the cursor."""


class CodePainting:
    """Paints the viewport.

    Args:
        theme: Colours.
        view: What is painted.
    """

    def __init__(self, theme: ThemeController, view: CodeView) -> None:
        self._theme, self._view = theme, view
        self.drawn_rows = 0
        """How many rows were drawn so far; what scrolling moves is not drawn again."""

    def paint(self, seen: QRect) -> None:
        """Draws what lies within a part of the viewport."""
        view = self._view
        theme = self._theme.theme
        painter = QPainter(view.viewport())
        painter.setFont(view.line_painter.measures.font)
        height, width = view.row_height, view.viewport().width()
        rows = view.rows_in_sight()
        first, last = max(0, seen.top() // height), min(len(rows) - 1, seen.bottom() // height)
        wanted = rows[first : last + 1]
        for number, position in enumerate(wanted, first):
            self._draw_ground(painter, position, QRect(0, number * height, width, height))
        below = len(rows) * height
        if seen.bottom() >= below:
            painter.fillRect(0, below, view.gutter_width, seen.bottom() + 1 - below, QColor(theme.raised))
            painter.fillRect(
                view.gutter_width, below, width, seen.bottom() + 1 - below, QColor(theme.surface)
            )
        if wanted:
            self._draw_text(painter, wanted, first, seen)
            self._draw_gutter(painter, wanted, first)
        painter.end()
        self.drawn_rows += len(wanted)

    def _draw_ground(self, painter: QPainter, position: RowPosition, box: QRect) -> None:
        view, theme = self._view, self._theme.theme
        is_selected = view.selection is not None and position.line in view.selection
        is_current = position.line == view.cursor_line
        ground = theme.selection if is_selected else theme.raised if is_current else theme.surface
        gutter = view.gutter_width
        painter.fillRect(box.adjusted(gutter, 0, 0, 0), QColor(ground))
        painter.fillRect(
            QRect(0, box.top(), gutter, box.height()),
            QColor(theme.selection if is_selected else theme.raised),
        )
        if is_selected:
            painter.fillRect(gutter - BAR, box.top(), BAR, box.height(), QColor(theme.accent))
        if is_current:
            if not is_selected:
                painter.setPen(QColor(theme.line))
                if position.row == 0:
                    painter.drawLine(gutter, box.top(), box.right(), box.top())
                if position.row == len(view.laid(position.line).rows) - 1:
                    painter.drawLine(gutter, box.bottom(), box.right(), box.bottom())
            token = theme.accent if view.hasFocus() else theme.muted
            painter.fillRect(gutter, box.top(), CURSOR, box.height(), QColor(token))

    def _draw_text(self, painter: QPainter, rows: Sequence[RowPosition], first: int, seen: QRect) -> None:
        view = self._view
        left, right = max(seen.left(), view.gutter_width + CURSOR), seen.right() + 1
        if left >= right:
            return
        painter.save()
        painter.setClipRect(QRect(left, seen.top(), right - left, seen.height()))
        grounds = view.grounds(rows[0].line, rows[-1].line)
        for number, position in enumerate(rows, first):
            view.line_painter.draw(
                painter,
                view.laid(position.line),
                position.row,
                RowPlace(view.text_left, number * view.row_height, left, right),
                pieces=view.pieces.of(position.line),
                grounds=grounds.get(position.line, ()),
            )
        painter.restore()

    def _draw_gutter(self, painter: QPainter, rows: Sequence[RowPosition], first: int) -> None:
        view, gutter = self._view, self._view.gutter
        measures = view.line_painter.measures
        begins = gutter.marked.beginning(rows[0].line, rows[-1].line)
        spans = gutter.marked.between(rows[0].line, rows[-1].line)
        for number, position in enumerate(rows, first):
            line = position.line
            box = QRect(0, number * view.row_height, view.gutter_width, view.row_height)
            if spans:
                gutter.draw_span(painter, box, [each for each in spans if each.first <= line <= each.last])
            if position.row:
                continue
            is_strong = line == view.cursor_line or (view.selection is not None and line in view.selection)
            gutter.draw_number(painter, box, line, measures, strong=is_strong)
            if line in begins:
                gutter.draw_marks(painter, box, begins[line], measures)
