"""A main window over reports that judged the commits of a real repository."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from qtpy.QtCore import Qt

from aitr_desktop.library.workspace import open_workspace
from aitr_desktop.tasks import Tasks
from aitr_desktop.windows.main_window import MainWindow
from aitr_desktop.windows.stored_settings import StoredSettings
from tests.desktop.fakes import FakeWorkspace, StillClock, lines
from tests.desktop.windows.code.auditors import Auditor
from tests.factories.code_projects import REPOSITORY, CodeProject, code_project
from tests.factories.decisions import decision_about
from tests.factories.marked_code import REPORT, MarkedCode, marked_code
from tests.factories.marked_code import REPOSITORY as MARKED_REPOSITORY
from tsr_agent.models import codec
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.store.engine import open_library
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot
    from qtpy.QtWidgets import QWidget

    from aitr_desktop.library.servers import Servers
    from aitr_desktop.library.workspace import OpenedReport
    from aitr_desktop.theme import ThemeController
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


@pytest.fixture
def judged(tmp_path: Path) -> MarkedCode:
    return marked_code(tmp_path / "support-bot")


@pytest.fixture
def library_file(tmp_path: Path, judged: MarkedCode) -> Path:
    path = tmp_path / "audit.db"
    document = codec.encode(judged.report)
    decision = decision_about(document, decision=GoNoGoDecision.NO_GO)
    with open_library(path, create=True) as library:
        ReportRepository(library).add(document, decision, received_at=judged.report.created_at)
    return path


@dataclass
class Desk:
    """What every start of the window has in common."""

    theme: ThemeController
    clock: StillClock
    settings: Path
    servers: Servers


@pytest.fixture
def desk(theme: ThemeController, clock: StillClock, settings_file: Path, servers: Servers) -> Desk:
    return Desk(theme, clock, settings_file, servers)


@pytest.fixture
def start(
    desk: Desk, qtbot: QtBot, library_file: Path, judged: MarkedCode
) -> Iterator[Callable[[], Auditor]]:
    """Starts the window over the library; again as often as it is called."""
    made: list[Auditor] = []

    def begin() -> Auditor:
        for each in made:
            each.end()
        tasks = Tasks()
        window = MainWindow(
            desk.theme,
            tasks,
            desk.clock,
            StoredSettings(desk.settings),
            lambda path, create: open_workspace(path, create=create),
            servers=desk.servers,
        )
        window.show()
        found = Auditor(window, tasks, qtbot)
        made.append(found)
        window.preferences.change(clones={MARKED_REPOSITORY: str(judged.folder)})
        window.show_library(library_file)
        found.settle()
        assert window.workbench is not None
        window.workbench.show_report(REPORT)
        found.settle()
        return found

    yield begin
    for each in made:
        each.end()


@pytest.fixture
def auditor(start: Callable[[], Auditor]) -> Auditor:
    return start()
