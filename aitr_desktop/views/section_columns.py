"""How wide the columns of a section's table are: figures and states take what they need, words give way."""

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
MIN_STATE = 120
"""The same of a state: its sign and its first word."""
MAX_TITLE = 200
"""Pixels of the title of such a column at most: its words are a stranger's, hovering shows all."""
MEASURED_ROWS = 200
"""As many as open at once; what comes into view later is measured then."""
_FRAME = 2 * PADDING + 2


class SectionColumns:
    """Gives the columns of a tree their widths.

    A figure that is cut reads as another figure, so a column of figures is as wide as the widest of them and
    never gives way. Of words those of the states give way last. Where all of that leaves no room the tree
    scrolls sideways.

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
            if _is_kept(column):
                self._natural[place] = max(before[place], self._widest(cells[place]) + _FRAME)
        if self._natural != before:
            self.stretch()

    def stretch(self) -> None:
        """Gives one column what the others leave; where that is too little, the widest words give way."""
        if self._table is None or not self._natural:
            return
        columns, room, header = self._table.columns, self._tree.viewport().width(), self._tree.header()
        others = {place: width for place, width in enumerate(self._natural) if place != self._stretching}
        figures = {place: width for place, width in others.items() if columns[place].is_number}
        states = {place: width for place, width in others.items() if columns[place].is_state}
        words = {
            place: width for place, width in others.items() if place not in figures and place not in states
        }
        wanted = min(self._natural[self._stretching], max(MIN_STRETCH, room // 4))
        left = room - sum(figures.values())
        for least in (wanted, min(wanted, MIN_STRETCH)):
            short = _narrowed(words, left - sum(states.values()) - least, MIN_COLUMN)
            brief = _narrowed(states, left - sum(short.values()) - least, MIN_STATE)
            if sum((*brief.values(), *short.values())) + least <= left:
                words, states = short, brief
                break
        else:
            # It scrolls sideways in any case, and nothing has to be cut.
            least = wanted
        widths = figures | states | words
        for place, width in widths.items():
            header.resizeSection(place, width)
        header.resizeSection(self._stretching, max(MIN_STRETCH, least, room - sum(widths.values())))

    def _width(self, column: Column, cells: Iterable[Cell]) -> int:
        """What the texts of the first rows and the title need; of words up to the column's bound.

        A column without a title takes all of its bound, so that labels of several tables are as wide.
        """
        if not column.title and not column.stretches:
            return max(MIN_SECTION, column.width)
        title = self._tree.header().fontMetrics().horizontalAdvance(column.title) + _FRAME
        if _is_kept(column):
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


def _is_kept(column: Column) -> bool:
    return column.is_number or column.is_state


def _narrowed(widths: dict[int, int], room: int, least: int) -> dict[int, int]:
    """Columns of which the widest give way until all of them have room, but not so far that none is read."""
    bound = max(widths.values(), default=0)
    while bound > least and sum(min(width, bound) for width in widths.values()) > room:
        bound -= 4
    return {place: min(width, max(bound, least)) for place, width in widths.items()}
