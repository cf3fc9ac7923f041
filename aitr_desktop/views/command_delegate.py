"""Draws a row of the command palette: title, menus and keys, with the letters that were typed marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from qtpy.QtGui import QColor, QFont, QFontMetrics
from qtpy.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from aitr_desktop.item_models.command_list import ROW_ROLE, Row
from aitr_desktop.theme import sized

if TYPE_CHECKING:
    from collections.abc import Collection

    from qtpy.QtCore import QObject
    from qtpy.QtGui import QPainter

    from aitr_desktop.theme import ThemeController

Index = QModelIndex | QPersistentModelIndex
PADDING, GAP = 12, 12
SIGN_WIDTH = 16
MARKER = 2
ON = "✓"
_ONE_LINE = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)


class CommandDelegate(QStyledItemDelegate):
    """Paints ``Row``s.

    Args:
        theme: Colours.
        row_height: Pixels of a row.
    """

    def __init__(self, theme: ThemeController, row_height: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._row_height = row_height

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802  (Qt's name)
        """One line."""
        return QSize(0, self._row_height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draws one command."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, Row):
            return
        colours = self._theme.theme
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(colours.selection))
            left = QRect(option.rect.left(), option.rect.top(), MARKER, option.rect.height())
            painter.fillRect(left, QColor(colours.accent))
        command, plain = row.command, sized(option.font, 13)
        room = option.rect.adjusted(PADDING, 0, -PADDING, 0)
        painter.setFont(plain)
        painter.setPen(QColor(colours.muted))
        if command.is_on:
            painter.drawText(room, _ONE_LINE, ON)
        room.setLeft(room.left() + SIGN_WIDTH)
        end = command.keys
        if end:
            painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), end)
            room.setRight(room.right() - QFontMetrics(plain).horizontalAdvance(end) - GAP)
        ink = QColor(colours.muted if command.reason else colours.ink)
        room.setLeft(self._draw(painter, room, command.title, row.title_places, ink) + GAP)
        where = command.path
        if command.reason:
            where = " · ".join(part for part in (command.path, command.reason) if part)
        self._draw(painter, room, where, row.path_places, QColor(colours.muted))

    def _draw(self, painter: QPainter, room: QRect, text: str, places: Collection[int], ink: QColor) -> int:
        """Draws a text with some letters marked; gives where it ends."""
        font = sized(painter.font(), 13)
        font.setUnderline(False)
        font.setWeight(QFont.Weight.Normal)
        strong = sized(font, 13, bold=True)
        strong.setUnderline(True)
        left = room.left()
        for part, is_marked in _parts(text, places):
            used = strong if is_marked else font
            metrics = QFontMetrics(used)
            shown = metrics.elidedText(part, Qt.TextElideMode.ElideRight, max(0, room.right() - left))
            painter.setFont(used)
            painter.setPen(QColor(self._theme.theme.accent) if is_marked else ink)
            painter.drawText(QRect(left, room.top(), room.right() - left, room.height()), _ONE_LINE, shown)
            left += metrics.horizontalAdvance(shown)
            if shown != part:
                break
        return left


def _parts(text: str, places: Collection[int]) -> list[tuple[str, bool]]:
    """The text in runs of letters that are marked and that are not."""
    marked = set(places)
    parts: list[tuple[str, bool]] = []
    for place, letter in enumerate(text):
        is_marked = place in marked
        if parts and parts[-1][1] == is_marked:
            parts[-1] = (parts[-1][0] + letter, is_marked)
        else:
            parts.append((letter, is_marked))
    return parts
