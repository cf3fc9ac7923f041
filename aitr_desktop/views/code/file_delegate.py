"""Draws the rows of files: names in the tree, and changed files with their sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from aitr_desktop.item_models.changed_files_model import CHANGED_ROLE, MAX_SHOWN, ChangedFile
from aitr_desktop.item_models.file_tree_model import LEAF_ROLE, MARKS_ROLE, Leaf, Leaflet
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from qtpy.QtCore import QObject
    from qtpy.QtGui import QPainter

    from aitr_desktop.theme import Theme, ThemeController

Index = QModelIndex | QPersistentModelIndex
PADDING, GAP, MARKER = 8, 8, 2
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)


class FileDelegate(QStyledItemDelegate):
    """One line a file; a long name is cut in its middle, for both ends tell it from others.

    Args:
        theme: Colours.
        row_height: Pixels of a row.
    """

    def __init__(self, theme: ThemeController, row_height: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._row_height = row_height
        theme.density_changed.connect(self._take_height)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802  (Qt's name)
        """One line; as wide as the view is."""
        return QSize(0, self._row_height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draws one row."""
        colours = self._theme.theme
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, QColor(colours.selection if selected else colours.raised))
        if selected and option.widget.hasFocus():
            painter.fillRect(
                QRect(option.rect.left(), option.rect.top(), MARKER, option.rect.height()),
                QColor(colours.accent),
            )
        painter.setFont(option.font)
        room = option.rect.adjusted(PADDING, 0, -PADDING, 0)
        changed, leaf = index.data(CHANGED_ROLE), index.data(LEAF_ROLE)
        if isinstance(changed, ChangedFile):
            self._changed(painter, option, room, changed, colours)
        elif isinstance(leaf, Leaflet):
            is_file = leaf.kind in (Leaf.FOLDER, Leaf.FILE)
            count = index.data(MARKS_ROLE)
            if count:
                painter.setPen(QColor(colours.muted))
                painter.drawText(room, _RIGHT, count)
                room = room.adjusted(0, 0, -option.fontMetrics.horizontalAdvance(count) - GAP, 0)
            painter.setPen(QColor(colours.ink if is_file else colours.muted))
            self._draw(painter, option, room, str(index.data() or ""))

    def _changed(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        room: QRect,
        changed: ChangedFile,
        colours: Theme,
    ) -> None:
        sign_width = option.fontMetrics.horizontalAdvance("±") + GAP
        painter.setPen(QColor(colours.tone(changed.tone)))
        painter.drawText(room, _LEFT, changed.sign)
        room = room.adjusted(sign_width, 0, 0, 0)
        if changed.note:
            painter.setPen(QColor(colours.muted))
            painter.drawText(room, _RIGHT, changed.note)
            room = room.adjusted(0, 0, -option.fontMetrics.horizontalAdvance(changed.note) - GAP, 0)
        painter.setPen(QColor(colours.ink))
        self._draw(painter, option, room, one_line(changed.path, MAX_SHOWN))

    def _draw(self, painter: QPainter, option: QStyleOptionViewItem, room: QRect, text: str) -> None:
        shown = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideMiddle, max(0, room.width()))
        painter.drawText(room, _LEFT, shown)

    def _take_height(self, row_height: int) -> None:
        self._row_height = row_height
