"""The desktop's lists over the real store: every order, from any row, with ids of rows that are not here."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from aitr_desktop.library.listing import Order, Query, SortKey
from aitr_desktop.library.paging import ReportPages
from aitr_desktop.library.report_lists import MAX_IDS
from aitr_desktop.library.workspace import StoreWorkspace
from tests.factories.library_rows import header_row, put_rows
from tests.factories.reports import NOON
from tsr_agent.models.decision import GoNoGoDecision

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tsr_agent.store.engine import Library

ROWS = 700


@pytest.fixture
def workspace(sqlite_library: Library) -> Iterator[StoreWorkspace]:
    unjudged = {"decision_source": "none", "standing": "pending_review", "approval_state": "pending"}
    put_rows(
        sqlite_library,
        [
            header_row(
                number,
                codebase_repo=f"https://example.org/{number % 3}",
                **(unjudged if number % 10 == 4 else {}),
            )
            for number in range(ROWS)
        ],
    )
    return StoreWorkspace(sqlite_library)


def read(workspace: StoreWorkspace, query: Query, pages: ReportPages, number: int) -> tuple[str, ...]:
    step = pages.step_to(number)
    lines = workspace.page(query, step, NOON)
    assert pages.is_consistent(step, lines)
    pages.store(step, lines)
    return tuple(line.id for line in lines)


@pytest.mark.parametrize(("by", "descending"), list(product(SortKey, (True, False))))
def test_pages_fetched_in_any_order_make_the_one_list(
    workspace: StoreWorkspace, by: SortKey, descending: bool
) -> None:
    query = Query(order=Order(by, descending), environment="staging")
    total = workspace.count(query)
    whole = workspace.ids(query, 0, total - 1)
    assert len(set(whole)) == total == 233
    pages = ReportPages(30)
    pages.set_total(total)
    for number in (4, 7, 0, 5, 1, 6, 2, 3):
        assert read(workspace, query, pages, number) == whole[number * 30 : number * 30 + 30]
    for place in (0, 100, total - 1):
        assert workspace.find(query, whole[place]) == place
        line = pages.row(place)
        assert line is not None
        assert workspace.position(query, line.key) == place
    assert workspace.ids(query, 10, 12) == whole[10:13]


def test_a_report_that_the_filter_hides_has_no_row(workspace: StoreWorkspace) -> None:
    (hidden,) = workspace.ids(Query(environment="production"), 0, 0)
    assert workspace.find(Query(environment="staging"), hidden) is None
    assert workspace.find(Query(), "nowhere") is None


def test_those_that_wait_and_those_that_nobody_judged_are_apart(workspace: StoreWorkspace) -> None:
    pending, unjudged = Query(decision=GoNoGoDecision.PENDING_REVIEW), Query(not_judged=True)
    for query, word in ((pending, "PENDING REVIEW"), (unjudged, "NOT JUDGED")):
        lines = workspace.page(query, ReportPages(500).step_to(0), NOON)
        assert {line.verdict.word for line in lines} == {word}
        assert workspace.count(query) == len(lines) == 70
        bars = workspace.timeline(query, lambda: True).bars
        assert sum(bar.pending for bar in bars) == (70 if query is pending else 0)
        assert sum(bar.not_judged for bar in bars) == (70 if query is unjudged else 0)


def test_repositories_and_shas_narrow(workspace: StoreWorkspace) -> None:
    assert workspace.count(Query(repository="https://example.org/1")) == 233
    line = workspace.page(Query(), ReportPages(1).step_to(0), NOON)[0]
    assert workspace.count(Query(sha=line.release_whole[:10])) == 1
    assert workspace.choices().repositories == tuple(f"https://example.org/{number}" for number in range(3))


def test_no_more_ids_are_read_than_may_be_selected(workspace: StoreWorkspace) -> None:
    assert len(workspace.ids(Query(), 0, 10 * MAX_IDS)) == ROWS
    assert workspace.ids(Query(), ROWS, ROWS + 5) == ()
