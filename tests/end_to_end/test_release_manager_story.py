"""The release manager's story: a release that waits, then an approval on record, or a rejection.

Real windows, a server and a pipeline's gate as processes of their own; the server dies in the middle and
comes back, and the window is closed and opened again while something waits.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qtpy.QtCore import QCoreApplication, QEvent
from qtpy.QtWidgets import QMessageBox

from aitr_desktop.actions.spec import Act
from aitr_desktop.settings import ThemeChoice
from aitr_desktop.theme import ThemeController
from aitr_desktop.views.approval_dialog import ApprovalDialog
from tests.desktop.at_the_window import connect_to, leave_theme, leave_window, open_window, texts
from tests.desktop.fakes import MemoryTokens
from tests.factories.waiting_releases import RITA, SAM, Office, office, policy
from tsr_agent.models.access import Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot
    from qtpy.QtWidgets import QApplication

    from aitr_desktop.tasks import Tasks
    from aitr_desktop.windows.main_window import MainWindow


pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints", extend=True)
WAITS = "▲ PENDING REVIEW"


class Rita:
    """A release manager at her desk, whose window may be closed and opened again."""

    def __init__(self, qapp: QApplication, qtbot: QtBot, folder: Path) -> None:
        self._qtbot, self.folder = qtbot, folder
        self._theme = ThemeController(qapp, ThemeChoice.LIGHT)
        self.keyring = MemoryTokens()
        self.window, self._tasks = self._opened()

    def _opened(self) -> tuple[MainWindow, Tasks]:
        self.window, self._tasks = open_window(self._theme, self.folder, self.keyring)
        self.wait()
        return self.window, self._tasks

    def wait(self) -> None:
        self._qtbot.waitUntil(lambda: self._tasks.is_idle, timeout=60_000)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def leave(self) -> None:
        leave_window(self.window)

    def come_back(self) -> None:
        self.leave()
        self._opened()

    def end(self) -> None:
        self.leave()
        leave_theme(self._theme)

    def connect(self, there: Office) -> None:
        connect_to(self.window, there.server.url, there.token(RITA), self.wait)

    def do(self, act: Act) -> None:
        assert self.window.menus.reason(act) == ""
        self.window.menus.action(act).trigger()
        self.wait()

    def open(self, report_id: str) -> None:
        assert self.window.workbench is not None
        self.window.workbench.show_report(report_id)
        self.wait()

    def ask(self, act: Act) -> ApprovalDialog:
        self.do(act)
        (dialog,) = self.window.findChildren(ApprovalDialog)
        return dialog

    def press(self, dialog: ApprovalDialog, note: str) -> None:
        dialog.note.setPlainText(note)
        dialog.say_button.click()
        self.wait()
        assert self.window.findChildren(ApprovalDialog) == []

    def verdict(self) -> str:
        assert self.window.workbench is not None
        return self.window.workbench.detail.band._verdict.text()

    def remark(self) -> str:
        assert self.window.workbench is not None
        said = self.window.workbench.detail.band._said
        return said.text() if said.isVisibleTo(self.window) else ""

    def listed(self) -> dict[str, str]:
        """The verdicts in the list."""
        assert self.window.workbench is not None
        reports = self.window.workbench.reports
        rows = [reports.report(row) for row in range(reports.rowCount())]
        return {row.id: str(row.verdict) for row in rows if row is not None}

    def section(self, key: str) -> str:
        """Every word of a section of the report on screen."""
        assert self.window.workbench is not None
        self._qtbot.waitUntil(lambda: not self.window.workbench.detail.is_filling)  # type: ignore[union-attr]
        found = next(each for each in self.window.workbench.detail.sections() if each.key == key)
        tables = [tree.table() for tree in found.trees()]
        return "\n".join(text for table in tables if table for node in table.nodes for text in texts(node))


@pytest.fixture
def rita(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Rita]:
    made = Rita(qapp, qtbot, tmp_path)
    yield made
    made.end()


def gate(there: Office, folder: Path, report_id: str) -> subprocess.Popen[str]:
    """A pipeline that waits for people before it releases."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("AITR_")}
    environ |= {
        "AITR_SERVER": there.server.url,
        "AITR_TOKEN": there.token("pipeline", Role.VIEWER),
        "AITR_OUTBOX": str(folder / "pipeline"),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tsr_agent", "gate", report_id, "--wait", "5m"],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    said, complained = process.communicate(timeout=120)
    return process.returncode, said + complained


def test_a_release_that_waits_is_approved_at_the_desk_and_the_pipeline_goes_on(
    rita: Rita, tmp_path: Path
) -> None:
    with office(tmp_path) as there:
        there.submit(policy(count=2))
        there.upload("release-7")
        waiting = gate(there, tmp_path, "release-7")
        rita.connect(there)
        assert rita.listed() == {"release-7": WAITS}
        rita.open("release-7")
        assert "2 different people have to approve" in rita.section("approvals")

        dialog = rita.ask(Act.APPROVE)
        assert "Commit: 3fa9c1e0" in dialog.facts.text()
        assert f"Who: {RITA} (release manager)" in dialog.facts.text()
        assert dialog.comes_to() == "1 of 2 approvals; then ▲ PENDING REVIEW. 1 approval of 2 missing."
        rita.press(dialog, "Read the evals; the refusals hold.")
        # One of two: nobody sees a GO, neither here nor in the pipeline.
        assert (rita.verdict(), rita.listed()["release-7"]) == (WAITS, WAITS)
        assert waiting.poll() is None
        assert "1 approval of 2 missing" in rita.window.notices.bar.text()

        there.say("approve", "release-7", SAM, note="I as well.")
        rita.do(Act.SYNCHRONISE)
        assert (rita.verdict(), rita.listed()["release-7"]) == ("● GO", "● GO")
        code, said = ended(waiting)
        assert code == 0, said
        history = rita.section("approvals")
        for words in (RITA, SAM, "Read the evals; the refusals hold.", "I as well.", "✓ counts"):
            assert words in history
        assert "Approved by" in rita.section("compliance")
    checked = subprocess.run(
        [sys.executable, "-m", "tsr_agent", "db", "check", "--database", str(tmp_path / "mine.db")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_without_a_network_she_rejects_and_the_pipeline_stops_once_the_server_is_back(
    rita: Rita, tmp_path: Path
) -> None:
    with office(tmp_path) as there:
        there.submit(policy())
        for name in ("release-8", "release-9"):
            there.upload(name)
        rita.connect(there)
        port = int(there.server.url.rpartition(":")[2])
        waiting = gate(there, tmp_path, "release-8")
        there.server.stop(signal.SIGKILL)

    rita.open("release-8")
    dialog = rita.ask(Act.REJECT)
    assert "waits here then" in dialog._way.text()
    rita.press(dialog, "The answers name doses.")
    rita.open("release-9")
    rita.press(rita.ask(Act.APPROVE), "Too quick.")
    assert "Your approval waits to be sent" in rita.remark()
    assert rita.verdict() == WAITS

    # She closes the window, and finds everything as she left it.
    rita.come_back()
    assert "2 waiting" in rita.window.status._sync.text()
    rita.open("release-9")
    assert "Your approval waits to be sent" in rita.remark()
    rita.do(Act.WITHDRAW)
    (box,) = rita.window.findChildren(QMessageBox)
    next(each for each in box.buttons() if each.text() == "Take it back").click()
    rita.wait()
    assert rita.remark() == ""
    rita.open("release-8")
    assert "The answers name doses." in rita.section("approvals")
    assert (rita.verdict(), set(rita.listed().values())) == (WAITS, {WAITS})

    with office(tmp_path, port=port) as back:
        assert [back.verdict(each) for each in ("release-8", "release-9")] == ["pending_review"] * 2
        rita.do(Act.SYNCHRONISE)
        (said,) = back.history("release-8")
        assert (said["action"], said["approved_by"], said["note"]) == (
            "reject",
            RITA,
            "The answers name doses.",
        )
        assert back.history("release-9") == []
        assert ended(waiting)[0] == 1
    assert (rita.verdict(), rita.remark()) == ("■ NO-GO", "")
    assert rita.listed() == {"release-8": "■ NO-GO", "release-9": WAITS}
    assert "✕ rejected" in rita.section("approvals")
