"""The marks of the file that is shown, and the files that have marks, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from aitr_desktop.item_models.cells import CELL_ROLE, Cell
from aitr_desktop.item_models.mark_rows import kind_word
from aitr_desktop.item_models.tree_model import alignment, cell_data
from aitr_desktop.translation import translate
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.code.line_marks import MarkKind
    from aitr_desktop.code.report_marks import MarkedFile
    from aitr_desktop.item_models.mark_rows import MarkRow

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
MAX_SHOWN = 1_000
"""Characters of a path that are shown."""


class _CellTable(QAbstractTableModel):
    """Cells made when they are looked at: a file may have 100,000 marks."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[Any] = ()

    def titles(self) -> tuple[str, ...]:
        """The columns' titles."""
        raise NotImplementedError

    def cell(self, row: Any, column: int) -> Cell:
        """One cell."""
        raise NotImplementedError

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802  (Qt's name)
        """How many there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802  (Qt's name)
        """The columns."""
        return 0 if parent.isValid() else len(self.titles())

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The cell's words, tooltip, alignment, or the cell itself."""
        if not index.isValid() or role not in _ANSWERED:
            return None
        return cell_data(self.cell(self._rows[index.row()], index.column()), role)

    def headerData(  # noqa: N802  (Qt's name)
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The column's title."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < self.columnCount():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(is_number=False)
        return self.titles()[section] if role == Qt.ItemDataRole.DisplayRole else None

    def _take(self, rows: Sequence[Any]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()


_ANSWERED = frozenset(
    (
        int(Qt.ItemDataRole.DisplayRole),
        int(Qt.ItemDataRole.ToolTipRole),
        int(Qt.ItemDataRole.TextAlignmentRole),
        CELL_ROLE,
    )
)


class MarksModel(_CellTable):
    """The marks of one file, or those of one kind."""

    KIND, WHERE, WHAT = range(3)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: Sequence[MarkRow] = ()

    def show(self, rows: Sequence[MarkRow], kind: MarkKind | None = None) -> None:
        """Lists others, of one kind or of all."""
        self._all = rows
        self.show_kind(kind)

    def show_kind(self, kind: MarkKind | None) -> None:
        """Lists one kind; None for all."""
        self._take(self._all if kind is None else [row for row in self._all if row.mark.kind is kind])

    def row(self, number: int) -> MarkRow | None:
        """One of those that are listed."""
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def row_at(self, line: int) -> int:
        """The first row that leads to a line, or whose lines hold it; -1 for none."""
        holding = -1
        for number, row in enumerate(self._rows):
            if row.goes_to == line:
                return number
            if holding < 0 and row.goes_to and row.mark.first <= line <= row.mark.last:
                holding = number
        return holding

    def titles(self) -> tuple[str, ...]:
        """The columns' titles."""
        return (
            translate("Marks", "Mark"),
            translate("Marks", "Line"),
            translate("Marks", "What is known"),
        )

    def cell(self, row: MarkRow, column: int) -> Cell:
        """One cell."""
        if column == self.KIND:
            tone = Tone.MUTED if row.is_struck else row.mark.kind.tone
            return Cell(text=row.kind_words, tone=tone)
        if column == self.WHERE:
            return Cell(text=row.where, tone=Tone.PLAIN if row.goes_to else Tone.MUTED)
        words = one_line(row.mark.words)
        whole = row.note.note.text if row.note is not None else ""
        return Cell(
            text=words, whole=whole, tone=Tone.MUTED if row.is_struck else Tone.PLAIN, is_struck=row.is_struck
        )


class MarkedFilesModel(_CellTable):
    """The files of which a report says anything."""

    def show(self, files: Sequence[MarkedFile]) -> None:
        """Lists others."""
        self._take(files)

    def file(self, number: int) -> MarkedFile | None:
        """The file of a row."""
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def row_of(self, path: str) -> int:
        """The row of a file of the commit; -1 where nothing is known of it."""
        return next(
            (number for number, each in enumerate(self._rows) if each.is_found and each.path == path), -1
        )

    def titles(self) -> tuple[str, ...]:
        """The columns' titles."""
        return translate("Marks", "File"), translate("Marks", "Marks")

    def cell(self, row: MarkedFile, column: int) -> Cell:
        """One cell."""
        if column == 0:
            text = one_line(row.path, MAX_SHOWN)
            if row.is_found:
                return Cell(text=text)
            return Cell(text=f"{text} · {row.why_not}", tone=Tone.MUTED)
        signs = "   ".join(f"{kind.sign} {count:,}" for kind, count in row.counts)
        words = ", ".join(f"{kind_word(kind)} {count:,}" for kind, count in row.counts)
        return Cell(text=signs, whole=words, tone=Tone.PLAIN if row.is_found else Tone.MUTED)
