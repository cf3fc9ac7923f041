from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtGui import QContextMenuEvent, QGuiApplication
from qtpy.QtWidgets import QApplication, QWidget

from aitr_desktop.item_models.list_columns import COLUMNS, SHOWN_FIRST, widths_from, widths_text
from aitr_desktop.item_models.report_list_model import ReportListModel
from aitr_desktop.library.listing import Query, SortKey
from aitr_desktop.views.report_table import ReportTable
from tests.desktop.fakes import FakeWorkspace, lines
from tests.factories.hostile_texts import HOSTILE_TEXTS

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aitr_desktop.tasks import Tasks
    from aitr_desktop.theme import ThemeController
    from tests.desktop.fakes import StillClock

Show = Callable[[QWidget], QWidget]
Settled = Callable[[], None]
ROWS = 5_000


@pytest.fixture
def source(clock: StillClock) -> FakeWorkspace:
    return FakeWorkspace(lines(ROWS, clock.now()))


@pytest.fixture
def model(tasks: Tasks, clock: StillClock) -> ReportListModel:
    return ReportListModel(tasks, clock)


@pytest.fixture
def table(
    model: ReportListModel, theme: ThemeController, shown: Show, settled: Settled, source: FakeWorkspace
) -> ReportTable:
    made = ReportTable(model, theme, 28)
    model.setParent(made)
    made.resize(520, 420)
    shown(made)
    model.show(source, Query())
    settled()
    made.select_row(0)
    return made


def current_id(table: ReportTable) -> str:
    return "\n".join(report.id for _, report in table.selected_reports(10))


def test_every_row_is_reached_by_keyboard(table: ReportTable, settled: Settled, qtbot: QtBot) -> None:
    opened: list[str] = []
    table.opened.connect(opened.append)
    for key, rows in (
        (Qt.Key.Key_End, {4_999}),
        (Qt.Key.Key_Up, {4_998}),
        (Qt.Key.Key_PageUp, set(range(4_980, 4_990))),
        (Qt.Key.Key_Home, {0}),
        (Qt.Key.Key_Down, {1}),
        (Qt.Key.Key_PageDown, set(range(10, 20))),
    ):
        qtbot.keyClick(table, key)
        settled()
        assert table.currentIndex().row() in rows, key
        assert opened[-1] == current_id(table) == f"TSR-{table.currentIndex().row():05d}"
    table.select_row(2_500)
    settled()
    assert opened[-1] == "TSR-02500"


def test_several_are_selected_with_shift_and_control(table: ReportTable, qtbot: QtBot) -> None:
    numbers: list[int] = []
    table.selection_changed.connect(numbers.append)
    qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    place = table.visualRect(table.model().index(6, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, place)
    assert table.ranges() == [(0, 2), (6, 6)]
    assert numbers[-1] == 4
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert [line.split("\t")[0] for line in QGuiApplication.clipboard().text().splitlines()] == [
        "TSR-00000",
        "TSR-00001",
        "TSR-00002",
        "TSR-00006",
    ]


def test_all_rows_can_be_selected_without_reading_them(
    table: ReportTable, source: FakeWorkspace, qtbot: QtBot
) -> None:
    before = len(source.steps)
    table.selectAll()
    assert table.ranges() == [(0, ROWS - 1)]
    assert len(table.selected_reports(300)) == 100, "the first page"
    assert len(source.steps) - before <= 1


def test_reports_that_come_in_above_leave_place_and_selection(
    table: ReportTable, source: FakeWorkspace, clock: StillClock, settled: Settled
) -> None:
    came: list[int] = []
    table.came_above.connect(came.append)
    table.select_row(100)
    table.verticalScrollBar().setValue(95)
    first = table.rowAt(0)
    seen = source.rows[first].id
    new = [row for row in lines(3, clock.now()) if row]
    source.rows[:0] = [_named(row, f"NEW-{place}", place - 3) for place, row in enumerate(new)]
    table._reports.refresh()
    settled()
    assert table._reports.rowCount() == ROWS + 3
    assert current_id(table) == "TSR-00100"
    assert table.currentIndex().row() == 103
    shown = table._reports.report(table.rowAt(0))
    assert shown is not None
    assert shown.id == seen
    assert came == [3]


def test_a_list_at_its_top_shows_what_came(
    table: ReportTable, source: FakeWorkspace, clock: StillClock, settled: Settled
) -> None:
    source.rows[:0] = [_named(lines(1, clock.now())[0], "NEW", -1)]
    table._reports.refresh()
    settled()
    assert table.is_at_top()
    assert current_id(table) == "TSR-00000"
    assert table.currentIndex().row() == 1
    first = table._reports.report(0)
    assert first is not None
    assert first.id == "NEW"


def test_a_selected_report_that_is_gone_leaves_no_other_in_its_name(
    table: ReportTable, source: FakeWorkspace, settled: Settled, qtbot: QtBot
) -> None:
    table.select_row(3)
    qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert current_id(table) == "TSR-00003\nTSR-00004"
    del source.rows[3]
    table._reports.refresh()
    settled()
    assert current_id(table) == "TSR-00004"


def _named(row: object, name: str, key: int) -> object:
    from dataclasses import replace

    return replace(row, id=name, key=key)  # type: ignore[type-var]


def test_columns_are_chosen_moved_and_put_back(table: ReportTable) -> None:
    told: list[tuple[str, ...]] = []
    table.columns.changed.connect(lambda: told.append(table.columns.keys()))
    table.columns.toggle("reason")
    assert told == [(*SHOWN_FIRST, "reason")]
    table.horizontalHeader().moveSection(0, 2)
    assert told[-1][:3] == ("release", "branch", "decision")
    for key in told[-1][:-1]:
        table.columns.toggle(key)
    assert table.columns.keys() == ("reason",)
    table.columns.toggle("reason")
    assert table.columns.keys() == ("reason",), "one column always stays"
    table.columns.reset()
    assert table.columns.keys() == SHOWN_FIRST


def test_columns_are_shown_as_they_were_kept(table: ReportTable) -> None:
    table.columns.show(("when", "unknown", "decision", "when"), "when=200 decision=99999 x=y =")
    assert table.columns.keys() == ("when", "decision")
    assert table.columnWidth(4) == 200
    assert widths_from(widths_text({"when": 120})) == {"when": 120}
    assert widths_from("when=\u0661\u0662") in ({}, {"when": 40})


def test_a_title_sorts_where_there_is_an_index(table: ReportTable, qtbot: QtBot) -> None:
    asked: list[SortKey] = []
    table.columns.sort_asked.connect(asked.append)
    table.columns.toggle("reason")
    header = table.horizontalHeader()
    for number in (0, 4, 6):
        place = QPoint(header.sectionViewportPosition(number) + 20, header.height() // 2)
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert asked == [SortKey.DECISION, SortKey.CREATED]
    assert table.model().headerData(4, Qt.Orientation.Horizontal) == "When ↓"


def test_the_menu_key_asks_for_a_menu_at_the_row(table: ReportTable) -> None:
    asked: list[QPoint] = []
    table.menu_asked.connect(asked.append)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    QApplication.sendEvent(table.viewport(), event)
    assert len(asked) == 1
    assert table.rect().contains(table.mapFromGlobal(asked[0]))


@pytest.mark.parametrize("name", sorted(HOSTILE_TEXTS) if isinstance(HOSTILE_TEXTS, dict) else [])
def test_hostile_text_is_drawn_as_text(
    table: ReportTable, source: FakeWorkspace, clock: StillClock, settled: Settled, name: str
) -> None:
    source.rows[:] = lines(3, clock.now(), HOSTILE_TEXTS[name])
    for column in COLUMNS[5:]:
        table.columns.toggle(column.key)
    table._reports.show(source, Query())
    settled()
    assert not table.grab().isNull()
