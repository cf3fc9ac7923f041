"""One read-only tree model for every section of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from aitr_desktop.item_models.cells import CELL_ROLE, Cell, Table, plain_tooltip

if TYPE_CHECKING:
    from aitr_desktop.item_models.cells import Node

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_EMPTY = Cell(text="")
# Made once: joining flags costs more than everything else that Qt asks of a cell.
_READABLE = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class TreeModel(QAbstractItemModel):
    """Shows a ``Table``. Rows are found by number, so that Qt never holds a Python object."""

    def __init__(self, table: Table, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._nodes: list[Node] = []
        self._parents: list[int] = []
        self._rows: list[int] = []
        self._children: dict[int, list[int]] = {}
        self._top = self._number(table.nodes, -1)

    @property
    def table(self) -> Table:
        """What is shown."""
        return self._table

    def node(self, index: Index) -> Node:
        """The node of a valid index."""
        return self._nodes[index.internalId()]

    def below(self, parent: Index) -> list[Node]:
        """The nodes below a row."""
        return [self._nodes[number] for number in self._below(parent)]

    def index(self, row: int, column: int, parent: Index = _NOWHERE) -> QModelIndex:
        """The index of a cell below ``parent``."""
        children = self._below(parent)
        if not (0 <= row < len(children) and 0 <= column < len(self._table.columns)):
            return QModelIndex()
        return self.createIndex(row, column, children[row])

    def parent(self, index: Index = _NOWHERE) -> QModelIndex:  # type: ignore[override]  # Qt has two of that name
        """The index of the row that holds ``index``."""
        number = self._parents[index.internalId()] if index.isValid() else -1
        return self.createIndex(self._rows[number], 0, number) if number >= 0 else QModelIndex()

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802  (Qt's name)
        """Rows below ``parent``."""
        return 0 if parent.column() > 0 else len(self._below(parent))

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802  (Qt's name)
        """Columns, the same everywhere."""
        return len(self._table.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The cell's words, tooltip, alignment, or the cell itself."""
        if not index.isValid():
            return None
        cells = self.node(index).cells
        return cell_data(cells[index.column()] if index.column() < len(cells) else _EMPTY, role)

    def headerData(  # noqa: N802  (Qt's name)
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The column's title and alignment."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._table.columns):
            return None
        column = self._table.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(column.title) or None
        return alignment(is_number=column.is_number) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be looked at and selected, never changed."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return _READABLE

    def hasChildren(self, parent: Index = _NOWHERE) -> bool:  # noqa: N802  (Qt's name)
        """Whether anything opens below, without making numbers for it."""
        if not parent.isValid():
            return bool(self._top)
        return parent.column() == 0 and self.node(parent).opens

    def _number(self, nodes: tuple[Node, ...], parent: int) -> list[int]:
        first = len(self._nodes)
        self._nodes.extend(nodes)
        self._parents.extend([parent] * len(nodes))
        self._rows.extend(range(len(nodes)))
        return list(range(first, len(self._nodes)))

    def _below(self, parent: Index) -> list[int]:
        """Numbers of the rows below; given when somebody first looks, for there may be many."""
        if not parent.isValid():
            return self._top
        number = parent.internalId()
        if number not in self._children:
            self._children[number] = self._number(self._nodes[number].below(), number)
        return self._children[number]


def cell_data(cell: Cell, role: int) -> Any:
    """What Qt asks of a cell by role."""
    if role == Qt.ItemDataRole.DisplayRole:
        return cell.text
    if role == CELL_ROLE:
        return cell
    if role == Qt.ItemDataRole.ToolTipRole:
        return plain_tooltip(cell.whole or cell.text) or None
    if role == Qt.ItemDataRole.TextAlignmentRole:
        return alignment(is_number=cell.is_number)
    return None


def alignment(*, is_number: bool) -> Qt.AlignmentFlag:
    """Numbers stand right, words left."""
    return _RIGHT if is_number else _LEFT
