"""Connecting, synchronising and the server's place, with real windows and a real server."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QLineEdit, QMessageBox

from aitr_desktop.actions.spec import Act
from aitr_desktop.library.workspace import open_workspace
from aitr_desktop.windows.connect_dialog import ConnectDialog
from aitr_desktop.windows.stored_settings import StoredSettings
from tests.desktop.serving import history
from tests.factories.histories import documents, upload
from tests.factories.raw_server import JSON, RawServer, answer
from tests.factories.served_in_thread import served_in_thread
from tests.factories.servers import running_server
from tsr_agent.errors import StoreError
from tsr_agent.models.access import Role
from tsr_agent.sections.marks import Tone
from tsr_agent.store.engine import open_library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aitr_desktop.windows.main_window import MainWindow
    from tests.desktop.fakes import MemoryTokens
    from tests.factories.servers import RunningServer


@pytest.fixture
def window(make_window: Callable[..., MainWindow], tmp_path: Path, settled: Callable[[], None]) -> MainWindow:
    """A window over a real library that is empty."""
    made = make_window(lambda path, create: open_workspace(path, create=create))
    made.show_library(tmp_path / "mine.db", create=True)
    settled()
    return made


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    history(tmp_path / "server.db", 30)
    with running_server(tmp_path / "server.db", tmp_path) as running:
        yield running


def dialog_of(window: MainWindow, settled: Callable[[], None]) -> ConnectDialog:
    window.menus.action(Act.CONNECT).trigger()
    settled()
    (dialog,) = window.findChildren(ConnectDialog)
    return dialog


def connect(window: MainWindow, url: str, token: str, settled: Callable[[], None]) -> None:
    dialog = dialog_of(window, settled)
    dialog.address.setEditText(url)
    dialog.token.setText(token)
    dialog.connect_button.click()
    settled()


def test_connecting_fetches_everything_and_keeps_the_token_only_in_the_keyring(
    window: MainWindow,
    server: RunningServer,
    tokens: MemoryTokens,
    settled: Callable[[], None],
    settings_file: Path,
) -> None:
    token = server.token(Role.VIEWER)
    connect(window, server.url, token, settled)
    assert window.workbench is not None
    assert window.workbench.reports.rowCount() == 30
    assert "30 new reports" in window.notices.bar.text()
    assert tokens.kept == {server.url: token}
    assert window.preferences.now.servers == (server.url,)
    window.preferences.save()
    assert token not in settings_file.read_text()
    assert StoredSettings(settings_file).load().server == server.url
    window.pages.go("server")
    view = window.server.view
    assert view is not None
    assert view._url.text() == server.url
    assert "viewer · all projects · token in the keyring" in view._who.text()
    assert view._synced.text().startswith("synced ")


def test_the_token_is_never_shown_and_leaves_the_field_with_the_dialog(
    window: MainWindow, settled: Callable[[], None]
) -> None:
    dialog = dialog_of(window, settled)
    assert dialog.token.echoMode() == QLineEdit.EchoMode.Password
    field = dialog.token
    field.setText("secret" * 4)
    dialog.reject()
    assert field.text() == ""


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("http://aitr.example.com", "is not encrypted"),
        ("https://me:secret@aitr.example.com", "it holds a user"),
        ("ftp://aitr.example.com", "does not begin with https://"),
        ("https://aitr.example.com?token=1", "a query or a fragment"),
        ("https://aitr.example.com", ""),
        ("http://127.0.0.1:8080", ""),
        ("", ""),
    ],
)
def test_an_address_is_checked_while_it_is_typed(
    window: MainWindow, settled: Callable[[], None], typed: str, wrong: str
) -> None:
    dialog = dialog_of(window, settled)
    dialog.address.setEditText(typed)
    assert wrong in dialog.wrong()
    assert bool(dialog.wrong()) is bool(wrong)
    assert "secret" not in dialog.wrong()
    assert dialog.connect_button.isEnabled() is (bool(typed) and not wrong)


def test_the_dialog_grows_with_what_it_says(window: MainWindow, settled: Callable[[], None]) -> None:
    dialog = dialog_of(window, settled)
    dialog._tell("a long word and another " * 40, Tone.NO_GO)
    said = dialog._said
    assert said.height() >= said.heightForWidth(said.width())
    assert said.geometry().bottom() < dialog.connect_button.mapTo(dialog, QPoint(0, 0)).y()


def test_each_way_to_fail_says_what_to_do(
    window: MainWindow, server: RunningServer, settled: Callable[[], None]
) -> None:
    dialog = dialog_of(window, settled)

    def tried(url: str, token: str = "x" * 40) -> str:
        dialog.address.setEditText(url)
        dialog.token.setText(token)
        dialog.test_button.click()
        assert not dialog.test_button.isEnabled()
        settled()
        return dialog.said()

    assert "does not take this token" in tried(server.url)
    assert "that is no token" in tried(server.url, "no token")
    with RawServer(lambda sock, _: sock.sendall(answer(200, b"{}", JSON))) as raw:
        assert "✕" in tried(raw.url)
    with RawServer(lambda sock, _: sock.sendall(answer(404, b"<html>", "text/html"))) as raw:
        assert "not in the way that a server of aitr does" in tried(raw.url)
        assert "certificate can't be trusted" in tried(raw.url.replace("http:", "https:"))
        away = raw.url
    assert "was not reached" in tried(away)
    assert "Next: " in dialog.said()
    assert "viewer" in tried(server.url, server.token(Role.VIEWER))
    assert window.preferences.now.servers == ()


def test_without_a_keyring_the_token_stays_in_memory_and_that_is_said(
    window: MainWindow, server: RunningServer, tokens: MemoryTokens, settled: Callable[[], None]
) -> None:
    tokens.there = False
    dialog = dialog_of(window, settled)
    assert not dialog.keep.isEnabled()
    assert not dialog.keep.isChecked()
    assert "until aitr is closed" in dialog._keyring.text()
    dialog.reject()


def test_a_keyring_that_is_locked_is_told_and_the_work_goes_on(
    window: MainWindow, server: RunningServer, tokens: MemoryTokens, settled: Callable[[], None]
) -> None:
    tokens.fails = StoreError("The keyring could not be written (KeyringLocked).")
    connect(window, server.url, server.token(Role.VIEWER), settled)
    told = [window.notices.history.index(row, 0) for row in range(window.notices.history.rowCount())]
    assert any(
        "KeyringLocked" in str(index.siblingAtColumn(column).data()) for index in told for column in range(3)
    )
    assert window.workbench is not None
    assert window.workbench.reports.rowCount() == 30


def test_disconnecting_forgets_the_token_where_it_is_asked_to(
    window: MainWindow, server: RunningServer, tokens: MemoryTokens, settled: Callable[[], None]
) -> None:
    connect(window, server.url, server.token(Role.VIEWER), settled)
    window.menus.action(Act.DISCONNECT).trigger()
    (box,) = window.findChildren(QMessageBox)
    assert box.textFormat() == Qt.TextFormat.PlainText
    forget = next(each for each in box.buttons() if "keyring" in each.text())
    forget.click()
    settled()
    assert tokens.kept == {}
    assert window.preferences.now.server == ""
    assert window.menus.reason(Act.DISCONNECT) == "Connect to a server first."
    assert window.workbench is not None
    assert window.workbench.reports.rowCount() == 30


def test_closing_in_the_middle_ends_within_two_seconds_and_the_next_start_goes_on(
    window: MainWindow,
    tmp_path: Path,
    tokens: MemoryTokens,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tsr_agent.sync.pull.MOST_BYTES_OF_A_BATCH", 20_000)
    history(tmp_path / "server.db", 60)
    with running_server(tmp_path / "server.db", tmp_path) as server:
        window.preferences.change(server=server.url, servers=(server.url,))
        tokens.kept[server.url] = server.token(Role.VIEWER)
        window.server.synchronising.run()
        follows = window.server.synchronising._pulse
        qtbot.waitUntil(lambda: follows._progress is not None and follows._progress.seen.done > 10)
        began = time.monotonic()
        window.close()
        assert time.monotonic() - began < 2
        from aitr_desktop.library.synchronising import synchronise
        from tests.desktop.fakes import Watching
        from tests.desktop.serving import connection, desk
        from tsr_agent.clock import SystemClock

        mine, servers = tmp_path / "mine.db", desk(tmp_path)
        there = connection(servers, server.url, tokens.kept[server.url])
        outcome = synchronise(mine, servers, there, SystemClock(), Watching())
        assert 0 < outcome.result.reports < 60
    with open_library(mine) as here, open_library(tmp_path / "server.db") as other:
        assert documents(here) == documents(other)


def test_closing_while_a_server_says_nothing_takes_no_time(
    window: MainWindow, tokens: MemoryTokens, qtbot: QtBot
) -> None:
    release, asked = threading.Event(), threading.Event()

    def silent(_sock: object, _asked: object) -> None:
        asked.set()
        release.wait(20)

    with RawServer(silent) as raw:
        window.preferences.change(server=raw.url)
        tokens.kept[raw.url] = "x" * 40
        window.server.synchronising.run()
        qtbot.waitUntil(asked.is_set)
        began = time.monotonic()
        window.close()
        took = time.monotonic() - began
        release.set()
    assert took < 2
    for thread in threading.enumerate():
        if thread.name == "aitr-question":
            thread.join(20)


def test_a_contradiction_stands_in_the_place_and_in_the_last_line(
    make_window: Callable[..., MainWindow], tmp_path: Path, settled: Callable[[], None], qtbot: QtBot
) -> None:
    history(tmp_path / "server.db", 3)
    with open_library(tmp_path / "mine.db", create=True) as library:
        upload(library, "r-0001", environment="production", waits=True)
    window = make_window(lambda path, create: open_workspace(path, create=create))
    window.show_library(tmp_path / "mine.db")
    settled()
    window.pages.go("server")
    with open_library(tmp_path / "server.db") as library, served_in_thread(library) as served:
        connect(window, served.url, served.token(Role.VIEWER), settled)
    view = window.server.view
    assert view is not None
    assert "✕ 1 contradicted" in view._synced.text()
    model = view.contradictions.tree.model()
    head = model.index(0, 0)
    assert head.data() == "✕ Report r-0001"
    rows = [[model.index(row, column).data() for column in range(3)] for row in range(model.rowCount())]
    assert ["environment", "production", "staging"] in rows
    verdicts = next(row for row in rows if row[0] == "Verdict")
    assert verdicts[1] == "▲ PENDING REVIEW"
    view.contradictions.tree.activated.emit(head)
    settled()
    assert window.pages.here == "reports"
    assert window.workbench is not None
    assert window.workbench.report is not None
    assert window.workbench.report.report_id == "r-0001"
    assert window.status._against.text() == "✕ the server has another one"
    window.workbench.open_report("r-0002")
    settled()
    assert window.status._against.text() == ""


def test_without_a_server_everything_says_so_calmly(window: MainWindow, settled: Callable[[], None]) -> None:
    window.pages.go("server")
    view = window.server.view
    assert view is not None
    assert view._url.text() == "Not connected to a server"
    assert not view.sync.isVisible()
    assert view.connect_button.isVisible()
    assert window.menus.reason(Act.SYNCHRONISE) == "Connect to a server first."
