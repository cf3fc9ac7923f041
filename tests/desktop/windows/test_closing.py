"""Closing the window in the middle of anything takes a moment, and loses nothing that was filed."""

from __future__ import annotations

import sqlite3
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QTimer

from aitr_desktop.actions.spec import Act
from aitr_desktop.library.listing import Query
from aitr_desktop.library.workspace import open_workspace
from aitr_desktop.settings import ThemeChoice
from tests.desktop.fakes import MemoryTokens
from tests.factories import shown_reports as reports
from tests.factories.raw_server import RawServer
from tsr_agent.models import codec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.main_window import MainWindow

    Settled = Callable[[], None]
    MakeWindow = Callable[..., MainWindow]

SECONDS = 3.0
"""At most, on a machine that does other things too; a person is not to wait two."""


@dataclass
class DeafTokens(MemoryTokens):
    """A keyring that asks for a password which nobody gives."""

    unlocked: threading.Event = field(default_factory=threading.Event)
    asked: threading.Event = field(default_factory=threading.Event)

    def is_there(self) -> bool:
        self.asked.set()
        self.unlocked.wait(30)
        return True

    def read(self, url: str) -> str | None:
        self.asked.set()
        self.unlocked.wait(30)
        return super().read(url)


def closed(window: MainWindow) -> float:
    """Seconds that closing took."""
    begun = time.monotonic()
    window.close()
    return time.monotonic() - begun


def join_workers() -> None:
    for thread in threading.enumerate():
        if thread.name.startswith("aitr-"):
            thread.join(40)


def opened(make_window: MakeWindow, path: Path, settled: Settled) -> MainWindow:
    window = make_window(lambda place, create: open_workspace(place, create=create))
    window.show_library(path, create=True)
    settled()
    return window


class TestKeyring:
    @pytest.fixture
    def tokens(self) -> DeafTokens:
        return DeafTokens()

    @pytest.mark.parametrize("act", [Act.CONNECT, Act.SYNCHRONISE])
    def test_a_keyring_that_waits_for_a_password_does_not_keep_the_window(
        self, make_window: MakeWindow, tmp_path: Path, settled: Settled, tokens: DeafTokens, act: Act
    ) -> None:
        window = opened(make_window, tmp_path / "library.db", settled)
        window.preferences.change(server="https://aitr.example.com")
        window.server.synchronising.run() if act is Act.SYNCHRONISE else window.server.connecting.ask()
        assert tokens.asked.wait(20)
        assert closed(window) < SECONDS
        tokens.unlocked.set()
        join_workers()


def test_a_library_that_is_locked_does_not_keep_the_window(
    make_window: MakeWindow, tmp_path: Path, settled: Settled, qtbot: QtBot
) -> None:
    path, file = tmp_path / "library.db", tmp_path / "tsr.json"
    file.write_bytes(codec.encode(reports.report()))
    window = opened(make_window, path, settled)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    window.import_files([file])
    qtbot.waitUntil(lambda: any(each.name.startswith("aitr-filing") for each in threading.enumerate()))
    assert closed(window) < SECONDS
    other.execute("ROLLBACK")
    other.close()
    join_workers()
    # It is there or it is not, and the library is whole.
    workspace = open_workspace(path)
    assert workspace.count(Query()) in (0, 1)
    workspace.close()


def test_importing_synchronising_opening_and_another_theme_at_once_end_with_the_window(
    make_window: MakeWindow, tmp_path: Path, settled: Settled, theme: ThemeController, qtbot: QtBot
) -> None:
    path, folder = tmp_path / "library.db", tmp_path / "many"
    folder.mkdir()
    for number in range(300):
        document = codec.encode(reports.report(id=f"TSR-{number}"))
        (folder / f"{number:03}.json").write_bytes(document)
    gate = threading.Event()
    with RawServer(lambda *_: gate.wait(20) and None) as server:
        window = opened(make_window, path, settled)
        window.preferences.change(server=server.url)
        window.import_files([folder])
        window.server.synchronising.run()
        workbench = window.workbench
        assert workbench is not None
        for number in range(20):
            theme.choose(list(ThemeChoice)[number % 4])
            workbench.show_report(f"TSR-{number}")
            qtbot.wait(10)
        QTimer.singleShot(0, lambda: theme.choose(ThemeChoice.DARK))
        took = closed(window)
        gate.set()
    join_workers()
    assert took < SECONDS
    workspace = open_workspace(path)
    assert 0 <= workspace.count(Query()) <= 300
    workspace.close()
