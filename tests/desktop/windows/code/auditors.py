"""An auditor at the window, over a real library and a real clone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QDialog, QMessageBox, QPushButton

from aitr_desktop.code.places import CodePlace
from aitr_desktop.views.code.note_dialog import NoteDialog
from aitr_desktop.views.detail_view import DetailView
from tests.factories.marked_code import REPOSITORY

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aitr_desktop.tasks import Tasks
    from aitr_desktop.windows.main_window import MainWindow


Key = Qt.Key
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
PLAIN = Qt.KeyboardModifier.NoModifier


class Auditor:
    """Somebody at the window, with keys alone."""

    def __init__(self, window: MainWindow, tasks: Tasks, qtbot: QtBot) -> None:
        self.window, self.tasks, self.qtbot = window, tasks, qtbot
        self.is_over = False

    def end(self) -> None:
        """Ends the program, as closing its window does."""
        if not self.is_over:
            self.is_over = True
            self.window.close()
            self.window.deleteLater()
            self.tasks.close()

    @property
    def marking(self):
        return self.window.deciding.marking

    @property
    def place(self):
        return self.window.deciding.code.view()

    @property
    def code(self):
        return self.place.pane.view

    @property
    def list(self):
        return self.place.marks

    def settle(self) -> None:
        """Until nothing is under way, and what it brought has asked for no more."""
        for _ in range(3):
            self.qtbot.waitUntil(lambda: self.tasks.is_idle, timeout=20_000)
            self.qtbot.waitUntil(lambda: not self._is_filling(), timeout=20_000)
            self.qtbot.wait(0)

    def _is_filling(self) -> bool:
        return any(each.is_filling for each in self.window.findChildren(DetailView))

    def press(self, key: Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
        if not any(each.isVisible() for each in self.window.findChildren(QDialog)):
            self.window.activateWindow()
            self.qtbot.waitUntil(self.window.isActiveWindow)
        focused = QApplication.focusWidget() or self.window
        self.qtbot.keyClick(focused, key, modifier)
        self.settle()

    def read(self, path: str, sha: str, line: int = 0) -> None:
        """Opens a file as a row of the report does."""
        place = CodePlace(repository=REPOSITORY, sha=sha, path=path, first=line, last=line)
        self.window.deciding.code.read(place)
        self.settle()
        self.code.setFocus()

    def rows(self) -> list[tuple[str, str, str]]:
        model = self.list.marks
        return [
            tuple(model.index(row, column).data() for column in range(3)) for row in range(model.rowCount())
        ]

    def dialog(self) -> NoteDialog:
        (found,) = [each for each in self.window.findChildren(NoteDialog) if each.isVisible()]
        return found

    def answer(self, words: str) -> None:
        """Presses a button of the question on screen."""
        box = next(each for each in self.window.findChildren(QMessageBox) if each.isVisible())
        button = next(each for each in box.findChildren(QPushButton) if each.text() == words)
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        self.settle()
