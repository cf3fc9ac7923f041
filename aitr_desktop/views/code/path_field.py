"""The field in which some letters of a path are typed, and the files that they may mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from qtpy.QtCore import QEvent, QModelIndex, QObject, Qt, Signal, Slot
from qtpy.QtWidgets import QAbstractItemView, QLineEdit, QListView, QWidget

from aitr_desktop.item_models.found_files_model import FoundFilesModel
from aitr_desktop.item_models.fuzzy import MAX_TYPED
from aitr_desktop.views.announcing import announce
from aitr_desktop.views.command_delegate import CommandDelegate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtGui import QKeyEvent

    from aitr_desktop.item_models.command_list import Row
    from aitr_desktop.theme import ThemeController


class PathField(QLineEdit):
    """Where one types; Up, Down and Enter go through what was found while the focus stays here.

    Args:
        theme: Colours.
        row_height: Pixels of a row of what was found.
    """

    typed = Signal(str)
    """Something else is looked for."""
    picked = Signal(str, int)
    """A path, and the line that was typed behind it; 0 for none."""
    left = Signal()
    """Escape: the files as they were."""

    def __init__(self, theme: ThemeController, row_height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(self.tr("Go to file"))
        self.setAccessibleName(self.tr("Go to file: some letters of its path, a line after a colon"))
        self.setMaxLength(4 * MAX_TYPED)
        self.setClearButtonEnabled(True)
        self._line = 0
        self.found = FoundFilesModel()
        self.list = QListView()
        self.list.setAccessibleName(self.tr("Files found"))
        self.list.setModel(self.found)
        self.list.setItemDelegate(CommandDelegate(theme, row_height, self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(self._pick)
        self.list.selectionModel().currentChanged.connect(self._went)
        self.textChanged.connect(self.typed)
        self.installEventFilter(self)

    def show_found(self, rows: Sequence[Row], line: int) -> None:
        """Lists what was found; the likeliest is chosen."""
        self._line = line
        self.found.show(rows)
        self.list.setCurrentIndex(self.found.index(0, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  (Qt's name)
        """Keys that walk through what was found while one types."""
        if event.type() not in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            return super().eventFilter(watched, event)
        pressed = cast("QKeyEvent", event)
        if event.type() == QEvent.Type.ShortcutOverride:
            if pressed.key() == Qt.Key.Key_Escape:
                # Else it goes back to the list of reports: the first press is about what is typed.
                event.accept()
                return True
            return super().eventFilter(watched, event)
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -10, Qt.Key.Key_PageDown: 10}
        key = Qt.Key(pressed.key()) if pressed.key() in steps else None
        if key is not None:
            row = self.list.currentIndex().row() + steps[key]
            self.list.setCurrentIndex(self.found.index(min(max(row, 0), self.found.rowCount() - 1), 0))
        elif pressed.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._pick(self.list.currentIndex())
        elif pressed.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
        else:
            return super().eventFilter(watched, event)
        return True

    @Slot(QModelIndex)
    def _went(self, index: QModelIndex) -> None:
        # The focus is in the field, so no screen reader would say where one is in the list.
        if self.hasFocus():
            announce(self.list, self.found.spoken(index.row()))

    @Slot(QModelIndex)
    def _pick(self, index: QModelIndex) -> None:
        path = self.found.path(index.row())
        if path:
            self.picked.emit(path, self._line)
