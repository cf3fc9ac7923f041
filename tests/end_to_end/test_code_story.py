"""From a decision to the code that was judged and back: a developer, and a tech lead, with keys alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from datetime import timedelta

from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from aitr_desktop.item_models.cells import CELL_ROLE, Cell, Kind, Target
from aitr_desktop.settings import ThemeChoice
from aitr_desktop.theme import ThemeController
from aitr_desktop.views.section_tree import SectionTree
from tests.desktop.at_the_window import LIBRARY, leave_theme, leave_window, open_window, words
from tests.desktop.fakes import MemoryTokens
from tests.factories.code_projects import LATER_BOT, REPOSITORY, CodeProject, code_project
from tests.factories.filed_reports import put_reports
from tests.factories.repositories import git
from tests.factories.shown_reports import MADE, case, report
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult
from tsr_agent.store.engine import open_library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot
    from qtpy.QtWidgets import QApplication, QWidget

    from aitr_desktop.tasks import Tasks
    from aitr_desktop.windows.main_window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
KEY = Qt.Key
NONE, SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
MOST_KEYS = 60


class Person:
    """Somebody who has a clone, and hands on the keys."""

    def __init__(self, window: MainWindow, tasks: Tasks, qtbot: QtBot) -> None:
        self.window, self.tasks, self._qtbot = window, tasks, qtbot

    def wait(self) -> None:
        for _ in range(2):
            self._qtbot.waitUntil(lambda: self.tasks.is_idle and not self._is_filling(), timeout=60_000)
            self._qtbot.wait(0)

    def _is_filling(self) -> bool:
        comparison = self.window.deciding.comparison
        is_comparing = comparison._view is not None and comparison.view().is_filling
        return is_comparing or bool(self.window.workbench and self.window.workbench.detail.is_filling)

    @property
    def focused(self) -> QWidget:
        found: QWidget | None = self.window.focusWidget()
        assert found is not None
        return found

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.focused, key, modifiers)
        self.wait()

    def walk_to(self, kind: Kind, text: str) -> None:
        """Goes down the rows, opening each, to the one that leads to such a thing."""
        for _ in range(MOST_KEYS):
            if self.leads_to(kind, text):
                return
            self.press(KEY.Key_Right)
            if not self.leads_to(kind, text):
                self.press(KEY.Key_Down)
        raise AssertionError(words(self.window))

    def leads_to(self, kind: Kind, text: str) -> bool:
        """Whether the row that has the focus leads to such a thing."""
        tree = self.focused
        if not isinstance(tree, SectionTree):
            return False
        row = tree.currentIndex()
        cells = [row.siblingAtColumn(column).data(CELL_ROLE) for column in range(tree.model().columnCount())]
        found = [each.leads_to for each in cells if isinstance(each, Cell) and each.leads_to is not None]
        return any(each.kind is kind and text in each.value for each in found)

    @property
    def read(self) -> tuple[str, str, int]:
        """Path, commit and first selected line of the file on screen."""
        pane = self.window.deciding.code.pane
        assert pane is not None, words(self.window)
        assert pane.file is not None
        assert pane.view.selection is not None
        return pane.file.path, pane.file.sha, pane.view.selection.first


@pytest.fixture
def project(tmp_path: Path) -> CodeProject:
    return code_project(tmp_path / "upstream")


@pytest.fixture
def person(qapp: QApplication, qtbot: QtBot, tmp_path: Path, project: CodeProject) -> Iterator[Person]:
    """A green report of the first commit, a red one of the second, and a clone that was changed since."""
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(project.folder), str(clone))
    git(clone, "remote", "set-url", "origin", REPOSITORY)
    (clone / "src/bot.py").write_text("somebody writes here\n")
    passed = [case(f"test_pass_{number}") for number in range(40)]
    failed = case(
        "test_answers",
        CaseStatus.FAILED,
        file="/builds/7/support-bot/src/bot.py",
        line=50,
        message="AssertionError: fifty",
    )
    green = report(
        id="TSR-green",
        versions=project.versions(project.first),
        test_results=(TestTypeResult.from_cases(TestType.UNIT, passed),),
    )
    red = report(
        id="TSR-red",
        created_at=MADE + timedelta(hours=1),
        versions=project.versions(project.second, dirty=True),
        test_results=(TestTypeResult.from_cases(TestType.UNIT, [*passed, failed]),),
    )
    with open_library(tmp_path / LIBRARY, create=True) as library:
        put_reports(library, [green, red], ai_release())
    theme = ThemeController(qapp, ThemeChoice.LIGHT)
    window, tasks = open_window(theme, tmp_path, MemoryTokens())
    window.preferences.change(clones={REPOSITORY: str(clone)})
    window.resize(1200, 800)
    window.activateWindow()
    made = Person(window, tasks, qtbot)
    made.wait()
    yield made
    leave_window(window)
    leave_theme(theme)


def test_a_developer_goes_from_the_red_report_to_the_line_and_back(
    person: Person, project: CodeProject
) -> None:
    window = person.window
    assert window.workbench is not None
    window.workbench.focus_list()
    person.press(KEY.Key_Home)
    assert window.workbench.report is not None
    assert window.workbench.report.report_id == "TSR-red"
    person.press(KEY.Key_Return)
    assert window.workbench.detail.follow(Target(Kind.TEST, "tests/test_bot.py::test_answers", "unit"))
    person.wait()
    person.walk_to(Kind.LINE, "src/bot.py:50")
    at_test = person.focused
    person.press(KEY.Key_Return)
    assert window.pages.here == "code"
    assert person.read == ("src/bot.py", project.second, 50)
    said = words(window.deciding.code.view())
    assert "what you see is the commit, not what ran" in said
    assert "this is the file of the commit that ends so" in said
    assert "somebody writes here" not in person.window.deciding.code.view().pane.view.lines.line(1).text
    assert person.focused is window.deciding.code.view().pane.view
    person.press(KEY.Key_Left, ALT)
    assert window.pages.here == "reports"
    assert person.focused is at_test


def test_a_tech_lead_goes_from_the_comparison_to_what_changed_in_the_code(
    person: Person, project: CodeProject
) -> None:
    window = person.window
    assert window.workbench is not None
    window.workbench.focus_list()
    person.press(KEY.Key_Home)
    person.press(KEY.Key_Down, SHIFT)
    person.press(KEY.Key_C, CTRL | SHIFT)
    assert window.pages.here == "compare"
    person.press(KEY.Key_C, ALT | SHIFT)
    assert window.pages.here == "code"
    view = window.deciding.code.view()
    assert person.focused is view.files.changed
    model = view.files.changed.changed
    listed = [(file.sign, file.path, file.note) for row in range(9) if (file := model.file(row)) is not None]
    assert listed == [
        ("±", "src/bot.py", "+2 –1"),
        ("→", "src/deep/moved.py", ""),
        ("+", "src/new.py", "+1"),
        ("–", "src/old.py", "–1"),
    ]
    person.press(KEY.Key_Return)
    pair = view.pair
    assert person.focused is pair.rows
    titles = [title.whole() for title in pair.titles]
    assert project.first[:7] in titles[0]
    assert project.second[:7] in titles[1]
    found = pair.rows.difference
    assert found is not None
    assert found.new.content.decode() == LATER_BOT
    assert found.row(pair.rows.row).old == 50
    assert "Right: The report was made from a tree with changes" in words(pair)
    person.press(KEY.Key_F7)
    assert found.row(pair.rows.row).new == 91
    assert pair.position.text() == "Change 2 of 2"
    person.press(KEY.Key_Return)
    assert person.read == ("src/bot.py", project.second, 91)
    person.press(KEY.Key_Left, ALT)
    assert person.focused is pair.rows
    person.press(KEY.Key_Left, ALT)
    assert window.pages.here == "compare"
