"""The files that changed between two commits, one a row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from aitr_desktop.item_models.cells import plain_tooltip
from aitr_desktop.translation import translate
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

Index = QModelIndex | QPersistentModelIndex
CHANGED_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""The ``ChangedFile`` itself, for the delegate."""
MAX_SHOWN = 1_000
"""Characters of a path that are shown."""
ADDED, REMOVED, CHANGED = "+", "–", "±"
_TONES = {ADDED: Tone.GO, REMOVED: Tone.NO_GO, CHANGED: Tone.PENDING}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFile:
    """A file that is not the same at two commits."""

    sign: str
    path: str
    """At the later commit, or at the earlier one where it was removed."""
    before_path: str = ""
    """Where it was before, where it moved."""
    note: str = ""
    """What else is to be known: how many lines, a link, another repository inside."""

    @property
    def tone(self) -> Tone:
        """How its sign is drawn."""
        return _TONES.get(self.sign, Tone.MUTED)

    @property
    def word(self) -> str:
        """What the sign means."""
        words = {
            ADDED: translate("ChangedFiles", "added"),
            REMOVED: translate("ChangedFiles", "removed"),
            CHANGED: translate("ChangedFiles", "changed"),
        }
        return words.get(self.sign, translate("ChangedFiles", "moved"))

    @property
    def shown(self) -> str:
        """The path, and where it was before."""
        path = one_line(self.path, MAX_SHOWN)
        if not self.before_path:
            return path
        before = one_line(self.before_path, MAX_SHOWN)
        return translate("ChangedFiles", "{path}, before {before}").format(path=path, before=before)


class ChangedFilesModel(QAbstractListModel):
    """Lists ``ChangedFile``s."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[ChangedFile] = []

    def show(self, rows: Sequence[ChangedFile]) -> None:
        """Lists others."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def file(self, row: int) -> ChangedFile | None:
        """The file of a row."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def note(self, row: int, note: str) -> None:
        """Says more of a file."""
        if 0 <= row < len(self._rows):
            self._rows[row] = replace(self._rows[row], note=note)
            self.dataChanged.emit(self.index(row, 0), self.index(row, 0))

    def row_of(self, path: str) -> int:
        """The row of a file; -1 where it did not change."""
        return next((row for row, each in enumerate(self._rows) if each.path == path), -1)

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802  (Qt's name)
        """How many changed."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One row."""
        row = self.file(index.row()) if index.isValid() else None
        if row is None:
            return None
        if role == CHANGED_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{row.sign} {row.shown}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip("\n".join(filter(None, (row.word, row.path, row.before_path, row.note))))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(filter(None, (row.word, row.shown, row.note)))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be looked at and selected, never changed."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
