"""A main window over reports that judged the commits of a real repository."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from qtpy.QtCore import Qt

from tests.desktop.fakes import FakeWorkspace, StillClock, lines
from tests.factories.code_projects import REPOSITORY, CodeProject, code_project

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot
    from qtpy.QtWidgets import QWidget

    from aitr_desktop.library.workspace import OpenedReport
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.windows.main_window import MainWindow
    from tsr_agent.models.manifest import BuildContext, VersionManifest


@dataclass
class JudgedWorkspace(FakeWorkspace):
    """A library whose reports name commits."""

    manifests: dict[str, VersionManifest] = field(default_factory=dict)
    builds: dict[str, BuildContext] = field(default_factory=dict)

    def load(self, report_id: str) -> OpenedReport:
        opened = super().load(report_id)
        report = msgspec.structs.replace(
            opened.report, versions=self.manifests[report_id], build=self.builds.get(report_id)
        )
        return replace(opened, report=report)


@dataclass(frozen=True)
class Place:
    """The window at the place of the code, and what a person does there."""

    window: MainWindow
    tasks: Tasks
    qtbot: QtBot

    @property
    def page(self):
        return self.window.deciding.code

    @property
    def view(self):
        return self.page.view()

    def settle(self) -> None:
        """Until nothing is under way, and what it brought has asked for no more."""
        self.qtbot.waitUntil(lambda: self.tasks.is_idle, timeout=20_000)
        self.qtbot.wait(0)
        self.qtbot.waitUntil(lambda: self.tasks.is_idle, timeout=20_000)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Presses a key where the focus is."""
        focused: QWidget | None = self.window.focusWidget()
        assert focused is not None
        self.qtbot.keyClick(focused, key, modifier)
        self.settle()

    def type(self, text: str) -> None:
        """Types where the focus is."""
        focused = self.window.focusWidget()
        assert focused is not None
        self.qtbot.keyClicks(focused, text)
        self.settle()


@pytest.fixture
def project(tmp_path: Path) -> CodeProject:
    return code_project(tmp_path / "support-bot")


@pytest.fixture
def library(clock: StillClock, project: CodeProject) -> JudgedWorkspace:
    made = JudgedWorkspace(lines(3, clock.now()))
    for row, sha in zip(made.rows, (project.second, project.first, project.first), strict=True):
        made.manifests[row.id] = project.versions(sha)
    return made


@pytest.fixture
def place(window: MainWindow, tasks: Tasks, qtbot: QtBot, project: CodeProject) -> Place:
    """A report of the second commit is on screen, and the clone of its repository is known."""
    window.preferences.change(clones={REPOSITORY: str(project.folder)})
    found = Place(window, tasks, qtbot)
    window.show_library(Path("/data/audit-2026.db"))
    found.settle()
    assert window.workbench is not None
    window.workbench.open_report("TSR-00000")
    found.settle()
    return found
