"""What is said while the server is away: it waits, visibly, and is on record once."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QMessageBox

from aitr_desktop.actions.spec import Act
from aitr_desktop.library.workspace import open_workspace
from tests.desktop.answering_desk import WAITS, Desk
from tests.factories.waiting_releases import RITA, SAM, Office, office, policy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from aitr_desktop.windows.main_window import MainWindow


def test_away_it_waits_visibly_and_goes_out_once_when_the_server_is_back(desk: Desk, tmp_path: Path) -> None:
    with office(tmp_path) as first:
        first.submit(policy())
        first.upload("release-7")
        desk.connect(first)
        desk.open()
        port = int(first.server.url.rpartition(":")[2])
        first.server.stop(signal.SIGKILL)
    dialog = desk.ask()
    assert "waits here then" in dialog._way.text()
    dialog.note.setPlainText("Seen on the train.")
    dialog.say_button.click()
    desk.settle()
    assert desk.dialogs() == []
    assert "Your approval waits to be sent to 127.0.0.1; it does not count yet." in desk.notice()
    assert (desk.verdict(), desk.listed()) == (WAITS, WAITS)
    assert "▲ Your approval waits to be sent, since" in desk.remark()
    assert "1 waiting" in desk.window.status._sync.text()
    assert "waits to be sent" in desk.section()
    assert "Seen on the train." in desk.section()
    assert "Your approval is not on record here yet" in desk.window.menus.reason(Act.APPROVE)
    with office(tmp_path, port=port) as back:
        desk.synchronise()
        (said,) = back.history("release-7")
        assert (said["approved_by"], said["note"]) == (RITA, "Seen on the train.")
        desk.synchronise()
        assert len(back.history("release-7")) == 1
    assert (desk.verdict(), desk.listed(), desk.remark()) == ("● GO", "● GO", "")
    assert "waiting" not in desk.window.status._sync.text()


def test_what_waits_is_taken_back_and_its_note_kept(desk: Desk, there: Office) -> None:
    desk.connect(there)
    desk.open()
    there.server.stop(signal.SIGKILL)
    desk.say(note="too early")
    desk.window.menus.action(Act.WITHDRAW).trigger()
    desk.settle()
    (box,) = desk.window.findChildren(QMessageBox)
    assert box.textFormat() == Qt.TextFormat.PlainText
    assert "too early" in box.informativeText()
    assert box.defaultButton().text() == "Leave everything as it is"
    next(each for each in box.buttons() if each.text() == "Take it back").click()
    desk.settle()
    assert desk.remark() == ""
    assert "waiting" not in desk.window.status._sync.text()
    assert desk.ask().note.toPlainText() == "too early"
    desk.dialogs()[0].reject()
    desk.settle()


def test_the_servers_place_takes_back_what_is_chosen(desk: Desk, there: Office) -> None:
    desk.connect(there)
    desk.open()
    there.server.stop(signal.SIGKILL)
    desk.say(note="too early")
    desk.window.pages.go("server")
    view = desk.window.server.view
    assert view is not None
    assert view.take_back.isVisible()
    view.take_back.click()
    desk.settle()
    assert not view.take_back.isVisible()
    assert "1 document was taken back" in desk.notice()
    assert desk.remark() == ""


def test_killed_while_it_waits_nothing_is_lost_and_nothing_sent_twice(
    desk: Desk, make_window: Callable[..., MainWindow], tmp_path: Path
) -> None:
    with office(tmp_path) as first:
        first.submit(policy())
        first.upload("release-7")
        desk.connect(first)
        desk.open()
        port = int(first.server.url.rpartition(":")[2])
        first.server.stop(signal.SIGKILL)
    desk.say(note="before the crash")
    desk.window.preferences.save()
    # The window is not closed in order: another process finds what lies on disk.
    other = make_window(lambda path, create: open_workspace(path, create=create))
    other.show_library(tmp_path / "mine.db")
    after = Desk(other, desk.settle, desk.qtbot, desk.tokens)
    after.settle()
    after.open()
    assert "▲ Your approval waits to be sent, since" in after.remark()
    with office(tmp_path, port=port) as back:
        after.synchronise()
        desk.synchronise()
        assert [each["note"] for each in back.history("release-7")] == ["before the crash"]
    assert after.verdict() == "● GO"


def test_an_answer_that_was_lost_is_recorded_once(
    desk: Desk, there: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server has it and the desk never heard: it waits, is sent again, and is on record once."""
    from tsr_agent.client.api import ServerApi
    from tsr_agent.client.refusals import UnreachedError

    desk.connect(there)
    desk.open()
    real = ServerApi.approve

    def lost(self: ServerApi, *arguments: Any, **options: Any) -> Any:
        real(self, *arguments, **options)
        raise UnreachedError("The connection broke before the answer came.")

    monkeypatch.setattr(ServerApi, "approve", lost)
    desk.say(note="once")
    assert "waits to be sent" in desk.remark()
    assert desk.verdict() == WAITS
    monkeypatch.setattr(ServerApi, "approve", real)
    desk.synchronise()
    assert len(there.history("release-7")) == 1
    assert (desk.verdict(), desk.remark()) == ("● GO", "")


def test_what_waited_too_long_is_refused_and_says_why(desk: Desk, tmp_path: Path) -> None:
    with office(tmp_path) as first:
        first.submit(policy())
        first.upload("release-7")
        desk.connect(first)
        desk.open()
        port = int(first.server.url.rpartition(":")[2])
        first.server.stop(signal.SIGKILL)
    desk.say(note="yes")
    with office(tmp_path, port=port) as back:
        back.submit(policy(count=2, revision=2))
        desk.synchronise()
        assert back.history("release-7") == []
    assert "✕ The server refused your approval" in desk.remark()
    assert "Another policy is in force" in desk.remark()
    assert "1 refused" in desk.window.status._sync.text()
    assert "refused" in desk.section()
    assert desk.verdict() == WAITS
    desk.window.pages.go("server")
    view = desk.window.server.view
    assert view is not None
    view.remove.click()
    desk.settle()
    assert desk.remark() == ""


def test_a_token_that_has_ended_makes_it_wait_with_what_to_do(desk: Desk, there: Office) -> None:
    desk.connect(there)
    desk.open()
    there.end_tokens()
    dialog = desk.ask()
    assert "does not take this token" in dialog._way.text()
    dialog.say_button.click()
    desk.settle()
    assert "waits to be sent" in desk.remark()
    assert "does not take this token" in desk.notice()
    desk.connect(there)
    desk.synchronise()
    assert len(there.history("release-7")) == 1
    assert desk.verdict() == "● GO"


def test_what_one_person_said_is_never_sent_as_another(desk: Desk, tmp_path: Path) -> None:
    with office(tmp_path) as first:
        first.submit(policy())
        first.upload("release-7")
        desk.connect(first)
        desk.open()
        port = int(first.server.url.rpartition(":")[2])
        first.server.stop(signal.SIGKILL)
    desk.say(note="mine")
    with office(tmp_path, port=port) as back:
        desk.connect(back, SAM)
        assert back.history("release-7") == []
    assert "somebody else than the one whom the token belongs to" in desk.remark()
    assert desk.verdict() == WAITS


def test_the_token_is_nowhere_but_in_the_keyring(desk: Desk, there: Office, tmp_path: Path) -> None:
    desk.connect(there)
    desk.open()
    there.server.stop(signal.SIGKILL)
    desk.say(note="waits")
    desk.window.preferences.save()
    secret = there.token(RITA).encode()
    files = [each for each in tmp_path.rglob("*") if each.is_file() and not each.name.startswith("server")]
    assert any("outbox" in str(each) for each in files)
    assert [each for each in files if secret in each.read_bytes()] == []
