"""The files that what was typed may mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from aitr_desktop.item_models.cells import plain_tooltip
from aitr_desktop.item_models.command_list import ROW_ROLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.item_models.command_list import Row

Index = QModelIndex | QPersistentModelIndex


class FoundFilesModel(QAbstractListModel):
    """Lists what ``path_search.found_paths`` gives."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[Row, ...] = ()

    def show(self, rows: Sequence[Row]) -> None:
        """Lists others."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def path(self, row: int) -> str:
        """The path of a row; empty where there is none."""
        return self._rows[row].command.key if 0 <= row < len(self._rows) else ""

    def spoken(self, row: int) -> str:
        """A row in one line, for screen readers."""
        return self._rows[row].command.spoken if 0 <= row < len(self._rows) else ""

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802  (Qt's name)
        """How many match."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One row."""
        if not (index.isValid() and 0 <= index.row() < len(self._rows)):
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.command.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.command.spoken
        return plain_tooltip(row.command.key) if role == Qt.ItemDataRole.ToolTipRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be looked at and selected, never changed."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
