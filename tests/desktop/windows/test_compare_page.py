"""Two reports of a real library held against each other in a real window, by keyboard and by mouse."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QLabel

from aitr_desktop.actions.spec import Act
from aitr_desktop.item_models.cells import CELL_ROLE, Kind, Target
from aitr_desktop.library.workspace import open_workspace
from aitr_desktop.settings import Density
from aitr_desktop.views.report_picker import ReportPicker
from aitr_desktop.windows.preferences import Preferences
from aitr_desktop.windows.stored_settings import StoredSettings
from tests.factories.compared_reports import SAMPLE, judged, sample
from tests.factories.decisions import decision_about
from tests.factories.judged_reports import NOW, releasable
from tests.factories.recorded_approvals import LATER, approval_about
from tsr_agent.models import codec
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.store.approvals import ApprovalRepository
from tsr_agent.store.engine import open_library
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aitr_desktop.views.compare_view import CompareView
    from aitr_desktop.views.section_tree import SectionTree
    from aitr_desktop.windows.main_window import MainWindow
    from tsr_agent.models.report import TestSummaryReport

    Settled = Callable[[], None]

OLD, NEW = (sample(name).report.id for name in ("released", "broken"))


@pytest.fixture
def window(make_window: Callable[..., MainWindow]) -> MainWindow:
    """A window over real libraries."""
    return make_window(lambda path, create: open_workspace(path, create=create))


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """Both releases of the sample application with their decisions."""
    path = tmp_path / "samples.db"
    with open_library(path, create=True) as library:
        repository = ReportRepository(library)
        for name in ("released", "broken"):
            document = (SAMPLE / f"{name}.json").read_bytes()
            repository.add(document, sample(name).decision, received_at=NOW)
    return path


@pytest.fixture
def view(window: MainWindow, samples: Path, settled: Settled) -> CompareView:
    """The comparison of the two."""
    window.show_library(samples)
    settled()
    window.list_view.compare_asked.emit(NEW, OLD)
    settled()
    return window.deciding.comparison.view()


def verdicts(view: CompareView) -> list[str]:
    return [card.verdict_text() for card in view.head.cards]


def tree(view: CompareView, key: str) -> SectionTree:
    return next(section for section in view.sections() if section.key == key).trees()[0]


def texts(window: MainWindow) -> list[str]:
    return [label.text() for label in window.findChildren(QLabel) if label.isVisible()]


def first_words(tree: SectionTree) -> list[str]:
    return [str(tree.model().index(row, 0).data()) for row in range(tree.model().rowCount())]


def test_the_older_one_is_a_and_what_flipped_the_verdict_comes_first(
    window: MainWindow, view: CompareView
) -> None:
    assert window.pages.here == "compare"
    assert verdicts(view) == ["● GO", "■ NO-GO"]
    assert view.head.sentence.text() == "4 rules block now, 2 rules warn now"
    assert first_words(tree(view, "rules"))[:2] == ["accuracy", "critical-failure-modes"]
    assert "older" in texts(window)
    assert view.columns.model().headerData(1, Qt.Orientation.Horizontal) == "A  ● GO"


def test_the_head_and_the_titles_stay_while_one_scrolls(window: MainWindow, view: CompareView) -> None:
    window.resize(1_000, 600)
    before = view.head.mapTo(window, QPoint(0, 0)), view.columns.mapTo(window, QPoint(0, 0))
    view._scroll.jump(9)
    assert view._scroll.top > 0
    assert (view.head.mapTo(window, QPoint(0, 0)), view.columns.mapTo(window, QPoint(0, 0))) == before
    rules, manifest = tree(view, "rules"), tree(view, "manifest")
    widths = [[each.header().sectionSize(place) for place in range(4)] for each in (rules, manifest)]
    assert widths[0] == widths[1]
    for place in range(4):
        at = view.columns.mapTo(view, QPoint(view.columns.sectionPosition(place), 0)).x()
        assert manifest.viewport().mapTo(view, QPoint(manifest.header().sectionPosition(place), 0)).x() == at


def test_swapping_says_so_and_is_remembered(
    window: MainWindow, view: CompareView, settled: Settled, settings_file: Path
) -> None:
    window.menus.action(Act.SWAP_SIDES).trigger()
    settled()
    assert verdicts(view) == ["■ NO-GO", "● GO"]
    assert any(each.startswith("Both judged") and "B was made before A." in each for each in texts(window))
    assert view.head.sentence.text() == "6 rules got better"
    window.list_view.compare_asked.emit(OLD, NEW)
    settled()
    assert verdicts(view) == ["■ NO-GO", "● GO"]
    view.head.swap.click()
    settled()
    assert verdicts(view) == ["● GO", "■ NO-GO"]
    window.close()
    assert Preferences(StoredSettings(settings_file)).now.newer_left is False


def test_rows_that_are_the_same_are_shown_where_somebody_wants_them(
    window: MainWindow, view: CompareView, settled: Settled, settings_file: Path
) -> None:
    assert view.head.only.isChecked()
    view.head.only.click()
    settled()
    same = first_words(tree(view, "tests"))[-1]
    assert same == "= 90 the same in both"
    assert tree(view, "coverage").isVisible()
    window.menus.action(Act.DIFFERENCES_ONLY).trigger()
    settled()
    assert view.head.only.isChecked()
    assert "= 90 the same in both" not in first_words(tree(view, "tests"))
    view.head.only.click()
    window.close()
    assert Preferences(StoredSettings(settings_file)).now.differences_only is False


def test_widths_are_remembered(
    window: MainWindow, view: CompareView, qtbot: QtBot, settings_file: Path
) -> None:
    with qtbot.waitSignal(view.columns.moved):
        view.columns.resizeSection(0, view.columns.sectionSize(0) + 60)
    text = view.columns.shares_text()
    assert text
    window.close()
    assert Preferences(StoredSettings(settings_file)).now.compare_columns == text


def test_rows_take_the_chosen_height(window: MainWindow, view: CompareView, settled: Settled) -> None:
    rules = tree(view, "rules")
    before = rules.visualRect(rules.model().index(0, 0)).height()
    window.menus.action(Act.DENSITY_COMFORTABLE).trigger()
    settled()
    assert before == Density.NORMAL.row_height
    assert rules.visualRect(rules.model().index(0, 0)).height() == Density.COMFORTABLE.row_height


@pytest.mark.parametrize(("side", "report_id"), [("A", OLD), ("B", NEW)])
def test_a_figure_leads_to_the_row_in_its_own_report(
    window: MainWindow, view: CompareView, settled: Settled, side: str, report_id: str
) -> None:
    rules = tree(view, "rules")
    target = rules.model().index(0, "WAB".index(side)).data(CELL_ROLE).leads_to
    assert target == Target(Kind.RULE, "accuracy", report=report_id, side=side)
    rules.followed.emit(target)
    settled()
    assert window.pages.here == "reports"
    assert window.workbench is not None
    assert window.workbench.report is not None
    assert window.workbench.report.report_id == report_id
    shown = window.focusWidget()
    assert str(shown.currentIndex().siblingAtColumn(0).data())  # type: ignore[attr-defined]  # a table
    node = shown.model().node(shown.currentIndex())  # type: ignore[attr-defined]
    assert node.anchor == Target(Kind.RULE, "accuracy")


def test_evidence_of_the_report_on_screen_is_gone_to_at_once(
    window: MainWindow, view: CompareView, settled: Settled
) -> None:
    for _ in range(2):
        window.deciding.show_evidence(Target(Kind.RULE, "accuracy", report=NEW, side="B"))
        settled()
        window.pages.go("compare")
    assert window.workbench is not None
    assert window.workbench.report is not None
    assert window.workbench.report.report_id == NEW


def test_the_keyboard_reaches_everything(window: MainWindow, view: CompareView, qtbot: QtBot) -> None:
    view.head.cards[0].choose.setFocus()
    reached = []
    for _ in range(40):
        focused = window.focusWidget()
        reached.append(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    order = [
        view.head.cards[0].choose,
        view.head.cards[1].choose,
        view.head.swap,
        view.head.last,
        view.head.only,
        tree(view, "rules"),
        tree(view, "tests"),
    ]
    places = [reached.index(each) for each in order]
    assert places == sorted(places)
    assert all(each.accessibleName() or getattr(each, "text", str)() for each in order)


def tamper(path: Path, statement: str) -> None:
    """Writes into a library as nobody may: past its guards, which stand there again afterwards."""
    connection = sqlite3.connect(path)
    guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in guards:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    assert connection.execute(statement).rowcount > 0
    for _, made in guards:
        connection.execute(made)
    connection.commit()
    connection.close()


def test_a_rejection_that_comes_in_compares_again_and_says_why(
    window: MainWindow, samples: Path, view: CompareView, settled: Settled
) -> None:
    rejection = approval_about(sample("released").decision, "ben", action=ApprovalAction.REJECT)
    with open_library(samples) as library:
        ApprovalRepository(library).take(codec.encode(rejection), received_at=LATER)
    window.server.came.emit()
    settled()
    assert verdicts(view) == ["■ NO-GO", "■ NO-GO"]
    assert any("something came in about A." in each for each in texts(window))
    assert "✕ rejected" in str(tree(view, "approvals").model().index(0, 1).data())


def test_what_comes_in_about_others_changes_nothing(
    window: MainWindow, samples: Path, view: CompareView, settled: Settled
) -> None:
    before = window.deciding.comparison.comparing.compared
    with open_library(samples) as library:
        ReportRepository(library).add(codec.encode(releasable(id="other")), None, received_at=NOW)
    window.imports.came.emit()
    settled()
    assert window.deciding.comparison.comparing.compared is before


@pytest.mark.parametrize(("altered", "side"), [(OLD, 0), (NEW, 1)])
def test_an_altered_report_is_named_red_and_compared_with_nothing(
    window: MainWindow, samples: Path, settled: Settled, altered: str, side: int
) -> None:
    tamper(samples, f"UPDATE report_documents SET body = x'00' WHERE report_id = '{altered}'")
    window.show_library(samples)
    settled()
    window.deciding.comparison.compare(OLD, NEW)
    settled()
    view = window.deciding.comparison.view()
    assert verdicts(view)[side] == "■ ALTERED"
    assert verdicts(view)[1 - side] == "✓ as filed"
    assert not view.has_comparison
    assert not any("GO" in each for each in texts(window))
    assert any(altered in each for each in texts(window))


def test_one_that_is_altered_meanwhile_takes_the_comparison_away(
    window: MainWindow, samples: Path, view: CompareView, settled: Settled
) -> None:
    tamper(samples, "UPDATE test_summary_reports SET standing = 'go'")
    window.server.came.emit()
    settled()
    assert verdicts(view) == ["✓ as filed", "■ ALTERED"]
    assert not view.has_comparison


def add(path: Path, report: TestSummaryReport, verdict: GoNoGoDecision | None) -> None:
    document = codec.encode(report)
    decision = None if verdict is None else decision_about(document, decision=verdict)
    with open_library(path, create=True) as library:
        ReportRepository(library).add(document, decision, received_at=NOW)


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    """A release that was let go, one that was not, and one of another repository."""
    path, base = tmp_path / "releases.db", releasable()
    days = [
        replace(base, id=f"day-{day}", created_at=base.created_at.replace(day=day)) for day in range(1, 6)
    ]
    add(path, days[0], GoNoGoDecision.GO)
    add(path, days[1], GoNoGoDecision.NO_GO)
    other = replace(days[2], versions=replace(base.versions, codebase_repo="https://forge.example/other"))
    add(path, other, GoNoGoDecision.GO)
    add(path, days[3], GoNoGoDecision.NO_GO)
    return path


def compare_last_approved(window: MainWindow, path: Path, report_id: str, settled: Settled) -> CompareView:
    window.show_library(path)
    settled()
    assert window.workbench is not None
    window.workbench.show_report(report_id)
    settled()
    window.menus.action(Act.COMPARE_LAST_APPROVED).trigger()
    settled()
    return window.deciding.comparison.view()


def test_the_last_approved_one_is_of_the_same_repository_and_was_let_go(
    window: MainWindow, releases: Path, settled: Settled
) -> None:
    view = compare_last_approved(window, releases, "day-4", settled)
    compared = window.deciding.comparison.comparing.compared
    assert compared is not None
    assert compared.ids == ("day-1", "day-4")
    assert verdicts(view) == ["● GO", "■ NO-GO"]
    view.head.last.click()
    settled()
    assert window.deciding.comparison.comparing.compared.ids == ("day-1", "day-4")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("report_id", "words"),
    [
        ("day-1", "no earlier report of the same repository and environment as day-1"),
        ("day-3", "no earlier report of the same repository and environment as day-3"),
    ],
)
def test_where_there_is_none_it_says_why(
    window: MainWindow, releases: Path, settled: Settled, report_id: str, words: str
) -> None:
    view = compare_last_approved(window, releases, report_id, settled)
    assert view.message.message().headline == "There is no approved report to compare with."
    assert words in view.message.message().body


def test_earlier_ones_that_nobody_let_go_are_told(
    window: MainWindow, tmp_path: Path, settled: Settled
) -> None:
    base, path = releasable(), tmp_path / "none.db"
    add(path, replace(base, id="day-1", created_at=base.created_at.replace(day=1)), GoNoGoDecision.NO_GO)
    add(path, replace(base, id="day-2", created_at=base.created_at.replace(day=2)), GoNoGoDecision.GO)
    view = compare_last_approved(window, path, "day-2", settled)
    assert "none of them is GO" in view.message.message().body
    assert "The newest is day-1." in view.message.message().body


def test_a_report_that_nobody_judged_shows_no_verdict(
    window: MainWindow, releases: Path, settled: Settled
) -> None:
    add(releases, replace(releasable(), id="fresh"), None)
    window.show_library(releases)
    settled()
    window.deciding.comparison.compare("day-1", "fresh")
    settled()
    view = window.deciding.comparison.view()
    assert verdicts(view) == ["○ NOT JUDGED", "○ NOT JUDGED"]
    assert any("by it A would be" in each for each in texts(window))


def picker(window: MainWindow) -> ReportPicker:
    (found,) = [each for each in window.findChildren(ReportPicker) if each.isVisible()]
    return found


def test_both_sides_are_chosen_with_a_search(
    window: MainWindow, releases: Path, settled: Settled, qtbot: QtBot
) -> None:
    window.show_library(releases)
    settled()
    window.pages.go("compare")
    view = window.deciding.comparison.view()
    assert view.message.message().headline == "Nothing is compared yet."
    view.pressed.emit()
    settled()
    chosen = picker(window)
    assert chosen.windowTitle() == "Choose report A"
    chosen.search.setText("day-4")
    qtbot.keyClick(chosen.search, Qt.Key.Key_Return)
    settled()
    qtbot.keyClick(chosen.table, Qt.Key.Key_Return)
    settled()
    assert view.message.message().headline == "Report B is missing."
    window.menus.action(Act.CHOOSE_B).trigger()
    settled()
    chosen = picker(window)
    chosen.search.setText("nothing has this name")
    chosen.ask()
    settled()
    assert not chosen.choose.isEnabled()
    chosen.search.setText("day-1")
    chosen.ask()
    settled()
    chosen.choose.click()
    settled()
    compared = window.deciding.comparison.comparing.compared
    assert compared is not None
    # As the person said it, although A is the newer one.
    assert compared.ids == ("day-4", "day-1")


def test_the_report_on_screen_can_be_taken(window: MainWindow, releases: Path, settled: Settled) -> None:
    window.show_library(releases)
    settled()
    assert window.workbench is not None
    window.workbench.show_report("day-2")
    settled()
    window.menus.action(Act.CHOOSE_A).trigger()
    settled()
    picker(window).take_shown.click()
    settled()
    assert "day-2 is chosen" in window.deciding.comparison.view().message.message().body


def test_nothing_of_a_library_stays_once_another_is_open(
    window: MainWindow, view: CompareView, releases: Path, settled: Settled
) -> None:
    window.show_library(releases)
    settled()
    assert view.message.message().headline == "Nothing is compared yet."
    assert not view.has_comparison
    assert not window.menus.action(Act.SWAP_SIDES).isEnabled()


def test_waiting_can_be_given_up(window: MainWindow, samples: Path, settled: Settled) -> None:
    window.show_library(samples)
    settled()
    page = window.deciding.comparison
    page.compare(OLD, NEW)
    assert page.view().message.message().headline == "Comparing…"
    page.view().pressed.emit()
    settled()
    assert page.view().message.message().headline == "Nothing is compared yet."
    assert page.comparing.compared is None


def test_hostile_reports_are_compared_as_text(window: MainWindow, tmp_path: Path, settled: Settled) -> None:
    from tests.agent.sections.test_comparison import hostile_pair

    path = tmp_path / "hostile.db"
    with open_library(path, create=True) as library:
        for report in hostile_pair():
            document = judged(report)
            ReportRepository(library).add(codec.encode(report), document.decision, received_at=NOW)
    window.show_library(path)
    settled()
    window.deciding.comparison.compare("a", "bb")
    settled()
    view = window.deciding.comparison.view()
    assert view.has_comparison
    said = [label for label in window.findChildren(QLabel) if label.isVisible()]
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in said if label.text())
    assert not any(sign in label.text() for label in said for sign in "\x1b\u202e")
