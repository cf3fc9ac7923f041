"""Approving, rejecting and withdrawing, with real windows and a real server that goes and comes."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import pytest
from qtpy.QtCore import QCoreApplication, QEvent, Qt
from qtpy.QtWidgets import QMessageBox

from aitr_desktop.actions.spec import Act
from aitr_desktop.library.workspace import open_workspace
from aitr_desktop.views.act_buttons import ActButtons
from aitr_desktop.views.approval_dialog import ApprovalDialog
from aitr_desktop.windows.connect_dialog import ConnectDialog
from tests.factories.reports import manifest, report, results
from tests.factories.waiting_releases import RITA, SAM, Office, office, policy
from tsr_agent.clock import SystemClock
from tsr_agent.models.access import Role
from tsr_agent.models.results import CaseStatus, TestType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aitr_desktop.item_models.cells import Node
    from aitr_desktop.windows.main_window import MainWindow
    from tests.desktop.fakes import MemoryTokens

WAITS = "▲ PENDING REVIEW"


@pytest.fixture
def clock() -> SystemClock:
    """The server's documents are of now."""
    return SystemClock()


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Office]:
    """A server with a release that waits for one release manager."""
    with office(tmp_path) as server:
        server.submit(policy())
        server.upload("release-7")
        yield server


class Desk:
    """Somebody at the window."""

    def __init__(
        self, window: MainWindow, settled: Callable[[], None], qtbot: QtBot, tokens: MemoryTokens
    ) -> None:
        self.window, self._settled, self.qtbot, self.tokens = window, settled, qtbot, tokens

    def settle(self) -> None:
        self._settled()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def connect(self, server: Office, subject: str = RITA, role: Role = Role.RELEASE_MANAGER) -> None:
        self.window.menus.action(Act.CONNECT).trigger()
        self.settle()
        (dialog,) = self.window.findChildren(ConnectDialog)
        dialog.address.setEditText(server.server.url)
        dialog.token.setText(server.token(subject, role))
        dialog.connect_button.click()
        self.settle()

    def open(self, report_id: str = "release-7") -> None:
        assert self.window.workbench is not None
        self.window.workbench.show_report(report_id)
        self.settle()

    def ask(self, act: Act = Act.APPROVE) -> ApprovalDialog:
        assert self.window.menus.reason(act) == ""
        self.window.menus.action(act).trigger()
        self.settle()
        (dialog,) = self.window.findChildren(ApprovalDialog)
        return dialog

    def say(self, act: Act = Act.APPROVE, note: str = "") -> None:
        dialog = self.ask(act)
        dialog.note.setPlainText(note)
        assert dialog.say_button.isEnabled()
        dialog.say_button.click()
        self.settle()

    def synchronise(self) -> None:
        self.window.menus.action(Act.SYNCHRONISE).trigger()
        self.settle()

    def dialogs(self) -> list[ApprovalDialog]:
        return self.window.findChildren(ApprovalDialog)

    def verdict(self) -> str:
        assert self.window.workbench is not None
        return self.window.workbench.detail.band._verdict.text()

    def remark(self) -> str:
        assert self.window.workbench is not None
        said = self.window.workbench.detail.band._said
        return said.text() if said.isVisibleTo(self.window) else ""

    def listed(self) -> str:
        """The verdict of the first report of the list."""
        assert self.window.workbench is not None
        found = self.window.workbench.reports.report(0)
        assert found is not None
        return str(found.verdict)

    def notice(self) -> str:
        return self.window.notices.bar.text()

    def section(self) -> str:
        """Every word of the section about approvals."""
        assert self.window.workbench is not None
        found = next(each for each in self.window.workbench.detail.sections() if each.key == "approvals")
        tables = [tree.table() for tree in found.trees()]
        return "\n".join(text for table in tables if table for node in table.nodes for text in _texts(node))


def _texts(node: Node) -> list[str]:
    return [cell.text for cell in node.cells] + [text for below in node.below() for text in _texts(below)]


@pytest.fixture
def desk(
    make_window: Callable[..., MainWindow],
    tmp_path: Path,
    settled: Callable[[], None],
    qtbot: QtBot,
    tokens: MemoryTokens,
) -> Desk:
    window = make_window(lambda path, create: open_workspace(path, create=create))
    window.show_library(tmp_path / "mine.db", create=True)
    settled()
    return Desk(window, settled, qtbot, tokens)


def test_an_approval_is_shown_in_full_sent_once_and_counts_with_the_servers_document(
    desk: Desk, there: Office
) -> None:
    desk.connect(there)
    desk.open()
    assert (desk.verdict(), desk.listed()) == (WAITS, WAITS)
    dialog = desk.ask()
    release = desk.window.workbench.report.release  # type: ignore[union-attr]
    shown = dialog.facts.text()
    for needed in (
        "Report: release-7",
        f"SHA-256: {release.report_digest}",
        f"Commit: {report().versions.codebase_sha}",
        "Environment: production",
        "Policy: support-bot 1",
        f"Policy's SHA-256: {release.decision.policy.digest}",
        "1 person has to approve, a release manager, but nobody who started the run.",
        f"Who: {RITA} (release manager)",
        "Started by: Dana Developer",
    ):
        assert needed in shown
    assert dialog.comes_to() == "1 of 1 approval; then ● GO."
    assert "has the same on record" in dialog._way.text()
    assert not dialog.say_button.isDefault()
    assert not dialog.say_button.autoDefault()
    dialog.note.setPlainText("Checked the evals myself.")
    dialog.say_button.click()
    desk.settle()
    assert desk.dialogs() == []
    (said,) = there.history("release-7")
    assert (said["approved_by"], said["note"]) == (RITA, "Checked the evals myself.")
    assert there.verdict("release-7") == "go"
    assert (desk.verdict(), desk.listed(), desk.remark()) == ("● GO", "● GO", "")
    assert "✓ approved" in desk.section()
    assert "Checked the evals myself." in desk.section()
    assert "Nobody has to" not in desk.window.menus.reason(Act.APPROVE)
    assert "approved already" in desk.window.menus.reason(Act.APPROVE)


def test_escape_and_enter_leave_everything_as_it_was_and_the_note_comes_back(
    desk: Desk, there: Office
) -> None:
    desk.connect(there)
    desk.open()
    dialog = desk.ask()
    dialog.note.setPlainText("half a thought")
    desk.qtbot.keyClick(dialog.facts, Qt.Key.Key_Return)
    desk.settle()
    assert there.history("release-7") == []
    for dialog in desk.dialogs():
        desk.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    desk.settle()
    assert desk.dialogs() == []
    again = desk.ask()
    assert again.note.toPlainText() == "half a thought"
    again.reject()
    desk.settle()
    assert there.history("release-7") == []
    assert desk.verdict() == WAITS


def test_a_rejection_needs_a_note_and_ends_as_no_go(desk: Desk, there: Office) -> None:
    desk.connect(there)
    desk.open()
    dialog = desk.ask(Act.REJECT)
    assert not dialog.say_button.isEnabled()
    assert "Write why" in dialog.say_button.toolTip()
    dialog.note.setPlainText(" \n ")
    assert not dialog.say_button.isEnabled()
    dialog.note.setPlainText("x" * 10_001)
    assert not dialog.say_button.isEnabled()
    assert "10,001 of 10,000" in dialog._count.text()
    dialog.note.setPlainText("The refusals are too short.")
    assert dialog.comes_to() == f"Then ■ NO-GO. Rejected by {RITA}."
    dialog.say_button.click()
    desk.settle()
    assert there.verdict("release-7") == "no_go"
    assert desk.verdict() == "■ NO-GO"
    assert "The refusals are too short." in desk.section()


def test_two_people_approve_one_after_the_other(desk: Desk, there: Office) -> None:
    there.submit(policy(count=2, revision=2))
    there.upload("release-8")
    desk.connect(there)
    desk.open("release-8")
    dialog = desk.ask()
    assert dialog.comes_to().startswith("1 of 2 approvals; then ▲ PENDING REVIEW.")
    dialog.say_button.click()
    desk.settle()
    assert (desk.verdict(), there.verdict("release-8")) == (WAITS, "pending_review")
    there.say("approve", "release-8", SAM)
    desk.synchronise()
    assert desk.verdict() == "● GO"


@pytest.mark.parametrize(
    ("who", "role", "changed", "reason"),
    [
        ("Dana Developer", Role.RELEASE_MANAGER, {}, "Dana Developer triggered the run: somebody else has"),
        (RITA, Role.VIEWER, {}, "Your role, viewer, can't approve here: it takes a release manager"),
        (RITA, Role.TECH_LEAD, {}, "Your role, tech lead, can't approve here: it takes a release manager."),
        (
            RITA,
            Role.RELEASE_MANAGER,
            {"test_results": (results(TestType.UNIT, CaseStatus.FAILED),)},
            "The decision is NO-GO, which nobody can approve.",
        ),
        (RITA, Role.RELEASE_MANAGER, {"environment": "staging"}, "Nobody has to approve this release."),
    ],
)
def test_who_may_not_approve_is_told_before(  # noqa: PLR0917  (one case)
    desk: Desk, there: Office, who: str, role: Role, changed: dict[str, Any], reason: str
) -> None:
    there.upload("release-8", **changed)
    desk.connect(there, who, role)
    desk.open("release-8")
    assert reason in desk.window.menus.reason(Act.APPROVE)
    action = desk.window.menus.action(Act.APPROVE)
    assert not action.isEnabled()
    button = desk.window.workbench.findChildren(ActButtons)[0].buttons[0]  # type: ignore[union-attr]
    assert not button.isEnabled()
    assert reason in button.accessibleDescription()
    assert button.property("primary") == "false"
    action.trigger()
    assert desk.dialogs() == []


def test_without_ever_being_connected_nobody_is_asked(desk: Desk, there: Office) -> None:
    desk.connect(there)
    desk.open()
    desk.window.server.connecting.disconnect_from(
        desk.window.server.connecting.address(),  # type: ignore[arg-type]
        in_keyring=True,
    )
    desk.settle()
    for act in (Act.APPROVE, Act.REJECT, Act.WITHDRAW):
        assert "Connect to a server first: it knows who you are" in desk.window.menus.reason(act)
    assert desk.window.preferences.now.people == {}


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


def test_what_the_server_decided_meanwhile_is_not_approved_unseen(desk: Desk, there: Office) -> None:
    desk.connect(there)
    desk.open()
    dialog = desk.ask()
    there.say("reject", "release-7", SAM, note="Stop.")
    dialog.say_button.click()
    desk.settle()
    assert [each["action"] for each in there.history("release-7")] == ["reject"]
    # The rejection was fetched, and the dialog says what came.
    assert f"{SAM} rejected it." in dialog.told()
    assert "Nothing was sent" in dialog.told()
    assert not dialog.say_button.isEnabled()
    assert dialog.look_button.isVisible()
    assert desk.verdict() == "■ NO-GO"
    dialog.look_button.click()
    desk.settle()
    assert dialog._verdict.text() == "■ NO-GO"
    assert "People disagree" in dialog.comes_to()
    assert dialog.say_button.isEnabled()
    dialog.reject()
    desk.settle()


def test_a_rejection_that_comes_in_while_the_dialog_is_open_stops_it(desk: Desk, there: Office) -> None:
    desk.connect(there)
    desk.open()
    dialog = desk.ask()
    there.say("reject", "release-7", SAM, note="Stop.")
    desk.window.server.synchronising.run(by_itself=True)
    desk.settle()
    assert f"{SAM} rejected it." in dialog.told()
    assert not dialog.say_button.isEnabled()
    dialog.reject()
    desk.settle()


def test_another_policy_ends_what_was_begun(desk: Desk, there: Office) -> None:
    desk.connect(there)
    desk.open()
    there.submit(policy(count=2, revision=2))
    dialog = desk.ask()
    dialog.say_button.click()
    desk.settle()
    assert there.history("release-7") == []
    assert not (dialog.say_button.isEnabled() and dialog.told() == "")
    dialog.reject()
    desk.settle()
    assert desk.verdict() == WAITS


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


def test_what_one_said_is_withdrawn(desk: Desk, there: Office) -> None:
    desk.connect(there)
    desk.open()
    assert "Nothing that you said" in desk.window.menus.reason(Act.WITHDRAW)
    desk.say(note="yes")
    assert desk.verdict() == "● GO"
    dialog = desk.ask(Act.WITHDRAW)
    assert "✓ approved" in dialog.facts.text()
    assert "then" in dialog.comes_to().lower()
    dialog.say_button.click()
    desk.settle()
    assert [each["action"] for each in there.history("release-7")] == ["approve", "revoke"]
    assert desk.verdict() == WAITS


def test_of_several_words_one_is_chosen_to_be_withdrawn(desk: Desk, there: Office) -> None:
    desk.connect(there)
    desk.open()
    desk.say(note="yes")
    desk.say(Act.REJECT, note="no")
    assert desk.verdict() == WAITS
    dialog = desk.ask(Act.WITHDRAW)
    assert dialog._which.count() == 2
    dialog._which.setCurrentIndex(1)
    assert "✕ rejected" in dialog.facts.text()
    assert "● GO" in dialog.comes_to()
    dialog.say_button.click()
    desk.settle()
    assert desk.verdict() == "● GO"


def test_the_dialog_is_walked_with_keys_alone(desk: Desk, there: Office) -> None:
    desk.connect(there)
    desk.open()
    desk.window.activateWindow()
    desk.qtbot.waitUntil(desk.window.isActiveWindow)
    desk.qtbot.keyClick(
        desk.window, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    desk.settle()
    (dialog,) = desk.dialogs()
    desk.qtbot.waitUntil(lambda: dialog.isActiveWindow() and dialog.facts.hasFocus())
    walked = []
    for _ in range(4):
        focused = dialog.focusWidget()
        assert focused is not None
        walked.append(focused)
        desk.qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert walked == [dialog.facts, dialog.note, dialog.say_button, dialog.cancel_button]
    desk.qtbot.keyClicks(dialog.note, "by hand")
    dialog.say_button.setFocus()
    desk.qtbot.keyClick(dialog.say_button, Qt.Key.Key_Space)
    desk.settle()
    assert [each["note"] for each in there.history("release-7")] == ["by hand"]
    for part in (dialog.facts, dialog.note, dialog.say_button, dialog.cancel_button):
        assert part is not None


def test_everything_in_the_dialog_has_a_name_for_those_who_listen(desk: Desk, there: Office) -> None:
    desk.connect(there)
    desk.open()
    dialog = desk.ask()
    assert dialog.facts.accessibleName() == "What is on record"
    assert "SHA-256: " in dialog.facts.accessibleDescription()
    assert dialog.note.accessibleName().startswith("Note")
    assert dialog.say_button.text() == "Approve"
    assert dialog.say_button.accessibleDescription() == "1 of 1 approval; then ● GO."
    dialog.reject()
    desk.settle()


def test_hostile_names_and_notes_go_there_and_come_back_as_text(desk: Desk, there: Office) -> None:
    name, note = "<b>Rita</b> {0} %n", "<img src=x onerror=alert(1)> \u202etxt.exe ● GO\x00\x1b[31m & =1+1"
    desk.connect(there, name)
    desk.open()
    dialog = desk.ask()
    assert name in dialog._as_whom.text()
    assert dialog._as_whom.textFormat() == Qt.TextFormat.PlainText
    dialog.note.setPlainText(note)
    dialog.say_button.click()
    desk.settle()
    (said,) = there.history("release-7")
    assert said["note"] == note.replace("\x00", "")
    assert desk.verdict() == "● GO"
    assert "⟨U+202E⟩" in desk.section()
    assert "\u202e" not in desk.section()


def test_a_server_that_answers_about_something_else_is_not_believed(
    desk: Desk, there: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tsr_agent.client.api import ServerApi
    from tsr_agent.errors import IntegrityError

    desk.connect(there)
    desk.open()

    def lies(self: ServerApi, *_arguments: Any, **_options: Any) -> Any:
        raise IntegrityError("It answered about something else.", next_step="Do not release.")

    monkeypatch.setattr(ServerApi, "go_no_go", lies)
    dialog = desk.ask()
    dialog.say_button.click()
    desk.settle()
    assert "✕ It answered about something else." in dialog.told()
    assert there.history("release-7") == []
    assert desk.remark() == ""
    dialog.reject()
    desk.settle()


def test_a_report_that_the_server_does_not_have_is_said_and_nothing_waits(
    desk: Desk, there: Office, tmp_path: Path
) -> None:
    from tests.factories.histories import upload
    from tsr_agent.store.engine import open_library

    desk.connect(there)
    with open_library(tmp_path / "mine.db") as library:
        upload(library, "only-here", waits=True)
    desk.window.reports_page.refresh()
    desk.settle()
    desk.open("only-here")
    dialog = desk.ask()
    dialog.say_button.click()
    desk.settle()
    assert "There is no report of this id." in dialog.told()
    assert desk.remark() == ""
    dialog.reject()
    desk.settle()
    assert "waiting" not in desk.window.status._sync.text()


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


def test_a_commit_of_ones_own_is_told_where_the_policy_minds(desk: Desk, there: Office) -> None:
    there.upload("release-8", versions=manifest(codebase_author="Rita Release <rita@example.org>"))
    desk.connect(there)
    desk.open("release-8")
    # This policy leaves out only who started the run.
    assert desk.window.menus.reason(Act.APPROVE) == ""
