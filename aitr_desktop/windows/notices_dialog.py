"""All that the window told since it was opened, to be read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QModelIndex, Qt, Slot
from qtpy.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from aitr_desktop.settings import Density
from aitr_desktop.views.cell_delegate import CellDelegate

if TYPE_CHECKING:
    from aitr_desktop.item_models.notices import NoticeHistory
    from aitr_desktop.theme import ThemeController


class NoticesDialog(QDialog):
    """The list above, the whole of the chosen one below.

    Args:
        history: What was told.
        theme: Colours and fonts.
    """

    def __init__(self, history: NoticeHistory, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Notifications"))
        self._history = history
        self.list = QTreeView()
        self.list.setAccessibleName(self.tr("Notifications, the newest first"))
        self.list.setRootIsDecorated(False)
        self.list.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.list.setItemDelegate(CellDelegate(theme, Density.COMPACT.row_height, self.list))
        self.list.setModel(history)
        header = self.list.header()
        for column in (0, 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setAccessibleName(self.tr("The whole notification"))
        self.details.setTabChangesFocus(True)
        self.list.selectionModel().currentRowChanged.connect(self._show_one)
        self._place()
        self.list.setCurrentIndex(history.index(0, 0))

    def _place(self) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy, clear = QPushButton(self.tr("Copy details")), QPushButton(self.tr("Clear"))
        for button, press in ((copy, self._copy), (clear, self._clear)):
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
            button.clicked.connect(press)
        buttons.rejected.connect(self.reject)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.addWidget(self.list)
        halves.addWidget(self.details)
        halves.setChildrenCollapsible(False)
        halves.setStretchFactor(0, 2)
        halves.setStretchFactor(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(halves, 1)
        column.addWidget(buttons)
        self.resize(720, 440)

    @Slot(QModelIndex)
    def _show_one(self, index: QModelIndex) -> None:
        told = self._history.told(index.row()) if index.isValid() else None
        self.details.setPlainText(told.notice.details if told is not None else "")

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.details.toPlainText())

    def _clear(self) -> None:
        self._history.clear()
        self.details.clear()
