"""What the command palette lists: the commands that what was typed may mean, the likeliest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from aitr_desktop.item_models.fuzzy import match

if TYPE_CHECKING:
    from collections.abc import Sequence

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""The ``Row`` itself, for the delegate."""
BETWEEN = " › "
_TITLE_COUNTS_MORE = 20
_NOT_NOW = 15
"""What a command that can't be done now falls behind by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command as the palette shows it. Its texts are safe to look at."""

    key: str
    """Identity, remembered in the settings."""
    title: str
    path: str = ""
    """The menus that lead to it, or what else says where it belongs."""
    keys: str = ""
    reason: str = ""
    """Why it can't be done now; empty where it can."""
    is_on: bool = False
    """Whether it is the one in force of its group."""

    @property
    def spoken(self) -> str:
        """All of it in one line, for screen readers."""
        return ", ".join(part for part in (self.title, self.path, self.keys, self.reason) if part)


@dataclass(frozen=True, slots=True)
class Row:
    """A command and which of its letters were typed."""

    command: Command
    title_places: tuple[int, ...] = ()
    path_places: tuple[int, ...] = ()


def ranked(commands: Sequence[Command], typed: str, recent: Sequence[str]) -> list[Row]:
    """The commands that match, the likeliest first.

    Args:
        commands: All of them, in the order of the menus.
        typed: What was typed; where it is nothing, the ones used last come first.
        recent: Keys of those used last, the last first.
    """
    used = {key: len(recent) - place for place, key in enumerate(recent)}
    found: list[tuple[int, int, int, int, Row]] = []
    for place, command in enumerate(commands):
        scored = _scored(command, typed)
        if scored is not None:
            score, row = scored
            score -= _NOT_NOW if command.reason else 0
            depth = command.path.count(BETWEEN) if typed.strip() else 0
            found.append((-score, -used.get(command.key, 0), depth, place, row))
    found.sort(key=lambda each: each[:4])
    return [row for *_, row in found]


def _scored(command: Command, typed: str) -> tuple[int, Row] | None:
    """How well a command matches: in its title, or else in its path and title together."""
    in_title = match(typed, command.title)
    if in_title is not None:
        bonus = _TITLE_COUNTS_MORE if in_title.places else 0
        return in_title.score + bonus, Row(command, in_title.places)
    start = len(command.path) + 1
    in_both = match(typed, f"{command.path} {command.title}")
    if in_both is None:
        return None
    title = tuple(place - start for place in in_both.places if place >= start)
    return in_both.score, Row(command, title, tuple(place for place in in_both.places if place < start - 1))


class CommandList(QAbstractListModel):
    """The rows of the palette.

    Args:
        commands: All there are.
        recent: Keys of those used last, the last first.
    """

    def __init__(self, commands: Sequence[Command], recent: Sequence[str]) -> None:
        super().__init__()
        self._commands = tuple(commands)
        self._recent = tuple(recent)
        self._rows = ranked(self._commands, "", self._recent)

    def narrow(self, typed: str) -> None:
        """Lists what matches."""
        self.beginResetModel()
        self._rows = ranked(self._commands, typed, self._recent)
        self.endResetModel()

    def command(self, row: int) -> Command | None:
        """The command of a row."""
        return self._rows[row].command if 0 <= row < len(self._rows) else None

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
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Each can be gone to; those that can't be done now only to read why."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
