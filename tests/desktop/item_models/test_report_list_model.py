from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QModelIndex, QPersistentModelIndex, Qt

from aitr_desktop.item_models.report_list_model import COLUMNS, ReportListModel
from aitr_desktop.library.listing import Query
from aitr_desktop.library.refreshing import Seen
from tests.desktop.fakes import FakeWorkspace, StillClock, lines
from tsr_agent.errors import StoreError, TsrError
from tsr_agent.models.decision import GoNoGoDecision

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pytestqt.modeltest import ModelTester
    from pytestqt.qtbot import QtBot

    from aitr_desktop.library.listing import ListedReport
    from aitr_desktop.library.paging import Step
    from aitr_desktop.tasks import Tasks


@pytest.fixture
def model(tasks: Tasks, clock: StillClock, qtbot: QtBot) -> ReportListModel:
    return ReportListModel(tasks, clock)


def first_column(model: ReportListModel, row: int) -> str:
    return str(model.index(row, 1).data())


def test_it_is_sound_while_pages_arrive(
    model: ReportListModel, qtmodeltester: ModelTester, clock: StillClock, settled: Callable[[], None]
) -> None:
    qtmodeltester.check(model)
    model.show(FakeWorkspace(lines(450, clock.now())), Query())
    settled()
    assert (model.rowCount(), model.columnCount()) == (450, len(COLUMNS))
    model.index(449, 0).data()
    settled()
    model.show(FakeWorkspace([]), Query())
    settled()
    assert model.rowCount() == 0


def test_a_row_far_away_says_that_it_waits_and_then_is_there(
    model: ReportListModel, clock: StillClock, settled: Callable[[], None]
) -> None:
    source = FakeWorkspace(lines(5_000, clock.now()))
    model.show(source, Query())
    settled()
    assert first_column(model, 4_999) == "…"
    settled()
    assert first_column(model, 4_999) == "0004999"
    assert [step.reverse for step in source.steps] == [False, True]
    assert first_column(model, 2_500) == "…"
    settled()
    assert first_column(model, 2_500) == "0002500"


def test_only_the_page_wanted_last_is_walked_to(
    model: ReportListModel, clock: StillClock, settled: Callable[[], None]
) -> None:
    source = FakeWorkspace(lines(5_000, clock.now()))
    model.show(source, Query())
    settled()
    for row in (1_000, 2_000, 4_900):
        model.index(row, 0).data()
    settled()
    assert model.report(4_900) is not None
    assert len(source.steps) <= 4


def test_both_numbers_are_told(
    model: ReportListModel, clock: StillClock, settled: Callable[[], None]
) -> None:
    told: list[tuple[int, int]] = []
    model.counted.connect(lambda shown, total: told.append((shown, total)))
    model.show(FakeWorkspace(lines(30, clock.now())), Query(decision=GoNoGoDecision.GO))
    settled()
    assert told == [(10, 30)]


def test_the_last_question_wins(
    model: ReportListModel, clock: StillClock, settled: Callable[[], None]
) -> None:
    source = FakeWorkspace(lines(30, clock.now()))
    model.show(source, Query())
    model.show(source, Query(text="TSR-00007"))
    settled()
    assert [model.report(row) and model.report(row).id for row in range(model.rowCount())] == ["TSR-00007"]


def test_a_library_that_shrank_meanwhile_is_read_again(
    model: ReportListModel, clock: StillClock, settled: Callable[[], None]
) -> None:
    source = FakeWorkspace(lines(900, clock.now()))
    model.show(source, Query())
    settled()
    del source.rows[50:]
    model.index(850, 0).data()
    settled()
    assert model.rowCount() == 50


def test_an_error_is_told_and_what_was_read_stays(
    model: ReportListModel, clock: StillClock, settled: Callable[[], None]
) -> None:
    errors: list[TsrError] = []
    model.failed.connect(errors.append)
    source = FakeWorkspace(lines(900, clock.now()))
    model.show(source, Query())
    settled()
    source.errors["page"] = StoreError("the disk is gone")
    model.index(850, 0).data()
    settled()
    assert [error.message for error in errors] == ["the disk is gone"]
    assert first_column(model, 0) == "0000000"


def test_rows_have_no_children_and_headers_are_words(model: ReportListModel) -> None:
    assert model.rowCount(model.createIndex(0, 0)) == 0
    assert model.columnCount(QModelIndex()) == len(COLUMNS)
    assert model.headerData(0, Qt.Orientation.Horizontal) == "Decision"
    assert model.headerData(0, Qt.Orientation.Vertical) is None


def test_it_is_sound_while_reports_come_in_and_go(
    model: ReportListModel, qtmodeltester: ModelTester, clock: StillClock, settled: Callable[[], None]
) -> None:
    qtmodeltester.check(model)
    rows = lines(700, clock.now())
    source = FakeWorkspace(rows[100:600])
    model.show(source, Query())
    settled()
    third, last = QPersistentModelIndex(model.index(3, 0)), QPersistentModelIndex(model.index(499, 0))
    for now in (rows, rows[300:], rows[:50], [], rows[5:9], rows):
        source.rows[:] = now
        watched = model.report(3)
        model.watch(lambda line=watched: Seen(total=model.rowCount(), current=(3, line) if line else None))
        model.refresh()
        settled()
        assert model.rowCount() == len(now)
        model.index(max(0, len(now) - 1), 0).data()
        settled()
    del third, last


def test_what_is_followed_keeps_its_index(
    model: ReportListModel, clock: StillClock, settled: Callable[[], None]
) -> None:
    rows = lines(700, clock.now())
    source = FakeWorkspace(rows[100:])
    model.show(source, Query())
    settled()
    index, line = QPersistentModelIndex(model.index(3, 0)), model.report(3)
    assert line is not None
    model.watch(lambda: Seen(total=model.rowCount(), current=(3, line)))
    source.rows[:] = rows
    model.refresh()
    settled()
    assert index.row() == 103
    assert model.report(103) == line


def test_refreshes_that_come_fast_are_one(
    model: ReportListModel, clock: StillClock, settled: Callable[[], None]
) -> None:
    source = FakeWorkspace(lines(30, clock.now()))
    model.show(source, Query())
    settled()
    told: list[object] = []
    model.refreshed.connect(told.append)
    for _ in range(50):
        model.refresh()
    settled()
    assert 1 <= len(told) <= 2


def test_an_error_is_not_asked_for_again_with_each_frame(
    model: ReportListModel, clock: StillClock, settled: Callable[[], None]
) -> None:
    errors: list[TsrError] = []
    model.failed.connect(errors.append)
    source = FakeWorkspace(lines(900, clock.now()))
    model.show(source, Query())
    settled()
    source.errors["page"] = StoreError("the disk is gone")
    for _ in range(5):
        model.index(850, 0).data()
        settled()
    assert len(errors) == 1
    source.errors.clear()
    model.refresh()
    settled()
    model.index(850, 0).data()
    settled()
    assert first_column(model, 850) == "0000850"


class SlowWorkspace(FakeWorkspace):
    """Gives no page before it is let."""

    gate: Event

    def page(self, query: Query, step: Step, now: datetime) -> tuple[ListedReport, ...]:
        assert self.gate.wait(20)
        return super().page(query, step, now)


def test_the_list_before_stays_until_the_next_is_here_but_not_for_long(
    model: ReportListModel, clock: StillClock, settled: Callable[[], None], qtbot: QtBot
) -> None:
    source = SlowWorkspace(lines(30, clock.now()))
    source.gate = Event()
    source.gate.set()
    model.show(source, Query())
    settled()
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(model.rowCount()))
    model.show(source, Query(decision=GoNoGoDecision.GO))
    assert model.rowCount() == 30
    settled()
    assert resets == [10], "no empty list between the two"
    source.gate.clear()
    model.show(source, Query())
    qtbot.waitUntil(lambda: model.rowCount() == 0)
    source.gate.set()
    settled()
    assert resets == [10, 0, 30]


def test_a_question_that_cannot_be_answered_leaves_no_rows_of_another(
    model: ReportListModel, clock: StillClock, settled: Callable[[], None]
) -> None:
    source = FakeWorkspace(lines(30, clock.now()))
    model.show(source, Query())
    settled()
    source.errors["page"] = StoreError("the disk is gone")
    model.show(source, Query(decision=GoNoGoDecision.GO))
    settled()
    assert model.rowCount() == 0
