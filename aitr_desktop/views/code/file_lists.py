"""The tree of a commit's files, and the list of those that changed between two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QModelIndex, Qt, Signal, Slot
from qtpy.QtWidgets import QAbstractItemView, QListView, QTreeView, QWidget

from aitr_desktop.item_models.changed_files_model import ChangedFilesModel
from aitr_desktop.item_models.file_tree_model import FileTreeModel, Leaf
from aitr_desktop.views.code.file_delegate import FileDelegate

if TYPE_CHECKING:
    from qtpy.QtGui import QFocusEvent, QKeyEvent

    from aitr_desktop.theme import ThemeController

INDENT = 16


class FileTree(QTreeView):
    """Folders that are read when they are opened; a click or Enter opens a file.

    Args:
        theme: Colours.
        row_height: Pixels of a row.
    """

    picked = Signal(str, bool)
    """Path of a file, and whether the person goes on to it: with Enter, not with a click."""

    def __init__(self, theme: ThemeController, row_height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.files = FileTreeModel(self)
        self._wanted = ""
        self.setModel(self.files)
        self.setAccessibleName(self.tr("Files of the commit"))
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(INDENT)
        self.setItemDelegate(FileDelegate(theme, row_height, self))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setExpandsOnDoubleClick(False)
        self.clicked.connect(self._pressed)
        self.files.rowsInserted.connect(lambda *_: self._reveal())
        self.files.modelReset.connect(self._forget)

    def reveal(self, path: str) -> None:
        """Opens the folders down to a file and marks it, as fast as they are read."""
        self._wanted = path
        self._reveal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Enter opens a file, or a folder."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._pressed(self.currentIndex(), goes=True)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802  (Qt's name)
        """Shows where one is: a tree that has the focus has a selected row."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self.files.index(0, 0))

    @Slot(QModelIndex)
    def _pressed(self, index: QModelIndex, *, goes: bool = False) -> None:
        if not index.isValid():
            return
        leaf = self.files.leaf(index)
        if leaf.kind is Leaf.FOLDER:
            self.setExpanded(index, not self.isExpanded(index))
        elif leaf.kind is not Leaf.SAID:
            # What is no text is asked for too: the answer says what it is.
            self._wanted = leaf.path
            self.picked.emit(leaf.path, goes)

    def _reveal(self) -> None:
        parts = self._wanted.split("/") if self._wanted else []
        for depth in range(1, len(parts) + 1):
            index = self.files.place("/".join(parts[:depth]))
            if not index.isValid():
                return
            if depth < len(parts):
                self.expand(index)
            elif self.currentIndex() != index:
                self.setCurrentIndex(index)
                self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        self._wanted = ""

    def _forget(self) -> None:
        self._wanted = ""
        # Qt asks a tree that is shown by itself; one behind another tab it does not.
        if self.files.canFetchMore(QModelIndex()):
            self.files.fetchMore(QModelIndex())


class ChangedList(QListView):
    """Changed files; a click or Enter shows one side by side.

    Args:
        theme: Colours.
        row_height: Pixels of a row.
    """

    picked = Signal(object, bool)
    """A ``ChangedFile``, and whether the person goes on to it: with Enter, not with a click."""

    def __init__(self, theme: ThemeController, row_height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.changed = ChangedFilesModel()
        self.setModel(self.changed)
        self.setAccessibleName(self.tr("Changed files"))
        self.setUniformItemSizes(True)
        self.setItemDelegate(FileDelegate(theme, row_height, self))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._pressed)
        self.changed.modelReset.connect(self._show_place)

    def mark(self, path: str) -> None:
        """Marks a file, if it is here."""
        row = self.changed.row_of(path)
        if row >= 0:
            self.setCurrentIndex(self.changed.index(row, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Enter shows a file."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._pressed(self.currentIndex(), goes=True)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802  (Qt's name)
        """Shows where one is: a list that has the focus has a selected row."""
        super().focusInEvent(event)
        self._show_place()

    def _show_place(self) -> None:
        if self.hasFocus() and not self.currentIndex().isValid():
            self.setCurrentIndex(self.changed.index(0, 0))

    @Slot(QModelIndex)
    def _pressed(self, index: QModelIndex, *, goes: bool = False) -> None:
        found = self.changed.file(index.row()) if index.isValid() else None
        if found is not None:
            self.picked.emit(found, goes)
