"""Trying a draft on the report on screen, on all reports, and handing it in to a real server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from aitr_desktop.actions.spec import Act
from aitr_desktop.item_models.cells import Kind
from aitr_desktop.item_models.policy_blocks import backtest_blocks, effect_blocks
from aitr_desktop.item_models.tree_model import TreeModel
from aitr_desktop.library import policy_submission
from aitr_desktop.library.policy_trials import effect_on, try_on_all
from aitr_desktop.views.policy.difference_dialog import DifferenceDialog
from aitr_desktop.views.policy.submit_dialog import SubmitDialog
from aitr_desktop.windows.connect_dialog import ConnectDialog
from tests.desktop.fakes import Watching
from tests.desktop.serving import history
from tests.factories.reports import NOON
from tests.factories.servers import running_server
from tsr_agent.backtest import BacktestRequest, backtest
from tsr_agent.client.address import ServerAddress
from tsr_agent.client.api import ServerApi
from tsr_agent.client.credentials import Token
from tsr_agent.client.transport import Transport
from tsr_agent.errors import ServiceError
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.models.access import Role
from tsr_agent.models.api import PolicySubmission
from tsr_agent.store.engine import open_library
from tsr_agent.store.tables import approvals, decisions, report_documents

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Never

    from pytestqt.modeltest import ModelTester

    from tests.desktop.windows.policies.conftest import Writer
    from tests.factories.servers import RunningServer

RULE = "  - id: a\n    check: tests\n    where: {type: unit}\n    require: {failed: 99}\n"
LENIENT = f"version: 1\nname: team\nrules:\n{RULE}"
STRICT = LENIENT.replace("99", "0, min_executed: 100000")


def counts(library: Path) -> list[int]:
    from sqlalchemy import func, select

    with open_library(library) as opened, opened.read() as connection:
        tables = (report_documents, decisions, approvals)
        return [connection.execute(select(func.count()).select_from(each)).scalar_one() for each in tables]


def show(writer: Writer, report_id: str) -> None:
    assert writer.window.workbench is not None
    writer.window.workbench.show_report(report_id)
    writer.settle()


def test_the_effect_on_the_report_on_screen_follows_the_text(writer: Writer, library: Path) -> None:
    before = counts(library)
    writer.do(Act.POLICY_NEW)
    show(writer, "r-0001")
    writer.write(STRICT)
    writer.do(Act.POLICY_TRY)
    pane = writer.shop.view.effect
    assert "NO-GO" in pane.sentence.text()
    assert "r-0001" in pane.about.text()
    assert "a preview" in pane.about.text()
    writer.edit.insertPlainText("\n")
    assert "before your last change" in pane.about.text()
    writer.settle()
    writer.write("version: 1\n")
    assert not pane.has_blocks
    assert "not valid" in pane.message.message().body
    show(writer, "r-0002")
    writer.write(LENIENT)
    assert "r-0002" in pane.about.text()
    assert counts(library) == before


def test_a_rule_that_changes_leads_to_the_rule_of_the_report(writer: Writer) -> None:
    writer.do(Act.POLICY_NEW)
    show(writer, "r-0001")
    writer.write(STRICT)
    writer.do(Act.POLICY_TRY)
    section = writer.shop.view.effect.tables.sections[1]
    (tree,) = section.trees()
    tree.go_to((0,))
    QTest.keyClick(tree, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    writer.settle()
    assert writer.window.pages.here == "reports"


def test_a_trial_on_all_reports_is_that_of_policy_backtest(writer: Writer, library: Path) -> None:
    before = counts(library)
    writer.do(Act.POLICY_NEW)
    writer.write(STRICT)
    writer.do(Act.POLICY_TRY_ALL)
    with open_library(library) as opened:
        right = backtest(opened, BacktestRequest(policy=parse_policy(STRICT.encode(), "x")))
    pane = writer.shop.view.all_reports
    assert right.flipped
    assert pane.sentence.text() == f"{right.flipped} of 4 reports would be decided otherwise."
    listed = pane.tables.sections[0].trees()[0].table()
    assert listed is not None
    assert [each.anchor.value for each in listed.nodes if each.anchor] == [
        each.report_id for each in right.flips
    ]
    assert counts(library) == before
    tree = pane.tables.sections[0].trees()[0]
    target = listed.nodes[0].anchor
    assert target is not None
    assert target.kind is Kind.REPORT
    tree.followed.emit(target)
    writer.settle()
    assert writer.window.pages.here == "reports"
    assert writer.window.workbench is not None
    assert writer.window.workbench.report is not None
    assert writer.window.workbench.report.report_id == target.value


def test_another_text_makes_a_trial_an_earlier_one(writer: Writer) -> None:
    writer.do(Act.POLICY_NEW)
    writer.write(STRICT)
    writer.do(Act.POLICY_TRY_ALL)
    writer.write(LENIENT)
    assert "Of an earlier text" in writer.shop.view.all_reports.about.text()


def test_a_trial_that_is_cancelled_says_how_far_it_came(library: Path) -> None:
    policy = parse_policy(STRICT.encode(), "x")
    found = try_on_all(library, policy, Watching(steps=2))
    assert not found.complete
    assert found.judged < 4
    whole = try_on_all(library, policy, Watching())
    assert whole.complete


def test_effect_and_trial_agree_on_every_report(library: Path, qtmodeltester: ModelTester) -> None:
    for text in (STRICT, LENIENT):
        policy = parse_policy(text.encode(), "x")
        trial = try_on_all(library, policy, Watching())
        flips = {each.report_id: (each.was, each.would_be) for each in trial.flips}
        for number in range(4):
            name = f"r-{number:04}"
            found = effect_on(library, name, policy, NOON)
            assert (found.then != found.now) is (name in flips)
            for block in (*effect_blocks(found), *backtest_blocks(trial)):
                for _, table in block.tables:
                    qtmodeltester.check(TreeModel(table))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    history(tmp_path / "server.db", 2)
    with running_server(tmp_path / "server.db", tmp_path) as running:
        yield running


def api(server: RunningServer, role: Role = Role.TECH_LEAD) -> ServerApi:
    return ServerApi(Transport(ServerAddress.parse(server.url), Token(server.token(role))))


def connect(writer: Writer, server: RunningServer, role: Role) -> None:
    writer.window.menus.action(Act.CONNECT).trigger()
    writer._settled()
    (dialog,) = writer.window.findChildren(ConnectDialog)
    dialog.address.setEditText(server.url)
    dialog.token.setText(server.token(role))
    dialog.connect_button.click()
    writer._settled()


def ask(writer: Writer) -> SubmitDialog:
    writer.do(Act.POLICY_SUBMIT)
    (dialog,) = (each for each in writer.window.findChildren(SubmitDialog) if each.isVisible())
    return dialog


def test_a_tech_lead_puts_a_policy_in_force_and_over_nobody_elses(
    writer: Writer, server: RunningServer
) -> None:
    writer.do(Act.POLICY_NEW)
    writer.write(STRICT)
    assert "Connect to a server" in writer.reason(Act.POLICY_SUBMIT)
    connect(writer, server, Role.TECH_LEAD)
    dialog = ask(writer)
    assert "tech lead" in dialog.who.text()
    assert dialog.name.text() == "team"
    assert dialog.submit_button.text() == "Submit as version 1"
    dialog.note.setPlainText("begin")
    dialog.submit_button.click()
    writer.settle()
    there = api(server).policy("team")
    assert there.submission is not None
    assert (there.number, there.note, there.submission.document) == (1, "begin", STRICT)
    assert "version 1" in writer.window.notices.bar.text()

    repository = "https://git.example.org/team/app"
    writer.write(STRICT + "# mine\n")
    dialog = ask(writer)
    theirs = PolicySubmission(
        document=LENIENT, repositories=(repository,), waivers="version: 1\nwaivers: []\n", expected_number=1
    )
    assert api(server).submit_policy("team", theirs).number == 2
    dialog.submit_button.click()
    writer.settle()
    assert "Somebody else has submitted a version meanwhile" in dialog.said.text()
    assert "Version 2" in dialog.there.text()
    assert api(server).policy("team").number == 2
    dialog.difference_button.click()
    writer.settle()
    (difference,) = dialog.findChildren(DifferenceDialog)
    assert "# mine" in difference.text.toPlainText()
    difference.reject()
    dialog.submit_button.click()
    writer.settle()
    there = api(server).policy("team")
    assert there.number == 3
    assert there.repositories == (repository,)
    assert there.submission is not None
    assert there.submission.waivers == theirs.waivers


def test_what_could_not_be_looked_at_is_looked_at_before_it_is_submitted_over(
    writer: Writer, server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = PolicySubmission(document=LENIENT, waivers="version: 1\nwaivers: []\n", expected_number=0)
    api(server).submit_policy("other", theirs)
    writer.do(Act.POLICY_NEW)
    writer.write(STRICT)
    connect(writer, server, Role.TECH_LEAD)
    dialog, look = ask(writer), policy_submission.look_at_server

    def away(*_: object) -> Never:
        raise ServiceError("The server does not answer.")

    monkeypatch.setattr(policy_submission, "look_at_server", away)
    dialog.name.setText("other")
    dialog.name.editingFinished.emit()
    writer.settle()
    assert "does not answer" in dialog.said.text()
    monkeypatch.setattr(policy_submission, "look_at_server", look)
    dialog.submit_button.click()
    writer.settle()
    assert dialog.submit_button.text() == "Submit as version 2"
    assert api(server).policy("other").number == 1
    dialog.submit_button.click()
    writer.settle()
    there = api(server).policy("other")
    assert there.submission is not None
    assert (there.number, there.submission.waivers) == (2, theirs.waivers)


def test_whoever_may_not_is_told_why_and_nothing_is_sent(writer: Writer, server: RunningServer) -> None:
    writer.do(Act.POLICY_NEW)
    writer.write(STRICT)
    connect(writer, server, Role.VIEWER)
    dialog = ask(writer)
    assert not dialog.submit_button.isEnabled()
    assert "Only a tech lead" in dialog.said.text()
    assert api(server).policies().items == ()
    dialog.reject()


def test_files_that_the_policy_names_go_along(writer: Writer, server: RunningServer, tmp_path: Path) -> None:
    (tmp_path / "gate" / "shared").mkdir(parents=True)
    base, path = tmp_path / "gate" / "shared" / "base.yaml", tmp_path / "gate" / "policy.yaml"
    base.write_text(STRICT.replace("team", "base") + "flaky: {quarantine_file: flaky.yaml}\n")
    (base.parent / "flaky.yaml").write_text("version: 1\ntests: []\n")
    path.write_text("version: 1\nname: team\nextends: shared/base.yaml\n")
    writer.open(path)
    connect(writer, server, Role.TECH_LEAD)
    dialog = ask(writer)
    dialog.submit_button.click()
    writer.settle()
    there = api(server).policy("team")
    assert there.submission is not None
    assert set(there.submission.files) == {"shared/base.yaml", "shared/flaky.yaml"}


def test_a_server_that_is_away_is_said_and_nothing_is_lost(writer: Writer, server: RunningServer) -> None:
    import signal

    writer.do(Act.POLICY_NEW)
    writer.write(STRICT)
    connect(writer, server, Role.TECH_LEAD)
    assert server.stop(signal.SIGTERM) == 0
    dialog = ask(writer)
    assert "✕" in dialog.said.text()
    assert dialog.isVisible()
    dialog.reject()
    assert writer.edit.text() == STRICT
