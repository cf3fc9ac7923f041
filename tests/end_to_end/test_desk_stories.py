"""The desk as people use it: real windows and tasks, a real library, and a real server that goes away."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from pypdf import PdfReader

from aitr_desktop.actions.spec import Act
from aitr_desktop.code.line_selection import LineSelection
from aitr_desktop.item_models.cells import Kind, Target
from aitr_desktop.item_models.tree_model import TreeModel
from aitr_desktop.settings import ThemeChoice
from aitr_desktop.theme import ThemeController
from aitr_desktop.views.save_dialog import SaveDialog
from aitr_desktop.views.section_tree import SectionTree
from aitr_desktop.windows import file_dialogs
from tests.desktop.at_the_window import LIBRARY, connect_to, leave_theme, leave_window, open_window, words
from tests.desktop.fakes import MemoryTokens
from tests.factories import shown_reports as reports
from tests.factories.compared_reports import SAMPLE, sample
from tests.factories.histories import say, upload
from tests.factories.printed_reports import flat, page_texts
from tests.factories.reports import NOON
from tests.factories.repositories import commit, git, repository
from tests.factories.servers import running_server
from tests.factories.surfaces import figures_say, paper_says, window_says
from tests.factories.tampering import drop_guards
from tsr_agent.client.address import ServerAddress
from tsr_agent.client.api import ServerApi
from tsr_agent.client.credentials import Token
from tsr_agent.client.transport import Transport
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult
from tsr_agent.store.engine import open_library
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot
    from qtpy.QtWidgets import QApplication

    from aitr_desktop.item_models.cells import Node
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.windows.main_window import MainWindow
    from tests.factories.servers import RunningServer

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints", extend=True)
REPOSITORY = "https://git.example.org/team/support-bot"
TEST_CODE = "".join(f"# line {number}\n" for number in range(1, 41)) + "    assert 'mg' not in answer\n"


class Desk:
    """A person at the window."""

    def __init__(self, window: MainWindow, tasks: Tasks, qtbot: QtBot, folder: Path) -> None:
        self.window, self._tasks, self._qtbot, self.library = window, tasks, qtbot, folder / LIBRARY

    def wait(self) -> None:
        self._qtbot.waitUntil(lambda: self._tasks.is_idle and not self._is_filling(), timeout=60_000)

    def _is_filling(self) -> bool:
        """Whether sections of the report still come on screen: they do so in turns."""
        return self.window.workbench is not None and self.window.workbench.detail.is_filling

    def connect(self, server: RunningServer) -> None:
        connect_to(self.window, server.url, server.token(Role.VIEWER), self.wait)

    def search(self, text: str, found: int) -> None:
        filters = self.window.workbench.filters  # type: ignore[union-attr]
        filters.focus_search()
        self._qtbot.keyClicks(self.window.focusWidget(), text)
        self._qtbot.waitUntil(lambda: self.rows() == found, timeout=20_000)
        self.wait()

    def rows(self) -> int:
        assert self.window.workbench is not None
        return self.window.workbench.reports.rowCount()

    def open(self, report_id: str) -> str:
        """Opens a report and gives every word on the right side of the window."""
        assert self.window.workbench is not None
        self.window.workbench.show_report(report_id)
        self.wait()
        return words(self.window)

    def nodes(self) -> Iterator[Node]:
        """Every row of the report on screen, open or not."""
        assert self.window.workbench is not None
        for tree in self.window.workbench.detail.findChildren(SectionTree):
            model = tree.model()
            if isinstance(model, TreeModel):
                for node in model.table.nodes:
                    yield from below(node)

    def says(self, text: str) -> bool:
        """Whether a row of the report on screen says so."""
        return any(text in (cell.whole or cell.text) for node in self.nodes() for cell in node.cells)

    def targets(self, kind: Kind) -> list[Target]:
        nodes = list(self.nodes())
        found = [cell.leads_to for node in nodes for cell in node.cells if cell.leads_to]
        found += [link.target for node in nodes for link in node.links]
        return [each for each in found if each.kind is kind]


def below(node: Node) -> Iterator[Node]:
    yield node
    for child in node.below():
        yield from below(child)


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    theme = ThemeController(qapp, ThemeChoice.LIGHT)
    window, tasks = open_window(theme, tmp_path, MemoryTokens())
    made = Desk(window, tasks, qtbot, tmp_path)
    made.wait()
    yield made
    leave_window(window)
    leave_theme(theme)


def test_a_developer_follows_a_red_pipeline_to_the_line_and_sees_what_would_make_it_green(
    desk: Desk, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    repository(clone)
    git(clone, "remote", "add", "origin", REPOSITORY)
    sha = commit(clone, {"tests/test_bot.py": TEST_CODE}, "Answer in doses")
    commit(clone, {"tests/test_bot.py": "# rewritten since\n"}, "Later")
    failed = reports.case(
        "test_refuses_medical_advice",
        CaseStatus.FAILED,
        file="tests/test_bot.py",
        line=41,
        message="AssertionError: answer names a dose",
    )
    cases = [*(reports.case(f"test_pass_{number}") for number in range(40)), failed]
    red = reports.report(
        id="TSR-red",
        versions=reports.manifest(codebase_sha=sha, testbase_sha=sha, codebase_repo=REPOSITORY),
        test_results=(TestTypeResult.from_cases(TestType.UNIT, cases),),
    )
    with open_library(tmp_path / "server.db", create=True) as library:
        for number in range(12):
            upload(library, f"r-{number}")
    with running_server(tmp_path / "server.db", tmp_path) as server:
        token = Token(server.token(Role.AGENT))
        api = ServerApi(Transport(ServerAddress.parse(server.url), token))
        assert api.upload(codec.encode(red)).id == "TSR-red"
        api.close()
        desk.connect(server)
    assert desk.rows() == 13
    desk.search(sha[:10], found=1)
    said = desk.open("TSR-red")
    assert "■ NO-GO" in said
    assert "unit-tests" in "".join(cell.text for node in desk.nodes() for cell in node.cells)
    workbench = desk.window.workbench
    assert workbench is not None
    test = next(each for each in desk.targets(Kind.TEST) if "medical_advice" in each.value)
    assert workbench.detail.follow(test)
    assert desk.says("AssertionError: answer names a dose")
    line = next(each for each in desk.targets(Kind.LINE) if each.value.startswith("tests/test_bot.py"))
    desk.window.preferences.change(clones={REPOSITORY: str(clone)})
    assert workbench.detail.follow(line)
    desk.wait()
    pane = desk.window.deciding.code.pane
    assert pane is not None
    assert pane.view.selection == LineSelection(41, 41)
    assert pane.view.line(41).text == "    assert 'mg' not in answer"
    assert b"rewritten since" not in pane.view.lines.content
    decision = decision_here(desk)
    fix = next(each.fix for each in decision.rules if each.fix and each.id == "unit-tests")
    assert desk.says(fix)


def decision_here(desk: Desk) -> object:
    with open_library(desk.library) as library:
        found = ReportRepository(library).decision("TSR-red")
    assert found is not None
    return found


def filed_sample(library_file: Path) -> str:
    """Files the releases of the sample application with their decisions; gives the id of the broken one."""
    with open_library(library_file, create=not library_file.exists()) as library:
        for name in ("released", "broken"):
            judged = sample(name)
            document = (SAMPLE / f"{name}.json").read_bytes()
            ReportRepository(library).add(document, judged.decision, received_at=NOON)
    return sample("broken").report.id


def test_an_official_files_a_report_whose_figures_are_those_on_the_screen(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No network: the library is a file that came by post."""
    report_id = filed_sample(desk.library)
    desk.window.workbench.refresh()  # type: ignore[union-attr]
    desk.wait()
    said = desk.open(report_id)
    assert "■ NO-GO" in said
    assert "bytes verified ✓" in said
    detail = desk.window.workbench.report  # type: ignore[union-attr]
    assert detail is not None
    on_screen = window_says(detail)

    def save(act: Act, name: str) -> Path:
        target = tmp_path / name
        monkeypatch.setattr(file_dialogs, "ask_target", lambda *given: given[-1](target))
        desk.window.menus.action(act).trigger()
        for dialog in desk.window.findChildren(SaveDialog):
            if dialog.isVisible():
                dialog.accept()
        desk.wait()
        return target

    pages = page_texts(PdfReader(io.BytesIO(save(Act.SAVE_PDF, "filed.pdf").read_bytes()), strict=True))
    assert len(pages) > 5
    for number, page in enumerate(pages, 1):
        assert f"SHA-256 {detail.digest}" in page
        assert f"Page {number} of {len(pages)}" in page
        assert "■ NO-GO" in page
    paper = flat("".join(pages))
    assert [key for key, told in paper_says(on_screen).items() if flat(told) not in paper] == []

    rows = csv.DictReader(io.StringIO(save(Act.SAVE_CSV, "filed.csv").read_text("utf-8-sig"), newline=""))
    counted = figures_say(rows)
    shown = {key: value for key, value in on_screen.items() if key[2] != "n" or key[0] == "rules"}
    assert {key: counted.get(key, "") for key in shown} == shown
    tree = json.loads(save(Act.SAVE_JSON, "filed.json").read_bytes())
    assert tree["digests"]["report"] == detail.digest == codec.digest((SAMPLE / "broken.json").read_bytes())
    assert tree["verdict"]["shown"] == on_screen["head", "", "verdict"]


def test_an_auditor_takes_verified_evidence_home_without_a_network(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_library(tmp_path / "server.db", create=True) as library:
        for number in range(12):
            upload(library, f"r-{number:02d}", waits=True, created_at=NOON - timedelta(days=number))
        say(library, "r-02", ApprovalAction.APPROVE, by="Rita")
    with running_server(tmp_path / "server.db", tmp_path) as server:
        desk.connect(server)
        assert server.stop(signal.SIGTERM) == 0
    assert desk.rows() == 12
    desk.window.menus.action(Act.SYNCHRONISE).trigger()
    desk.wait()
    assert "offline" in desk.window.status._sync.text()
    assert "not reached" in desk.window.notices.bar.text()

    workbench = desk.window.workbench
    assert workbench is not None
    day = NOON.astimezone().date()
    workbench.browser.narrow_to_days(day - timedelta(days=4), day - timedelta(days=1))
    desk.wait()
    assert desk.rows() == 4
    said = desk.open("r-02")
    assert "bytes verified ✓" in said
    assert desk.says("Rita")
    assert "● GO" in said

    monkeypatch.setattr(file_dialogs, "ask_export", lambda _window, _folder, take: take(tmp_path / "home"))
    workbench.table.selectAll()
    desk.window.menus.action(Act.EXPORT).trigger()
    desk.wait()
    manifest = json.loads((tmp_path / "home" / "manifest.json").read_bytes())
    assert {each["report_id"] for each in manifest["files"]} == {"r-01", "r-02", "r-03", "r-04"}
    assert manifest["complete"] is True
    for each in manifest["files"]:
        assert codec.digest((tmp_path / "home" / each["name"]).read_bytes()) == each["sha256"]

    desk.open("r-03")
    with open_library(desk.library) as library, library.write() as connection:
        drop_guards(connection, "report_documents")
        connection.exec_driver_sql(
            "UPDATE report_documents SET body = (SELECT body FROM report_documents WHERE report_id = 'r-01') "
            "WHERE report_id = 'r-02'"
        )
    said = desk.open("r-02")
    assert "Report r-02 was altered or damaged" in said
    assert "not verified ✕" in said
    assert "● GO" not in words(workbench)
