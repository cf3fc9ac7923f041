from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QWidget

from aitr_desktop.library.listing import Choices, Query
from aitr_desktop.views.filter_bar import FilterBar, sha_and_text
from aitr_desktop.views.find_combo import MAX_LISTED, FindCombo
from tests.factories import shown_reports as reports
from tsr_agent.models.decision import GoNoGoDecision

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aitr_desktop.theme import ThemeController

Show = Callable[[QWidget], QWidget]
TODAY = date(2026, 11, 22)
ALL = Query(
    environment="staging",
    decision=GoNoGoDecision.PENDING_REVIEW,
    branch="main",
    repository="https://git.example.org/bot",
    since=date(2026, 11, 16),
    period=7,
    sha="3fa9",
    text="two words",
)


@pytest.fixture
def filters(theme: ThemeController, shown: Show) -> FilterBar:
    bar = FilterBar(theme, TODAY)
    bar.offer(Choices(("production", "staging"), ("main", reports.HOSTILE)))
    shown(bar)
    return bar


def combo(filters: FilterBar, name: str) -> QComboBox:
    return next(each for each in filters.findChildren(QComboBox) if each.accessibleName() == name)


def finder(filters: FilterBar, name: str) -> FindCombo:
    found = combo(filters, name)
    assert isinstance(found, FindCombo)
    return found


def test_filters_make_the_question(filters: FilterBar, qtbot: QtBot) -> None:
    assert filters.query() == Query()
    with qtbot.waitSignal(filters.changed):
        combo(filters, "Decision").setCurrentIndex(3)
    finder(filters, "Environment").choose("staging")
    finder(filters, "Branch").choose(reports.HOSTILE)
    combo(filters, "Dates").setCurrentIndex(2)
    assert filters.query() == Query(
        environment="staging",
        decision=GoNoGoDecision.PENDING_REVIEW,
        branch=reports.HOSTILE,
        since=date(2026, 11, 16),
        period=7,
    )
    combo(filters, "Decision").setCurrentIndex(4)
    assert filters.query().not_judged
    assert filters.query().decision is None


def test_a_period_between_two_days_takes_them_in_either_order(filters: FilterBar) -> None:
    dates = combo(filters, "Dates")
    dates.setCurrentIndex(dates.count() - 1)
    query = filters.query()
    assert (query.since, query.until) == (date(2026, 10, 23), TODAY)


def test_a_period_ends_with_the_day_it_is(filters: FilterBar) -> None:
    combo(filters, "Dates").setCurrentIndex(1)
    filters.set_today(date(2026, 11, 23))
    assert filters.query().since == date(2026, 11, 23)


def test_typing_asks_once_after_a_pause_and_enter_at_once(filters: FilterBar, qtbot: QtBot) -> None:
    heard: list[str] = []
    filters.changed.connect(lambda: heard.append(filters.query().text))
    field = filters.findChild(QLineEdit)
    assert field is not None
    qtbot.keyClicks(field, "3fa9")
    assert heard == []
    qtbot.waitUntil(lambda: heard == ["3fa9"])
    filters.entered.connect(lambda: heard.append("on"))
    qtbot.keyClicks(field, "c")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert heard == ["3fa9", "3fa9c", "on"]
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert heard == ["3fa9", "3fa9c", "on", "on"]
    cross = field.actions()[-1]
    assert cross.isVisible()
    filters.clear()
    assert not cross.isVisible()


@pytest.mark.parametrize(
    ("typed", "sha", "text"),
    [
        ("sha:3FA9 two words", "3fa9", "two words"),
        ("a" * 40, "a" * 40, ""),
        ("A" * 64, "a" * 64, ""),
        ("3fa9c1e", "", "3fa9c1e"),
        ("sha:xyz", "", "sha:xyz"),
    ],
)
def test_digits_of_a_sha_are_told_from_text(typed: str, sha: str, text: str) -> None:
    assert sha_and_text(typed) == (sha, text)


def test_a_question_can_be_shown_and_taken_back_filter_by_filter(filters: FilterBar) -> None:
    heard: list[Query] = []
    filters.changed.connect(lambda: heard.append(filters.query()))
    filters.show_query(ALL)
    assert heard == [ALL]
    texts = [text.removesuffix("  ✕") for text in filters.chips.texts()]
    assert texts == [
        "Environment: staging",
        "Decision: ▲ PENDING REVIEW",
        "Branch: main",
        "Repository: https://git.example.org/bot",
        "Dates: last 7 days",
        "SHA begins with 3fa9",
        "Text: two words",
        "Clear all",
    ]
    for name in ("environment", "decision", "branch", "repository", "dates", "sha", "text"):
        filters.chips.button(name).click()
    assert len(heard) == 8
    assert filters.query() == Query()
    assert filters.chips.isHidden()


def test_delete_takes_a_filter_back_and_the_focus_goes_to_the_next(filters: FilterBar, qtbot: QtBot) -> None:
    filters.activateWindow()
    filters.show_query(Query(branch="main", text="x"))
    filters.chips.button("branch").setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Delete)
    assert filters.query() == Query(text="x")
    assert QApplication.focusWidget() is filters.chips.button("text")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert filters.query() == Query()
    assert isinstance(QApplication.focusWidget(), QLineEdit)


def test_all_filters_are_cleared_at_once(filters: FilterBar, qtbot: QtBot) -> None:
    filters.show_query(ALL)
    with qtbot.waitSignal(filters.changed):
        filters.chips.button("").click()
    assert filters.query() == Query()


def test_a_choice_survives_new_choices_and_clearing_takes_it_back(filters: FilterBar) -> None:
    finder(filters, "Branch").choose("main")
    filters.offer(Choices(("production",), ("develop",)))
    assert filters.query().branch == "main"
    filters.clear()
    assert filters.query() == Query()


def test_ten_thousand_branches_are_found_by_typing(filters: FilterBar, qtbot: QtBot) -> None:
    filters.offer(Choices((), tuple(f"feature/{number:05d}" for number in range(10_000))))
    branches = finder(filters, "Branch")
    qtbot.keyClicks(branches, "9")
    found = branches.finder()
    assert found.isVisible()
    assert found.list.model().rowCount() == MAX_LISTED
    qtbot.keyClicks(found.field, "99")
    assert found.list.model().rowCount() == 19
    qtbot.keyClick(found.field, Qt.Key.Key_Down)
    qtbot.keyClick(found.field, Qt.Key.Key_Return)
    assert found.isHidden()
    assert filters.query().branch == "feature/01999"
    qtbot.keyClick(branches, Qt.Key.Key_Delete)
    assert filters.query().branch is None


def test_the_first_choice_is_all_of_them(filters: FilterBar, qtbot: QtBot) -> None:
    branches = finder(filters, "Branch")
    branches.choose("main")
    branches.showPopup()
    found = branches.finder()
    assert found.list.currentIndex().data() == "main"
    qtbot.keyClick(found.field, Qt.Key.Key_Up)
    assert found.list.currentIndex().data() == "All branches"
    qtbot.keyClick(found.field, Qt.Key.Key_Return)
    assert filters.query().branch is None


def test_a_hostile_branch_is_offered_as_text(filters: FilterBar) -> None:
    branches = finder(filters, "Branch")
    branches.showPopup()
    words = branches.finder().list.model().index(2, 0).data()
    branches.finder().hide()
    assert words.startswith("<img src=x")
    assert "\u202e" not in words
    branches.choose(reports.HOSTILE)
    assert "\u202e" not in branches.currentText()
    assert not any("\u202e" in text for text in filters.chips.texts())


@given(st.text(max_size=40), st.lists(st.text(max_size=20), max_size=20))
def test_what_is_found_has_what_was_typed_in_it(qapp: QApplication, typed: str, values: list[str]) -> None:
    box = FindCombo("Branch", "All branches")
    box.offer(values)
    found = box.matching(typed)
    assert sorted(found) == sorted(value for value in values if typed.casefold() in value.casefold())
    box.deleteLater()


@pytest.mark.parametrize(
    ("shown_number", "total", "words"),
    [(1204, 18_340, "1,204 of 18,340 reports"), (1, 1, "1 report"), (0, 5, "0 of 5 reports")],
)
def test_the_count_is_said(filters: FilterBar, shown_number: int, total: int, words: str) -> None:
    filters.show_count(shown_number, total)
    assert filters.count_text() == words


@pytest.mark.parametrize("width", [420, 560, 892, 1400])
def test_nothing_is_cut_at_any_width(filters: FilterBar, qtbot: QtBot, width: int) -> None:
    filters.show_query(ALL)
    filters.show_count(1_204, 18_340)
    filters.resize(width, filters.heightForWidth(width))
    QApplication.processEvents()
    for part in (
        *filters.findChildren(QComboBox),
        *filters.findChildren(QLineEdit),
        *filters.chips.children(),
    ):
        if isinstance(part, QWidget) and part.isVisible():
            right = part.mapTo(filters, part.rect().topRight()).x()
            assert right < width, part.accessibleName()
            bottom = part.mapTo(filters, part.rect().bottomRight()).y()
            assert bottom < filters.height(), part.accessibleName()


def test_every_filter_has_a_name_and_can_be_reached(filters: FilterBar) -> None:
    filters.show_query(ALL)
    controls = [*filters.findChildren(QComboBox), *filters.findChildren(QAbstractButton)]
    for control in controls:
        if control.isVisible() and not control.objectName().startswith("qt_"):
            inside = isinstance(control.parent(), QLineEdit)
            assert inside or control.accessibleName() or control.text()
            assert inside or control.focusPolicy() & Qt.FocusPolicy.TabFocus
