from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.library.listing import Query
from aitr_desktop.library.paging import ReportPages
from tests.desktop.fakes import FakeWorkspace, lines

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ROWS = lines(203, NOW)


def fetch(pages: ReportPages, source: FakeWorkspace, page: int) -> int:
    """Walks to a page and says how many pages it took."""
    for steps in range(1, 500):
        step = pages.step_to(page)
        rows = source.page(Query(), step, NOW)
        assert pages.is_consistent(step, rows)
        pages.store(step, rows)
        if step.page == page:
            return steps
    raise AssertionError("never arrives")


@given(
    st.integers(min_value=0, max_value=203),
    st.integers(min_value=1, max_value=60),
    st.integers(min_value=1, max_value=5),
    st.lists(st.integers(min_value=0, max_value=202), max_size=12),
)
def test_any_row_asked_for_in_any_order_is_the_right_one(
    total: int, size: int, kept: int, wanted: list[int]
) -> None:
    source, pages = FakeWorkspace(ROWS[:total]), ReportPages(size, kept)
    pages.set_total(total)
    for row in wanted:
        if row < total:
            fetch(pages, source, pages.page_of(row))
            assert pages.row(row) == ROWS[row]


def test_any_page_is_one_step_away() -> None:
    source, pages = FakeWorkspace(ROWS), ReportPages(10)
    pages.set_total(203)
    assert fetch(pages, source, 0) == 1
    assert fetch(pages, source, 20) == 1
    assert [row.key for row in source.page(Query(), source.steps[-1], NOW)] == [200, 201, 202]
    assert fetch(pages, source, 18) == 1
    assert (source.steps[-1].reverse, source.steps[-1].skip) == (True, 10)
    assert fetch(pages, source, 8) == 1
    assert (source.steps[-1].reverse, source.steps[-1].skip) == (False, 70)
    assert fetch(pages, source, 9) == 1
    assert source.steps[-1].skip == 0, "the page before it was here, and its last key with it"


def test_only_some_pages_are_kept() -> None:
    source, pages = FakeWorkspace(ROWS), ReportPages(10, kept=3)
    pages.set_total(203)
    for page in range(8):
        fetch(pages, source, page)
    assert [page for page in range(8) if pages.has(page)] == [5, 6, 7]
    assert pages.row(3) is None


def test_a_list_that_changed_is_noticed() -> None:
    pages = ReportPages(10)
    pages.set_total(203)
    step = pages.step_to(0)
    assert not pages.is_consistent(step, tuple(ROWS[:9]))
