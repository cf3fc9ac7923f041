"""What the window told: one notice, and the list of those there were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from aitr_desktop.item_models.cells import CELL_ROLE, Cell, plain_tooltip
from aitr_desktop.translation import QT_TRANSLATE_NOOP, translate
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line, visible

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tsr_agent.errors import TsrError

    Index = QModelIndex | QPersistentModelIndex

MAX_KEPT = 200
"""Notices that can be read again."""
MAX_SHOWN_LINES = 6
MAX_DETAILS = 20_000
"""Characters of an error that are kept for reading and copying."""
COLUMNS = (
    QT_TRANSLATE_NOOP("Notices", "When"),
    QT_TRANSLATE_NOOP("Notices", "Kind"),
    QT_TRANSLATE_NOOP("Notices", "What"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing that was told. Its texts are safe to look at."""

    headline: str
    more: str = ""
    """What was kept and what to do, in a few lines."""
    details: str = ""
    """Everything there is to say, for reading at leisure and for copying."""
    is_error: bool = False
    button: str = ""
    pressed: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A notice and when it was told."""

    notice: Notice
    when: datetime


def error_notice(error: TsrError) -> Notice:
    """What the window says of an error."""
    lines = [one_line(line) for line in error.diagnostics()]
    # What was kept and what to do come last and are never what is left out.
    details, ending = lines[1 : 1 + len(error.details)], lines[1 + len(error.details) :]
    left = len(details) - MAX_SHOWN_LINES
    if left > 0:
        details = details[:MAX_SHOWN_LINES]
        details.append(translate("Notices", "… and {count} more").format(count=f"{left:,}"))
    return Notice(
        headline=lines[0],
        more="\n".join((*details, *ending)),
        details=visible("\n".join(error.diagnostics())[:MAX_DETAILS]),
        is_error=True,
    )


class NoticeHistory(QAbstractTableModel):
    """What was told, the newest first."""

    def __init__(self) -> None:
        super().__init__()
        self._told: list[Told] = []

    def add(self, told: Told) -> None:
        """Takes one more; the oldest goes where there are too many."""
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._told.insert(0, told)
        self.endInsertRows()
        if len(self._told) > MAX_KEPT:
            self.beginRemoveRows(QModelIndex(), MAX_KEPT, MAX_KEPT)
            self._told.pop()
            self.endRemoveRows()

    def clear(self) -> None:
        """Forgets them all."""
        self.beginResetModel()
        self._told.clear()
        self.endResetModel()

    def told(self, row: int) -> Told | None:
        """One of them by its row."""
        return self._told[row] if 0 <= row < len(self._told) else None

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802  (Qt's name)
        """How many there are."""
        return 0 if parent is not None and parent.isValid() else len(self._told)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802  (Qt's name)
        """When, kind, words."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(  # noqa: N802  (Qt's name)
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles of the columns."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return translate("Notices", COLUMNS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell."""
        told = self.told(index.row())
        if told is None:
            return None
        cell = _cell(told, index.column())
        if role == CELL_ROLE:
            return cell
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return cell.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(cell.whole or cell.text)
        return None


def _cell(told: Told, column: int) -> Cell:
    if column == 0:
        # Nothing was told yet when the first frame is painted.
        from tsr_agent.sections.wording import moment

        when = moment(told.when)
        return Cell(text=when.local, whole=f"{when.local}\n{when.utc}")
    if column == 1:
        if told.notice.is_error:
            return Cell(text=translate("Notices", "✕ Error"), tone=Tone.NO_GO)
        return Cell(text=translate("Notices", "– Information"), tone=Tone.MUTED)
    return Cell(text=told.notice.headline, whole=told.notice.details)
