"""Approving, rejecting and withdrawing where the server is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from qtpy.QtCore import Qt

from aitr_desktop.actions.spec import Act
from aitr_desktop.views.act_buttons import ActButtons
from tests.desktop.answering_desk import WAITS, Desk
from tests.factories.reports import manifest, report, results
from tests.factories.waiting_releases import RITA, SAM, Office, policy
from tsr_agent.models.access import Role
from tsr_agent.models.results import CaseStatus, TestType

if TYPE_CHECKING:
    from pathlib import Path


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
    desk.qtbot.keyClick(dialog.say_button, Qt.Key.Key_Return)
    desk.settle()
    assert [each["note"] for each in there.history("release-7")] == ["by hand"]


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


def test_a_commit_of_ones_own_is_told_where_the_policy_minds(desk: Desk, there: Office) -> None:
    there.upload("release-8", versions=manifest(codebase_author="Rita Release <rita@example.org>"))
    desk.connect(there)
    desk.open("release-8")
    # This policy leaves out only who started the run.
    assert desk.window.menus.reason(Act.APPROVE) == ""
