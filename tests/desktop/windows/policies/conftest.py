"""A window over a real library, with a policy to be written in it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aitr_desktop.library.workspace import open_workspace
from tests.desktop.serving import history

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from aitr_desktop.actions.spec import Act
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.views.editor.text_edit import TextEdit
    from aitr_desktop.windows.main_window import MainWindow
    from aitr_desktop.windows.policies.workshop import Workshop

EXAMPLE = Path(__file__).parents[4] / "resources" / "examples" / "support-bot" / "gate" / "policy.yaml"


class Writer:
    """A person who writes policies."""

    def __init__(self, window: MainWindow, settled: Callable[[], None], qtbot: QtBot, tasks: Tasks) -> None:
        self.window, self._settled, self._qtbot, self._tasks = window, settled, qtbot, tasks

    @property
    def shop(self) -> Workshop:
        return self.window.deciding.policies.workshop()

    @property
    def edit(self) -> TextEdit:
        return self.shop.view.editor.text

    def settle(self) -> None:
        """Waits until the text on screen was checked and nothing is under way."""
        self._settled()
        if self.shop.files.file is not None:
            self._qtbot.waitUntil(lambda: self.shop.checking.now is not None, timeout=20_000)
        self._settled()

    def do(self, act: Act) -> None:
        self.window.menus.refresh()
        action = self.window.menus.action(act)
        assert action.isEnabled(), self.window.menus.reason(act)
        action.trigger()
        self.settle()

    def open(self, path: Path) -> None:
        self.window.deciding.policies.open(path)
        self._settled()
        self.settle()

    def write(self, text: str) -> None:
        self.edit.replace_text(text)
        self.settle()

    def reason(self, act: Act) -> str:
        return self.window.menus.reason(act)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    history(tmp_path / "mine.db", 4)
    return tmp_path / "mine.db"


@pytest.fixture
def writer(
    make_window: Callable[..., MainWindow],
    library: Path,
    settled: Callable[[], None],
    qtbot: QtBot,
    tasks: Tasks,
) -> Iterator[Writer]:
    window = make_window(lambda path, create: open_workspace(path, create=create))
    window.show_library(library)
    settled()
    made = Writer(window, settled, qtbot, tasks)
    yield made
    # Nobody is there to be asked about what is not saved.
    made.edit.document().setModified(False)
    settled()


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    shutil.copy(EXAMPLE, tmp_path / "policy.yaml")
    return tmp_path / "policy.yaml"
