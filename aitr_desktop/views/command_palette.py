"""The command palette: one types some letters of what one wants, and Enter does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from qtpy.QtCore import QEvent, QModelIndex, QObject, QPoint, QSize, Qt, Signal, Slot
from qtpy.QtWidgets import QAbstractItemView, QDialog, QLineEdit, QListView, QVBoxLayout, QWidget

from aitr_desktop.item_models.command_list import CommandList
from aitr_desktop.item_models.fuzzy import MAX_TYPED
from aitr_desktop.views.announcing import announce
from aitr_desktop.views.command_delegate import CommandDelegate
from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtGui import QKeyEvent

    from aitr_desktop.item_models.command_list import Command
    from aitr_desktop.theme import ThemeController

WIDTH = 640
ROW_HEIGHT = 32
MOST_ROWS = 12
TOP = 48
"""Pixels below the top of the window."""


class CommandPalette(QDialog):
    """Lists commands; closes when one is chosen, with Escape, and when one goes elsewhere.

    Args:
        commands: All there are, in the order of the menus.
        recent: Keys of those used last, the last first.
        theme: Colours.
        parent: The window that it stands before.
    """

    chosen = Signal(str)
    """Key of the command to be done, after the palette closed."""

    def __init__(
        self, commands: Sequence[Command], recent: Sequence[str], theme: ThemeController, parent: QWidget
    ) -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Commands"))
        self.setProperty("floats", "true")
        self.commands = CommandList(commands, recent)
        self.typed = QLineEdit()
        self.typed.setPlaceholderText(self.tr("Type a command"))
        self.typed.setAccessibleName(self.tr("Command"))
        self.typed.setMaxLength(MAX_TYPED)
        self.list = QListView()
        self.list.setAccessibleName(self.tr("Commands"))
        self.list.setModel(self.commands)
        self.list.setItemDelegate(CommandDelegate(theme, ROW_HEIGHT, self.list))
        # Typing and walking go on together: the focus stays in the field.
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.nothing = PlainLabel(self.tr("No command has these letters."), tone=Tone.MUTED)
        self.nothing.setContentsMargins(12, 8, 12, 8)
        self.nothing.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        for part in (self.typed, self.nothing, self.list):
            column.addWidget(part)
        self.typed.installEventFilter(self)
        self.typed.textChanged.connect(self._narrow)
        self.list.clicked.connect(self._choose)
        self.list.selectionModel().currentChanged.connect(self._went)
        self._go(0)
        self._stand_before(parent)

    def _stand_before(self, parent: QWidget) -> None:
        """Takes its place at the top of the window, and no more room than the window has."""
        window = parent.window()
        width = min(WIDTH, window.width() - 32)
        margins = self.typed.sizeHint().height() + 40
        rows = min(MOST_ROWS, max(3, (window.height() - TOP - 32 - margins) // ROW_HEIGHT))
        self.resize(QSize(width, margins + rows * ROW_HEIGHT))
        corner = window.mapToGlobal(QPoint((window.width() - width) // 2, TOP))
        self.move(corner)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  (Qt's name)
        """Keys that walk through the list while one types."""
        if event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        pressed = cast("QKeyEvent", event)
        page = max(1, self.list.viewport().height() // ROW_HEIGHT - 1)
        steps = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
        }
        if pressed.key() in steps:
            self._walk(steps[Qt.Key(pressed.key())])
        elif pressed.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.currentIndex())
        else:
            return super().eventFilter(watched, event)
        return True

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802  (Qt's name)
        """Goes where the person goes elsewhere."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isVisible() and not self.isActiveWindow():
            self.reject()

    def done(self, result: int) -> None:
        """Closes; the focus goes back to where it was in the window, unless the person left for elsewhere."""
        was_here = self.isActiveWindow()
        super().done(result)
        if was_here:
            cast("QWidget", self.parent()).window().activateWindow()

    def _walk(self, step: int) -> None:
        """One line goes round at the ends; a page stops there."""
        rows, here = self.commands.rowCount(), self.list.currentIndex().row()
        if rows:
            there = here + step
            self._go(there % rows if abs(step) == 1 else min(max(there, 0), rows - 1))

    def _go(self, row: int) -> None:
        self.list.setCurrentIndex(self.commands.index(row, 0))

    def _narrow(self, typed: str) -> None:
        self.commands.narrow(typed)
        self.nothing.setVisible(not self.commands.rowCount())
        self._go(0)

    @Slot(QModelIndex)
    def _went(self, index: QModelIndex) -> None:
        # The focus is in the field, so no screen reader would say where one is in the list.
        command = self.commands.command(index.row())
        if command is not None and self.isVisible():
            announce(self.list, command.spoken)

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        command = self.commands.command(index.row())
        if command is None:
            return
        if command.reason:
            announce(self.list, command.reason, at_once=True)
            return
        self.accept()
        self.chosen.emit(command.key)
