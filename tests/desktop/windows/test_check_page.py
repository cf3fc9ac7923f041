"""The Check place: the checklist of the chosen report, walked through with the keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QPushButton, QToolButton

from aitr_desktop.actions.spec import Act
from aitr_desktop.item_models.checked_report import Shown
from aitr_desktop.library.workspace import open_workspace
from aitr_desktop.views.plain_label import CutLabel
from tests.factories.checked_reports import complete
from tests.factories.judged_reports import NOW, judge
from tsr_agent.controls.reading import FOLDER
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.models import codec
from tsr_agent.models.api import PolicySubmission
from tsr_agent.sections.checklist import Compliance
from tsr_agent.store.engine import open_library
from tsr_agent.store.policies import PolicyRepository
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aitr_desktop.views.check_view import CheckView
    from aitr_desktop.windows.main_window import MainWindow

    Settled = Callable[[], None]

MILD = """version: 1
name: own
revision: "1"
rules:
  - {id: unit, check: tests, where: {type: unit}, require: {failed: 0}}
"""
STRICT = (
    MILD.replace('"1"', '"2"') + "  - {id: speed, check: tests, where: {type: e2e}, require: {failed: 0}}\n"
)


@pytest.fixture
def window(make_window: Callable[..., MainWindow]) -> MainWindow:
    """A window over real libraries."""
    return make_window(lambda path, create: open_workspace(path, create=create))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A library with one release that the built-in policy lets go."""
    return library_of(tmp_path / "one.db", "")


def library_of(path: Path, policy: str, *newer: str) -> Path:
    report = complete()
    document = codec.encode(report)
    judged_by = parse_policy(policy.encode(), "policy") if policy else None
    decision = judge(report, judged_by, report_digest=codec.digest(document))
    with open_library(path, create=True) as library:
        for number, text in enumerate((policy, *newer) if policy else ()):
            sent = PolicySubmission(document=text, expected_number=number)
            PolicyRepository(library).add("own", sent, submitted_by="ana", at=NOW)
        ReportRepository(library).add(document, decision, received_at=NOW)
    return path


def shown(window: MainWindow, path: Path, settled: Settled) -> CheckView:
    """The report chosen, and the Check place on screen and filled."""
    window.show_library(path)
    settled()
    assert window.workbench is not None
    window.workbench.table.select_row(0)
    settled()
    go(window, settled)
    view = window.deciding.check.view()
    view.focus_first()
    return view


def go(window: MainWindow, settled: Settled, act: Act = Act.GO_CHECK) -> None:
    window.menus.action(act).trigger()
    settled()


def texts(view: CheckView) -> list[str]:
    return [
        each.text()
        for each in view.findChildren(QLabel)
        if each.isVisible() and not isinstance(each, CutLabel)
    ]


def finished(view: CheckView, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not view.is_filling)


def test_with_no_report_it_says_so_and_leads_to_the_list(
    window: MainWindow, tmp_path: Path, settled: Settled
) -> None:
    with open_library(tmp_path / "empty.db", create=True):
        pass
    window.show_library(tmp_path / "empty.db")
    settled()
    go(window, settled)
    view = window.deciding.check.view()
    assert "No report is chosen." in texts(view)
    (button,) = [each for each in view.findChildren(QPushButton) if each.isVisible()]
    button.click()
    assert window.pages.here == "reports"


def test_it_stands_between_compare_and_what_follows_with_its_key(window: MainWindow) -> None:
    places = list(window.deciding.pages())
    assert places.index("check") == places.index("compare") + 1
    assert window.menus.action(Act.GO_CHECK).shortcut().toString() == "Ctrl+3"


def test_the_standing_comes_first_and_says_by_which_decision(
    window: MainWindow, path: Path, settled: Settled
) -> None:
    said = texts(shown(window, path, settled))
    assert said[0] == "✓ COMPLIANT"
    assert "What the policy asks for, in 11 items: 11 compliant." in said
    assert any(each.startswith("Judged by ai-release 1 for staging") for each in said)
    assert not any("compliant with" in each.lower() for each in said)


def test_a_link_leads_to_the_reports_own_row(
    window: MainWindow, path: Path, settled: Settled, qtbot: QtBot
) -> None:
    view = shown(window, path, settled)
    (tree,) = view.sections()[0].trees()
    assert tree.hasFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(tree, key)
    assert tree.currentIndex().data() == "Evidence: rule unit-tests"
    qtbot.keyClick(tree, Qt.Key.Key_Return)
    settled()
    assert window.pages.here == "reports"
    focused = window.focusWidget()
    assert focused is not None
    assert focused.currentIndex().siblingAtColumn(1).data() == "unit-tests"
    go(window, settled)
    assert window.pages.here == "check"


def test_choices_narrow_what_is_shown_and_say_how_many(
    window: MainWindow, path: Path, settled: Settled, qtbot: QtBot
) -> None:
    view = shown(window, path, settled)
    words = [each.text() for each in view.filters.findChildren(QToolButton)]
    assert words[:3] == ["By item", "By control", "All 11"]
    assert words[3:] == ["✓ COMPLIANT 11", "✕ NON-COMPLIANT 0", "○ NOT DETERMINED 0"]
    view.choose(Shown(by_control=True))
    finished(view, qtbot)
    assert [each.title for each in view.sections()] == ["EU AI Act", "NIST AI RMF", "ISO/IEC 42001"]
    view.choose(Shown(by_control=True, framework="nist-ai-rmf"))
    finished(view, qtbot)
    assert [each.title for each in view.sections()] == ["NIST AI RMF"]
    view.choose(Shown(standing=Compliance.NON_COMPLIANT))
    finished(view, qtbot)
    assert [each.text() for each in view.findChildren(CutLabel) if "No item" in each.text()]


def test_what_is_chosen_stays_with_the_next_report_and_its_text_does_not(
    window: MainWindow, path: Path, settled: Settled, tmp_path: Path, qtbot: QtBot
) -> None:
    view = shown(window, path, settled)
    view.choose(Shown(by_control=True, framework="eu-ai-act"))
    with open_library(tmp_path / "empty.db", create=True):
        pass
    window.show_library(tmp_path / "empty.db")
    settled()
    assert "No report is chosen." in texts(view)
    window.show_library(path)
    settled()
    assert window.workbench is not None
    window.workbench.table.select_row(0)
    settled()
    finished(view, qtbot)
    assert [each.title for each in view.sections()] == ["EU AI Act"]


def test_where_the_policy_was_replaced_it_is_judged_by_the_new_one_on_demand(
    window: MainWindow, tmp_path: Path, settled: Settled
) -> None:
    view = shown(window, library_of(tmp_path / "two.db", MILD, STRICT), settled)
    before = texts(view)
    assert before[0] == "○ NOT DETERMINED"
    assert any("no longer in force" in each for each in before)
    (button,) = [each for each in view.band.findChildren(QPushButton) if each.isVisible()]
    assert button.text() == "Judge by the policy in force"
    button.click()
    settled()
    view.focus_first()
    again = texts(view)
    assert any(each.startswith("Judged again by the policy in force: own 2 for staging") for each in again)
    assert any("The decision on record stays ● GO by own 1." in each for each in again)
    assert again[0] == "○ NOT DETERMINED"
    assert any("end-to-end" in title.lower() for title in titles(view))
    button.click()
    settled()
    assert texts(view) == before


def titles(view: CheckView) -> list[str]:
    """Of the items on screen."""
    tables = [tree.table() for section in view.sections() for tree in section.trees()]
    return [node.cells[1].text for table in tables if table is not None for node in table.nodes]


def test_an_altered_policy_in_force_is_said_and_judges_nothing(
    window: MainWindow, tmp_path: Path, settled: Settled
) -> None:
    broken = STRICT.replace("check: tests", "check: horoscope")
    view = shown(window, library_of(tmp_path / "two.db", MILD, broken), settled)
    view.again_asked.emit()
    settled()
    assert not any("COMPLIANT" in each for each in texts(view))


def test_a_catalogue_beside_the_library_that_is_none_is_told(
    window: MainWindow, path: Path, settled: Settled
) -> None:
    folder = path.parent / FOLDER
    folder.mkdir()
    (folder / "house.json").write_text("{}")
    said = texts(shown(window, path, settled))
    assert any("A catalogue of controls is not used." in each and "house.json" in each for each in said)


def test_everything_has_a_name_for_screen_readers(window: MainWindow, path: Path, settled: Settled) -> None:
    view = shown(window, path, settled)
    for each in view.filters.findChildren(QToolButton):
        assert each.accessibleName() or each.text()
        assert each.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert view.sections()[0].trees()[0].accessibleName() == "Checklist"
