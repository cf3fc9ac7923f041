"""How wide the columns of a section's table are: figures take what they need, words give way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QHeaderView

from aitr_desktop.views.cell_delegate import PADDING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qtpy.QtWidgets import QTreeView

    from aitr_desktop.item_models.cells import Cell, Column, Node, Table
    from aitr_desktop.views.cell_delegate import CellDelegate

MIN_SECTION = 40
MIN_STRETCH = 96
MIN_COLUMN = 60
"""Pixels down to which a column of words gives way where all of them have no room."""
MAX_TITLE = 200
"""Pixels of the title of a column of figures at most: its words are a stranger's, hovering shows all."""
MEASURED_ROWS = 200
"""As many as open at once; what comes into view later is measured then."""
_FRAME = 2 * PADDING + 2


class SectionColumns:
    """Gives the columns of a tree their widths.

    A figure that is cut reads as another figure, so a column of figures is as wide as the widest of them and
    never gives way; where that leaves no room for words the tree scrolls sideways.

    Args:
        tree: Whose columns.
        drawing: Knows how wide a cell is drawn.
    """

    def __init__(self, tree: QTreeView, drawing: CellDelegate) -> None:
        self._tree = tree
        self._drawing = drawing
        self._table: Table | None = None
        self._natural: list[int] = []
        self._stretching = 0

    def take(self, table: Table) -> None:
        """Measures another table, once the tree has it."""
        self._table = table
        header = self._tree.header()
        header.setMinimumSectionSize(MIN_SECTION)
        opens = any(node.opens for node in table.nodes)
        cells = _columns(table.nodes[:MEASURED_ROWS], len(table.columns))
        self._natural = [
            self._width(column, cells[place]) + (self._tree.indentation() if place == 0 and opens else 0)
            for place, column in enumerate(table.columns)
        ]
        for place in range(len(table.columns)):
            header.setSectionResizeMode(place, QHeaderView.ResizeMode.Interactive)
        self._stretching = next((i for i, column in enumerate(table.columns) if column.stretches), 0)
        self.stretch()

    def widen(self, nodes: Sequence[Node]) -> None:
        """Makes room for the figures of rows that have come into view."""
        if self._table is None or all(node.spans for node in nodes):
            return
        cells, before = _columns(nodes, len(self._table.columns)), list(self._natural)
        for place, column in enumerate(self._table.columns):
            if column.is_number:
                self._natural[place] = max(before[place], self._widest(cells[place]) + _FRAME)
        if self._natural != before:
            self.stretch()

    def stretch(self) -> None:
        """Gives one column what the others leave; where that is too little, the widest words give way."""
        if self._table is None:
            return
        room, header = self._tree.viewport().width(), self._tree.header()
        kept = {
            place: width
            for place, width in enumerate(self._natural)
            if self._table.columns[place].is_number and place != self._stretching
        }
        words = {
            place: width
            for place, width in enumerate(self._natural)
            if place not in kept and place != self._stretching
        }
        left = room - sum(kept.values())
        bound = _bound(list(words.values()), left - max(MIN_STRETCH, room // 4))
        widths = kept | {place: min(width, bound) for place, width in words.items()}
        for place, width in widths.items():
            header.resizeSection(place, width)
        if self._natural:
            header.resizeSection(self._stretching, max(MIN_STRETCH, room - sum(widths.values())))

    def _width(self, column: Column, cells: Iterable[Cell]) -> int:
        """What the texts of the first rows and the title need; of words up to the column's bound.

        A column without a title takes all of its bound, so that labels of several tables are as wide.
        """
        if not column.title and not column.stretches:
            return column.width
        title = self._tree.header().fontMetrics().horizontalAdvance(column.title) + _FRAME
        if column.is_number:
            return max(MIN_SECTION, min(title, MAX_TITLE), self._widest(cells) + _FRAME)
        most = max(column.width, title)
        return max(MIN_SECTION, title, min(most, self._widest(cells, most) + _FRAME))

    def _widest(self, cells: Iterable[Cell], most: int = 1 << 20) -> int:
        """Pixels of the widest text; of one that is over ``most`` no other is looked at any more."""
        widest, seen = 0, set()
        for cell in cells:
            key = (cell.text, cell.is_code, cell.is_strong)
            if key not in seen:
                seen.add(key)
                widest = max(widest, self._drawing.width(cell, self._tree.font()))
                if widest >= most:
                    break
        return widest


def _columns(nodes: Iterable[Node], number: int) -> list[list[Cell]]:
    """The cells of rows that don't span, by column."""
    rows = [node.cells for node in nodes if not node.spans]
    return [[cells[place] for cells in rows if place < len(cells)] for place in range(number)]


def _bound(widths: list[int], room: int) -> int:
    """The widest that a column may be for all of them to have room, but not so narrow that none is read."""
    bound = max(widths, default=0)
    while bound > MIN_COLUMN and sum(min(width, bound) for width in widths) > room:
        bound -= 4
    return max(bound, MIN_COLUMN)
