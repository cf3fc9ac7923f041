"""Somebody who reads code at the window, with real keys and a real mouse, over a real git clone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QLineEdit

from tests.desktop.at_the_window import words
from tests.factories.code_projects import REPOSITORY, CodeProject

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot
    from qtpy.QtWidgets import QWidget

    from aitr_desktop.tasks import Tasks
    from aitr_desktop.views.code.code_view import CodeView
    from aitr_desktop.windows.main_window import MainWindow

KEY = Qt.Key
NONE, SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
FILE = "src/bot.py"


class Person:
    """Somebody at the window, who has a clone of the repository."""

    def __init__(self, window: MainWindow, tasks: Tasks, qtbot: QtBot, clone: Path) -> None:
        self.window, self.tasks, self._qtbot, self.clone = window, tasks, qtbot, clone

    def wait(self) -> None:
        """Until nothing is under way, and what it brought has asked for no more."""
        for _ in range(2):
            self._qtbot.waitUntil(lambda: self.tasks.is_idle, timeout=60_000)
            self._qtbot.wait(0)

    def until(self, is_so: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(is_so, timeout=30_000)

    @property
    def focused(self) -> QWidget:
        found: QWidget | None = self.window.focusWidget()
        assert found is not None
        return found

    def come_back(self) -> None:
        """Brings the window to the front; without a desktop, a dialog that closes leaves none there."""
        self.window.activateWindow()
        self.until(self.window.isActiveWindow)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.focused, key, modifiers)
        self.wait()

    def type(self, text: str) -> None:
        QTest.keyClicks(self.focused, text)
        self.wait()

    def know_clone(self) -> None:
        self.window.preferences.change(clones={REPOSITORY: str(self.clone)})

    def open(self, path: str = FILE) -> CodeView:
        """Goes to the place and to a file, with keys alone."""
        self.know_clone()
        self.press(KEY.Key_5, CTRL)
        self.press(KEY.Key_G, CTRL | SHIFT)
        assert isinstance(self.focused, QLineEdit)
        self.type(path)
        self.press(KEY.Key_Return)
        self.until(lambda: self.window.deciding.code.pane is not None)
        assert self.focused is self.view
        return self.view

    @property
    def view(self) -> CodeView:
        pane = self.window.deciding.code.pane
        assert pane is not None, words(self.window)
        return pane.view

    @property
    def lines(self) -> tuple[int, int] | None:
        found = self.view.selection
        return (found.first, found.last) if found is not None else None

    @property
    def indicator(self) -> str:
        pane = self.window.deciding.code.pane
        assert pane is not None
        return pane.foot.selected.text()

    def number(self, line: int) -> QPoint:
        """Where the number of a line is."""
        row = line - self.view.visible_lines()[0]
        return QPoint(self.view.gutter_width - 6, row * self.view.row_height + self.view.row_height // 2)

    def click(self, line: int, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(self.view.viewport(), Qt.MouseButton.LeftButton, modifiers, self.number(line))

    def follow(self, link: str) -> None:
        """What a desktop does with a link while the window is open."""
        self.window.opening.answer([link], "")
        self.wait()


def link_to(project: CodeProject, lines: str = "40-44", **changed: str) -> str:
    said = {"file": FILE, "L": lines, "ref": project.second, "repo": REPOSITORY.replace(":", "%3A")} | changed
    return "aitr://open?" + "&".join(f"{name}={value}" for name, value in said.items() if value)
