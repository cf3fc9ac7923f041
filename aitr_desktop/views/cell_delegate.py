"""Draws cells: one text each, in its tone and font. Light, because painting is what lists cost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qtpy.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt, Slot
from qtpy.QtGui import QColor, QFont, QFontMetrics, QTextCharFormat, QTextLayout, QTextOption
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
LONG = 300
"""Characters from which nobody measures a text to see whether it fits one line."""
DEEP = 8
"""Levels that no tree of ours has."""
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
        self._line = QSize(0, row_height)
        self._tree = parent if isinstance(parent, QTreeView) else None
        theme.density_changed.connect(self._take_height)
        self.hovered = QPersistentModelIndex()
        """The cell whose link is under the pointer."""
        self._fonts: dict[tuple[bool, bool, bool], QFont] = {}
        self._measures: dict[tuple[bool, bool, bool], QFontMetrics] = {}

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
        font = QFont(self.font(cell, option.font))
        if cell.is_block:
            painter.setPen(QColor(colours.tone(cell.tone)))
            painter.setFont(font)
            self._paint_block(painter, _seen(option, index), cell, QFontMetrics(font))
            return
        inside = _seen(option, index).adjusted(PADDING, 0, -PADDING, 0)
        is_marked = self._is_marked(option, index, selected=selected)
        if _wraps(cell, option, index):
            painter.setPen(QColor(colours.tone(cell.tone)))
            layout = self._layout(cell, font, inside.width(), underline=is_marked)
            top = inside.top() + (inside.height() - layout.boundingRect().height()) / 2
            layout.draw(painter, QPointF(inside.left(), top))
            return
        if cell.leads_to is not None:
            font.setUnderline(is_marked)
        is_blue = cell.leads_to is not None and not cell.keeps_tone
        painter.setPen(QColor(colours.accent if is_blue else colours.tone(cell.tone)))
        painter.setFont(font)
        shown = QFontMetrics(font).elidedText(cell.text, Qt.TextElideMode.ElideRight, inside.width())
        side = Qt.AlignmentFlag.AlignRight if cell.is_number else Qt.AlignmentFlag.AlignLeft
        painter.drawText(
            inside, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown
        )

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802  (Qt's name)
        """One row, or as many lines as a block or a wrapped text needs."""
        if self._tree is not None and index.column() > 0:
            # A tree asks for each cell of a row several times, and only its first can be higher than a line.
            return self._line
        cell = index.data(CELL_ROLE)
        if not isinstance(cell, Cell):
            return self._line
        metrics = self._metrics(cell, option.font)
        if cell.is_block:
            lines = cell.text.count("\n") + 1
            return QSize(0, lines * metrics.lineSpacing() + 2 * BLOCK_PADDING + 4)
        advance = metrics.horizontalAdvance(cell.text[:LONG])
        if self._is_short(cell, advance) or not _wraps(cell, option, index):
            return QSize(advance + 2 * PADDING, self.row_height)
        width = _room(option, index) - 2 * PADDING
        if len(cell.text) < LONG and advance <= width:
            return self._line
        height = self._layout(cell, self.font(cell, option.font), max(80, width)).boundingRect().height()
        return QSize(0, max(self.row_height, int(height) + 9))

    def _is_short(self, cell: Cell, advance: int) -> bool:
        """Whether a text fits one line at any depth: to ask a tree how deep a row is takes longest of all."""
        if self._tree is None:
            return True
        room = self._tree.viewport().width() - DEEP * self._tree.indentation()
        return len(cell.text) < LONG and advance + 2 * PADDING <= room

    def is_on_link(self, option: QStyleOptionViewItem, index: Index, x: int, y: int) -> bool:
        """Whether a point of a cell is on its link, and not beside its words.

        Args:
            option: With the cell's rectangle, its font and its view.
            index: The cell.
            x: In the view's coordinates, as the rectangle is.
            y: The same.
        """
        cell = index.data(CELL_ROLE)
        if not isinstance(cell, Cell) or cell.leads_to is None:
            return False
        inside = _seen(option, index).adjusted(PADDING, 0, -PADDING, 0)
        font = self.font(cell, option.font)
        if not _wraps(cell, option, index):
            width = min(inside.width(), QFontMetrics(font).horizontalAdvance(cell.text[:300]))
            left = inside.right() - width if cell.is_number else inside.left()
            return left <= x <= left + width and inside.top() <= y <= inside.bottom()
        layout = self._layout(cell, font, inside.width())
        top = inside.top() + (inside.height() - layout.boundingRect().height()) / 2
        first, last = _link_span(cell)
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            if not line.y() <= y - top < line.y() + line.height():
                continue
            if not 0 <= x - inside.left() <= line.naturalTextWidth():
                return False
            return bool(first <= line.xToCursor(x - inside.left()) <= last)
        return False

    @Slot(int)
    def _take_height(self, row_height: int) -> None:
        self.row_height = row_height
        self._line = QSize(0, row_height)

    def width(self, cell: Cell, base: QFont) -> int:
        """Pixels of a cell's text on one line, of its first 80 characters at most."""
        return self._metrics(cell, base).horizontalAdvance(cell.text[:80])

    def font(self, cell: Cell, base: QFont) -> QFont:
        """The font of a cell; each is made once."""
        key = (cell.is_code, cell.is_strong, cell.is_struck)
        if key not in self._fonts:
            font = self._theme.code_font() if cell.is_code else sized(base, 13, bold=cell.is_strong)
            font.setStrikeOut(cell.is_struck)
            self._fonts[key] = font
        return self._fonts[key]

    def _metrics(self, cell: Cell, base: QFont) -> QFontMetrics:
        key = (cell.is_code, cell.is_strong, cell.is_struck)
        if key not in self._measures:
            self._measures[key] = QFontMetrics(self.font(cell, base))
        return self._measures[key]

    def _is_marked(self, option: QStyleOptionViewItem, index: Index, *, selected: bool) -> bool:
        """Whether a link is underlined: the pointer is on it, or its row has the focus."""
        return (selected and _has_focus(option)) or QPersistentModelIndex(index) == self.hovered

    def _layout(self, cell: Cell, font: QFont, width: int, *, underline: bool = False) -> QTextLayout:
        """The text in lines of a width, with its link in the colour of links."""
        layout = QTextLayout(breakable_parts(cell), font)
        wraps = QTextOption()
        wraps.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(wraps)
        if cell.leads_to is not None:
            first, last = _link_span(cell)
            look = QTextCharFormat()
            look.setForeground(QColor(self._theme.theme.accent))
            look.setFontUnderline(underline)
            piece = QTextLayout.FormatRange()
            piece.start, piece.length, piece.format = first, last - first, look
            layout.setFormats([piece])
        layout.beginLayout()
        height = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, height))
            height += line.height()
        layout.endLayout()
        return layout

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


def breakable_parts(cell: Cell) -> str:
    """A cell's text as it is laid out: what is the link breaks by itself, so that it can be found again."""
    if cell.link is None:
        return breakable(cell.text)
    first, last = cell.link
    return "".join(breakable(part) for part in (cell.text[:first], cell.text[first:last], cell.text[last:]))


def _link_span(cell: Cell) -> tuple[int, int]:
    """Where the link is in the text as it is laid out."""
    if cell.link is None:
        return 0, len(breakable(cell.text))
    first, last = cell.link
    before = len(breakable(cell.text[:first]))
    return before, before + len(breakable(cell.text[first:last]))


def _has_focus(option: QStyleOptionViewItem) -> bool:
    return isinstance(option.widget, QAbstractItemView) and option.widget.hasFocus()


def _wraps(cell: Cell, option: QStyleOptionViewItem, index: Index) -> bool:
    view = option.widget
    if cell.is_code or index.column() != 0 or not isinstance(view, QTreeView):
        return False
    return view.isFirstColumnSpanned(index.row(), index.parent())


def _seen(option: QStyleOptionViewItem, index: Index) -> QRect:
    """The rectangle of a cell; of one that spans a table wider than its view, the part that is seen."""
    view = option.widget
    if index.column() > 0 or not isinstance(view, QTreeView):
        return option.rect
    is_wide = view.header().length() > view.viewport().width()
    if not (is_wide and view.isFirstColumnSpanned(index.row(), index.parent())):
        return option.rect
    return QRect(option.rect.topLeft(), QSize(_room(option, index), option.rect.height()))


def _room(option: QStyleOptionViewItem, index: Index) -> int:
    """Width that a spanning row has, from the view: Qt gives no rectangle when it asks for a size."""
    view = option.widget
    if not isinstance(view, QTreeView):
        return 0
    depth, parent = 1, index.parent()
    while parent.isValid():
        depth, parent = depth + 1, parent.parent()
    return view.viewport().width() - depth * view.indentation()
