"""The mouse on the links of a table: a hand over them, and a click follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, Qt, Signal
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QStyleOptionViewItem

from aitr_desktop.item_models.cells import CELL_ROLE

if TYPE_CHECKING:
    from qtpy.QtWidgets import QTreeView

    from aitr_desktop.views.cell_delegate import CellDelegate


class LinkPointer(QObject):
    """Watches the pointer over a tree.

    Args:
        tree: Shows cells.
        delegate: Draws them, and knows where in a cell its link is.
    """

    followed = Signal(object)
    """The ``Target`` whose link was clicked."""

    def __init__(self, tree: QTreeView, delegate: CellDelegate) -> None:
        super().__init__(tree)
        self._tree = tree
        self._delegate = delegate
        self._pressed = QPersistentModelIndex()
        tree.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  (Qt's name)
        """Looks at the mouse and lets every event pass."""
        kind = event.type()
        if kind == QEvent.Type.Leave:
            self._hover(QModelIndex())
        elif isinstance(event, QMouseEvent) and watched is self._tree.viewport():
            index = self._at(event.position().toPoint())
            if kind == QEvent.Type.MouseMove:
                self._hover(index)
            elif kind == QEvent.Type.MouseButtonPress:
                self._pressed = QPersistentModelIndex(index)
            elif kind == QEvent.Type.MouseButtonRelease:
                self._released(event, index)
        return False

    def _released(self, event: QMouseEvent, index: QModelIndex) -> None:
        plain = event.button() == Qt.MouseButton.LeftButton
        plain = plain and event.modifiers() == Qt.KeyboardModifier.NoModifier
        if plain and index.isValid() and QPersistentModelIndex(index) == self._pressed:
            self.followed.emit(index.data(CELL_ROLE).leads_to)

    def _at(self, point: QPoint) -> QModelIndex:
        """The cell whose link is at a point; none where there is no link."""
        index = self._tree.indexAt(point)
        if not index.isValid():
            return QModelIndex()
        option = QStyleOptionViewItem()
        option.initFrom(self._tree)
        option.widget = self._tree
        option.rect = self._tree.visualRect(index)
        on_link = self._delegate.is_on_link(option, index, point.x(), point.y())
        return index if on_link else QModelIndex()

    def _hover(self, index: QModelIndex) -> None:
        before = self._delegate.hovered
        if QPersistentModelIndex(index) == before:
            return
        self._delegate.hovered = QPersistentModelIndex(index)
        if index.isValid():
            self._tree.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self._tree.viewport().unsetCursor()
        self._tree.viewport().update()
