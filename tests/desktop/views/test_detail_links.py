"""From a figure to its evidence and back, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QCoreApplication, QEvent, QModelIndex, QPoint, Qt
from qtpy.QtGui import QContextMenuEvent, QGuiApplication
from qtpy.QtWidgets import QAbstractButton, QMenu, QToolTip, QWidget

from aitr_desktop.item_models.cells import CELL_ROLE, Kind, Target
from aitr_desktop.item_models.report_detail import report_detail
from aitr_desktop.library.workspace import OpenedReport
from aitr_desktop.views.detail_view import DetailView
from aitr_desktop.views.verdict_band import VerdictBand
from tests.factories import shown_reports as reports
from tests.factories.full_decisions import MEDICAL, full_decision
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.section_tree import SectionTree
    from tsr_agent.models.report import TestSummaryReport

POPS_UP = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
"""The offscreen platform's own remarks on each menu say nothing about us."""
Show = Callable[[QWidget], QWidget]


@pytest.fixture
def detail(theme: ThemeController, shown: Show) -> DetailView:
    view = DetailView(theme, 28)
    view.resize(800, 700)
    shown(view)
    show(view, reports.report())
    return view


def show(view: DetailView, report: TestSummaryReport) -> None:
    opened = OpenedReport(report=report, decision=full_decision(), digest="a" * 64, policy_in_force=False)
    view.show_report(report_detail(opened))
    while view.is_filling:
        QCoreApplication.processEvents()
    turn()


def turn() -> None:
    for _ in range(3):
        QCoreApplication.processEvents()


def tree(view: DetailView, name: str) -> SectionTree:
    return next(
        each for section in view.sections() for each in section.trees() if each.accessibleName() == name
    )


def link_at(found: SectionTree, text: str) -> QModelIndex:
    """The cell of a top row whose text begins so."""
    model = found.model()
    cells = (
        model.index(row, column) for row in range(model.rowCount()) for column in range(model.columnCount())
    )
    return next(index for index in cells if str(index.data()).startswith(text))


def focused(view: DetailView) -> tuple[str, str]:
    """The table that has the focus, and the text of its current row."""
    for section in view.sections():
        for each in section.trees():
            if each.hasFocus():
                return each.accessibleName(), each.currentIndex().siblingAtColumn(0).data()
    return "", ""


def is_seen(view: DetailView, found: SectionTree) -> bool:
    row = found.visualRect(found.currentIndex())
    top = found.viewport().mapTo(view, row.topLeft()).y()
    return 0 < top < view.height() - row.height()


def test_a_click_on_a_figure_goes_to_its_evidence(detail: DetailView, qtbot: QtBot) -> None:
    figures = tree(detail, "Key figures")
    value = link_at(figures, "41 of 43")
    where = figures.visualRect(value)
    qtbot.mouseClick(
        figures.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(where.left() + 12, where.center().y())
    )
    assert focused(detail) == ("Test results", "Unit")
    assert is_seen(detail, tree(detail, "Test results"))


def test_a_click_beside_the_words_of_a_link_only_selects(detail: DetailView, qtbot: QtBot) -> None:
    figures = tree(detail, "Key figures")
    where = figures.visualRect(link_at(figures, "0.912"))
    qtbot.mouseClick(
        figures.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(where.right() - 4, where.center().y())
    )
    assert focused(detail)[0] == "Key figures"


def test_the_pointer_is_a_hand_over_a_link_and_nowhere_else(detail: DetailView, qtbot: QtBot) -> None:
    figures = tree(detail, "Key figures")
    where = figures.visualRect(link_at(figures, "41 of 43"))
    for x, shape in (
        (where.left() + 12, Qt.CursorShape.PointingHandCursor),
        (where.right() - 4, Qt.CursorShape.ArrowCursor),
    ):
        qtbot.mouseMove(figures.viewport(), QPoint(x, where.center().y()))
        QCoreApplication.processEvents()
        assert figures.viewport().cursor().shape() == shape


@pytest.mark.parametrize(
    "target",
    [
        Target(Kind.RULE, "accuracy"),
        Target(Kind.TEST, MEDICAL, "unit"),
        Target(Kind.REQUIREMENT, "REQ-3"),
        Target(Kind.FAILURE_MODE, "FM-1"),
        Target(Kind.ITERATION, "3"),
        Target(Kind.INPUT, "unit/junit.xml"),
        Target(Kind.TEST_TYPE, "security"),
    ],
)
def test_following_opens_what_holds_the_row_and_selects_it(detail: DetailView, target: Target) -> None:
    assert detail.follow(target)
    name, _ = focused(detail)
    found = tree(detail, name)
    model, index = found.model(), found.currentIndex()
    assert model is not None
    assert found.selectionModel().isSelected(index)
    assert is_seen(detail, found)
    above = index.parent()
    while above.isValid():
        assert found.isExpanded(above)
        above = above.parent()


def test_what_is_in_a_closed_group_far_down_is_found(detail: DetailView) -> None:
    cases = [reports.case(f"test_{n}", CaseStatus.FAILED, message="no") for n in range(3_000)]
    show(detail, reports.report(test_results=(TestTypeResult.from_cases(TestType.UNIT, cases),)))
    assert detail.follow(Target(Kind.TEST, cases[2_345].id, "unit"))
    assert focused(detail) == ("Test results", "✕ failed  tests/test_bot.py::test_2345")
    assert is_seen(detail, tree(detail, "Test results"))


def test_the_last_of_very_many_is_seen_in_a_table_that_scrolls_by_itself(detail: DetailView) -> None:
    statuses = [CaseStatus.FAILED] * 3_000 + [CaseStatus.PASSED] * 9_000
    cases = [reports.case(f"test_{n}", status) for n, status in enumerate(statuses)]
    show(detail, reports.report(test_results=(TestTypeResult.from_cases(TestType.UNIT, cases),)))
    for number in (100, 11_999, 2_999):
        assert detail.follow(Target(Kind.TEST, cases[number].id, "unit"))
        assert focused(detail)[1].endswith(f"::test_{number}")
        assert is_seen(detail, tree(detail, "Test results"))


def test_going_back_ends_where_one_came_from(detail: DetailView, qtbot: QtBot) -> None:
    tree(detail, "What decided").go_to((1,))
    before = focused(detail)
    assert detail.follow(Target(Kind.RULE, "accuracy"))
    assert detail.follow(Target(Kind.ITERATION, "3"))
    second = focused(detail)
    qtbot.keyClick(tree(detail, second[0]), Qt.Key.Key_Backspace)
    assert focused(detail) == ("Rules", "✕ fail · blocks")
    qtbot.keyClick(tree(detail, "Rules"), Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert focused(detail) == before
    assert not detail.go_back()


@POPS_UP
def test_a_row_that_names_no_line_of_code_says_so(detail: DetailView, qtbot: QtBot) -> None:
    assert detail.follow(Target(Kind.RULE, "accuracy"))
    QToolTip.hideText()
    qtbot.keyClick(tree(detail, "Rules"), Qt.Key.Key_F12)
    assert "names no line of code" in QToolTip.text()
    QToolTip.hideText()


def test_another_report_forgets_where_one_came_from(detail: DetailView) -> None:
    detail.follow(Target(Kind.RULE, "accuracy"))
    show(detail, reports.report())
    assert not detail.go_back()


@pytest.mark.parametrize(
    "target",
    [
        Target(Kind.COMMIT, reports.SHA),
        Target(Kind.LINE, "tests/test_bot.py:41"),
        Target(Kind.REPORT, "TSR-1"),
    ],
)
def test_what_is_outside_of_the_report_is_handed_on(detail: DetailView, qtbot: QtBot, target: Target) -> None:
    with qtbot.waitSignal(detail.left) as heard:
        assert detail.follow(target)
    assert heard.args == [target]


def test_what_is_not_there_is_not_followed(detail: DetailView) -> None:
    assert not detail.follow(Target(Kind.TEST, "nothing", "unit"))
    assert not detail.follow(Target(Kind.SECTION, "nothing"))


def test_enter_follows_the_one_link_of_a_row(detail: DetailView, qtbot: QtBot) -> None:
    figures = tree(detail, "Key figures")
    figures.go_to((link_at(figures, "V3 · ").row(),))
    qtbot.keyClick(figures, Qt.Key.Key_Return)
    assert focused(detail) == ("Eval iterations", "V3 RAG (latest)")


def test_enter_opens_a_closed_row_and_follows_the_link_of_an_open_one(
    detail: DetailView, qtbot: QtBot
) -> None:
    decided = tree(detail, "What decided")
    heard: list[object] = []
    decided.followed.connect(heard.append)
    decided._offer = lambda *_: heard.append("offered")  # type: ignore[method-assign]  # a menu blocks
    row = decided.model().index(0, 0)
    decided.collapse(row)
    decided.setCurrentIndex(row)
    qtbot.keyClick(decided, Qt.Key.Key_Return)
    assert (decided.isExpanded(row), heard) == (True, [])
    qtbot.keyClick(decided, Qt.Key.Key_Return)
    assert (decided.isExpanded(row), len(heard)) == (True, 1)
    decided.setCurrentIndex(decided.model().index(0, 0, row))
    qtbot.keyClick(decided, Qt.Key.Key_Return)
    assert len(heard) == 2


@POPS_UP
def test_a_row_with_several_links_offers_them_in_a_menu(detail: DetailView, qtbot: QtBot) -> None:
    detail.follow(Target(Kind.TEST, MEDICAL, "unit"))
    found = tree(detail, "Test results")
    qtbot.keyClick(found, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    (menu,) = found.findChildren(QMenu)
    words = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert words == [
        "Open code: Code tests/test_bot.py:41",
        "Go to: Requirement REQ-3",
        "Go to: Read from unit/junit.xml",
        "Open commit: Commit 3fa9c1e",
        "Copy",
    ]
    with qtbot.waitSignal(detail.left) as heard:
        menu.actions()[0].trigger()
    assert heard.args == [Target(Kind.LINE, "tests/test_bot.py:41")]
    menu.hide()


@POPS_UP
def test_the_menu_key_offers_to_copy_the_row_in_full(detail: DetailView) -> None:
    versions = tree(detail, "Version manifest")
    versions.go_to((0,))
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    QCoreApplication.sendEvent(versions.viewport(), asked)
    (menu,) = versions.findChildren(QMenu)
    menu.actions()[-1].trigger()
    assert QGuiApplication.clipboard().text() == f"Code\t{reports.SHA}"
    menu.hide()


@POPS_UP
def test_a_hostile_name_is_no_mnemonic_in_the_menu(detail: DetailView, qtbot: QtBot) -> None:
    report, _ = reports.poisoned("&Quit <b>\u202egnp.exe")
    show(detail, report)
    found = tree(detail, "Test results")
    found.go_to((0, 0))
    qtbot.keyClick(found, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    (menu,) = found.findChildren(QMenu)
    words = " ".join(action.text() for action in menu.actions())
    assert "&&Quit <b>⟨U+202E⟩" in words
    menu.hide()


def test_requirements_are_shown_from_either_side(detail: DetailView, qtbot: QtBot) -> None:
    section = detail.sections()[4]
    names = [each.accessibleName() for each in section.trees()]
    assert names == ["Requirements and their tests", "Loose ends"]
    button = next(each for each in section.findChildren(QAbstractButton) if each.text() == "By test")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert [each.accessibleName() for each in section.trees()] == [
        "Tests and their requirements",
        "Loose ends",
    ]
    assert detail.follow(Target(Kind.REQUIREMENT, "REQ-3"))
    assert focused(detail)[0] == "Requirements and their tests"


def test_a_table_that_gets_the_focus_shows_where_one_is(detail: DetailView, qtbot: QtBot) -> None:
    first, second = (each for each in detail.sections()[0].trees()[:2])
    first.setFocus(Qt.FocusReason.TabFocusReason)
    assert first.selectionModel().isSelected(first.model().index(0, 0))
    second.setFocus(Qt.FocusReason.TabFocusReason)
    assert second.selectionModel().selectedRows()
    assert not first.selectionModel().selectedRows()


def test_the_head_says_that_the_policy_is_no_longer_in_force(detail: DetailView) -> None:
    said = [label.text() for label in detail.band.findChildren(QWidget) if hasattr(label, "text")]
    assert "▲ The policy that decided is no longer in force: another version of it is on record." in said


def test_where_there_is_little_height_the_verdict_and_what_decided_are_still_seen(
    detail: DetailView, qtbot: QtBot
) -> None:
    detail.resize(480, 470)
    turn()
    decided = tree(detail, "What decided")
    assert decided.mapTo(detail, QPoint(0, 0)).y() < detail.height() - 3 * 28
    more = next(
        each for each in detail.findChild(VerdictBand).findChildren(QAbstractButton) if each.isVisible()
    )
    terms = next(
        each for each in detail.band.findChildren(QWidget) if each.accessibleName().startswith("Approval")
    )
    assert not terms.isVisible()
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert terms.isVisible()
    detail.resize(800, 700)
    turn()
    assert not more.isVisible()


def test_no_table_needs_a_second_scroll_bar_at_half_the_width(detail: DetailView) -> None:
    detail.resize(480, 700)
    turn()
    wide = [
        each.accessibleName()
        for section in detail.sections()
        for each in section.trees()
        if each.horizontalScrollBar().isVisible()
    ]
    # Ten and seven columns can't be read in 440 pixels; they scroll.
    assert wide == ["Test results", "Eval iterations"]


def test_links_are_drawn_in_the_colour_of_links(detail: DetailView, theme: ThemeController) -> None:
    figures = tree(detail, "Key figures")
    value = link_at(figures, "41 of 43")
    assert value.data(CELL_ROLE).leads_to == Target(Kind.TEST_TYPE, "unit")
    drawn = figures.viewport().grab(figures.visualRect(value)).toImage()
    colours = {drawn.pixelColor(x, y).name() for x in range(drawn.width()) for y in range(drawn.height())}
    assert theme.theme.accent.lower() in colours
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
