"""Order, columns, saved filters and comparing, from the menus of a real window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QItemSelectionModel, QPoint
from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import QLabel, QMenu

from aitr_desktop.actions.spec import COLUMNS_MENU, FILTERS_MENU, Act
from aitr_desktop.item_models.comparison_blocks import block_titles
from aitr_desktop.item_models.list_columns import SHOWN_FIRST
from aitr_desktop.library.listing import Query, SortKey
from aitr_desktop.windows.preferences import Preferences
from aitr_desktop.windows.stored_settings import StoredSettings
from tests.desktop.fakes import FakeWorkspace, StillClock, lines
from tsr_agent.errors import IntegrityError
from tsr_agent.models.decision import GoNoGoDecision

if TYPE_CHECKING:
    from aitr_desktop.windows.browser import Browser
    from aitr_desktop.windows.main_window import MainWindow

Settled = Callable[[], None]


@pytest.fixture
def library(clock: StillClock) -> FakeWorkspace:
    return FakeWorkspace(lines(30, clock.now()))


@pytest.fixture
def browser(window: MainWindow, settled: Settled) -> Browser:
    window.show_library(Path("/data/audit-2026.db"))
    settled()
    found = window.reports_page.browser()
    assert found is not None
    return found


def select(browser: Browser, *rows: int) -> None:
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    browser.table.clearSelection()
    for row in rows:
        browser.table.selectionModel().setCurrentIndex(browser.reports.index(row, 0), flags)


def press(menu: QMenu, words: str) -> None:
    next(action for action in menu.actions() if action.text().replace("&", "") == words).trigger()
    menu.close()


def test_the_order_is_asked_for_shown_and_kept(
    window: MainWindow, browser: Browser, library: FakeWorkspace, settled: Settled, settings_file: Path
) -> None:
    window.menus.action(Act.SORT_BRANCH).trigger()
    settled()
    assert str(library.asked[-1].order) == "branch up"
    window.menus.action(Act.TURN_ORDER).trigger()
    settled()
    assert str(library.asked[-1].order) == "branch down"
    assert window.menus.action(Act.SORT_BRANCH).isChecked()
    browser.table.columns.sort_asked.emit(SortKey.DECISION)
    settled()
    assert window.menus.action(Act.SORT_DECISION).isChecked()
    window.close()
    assert Preferences(StoredSettings(settings_file)).now.order == "decision up"


def test_columns_are_chosen_from_the_menu_and_kept(
    window: MainWindow, browser: Browser, settings_file: Path
) -> None:
    menu = window.menus.menu(COLUMNS_MENU)
    menu.aboutToShow.emit()
    press(menu, "Reason")
    assert browser.table.columns.keys() == (*SHOWN_FIRST, "reason")
    assert window.preferences.now.shown_columns == (*SHOWN_FIRST, "reason")
    menu.aboutToShow.emit()
    checked = [action.text() for action in menu.actions() if action.isChecked()]
    assert "Reason" in checked
    assert "Policy" not in checked
    window.menus.action(Act.RESET_COLUMNS).trigger()
    assert browser.table.columns.keys() == SHOWN_FIRST


def test_a_filter_is_saved_applied_renamed_and_deleted(
    window: MainWindow, browser: Browser, settled: Settled
) -> None:
    assert not window.menus.action(Act.SAVE_FILTER).isEnabled()
    wanted = Query(decision=GoNoGoDecision.NO_GO, period=7, since=date(2026, 11, 16))
    window.saved_filters.save("  red & new ", wanted)
    browser.filters.clear()
    settled()
    menu = window.menus.menu(FILTERS_MENU)
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text() == "red && new").trigger()
    settled()
    assert browser.filters.query() == wanted
    assert window.menus.action(Act.SAVE_FILTER).isEnabled()
    window.saved_filters.rename("red & new", "red")
    assert list(window.preferences.now.filters) == ["red"]
    assert ("red", "Filter: red") in window.saved_filters.commands()
    window.saved_filters.delete("red")
    assert window.saved_filters.known() == {}
    menu.aboutToShow.emit()
    assert "red" not in [action.text() for action in menu.actions()]


def test_a_stored_filter_that_is_nonsense_is_not_offered(window: MainWindow, browser: Browser) -> None:
    window.preferences.change(filters={"bad": "{", "worse": '{"environment": 5}'})
    assert window.saved_filters.known() == {}
    window.saved_filters.apply("bad")
    assert browser.filters.query() == Query()


def test_two_reports_are_compared_by_what_is_on_record(
    window: MainWindow, browser: Browser, settled: Settled
) -> None:
    select(browser, 2)
    assert not window.menus.action(Act.COMPARE_SELECTED).isEnabled()
    select(browser, 1, 4, 6)
    assert not window.menus.action(Act.COMPARE_SELECTED).isEnabled()
    select(browser, 1, 3)
    assert window.menus.action(Act.COMPARE_SELECTED).isEnabled()
    window.menus.action(Act.COMPARE_SELECTED).trigger()
    settled()
    assert window.pages.here == "compare"
    view = window.deciding.comparison.view()
    assert [card.verdict_text() for card in view.head.cards] == ["■ NO-GO", "● GO"]
    assert view.head.sentence.text()
    assert [section.title for section in view.sections()] == list(block_titles())


def test_an_altered_report_is_compared_with_nothing(
    window: MainWindow, browser: Browser, library: FakeWorkspace, settled: Settled
) -> None:
    library.errors["load"] = IntegrityError("Report TSR-00001 was altered.")
    window.list_view.compare_asked.emit("TSR-00001", "TSR-00002")
    settled()
    assert not window.deciding.comparison.view().has_comparison
    said = [
        label.text() for label in window.deciding.comparison.view().findChildren(QLabel) if label.isVisible()
    ]
    assert "Report TSR-00001 was altered." in said
    assert "■ ALTERED" in said
    assert not any("GO" in text for text in said)


def test_the_menu_of_the_selection_copies_and_asks(
    window: MainWindow, browser: Browser, settled: Settled
) -> None:
    exported: list[tuple[str, ...]] = []
    window.list_view.export_asked.connect(exported.append)
    select(browser, 1, 3)
    press(window.list_view.show_menu(QPoint(20, 20)), "Copy id")
    assert QGuiApplication.clipboard().text() == "TSR-00001\nTSR-00003"
    press(window.list_view.show_menu(QPoint(20, 20)), "Copy SHA")
    assert QGuiApplication.clipboard().text().splitlines()[0].startswith("0000001aaaa")
    press(window.list_view.show_menu(QPoint(20, 20)), "Export…")
    assert exported == [("TSR-00001", "TSR-00003")]
    menu = window.list_view.show_menu(QPoint(20, 20))
    enabled = [action.text().replace("&", "") for action in menu.actions() if action.isEnabled()]
    menu.close()
    assert "Open" not in enabled
    assert "Compare" in enabled


def test_ids_of_rows_that_are_not_here_are_read(
    window: MainWindow, library: FakeWorkspace, clock: StillClock, settled: Settled
) -> None:
    library.rows[:] = lines(900, clock.now())
    window.show_library(Path("/data/audit-2026.db"))
    settled()
    browser = window.reports_page.browser()
    assert browser is not None
    browser.table.selectAll()
    given: list[tuple[str, ...]] = []
    browser.with_selected(given.append)
    settled()
    assert [len(each) for each in given] == [900]


def test_a_bar_narrows_the_list_to_its_days(
    browser: Browser, library: FakeWorkspace, settled: Settled
) -> None:
    settled()
    assert browser.left.strip.timeline().bars
    browser.left.strip.chosen.emit(date(2026, 11, 1), date(2026, 11, 7))
    settled()
    assert (library.asked[-1].since, library.asked[-1].until) == (date(2026, 11, 1), date(2026, 11, 7))
    assert browser.filters.chips.texts() == ["Dates: 2026-11-01 to 2026-11-07  ✕"]
