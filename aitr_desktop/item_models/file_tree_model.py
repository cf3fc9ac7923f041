"""The files of a commit as a tree, each folder read when it is opened first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from aitr_desktop.item_models.cells import plain_tooltip
from aitr_desktop.translation import translate
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Index = QModelIndex | QPersistentModelIndex
LEAF_ROLE = int(Qt.ItemDataRole.UserRole) + 2
"""The ``Leaflet`` itself, for the delegate."""
MARKS_ROLE = int(Qt.ItemDataRole.UserRole) + 3
"""How many marks a file has, in digits; None where there are none."""
_NOWHERE = QModelIndex()
MOST_LISTED = 5_000
"""Entries of one folder that get a row: a view asks for each as it comes, and 50,000 took it 0.4 s."""
MAX_NAME = 300
"""Characters of a name that are shown."""


class Leaf(Enum):
    """What stands in a folder."""

    FOLDER = "folder"
    FILE = "file"
    LINK = "link"
    """A symbolic link: it is not followed."""
    MODULE = "module"
    """Another repository inside this one."""
    SAID = "said"
    """Words in place of entries: being read, empty, or why it can't be read."""


@dataclass(frozen=True, slots=True)
class Leaflet:
    """One row as it comes."""

    name: str
    path: str
    kind: Leaf
    remark: str = ""
    """What is odd about it, a sentence."""


class _State(Enum):
    UNREAD = "unread"
    ASKED = "asked"
    READ = "read"


class FileTreeModel(QAbstractItemModel):
    """Folders that are read one by one. Rows are found by number, so that Qt never holds a Python object."""

    folder_wanted = Signal(str)
    """Path of a folder that somebody looks into; ``take`` or ``fail`` answers."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._marks: Mapping[str, int] = {}
        self._begin()

    def _begin(self) -> None:
        self._rows = [Leaflet("", "", Leaf.FOLDER)]
        self._parents, self._places = [-1], [0]
        self._states: list[_State] = [_State.UNREAD]
        self._below: dict[int, list[int]] = {}
        self._folders = {"": 0}

    def forget(self) -> None:
        """Another commit: nothing of the one before is left."""
        self.beginResetModel()
        self._begin()
        self.endResetModel()

    def take(self, path: str, entries: Sequence[Leaflet]) -> None:
        """What a folder holds, in the order of ``ordered``; of very many the first, and how many more.

        Ignored where nobody asked for it.
        """
        number = self._folders.get(path)
        if number is None or self._states[number] is not _State.ASKED:
            return
        if len(entries) > MOST_LISTED:
            more = translate("FileTree", "and {count} more: find them by name")
            said = more.format(count=f"{len(entries) - MOST_LISTED:,}")
            entries = [*entries[:MOST_LISTED], Leaflet(said, path, Leaf.SAID)]
        self._insert(number, entries or [Leaflet(translate("FileTree", "Empty"), path, Leaf.SAID)])

    def fail(self, path: str, reason: str) -> None:
        """Why a folder can't be read, in its place."""
        number = self._folders.get(path)
        if number is not None and self._states[number] is _State.ASKED:
            self._insert(number, [Leaflet(reason, path, Leaf.SAID)])

    def show_marks(self, marks: Mapping[str, int]) -> None:
        """Says how much a report knows of files, by path; nothing of any other."""
        if marks == self._marks:
            return
        self._marks = marks
        for below in self._below.values():
            ends = below[:1], below[-1:]
            first, last = (self.createIndex(self._places[each], 0, each) for (each,) in ends)
            self.dataChanged.emit(first, last, [MARKS_ROLE, int(Qt.ItemDataRole.AccessibleTextRole)])

    def leaf(self, index: Index) -> Leaflet:
        """The row of a valid index."""
        return self._rows[index.internalId()]

    def is_read(self, path: str) -> bool:
        """Whether what a folder holds is known."""
        number = self._folders.get(path)
        return number is not None and self._states[number] is _State.READ

    def place(self, path: str) -> QModelIndex:
        """The row of a path, as far as its folders have been read; an invalid index where they have not."""
        parts = path.split("/")
        above = self._folders.get("/".join(parts[:-1]))
        for number in self._below.get(above, ()) if above is not None else ():
            if self._rows[number].path == path and self._rows[number].kind is not Leaf.SAID:
                return self.createIndex(self._places[number], 0, number)
        return QModelIndex()

    def index(self, row: int, column: int, parent: Index = _NOWHERE) -> QModelIndex:
        """The index of a row below ``parent``."""
        below = self._below.get(self._number(parent), [])
        if column != 0 or not 0 <= row < len(below):
            return QModelIndex()
        return self.createIndex(row, 0, below[row])

    def parent(self, index: Index = _NOWHERE) -> QModelIndex:  # type: ignore[override]  # Qt has two of that name
        """The index of the folder that holds ``index``."""
        number = self._parents[index.internalId()] if index.isValid() else 0
        return self.createIndex(self._places[number], 0, number) if number > 0 else QModelIndex()

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802  (Qt's name)
        """Rows that were read below ``parent``."""
        return len(self._below.get(self._number(parent), ()))

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802  (Qt's name)
        """One."""
        return 1

    def hasChildren(self, parent: Index = _NOWHERE) -> bool:  # noqa: N802  (Qt's name)
        """Whether it opens, read or not."""
        return self._rows[self._number(parent)].kind is Leaf.FOLDER

    def canFetchMore(self, parent: Index) -> bool:  # noqa: N802  (Qt's name)
        """Whether a folder was never looked into."""
        number = self._number(parent)
        return self._rows[number].kind is Leaf.FOLDER and self._states[number] is _State.UNREAD

    def fetchMore(self, parent: Index) -> None:  # noqa: N802  (Qt's name)
        """Asks for what a folder holds."""
        number = self._number(parent)
        if self.canFetchMore(parent):
            self._states[number] = _State.ASKED
            self.folder_wanted.emit(self._rows[number].path)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The name, what else is to be known of it, and its whole path on hover."""
        if not index.isValid():
            return None
        leaf = self.leaf(index)
        if role == LEAF_ROLE:
            return leaf
        if role == Qt.ItemDataRole.DisplayRole:
            return shown_name(leaf)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip("\n".join(filter(None, (leaf.path or leaf.name, leaf.remark))))
        if role not in (MARKS_ROLE, Qt.ItemDataRole.AccessibleTextRole):
            return None
        count = self._marks.get(leaf.path, 0) if leaf.kind is Leaf.FILE else 0
        return (f"{count:,}" if count else None) if role == MARKS_ROLE else spoken_name(leaf, count)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be looked at and selected, never changed."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        plain = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        is_folder = self.leaf(index).kind is Leaf.FOLDER
        return plain if is_folder else plain | Qt.ItemFlag.ItemNeverHasChildren

    def _number(self, index: Index) -> int:
        return index.internalId() if index.isValid() else 0

    def _insert(self, above: int, leaves: Sequence[Leaflet]) -> None:
        index = self.createIndex(self._places[above], 0, above) if above else QModelIndex()
        self.beginInsertRows(index, 0, len(leaves) - 1)
        first = len(self._rows)
        self._rows.extend(leaves)
        self._parents.extend([above] * len(leaves))
        self._places.extend(range(len(leaves)))
        self._states.extend([_State.UNREAD] * len(leaves))
        self._below[above] = list(range(first, len(self._rows)))
        self._states[above] = _State.READ
        for number in self._below[above]:
            if self._rows[number].kind is Leaf.FOLDER:
                self._folders[self._rows[number].path] = number
        self.endInsertRows()


def ordered(entries: Iterable[Leaflet]) -> list[Leaflet]:
    """Folders first, then by name. For a worker thread: a folder may hold very many."""
    return sorted(entries, key=_order)


def _order(leaf: Leaflet) -> tuple[bool, str, str]:
    return leaf.kind is not Leaf.FOLDER, leaf.name.casefold(), leaf.name


def shown_name(leaf: Leaflet) -> str:
    """A row's words: nothing in them is hidden or breaks the line."""
    name = one_line(leaf.name, MAX_NAME)
    name = f"▲ {name}" if leaf.remark else name
    if leaf.kind is Leaf.LINK:
        return translate("FileTree", "{name} · link").format(name=name)
    if leaf.kind is Leaf.MODULE:
        return translate("FileTree", "{name} · another repository").format(name=name)
    return name


def spoken_name(leaf: Leaflet, marks: int) -> str:
    """What a screen reader says of a row."""
    words = "{name}"
    if leaf.kind is Leaf.FOLDER:
        words = translate("FileTree", "folder {name}")
    elif marks:
        words = translate("FileTree", "{name}, {count} marks")
    return words.format(name=shown_name(leaf), count=f"{marks:,}")
