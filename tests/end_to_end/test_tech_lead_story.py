"""A tech lead with a doubt: what changed since the last approved release, and would another policy do?

Real windows, a real library, a real server that goes away in between and comes back.
"""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


from aitr_desktop.actions.spec import Act
from aitr_desktop.settings import ThemeChoice
from aitr_desktop.theme import ThemeController
from aitr_desktop.views.policy.submit_dialog import SubmitDialog
from aitr_desktop.windows import file_dialogs
from tests.desktop.at_the_window import LIBRARY, connect_to, leave_theme, leave_window, open_window, words
from tests.desktop.fakes import MemoryTokens
from tests.factories.histories import filed_counts, say, upload
from tests.factories.reports import NOON
from tests.factories.servers import running_server
from tsr_agent.client.address import ServerAddress
from tsr_agent.client.api import ServerApi
from tsr_agent.client.credentials import Token
from tsr_agent.client.transport import Transport
from tsr_agent.models.access import Role
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.store.engine import open_library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot
    from qtpy.QtWidgets import QApplication

    from aitr_desktop.tasks import Tasks
    from aitr_desktop.windows.main_window import MainWindow
    from aitr_desktop.windows.policies.workshop import Workshop
    from tests.factories.servers import RunningServer
    from tsr_agent.models.api import PolicyVersion

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints", extend=True)


class TechLead:
    """The person at the window."""

    def __init__(self, window: MainWindow, tasks: Tasks, qtbot: QtBot, folder: Path) -> None:
        self.window, self._tasks, self._qtbot, self.library = window, tasks, qtbot, folder / LIBRARY

    @property
    def shop(self) -> Workshop:
        return self.window.deciding.policies.workshop()

    def wait(self) -> None:
        self._qtbot.waitUntil(lambda: self._tasks.is_idle, timeout=60_000)

    def do(self, act: Act) -> None:
        self.window.menus.refresh()
        assert not self.window.menus.reason(act)
        self.window.menus.action(act).trigger()
        self.checked()

    def checked(self) -> None:
        self.wait()
        if self.shop.files.file is not None:
            self._qtbot.waitUntil(lambda: self.shop.checking.now is not None, timeout=60_000)
        self.wait()

    def write(self, text: str) -> None:
        self.shop.view.editor.text.replace_text(text)
        self.checked()

    def connect(self, server: RunningServer) -> None:
        connect_to(self.window, server.url, server.token(Role.TECH_LEAD), self.wait)

    def submit(self) -> SubmitDialog:
        self.do(Act.POLICY_SUBMIT)
        (dialog,) = (each for each in self.window.findChildren(SubmitDialog) if each.isVisible())
        return dialog


@pytest.fixture
def lead(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[TechLead]:
    theme = ThemeController(qapp, ThemeChoice.LIGHT)
    window, tasks = open_window(theme, tmp_path, MemoryTokens())
    made = TechLead(window, tasks, qtbot, tmp_path)
    made.wait()
    yield made
    made.shop.view.editor.text.document().setModified(False)
    made.wait()
    leave_window(window)
    leave_theme(theme)


RULE = (
    "- id: enough-units\n  check: tests\n  where: {type: unit}\n"
    "  require: {failed: 0, min_executed: 100000}\n  fix: Run them all.\n"
)


def compare_with_last_approved(lead: TechLead) -> None:
    """What changed since the last release that somebody approved: from the library alone."""
    assert lead.window.workbench is not None
    lead.window.workbench.show_report("r-0")
    lead.wait()
    lead.window.menus.action(Act.COMPARE_LAST_APPROVED).trigger()
    lead.wait()
    assert lead.window.pages.here == "compare"
    compared = lead.window.deciding.comparison.comparing.compared
    assert compared is not None
    assert compared.ids == ("r-3", "r-0")
    shown = words(lead.window.deciding.comparison.view())
    assert "● GO" in shown
    assert "▲ PENDING REVIEW" in shown
    lead.window.pages.go("reports")


def try_a_stricter_bound(lead: TechLead, begun: str) -> None:
    """Would it have stopped the release, and what else would it have stopped?"""
    lead.write(begun + RULE)
    assert lead.shop.checking.now is not None
    assert lead.shop.checking.now.errors == 0
    lead.do(Act.POLICY_TRY)
    effect = lead.shop.view.effect
    assert "NO-GO" in effect.sentence.text()
    assert "enough-units" in effect.sentence.text()
    lead.do(Act.POLICY_TRY_ALL)
    trial = lead.shop.view.all_reports
    assert trial.sentence.text() == "6 of 6 reports would be decided otherwise."
    listed = trial.tables.sections[0].trees()[0].table()
    assert listed is not None
    assert {each.anchor.value for each in listed.nodes if each.anchor} == {f"r-{each}" for each in range(6)}


def slip_and_mend(lead: TechLead, begun: str) -> str:
    """A slip is said at once, and no gate would take it; gives the text that is meant in the end."""
    lead.write(begun + RULE.replace("min_executed", "min_exected"))
    found = lead.shop.checking.now
    assert found is not None
    assert "1 error" in lead.shop.view.editor.state.whole()
    assert "did you mean 'min_executed'?" in found.findings[0].message
    assert "not valid" in lead.window.menus.reason(Act.POLICY_TRY_ALL)
    softer = begun + RULE.replace("100000", "1")
    lead.write(softer)
    lead.do(Act.POLICY_TRY)
    assert "enough-units" not in lead.shop.view.effect.sentence.text()
    return softer


def hand_in(lead: TechLead, server: RunningServer) -> PolicyVersion:
    """Puts the policy in force; gives what the server has then."""
    lead.connect(server)
    dialog = lead.submit()
    dialog.note.setPlainText("Count the unit tests")
    dialog.submit_button.click()
    lead.wait()
    api = ServerApi(Transport(ServerAddress.parse(server.url), Token(server.token(Role.VIEWER))))
    there = api.policy("my-policy")
    api.close()
    return there


def test_a_doubt_becomes_a_comparison_and_a_policy_that_was_tried(
    lead: TechLead, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_library(tmp_path / "server.db", create=True) as library:
        for number in range(6):
            upload(library, f"r-{number}", waits=True, created_at=NOON - timedelta(days=number))
        say(library, "r-3", ApprovalAction.APPROVE, by="Rita")
    with running_server(tmp_path / "server.db", tmp_path) as server:
        lead.connect(server)
        assert server.stop(signal.SIGTERM) == 0
    assert lead.window.workbench is not None
    assert lead.window.workbench.reports.rowCount() == 6
    with open_library(lead.library) as library:
        filed = filed_counts(library)

    compare_with_last_approved(lead)
    lead.do(Act.POLICY_NEW)
    begun = lead.shop.view.editor.text.text()
    try_a_stricter_bound(lead, begun)
    softer = slip_and_mend(lead, begun)

    # It is saved, and handed in once the server is back; without one it says so and nothing is lost.
    saved = tmp_path / "team.yaml"
    monkeypatch.setattr(file_dialogs, "ask_save_policy", lambda _, __: saved)
    lead.do(Act.POLICY_SAVE)
    assert saved.read_text() == softer
    dialog = lead.submit()
    assert "✕" in dialog.said.text()
    dialog.reject()
    with running_server(tmp_path / "server.db", tmp_path) as server:
        there = hand_in(lead, server)
    assert there.submission is not None
    assert (there.submission.document, there.note) == (softer, "Count the unit tests")

    # Nothing that was tried is on record.
    with open_library(lead.library) as library:
        assert filed_counts(library) == filed
