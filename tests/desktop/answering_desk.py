"""Somebody at the window who approves, rejects and withdraws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QCoreApplication, QEvent

from aitr_desktop.actions.spec import Act
from aitr_desktop.views.approval_dialog import ApprovalDialog
from tests.desktop.at_the_window import connect_to, texts
from tests.factories.waiting_releases import RITA
from tsr_agent.models.access import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from aitr_desktop.windows.main_window import MainWindow
    from tests.desktop.fakes import MemoryTokens
    from tests.factories.waiting_releases import Office

WAITS = "▲ PENDING REVIEW"


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
        connect_to(self.window, server.server.url, server.token(subject, role), self.settle)

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
        return "\n".join(text for table in tables if table for node in table.nodes for text in texts(node))
