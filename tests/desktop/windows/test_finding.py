"""Finding a text in the report on screen, with the real window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication

from aitr_desktop.actions.spec import Act
from tests.factories import shown_reports as reports
from tsr_agent.errors import StoreError

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aitr_desktop.tasks import Tasks
    from aitr_desktop.views.find_bar import FindBar
    from aitr_desktop.views.section_tree import SectionTree
    from aitr_desktop.windows.main_window import MainWindow
    from aitr_desktop.windows.workbench import Workbench
    from tests.desktop.fakes import FakeWorkspace

Settled = Callable[[], None]


@pytest.fixture
def workbench(window: MainWindow, library: FakeWorkspace, qtbot: QtBot, settled: Settled) -> Workbench:
    window.resize(1300, 800)
    window.show_workspace(library)
    qtbot.waitUntil(lambda: window.workbench is not None and window.workbench.report is not None)
    settled()
    assert window.workbench is not None
    qtbot.waitUntil(lambda: not window.workbench.detail.is_filling)
    return window.workbench


@pytest.fixture
def bar(window: MainWindow, workbench: Workbench) -> FindBar:
    window.menus.action(Act.FIND_IN_REPORT).trigger()
    return workbench.detail.find_bar


def typed(bar: FindBar, qtbot: QtBot, tasks: Tasks, text: str) -> None:
    bar.field.clear()
    qtbot.keyClicks(bar.field, text)
    qtbot.waitUntil(lambda: not bar.is_waiting and tasks.is_idle)


def current(workbench: Workbench) -> tuple[str, str]:
    """Name of the table, and the row that is selected there."""
    found = [
        (tree.accessibleName(), index.data())
        for section in workbench.detail.sections()
        for tree in section.trees()
        for index in tree.selectionModel().selectedRows()
    ]
    assert len(found) <= 1, "only one row is shown as found"
    return found[0] if found else ("", "")


def in_sight(workbench: Workbench) -> bool:
    tree: SectionTree = next(
        tree
        for section in workbench.detail.sections()
        for tree in section.trees()
        if tree.selectionModel().hasSelection()
    )
    where = tree.viewport().mapTo(workbench.detail, tree.visualRect(tree.currentIndex()).center())
    return bool(0 < where.y() < workbench.detail.height())


def test_it_opens_what_is_closed_and_keeps_the_focus(
    workbench: Workbench, bar: FindBar, qtbot: QtBot, tasks: Tasks
) -> None:
    assert bar.field.hasFocus()
    typed(bar, qtbot, tasks, "MEDICAL")
    first, total = bar.count.text().split(" of ")
    assert first == "1"
    assert int(total) > 1
    assert in_sight(workbench)
    assert bar.field.hasFocus()


def test_keys_go_round_through_all_hits(
    window: MainWindow, workbench: Workbench, bar: FindBar, qtbot: QtBot, tasks: Tasks
) -> None:
    typed(bar, qtbot, tasks, "accuracy")
    total = int(bar.count.text().split(" of ")[1])
    seen = []
    for place in range(total):
        assert bar.count.text() == f"{place + 1} of {total}"
        seen.append((current(workbench), workbench.detail.sections()))
        assert in_sight(workbench)
        qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert bar.count.text() == f"1 of {total}"
    qtbot.keyClick(bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert bar.count.text() == f"{total} of {total}"
    window.menus.action(Act.FIND_NEXT).trigger()
    window.menus.action(Act.FIND_PREVIOUS).trigger()
    assert bar.count.text() == f"{total} of {total}"


def test_enter_while_typing_does_not_wait(
    workbench: Workbench, bar: FindBar, qtbot: QtBot, tasks: Tasks
) -> None:
    qtbot.keyClicks(bar.field, "grounding")
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert not bar.is_waiting
    qtbot.waitUntil(lambda: tasks.is_idle)
    assert bar.count.text().startswith("1 of ")


def test_escape_closes_and_the_focus_is_where_it_was_found(
    window: MainWindow, workbench: Workbench, bar: FindBar, qtbot: QtBot, tasks: Tasks
) -> None:
    typed(bar, qtbot, tasks, "grounding")
    found = current(workbench)
    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    assert bar.isHidden()
    assert current(workbench) == found
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused.accessibleName() == found[0]


def test_escape_gives_the_focus_back_where_nothing_was_found(
    window: MainWindow, workbench: Workbench, qtbot: QtBot, tasks: Tasks
) -> None:
    workbench.focus_list()
    window.menus.action(Act.FIND_IN_REPORT).trigger()
    bar = workbench.detail.find_bar
    typed(bar, qtbot, tasks, "nowhere is this")
    assert bar.count.text() == "Nothing found"
    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    assert workbench.table.hasFocus()


def test_backspace_goes_back_to_before_the_search(
    workbench: Workbench, bar: FindBar, qtbot: QtBot, tasks: Tasks
) -> None:
    typed(bar, qtbot, tasks, "accuracy")
    for _ in range(3):
        qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    assert workbench.detail.go_back()
    assert not workbench.detail.go_back()


def test_another_report_is_searched_too_and_read_from_its_top(
    workbench: Workbench, bar: FindBar, qtbot: QtBot, tasks: Tasks
) -> None:
    typed(bar, qtbot, tasks, "accuracy")
    workbench.table.select_row(4)
    qtbot.waitUntil(
        lambda: tasks.is_idle and workbench.report is not None and "4" in workbench.report.report_id
    )
    qtbot.waitUntil(lambda: bar.count.text().endswith(" rows"))
    assert current(workbench) == ("", "")
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert bar.count.text().startswith("1 of ")


def test_hostile_text_is_looked_for_as_text(
    window: MainWindow, workbench: Workbench, library: FakeWorkspace, qtbot: QtBot, tasks: Tasks
) -> None:
    library.hostile = reports.HOSTILE
    workbench.table.select_row(2)
    qtbot.waitUntil(lambda: tasks.is_idle)
    window.menus.action(Act.FIND_IN_REPORT).trigger()
    bar = workbench.detail.find_bar
    typed(bar, qtbot, tasks, "<b>bold</b>")
    assert bar.count.text().startswith("1 of ")
    assert bar.count.textFormat() == Qt.TextFormat.PlainText


def test_without_a_report_it_says_why_not(
    window: MainWindow, library: FakeWorkspace, qtbot: QtBot, settled: Settled
) -> None:
    assert window.menus.reason(Act.FIND_IN_REPORT)
    library.errors["load"] = StoreError("broken")
    window.show_workspace(library)
    qtbot.waitUntil(lambda: window.workbench is not None)
    settled()
    assert window.menus.reason(Act.FIND_IN_REPORT) == "No report is on screen."
    window.menus.action(Act.FIND_NEXT).trigger()
    assert window.workbench is not None
    assert window.workbench.detail.find_bar.isHidden()


def test_a_window_closes_in_the_middle_of_a_search(
    window: MainWindow, workbench: Workbench, bar: FindBar, qtbot: QtBot
) -> None:
    qtbot.keyClicks(bar.field, "accuracy")
    bar.ask()
    window.close()
    assert not workbench.isVisible()


def test_a_window_closes_in_the_middle_of_a_report(
    window: MainWindow, workbench: Workbench, qtbot: QtBot
) -> None:
    """The rest of it came after the threads were gone, and a figure asked them for its plots."""
    report = workbench.report
    assert report is not None
    workbench.detail.show_report(report)
    workbench.detail.plots_wanted.emit()
    assert workbench.detail.is_filling
    window.close()
    assert not workbench.detail.is_filling
    for _ in range(20):
        QApplication.processEvents()
