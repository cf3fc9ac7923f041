"""A table of a section: as tall as what it shows, up to a bound, then it scrolls itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from qtpy.QtGui import QGuiApplication, QKeySequence
from qtpy.QtWidgets import QAbstractItemView, QToolTip, QWidget

from aitr_desktop.item_models.cells import Kind, links_of, plain_tooltip
from aitr_desktop.item_models.tree_model import TreeModel
from aitr_desktop.views.announcing import announce
from aitr_desktop.views.cell_delegate import PADDING, CellDelegate
from aitr_desktop.views.link_pointer import LinkPointer
from aitr_desktop.views.opening_tree import OpeningTree
from aitr_desktop.views.row_menu import row_menu
from aitr_desktop.views.section_columns import MEASURED_ROWS, SectionColumns
from aitr_desktop.views.shared_columns import SharedColumns

if TYPE_CHECKING:
    from qtpy.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QResizeEvent

    from aitr_desktop.item_models.cells import Node, Table, Target
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.shared_columns import ColumnsHeader

MAX_HEIGHT = 6_000
"""Only a section of more than 200 rows scrolls by itself: everything else is read in one scroll."""
MOST_OPENED = 200
"""Rows that are open from the start; opening each lays it out."""
_PASSING = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
"""The focus comes back by itself; what is selected stays."""


class SectionTree(OpeningTree):
    """Shows a ``Table``; rows that hold more open and close.

    Args:
        name: What a screen reader calls it.
        theme: Colours and fonts.
        row_height: Pixels of a row.
        header: Titles above several tables, whose widths they share; None for titles and widths of its own.
    """

    followed = Signal(object)
    """The ``Target`` of a link that was clicked or entered."""
    went_back = Signal()
    """The person wants to go back to where they came from."""
    refitted = Signal()
    """It takes another height now."""

    def __init__(
        self,
        name: str,
        theme: ThemeController,
        row_height: int,
        parent: QWidget | None = None,
        *,
        header: ColumnsHeader | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._shown: TreeModel | None = None
        self._drawing = CellDelegate(theme, row_height, self)
        self.setItemDelegate(self._drawing)
        self._has_titles = header is None
        self._columns: SectionColumns | SharedColumns = (
            SectionColumns(self, self._drawing) if header is None else SharedColumns(self, header)
        )
        # After the delegate has taken the height, for it was connected first.
        theme.density_changed.connect(self.fit)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        # The delegate marks the focus; Fusion would draw a shaded frame over the row.
        self.setAllColumnsShowFocus(False)
        self.setIndentation(20)
        self.setExpandsOnDoubleClick(True)
        titles = self.header()
        titles.setStretchLastSection(False)
        titles.setSectionsMovable(False)
        titles.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.grown.connect(self._grow)
        pointer = LinkPointer(self, self._drawing)
        pointer.followed.connect(self.followed)

    def show_table(self, table: Table) -> None:
        """Shows another table."""
        old = self._shown
        self._shown = TreeModel(table, self)
        with self.filling():
            self.setModel(self._shown)
            if old is not None:
                old.deleteLater()
            self.setHeaderHidden(not (self._has_titles and any(column.title for column in table.columns)))
            self._columns.take(table)
            self.setRootIsDecorated(any(node.opens for node in table.nodes))
            self.span_below(QModelIndex())
            opened = [row for row, node in enumerate(table.nodes) if node.is_open and node.opens]
            for row in opened[:MOST_OPENED]:
                self.open_row(self._shown.index(row, 0))
        self.fit()

    def table(self) -> Table | None:
        """What is shown."""
        return self._shown.table if self._shown is not None else None

    def fit(self) -> None:
        """Lays its rows out anew and takes their height, up to the bound."""
        if self._is_filling:
            return
        # Qt keeps the heights of a row from before it spanned or had another width.
        self.doItemsLayout()
        self._take_rows()

    def _grow(self) -> None:
        """Takes the height of what is open now; the rows that were there before keep theirs."""
        if not self._is_filling:
            self._take_rows()

    def _take_rows(self) -> None:
        height = 0 if self.isHeaderHidden() else self.header().sizeHint().height()
        height += self._rows_height()
        is_cut = height > MAX_HEIGHT
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if is_cut else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        is_wide = self.header().length() > self.viewport().width()
        self.setHorizontalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAlwaysOn if is_wide else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        bar = self.horizontalScrollBar().sizeHint().height() if is_wide else 0
        self.setFixedHeight(min(height, MAX_HEIGHT) + bar + 2)
        self.refitted.emit()

    def _rows_height(self) -> int:
        """Pixels of all rows: to where the last of them ends."""
        if self._shown is None or not self._shown.rowCount():
            return 0
        last = self._shown.index(self._shown.rowCount() - 1, 0)
        while self.isExpanded(last) and self._shown.rowCount(last):
            last = self._shown.index(self._shown.rowCount(last) - 1, 0, last)
        with self.measuring_first_column():
            return self.visualRect(last).bottom() + 1 + self.verticalScrollBar().value()

    def span_below(self, parent: QModelIndex) -> None:
        """Gives rows that come into view the whole width where they span it, and their figures room."""
        super().span_below(parent)
        if self._shown is not None and parent.isValid():
            self._columns.widen(self._shown.below(parent))

    def sizeHintForColumn(self, column: int) -> int:  # noqa: N802  (Qt's name)
        """What the rows that are first seen need, for a double click on the edge of a column."""
        widest, index = 0, self._shown.index(0, 0) if self._shown else QModelIndex()
        for _ in range(MEASURED_ROWS):
            if not index.isValid() or self._shown is None:
                break
            node = self._shown.node(index)
            if not node.spans and column < len(node.cells):
                widest = max(widest, self._drawing.width(node.cells[column], self.font()))
            index = self.indexBelow(index)
        return widest + 2 * PADDING + 2

    def go_to(self, way: tuple[int, ...], *, opens: bool = False, takes_focus: bool = True) -> None:
        """Selects a row, with every row above it open.

        Args:
            way: Rows to go down from the top.
            opens: Whether the row itself is opened.
            takes_focus: Whether the focus goes there too.
        """
        if self._shown is None:
            return
        index = QModelIndex()
        with self.filling():
            for row in way:
                if index.isValid() and not self.isExpanded(index):
                    self.open_row(index)
                index = self._shown.index(row, 0, index)
            if opens and self._shown.hasChildren(index) and not self.isExpanded(index):
                self.open_row(index)
        self.fit()
        if takes_focus:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def way(self) -> tuple[int, ...]:
        """The rows that lead down to the current one; none where there is none."""
        rows: list[int] = []
        index = self.currentIndex().siblingAtColumn(0)
        while index.isValid():
            rows.insert(0, index.row())
            index = index.parent()
        return tuple(rows)

    def copied_text(self) -> str:
        """The selected rows as text: whole values, cells apart by tabs."""
        if self._shown is None:
            return ""
        nodes = [self._shown.node(index) for index in self.selectionModel().selectedRows()]
        return "\n".join("\t".join(cell.whole or cell.text for cell in node.cells) for node in nodes)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Copies, enters, goes back; everything else is the tree's own."""
        alt_left = event.key() == Qt.Key.Key_Left and event.modifiers() & Qt.KeyboardModifier.AltModifier
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.copied_text())
        elif event.key() == Qt.Key.Key_Asterisk:
            self.open_below(self.currentIndex().siblingAtColumn(0))
        elif event.key() == Qt.Key.Key_Backspace or alt_left:
            self.went_back.emit()
        elif event.key() == Qt.Key.Key_F12:
            self._go_to_code()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter(follows=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802  (Qt's name)
        """Offers what a row leads to, and to copy it."""
        by_mouse = event.reason() == event.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        if index.isValid():
            self._offer(index, event.globalPos() if by_mouse else None)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802  (Qt's name)
        """Shows where one is: a table that has the focus has a selected row."""
        super().focusInEvent(event)
        if self._shown is not None and event.reason() not in _PASSING:
            index = self.currentIndex() if self.currentIndex().isValid() else self._shown.index(0, 0)
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802  (Qt's name)
        """Selects nothing any more: only one table shows where one is."""
        super().focusOutEvent(event)
        if event.reason() not in _PASSING and event.reason() != Qt.FocusReason.MenuBarFocusReason:
            self.clearSelection()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  (Qt's name)
        """Gives the stretching column what is left, and wrapped rows their new height."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._columns.stretch()
            self.fit()

    def _enter(self, *, follows: bool) -> None:
        """Opens a row; of an open one, and of one with nothing below, follows the link or offers several.

        An open row without a link closes. A text below a row is about it, and leads where it leads.
        """
        index = self.currentIndex().siblingAtColumn(0)
        node = _about(self._shown, index)
        if self._shown is None or node is None:
            return
        links = links_of(node)
        is_open = self.isExpanded(index)
        if self._shown.hasChildren(index) and not follows and not (is_open and links):
            self.setExpanded(index, not is_open)
            return
        if len(links) == 1:
            self.followed.emit(links[0].target)
        elif links:
            self._offer(index if node is self._shown.node(index) else index.parent(), None)

    def _go_to_code(self) -> None:
        """Goes to the line of code that the row names: from a failure to its line it is one key."""
        place = _line_of(_about(self._shown, self.currentIndex().siblingAtColumn(0)))
        if place is not None:
            self.followed.emit(place)
        else:
            _say_at_row(self, self.tr("This row names no line of code."))

    def _offer(self, index: QModelIndex, at: QPoint | None) -> None:
        if self._shown is None:
            return
        if not self.selectionModel().isSelected(index):
            self.setCurrentIndex(index)
        menu = row_menu(self._shown.node(index), self, follow=self.followed.emit, copied=self.copied_text)
        below = self.visualRect(index.siblingAtColumn(0)).bottomLeft()
        menu.popup(at if at is not None else self.viewport().mapToGlobal(below))


def _line_of(node: Node | None) -> Target | None:
    """The line of code that a row names; None where it names none."""
    links = links_of(node) if node is not None else ()
    return next((each.target for each in links if each.target.kind is Kind.LINE), None)


def _say_at_row(tree: SectionTree, words: str) -> None:
    announce(tree, words, at_once=True)
    below = tree.visualRect(tree.currentIndex()).bottomLeft()
    QToolTip.showText(tree.viewport().mapToGlobal(below), plain_tooltip(words), tree.viewport())


def _about(shown: TreeModel | None, index: QModelIndex) -> Node | None:
    """What a row is about: a text below a row leads where the row does."""
    if shown is None or not index.isValid():
        return None
    node = shown.node(index)
    if node.spans and not links_of(node) and index.parent().isValid():
        return shown.node(index.parent())
    return node
