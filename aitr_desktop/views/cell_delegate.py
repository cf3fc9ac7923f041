"""Draws cells: one text each, in its tone and font. Light, because painting is what lists cost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qtpy.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from qtpy.QtGui import QColor, QFont, QFontMetrics
from qtpy.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView

from aitr_desktop.item_models.cells import CELL_ROLE, Cell
from aitr_desktop.theme import sized

if TYPE_CHECKING:
    from qtpy.QtCore import QObject
    from qtpy.QtGui import QPainter

    from aitr_desktop.theme import ThemeController

Index = QModelIndex | QPersistentModelIndex
PADDING = 8
BLOCK_PADDING = 8
MARKER = 2
"""Width of the bar that shows which row has the focus."""


_LONG_WORD = re.compile(r"(\S{30})(?=\S)")
_MAY_BREAK = "\u200b"


def breakable(text: str) -> str:
    """The text as it is drawn on several lines: a long word may break, so that no end of it is hidden."""
    return _LONG_WORD.sub(rf"\1{_MAY_BREAK}", text)


class CellDelegate(QStyledItemDelegate):
    """Paints ``Cell``s.

    Args:
        theme: Where colours and the monospaced font come from.
        row_height: Pixels of a row of one line.
    """

    def __init__(self, theme: ThemeController, row_height: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.row_height = row_height
        self._fonts: dict[tuple[bool, bool], QFont] = {}

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draws one cell."""
        cell = index.data(CELL_ROLE)
        if not isinstance(cell, Cell):
            return
        colours = self._theme.theme
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if selected or hovered:
            painter.fillRect(option.rect, QColor(colours.selection if selected else colours.raised))
        if selected and index.column() == 0 and _has_focus(option):
            marker = QRect(option.rect.left(), option.rect.top(), MARKER, option.rect.height())
            painter.fillRect(marker, QColor(colours.accent))
        painter.setPen(QColor(colours.tone(cell.tone)))
        font = self.font(cell, option.font)
        painter.setFont(font)
        if cell.is_block:
            self._paint_block(painter, option.rect, cell, QFontMetrics(font))
            return
        inside = option.rect.adjusted(PADDING, 0, -PADDING, 0)
        if _wraps(cell, option, index):
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(inside, int(flags), breakable(cell.text))
            return
        shown = QFontMetrics(font).elidedText(cell.text, Qt.TextElideMode.ElideRight, inside.width())
        side = Qt.AlignmentFlag.AlignRight if cell.is_number else Qt.AlignmentFlag.AlignLeft
        painter.drawText(
            inside, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown
        )

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802  (Qt's name)
        """One row, or as many lines as a block or a wrapped text needs."""
        cell = index.data(CELL_ROLE)
        if not isinstance(cell, Cell):
            return QSize(0, self.row_height)
        metrics = QFontMetrics(self.font(cell, option.font))
        if cell.is_block:
            lines = cell.text.count("\n") + 1
            return QSize(0, lines * metrics.lineSpacing() + 2 * BLOCK_PADDING + 4)
        if _wraps(cell, option, index):
            flags = int(Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap)
            width = _room(option, index) - 2 * PADDING
            if len(cell.text) < width and metrics.horizontalAdvance(cell.text) <= width:
                return QSize(0, self.row_height)
            height = metrics.boundingRect(
                QRect(0, 0, max(80, width), 10_000), flags, breakable(cell.text)
            ).height()
            return QSize(0, max(self.row_height, height + 8))
        return QSize(metrics.horizontalAdvance(cell.text[:200]) + 2 * PADDING, self.row_height)

    def width(self, cell: Cell, base: QFont) -> int:
        """Pixels of a cell's text on one line, of its first 80 characters at most."""
        return QFontMetrics(self.font(cell, base)).horizontalAdvance(cell.text[:80])

    def font(self, cell: Cell, base: QFont) -> QFont:
        """The font of a cell; each is made once."""
        key = (cell.is_code, cell.is_strong)
        if key not in self._fonts:
            self._fonts[key] = (
                self._theme.code_font() if cell.is_code else sized(base, 13, bold=cell.is_strong)
            )
        return self._fonts[key]

    def _paint_block(self, painter: QPainter, rect: QRect, cell: Cell, metrics: QFontMetrics) -> None:
        ground = rect.adjusted(PADDING, 2, -PADDING, -2)
        painter.fillRect(ground, QColor(self._theme.theme.raised))
        painter.save()
        painter.setClipRect(ground)
        top = ground.top() + BLOCK_PADDING
        for line in cell.text.split("\n"):
            shown = metrics.elidedText(
                line.expandtabs(4), Qt.TextElideMode.ElideRight, ground.width() - 2 * BLOCK_PADDING
            )
            place = QRect(ground.left() + BLOCK_PADDING, top, ground.width(), metrics.lineSpacing())
            painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
            top += metrics.lineSpacing()
        painter.restore()


def _has_focus(option: QStyleOptionViewItem) -> bool:
    return isinstance(option.widget, QAbstractItemView) and option.widget.hasFocus()


def _wraps(cell: Cell, option: QStyleOptionViewItem, index: Index) -> bool:
    view = option.widget
    if cell.is_code or index.column() != 0 or not isinstance(view, QTreeView):
        return False
    return view.isFirstColumnSpanned(index.row(), index.parent())


def _room(option: QStyleOptionViewItem, index: Index) -> int:
    """Width that a spanning row has, from the view: Qt gives no rectangle when it asks for a size."""
    view = option.widget
    if not isinstance(view, QTreeView):
        return 0
    depth, parent = 1, index.parent()
    while parent.isValid():
        depth, parent = depth + 1, parent.parent()
    return view.viewport().width() - depth * view.indentation()
