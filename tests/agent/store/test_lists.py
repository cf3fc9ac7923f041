"""Lists in every order: against Python's own sorting, on both databases, and along an index only."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.agent.store.test_paging import filters, matches
from tests.factories.library_rows import header_row, put_rows
from tests.factories.postgres_plans import plans
from tests.factories.reports import NOON
from tests.libraries import DIALECTS
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.store.engine import Library, open_library
from tsr_agent.store.lists import ReportLists, VerdictCounts
from tsr_agent.store.paging import ReportFilter
from tsr_agent.store.sorting import ListKey, Part, Piece, ReportOrder, SortBy, Wanted, key_of, statement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.libraries import Databases
    from tsr_agent.store.paging import ReportRow

Filled = tuple[ReportLists, list["ReportRow"]]
BRANCHES = ("main", "Main", "", "é", "\U0001f600", "\uffee", "release/2.1")
SHAS = ("ab" * 20, "abc" + "0" * 37, "abcf" + "f" * 36, "0" * 40, "f" * 64)
ORDERS = [ReportOrder(by, descending) for by, descending in product(SortBy, (False, True))]


def sample_rows() -> list[dict[str, Any]]:
    """Few distinct values of each column, so that pages end among equals."""
    return [
        header_row(
            number,
            created_at=NOON + timedelta(seconds=number % 4),
            environment=("staging", "production")[number % 2],
            codebase_branch=BRANCHES[number % 7],
            codebase_sha=SHAS[number % 5],
            codebase_repo=f"https://example.org/{number % 3}",
            **({"decision_source": "none", "standing": "pending_review"} if number % 9 == 0 else {}),
        )
        for number in range(60)
    ]


@pytest.fixture(scope="module", params=DIALECTS)
def filled(databases: Databases, request: pytest.FixtureRequest) -> Iterator[Filled]:
    with databases.library(request.param) as library:
        put_rows(library, sample_rows())
        lists = ReportLists(library)
        rows = list(lists.page(limit=500).rows)
        assert len(rows) == 60
        yield lists, rows


def sorted_rows(rows: list[ReportRow], order: ReportOrder) -> list[ReportRow]:
    """Python's own: stable, so that equals stay as they were, the newest first."""
    newest = sorted(rows, key=lambda row: row.key, reverse=True)
    if order.by is SortBy.CREATED:
        return newest if order.descending else newest[::-1]
    return sorted(newest, key=lambda row: key_of(row, order).value, reverse=order.descending)


orders = st.sampled_from(ORDERS)
quietly = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quietly
@given(narrowed=filters, order=orders, limit=st.integers(1, 25), reverse=st.booleans())
def test_walking_gives_the_list_that_python_sorts(
    filled: Filled, narrowed: ReportFilter, order: ReportOrder, limit: int, reverse: bool
) -> None:
    lists, rows = filled
    wanted = sorted_rows([row for row in rows if matches(row, narrowed)], order)
    walked: list[ReportRow] = []
    after, more = None, True
    while more:
        page = lists.page(narrowed, order, after=after, reverse=reverse, limit=limit)
        assert len(walked) <= len(rows), "the walk goes round in circles"
        walked = [*page.rows, *walked] if reverse else [*walked, *page.rows]
        more = page.more
        after = key_of(page.rows[0] if reverse else page.rows[-1], order) if page.rows else None
    assert [row.id for row in walked] == [row.id for row in wanted]


@quietly
@given(
    narrowed=st.just(ReportFilter()) | filters,
    order=orders,
    start=st.none() | st.integers(0, 59),
    asked=st.tuples(st.integers(0, 70), st.integers(1, 30), st.booleans()),
)
def test_any_row_can_be_stepped_to_from_any_other(
    filled: Filled,
    narrowed: ReportFilter,
    order: ReportOrder,
    start: int | None,
    asked: tuple[int, int, bool],
) -> None:
    lists, rows = filled
    skip, limit, reverse = asked
    wanted = sorted_rows([row for row in rows if matches(row, narrowed)], order)
    start = None if start is None or not wanted else start % len(wanted)
    after = None if start is None else key_of(wanted[start], order)
    page = lists.page(narrowed, order, after=after, reverse=reverse, skip=skip, limit=limit)
    if reverse:
        upper = (len(wanted) if start is None else start) - skip
        expected = wanted[max(0, upper - limit) : max(0, upper)]
        more = upper > limit
    else:
        lower = (0 if start is None else start + 1) + skip
        expected = wanted[lower : lower + limit]
        more = lower + limit < len(wanted)
    assert [row.id for row in page.rows] == [row.id for row in expected]
    assert page.more is more


@quietly
@given(narrowed=filters, order=orders, place=st.integers(0, 59))
def test_a_row_knows_how_many_stand_before_it(
    filled: Filled, narrowed: ReportFilter, order: ReportOrder, place: int
) -> None:
    lists, rows = filled
    wanted = sorted_rows([row for row in rows if matches(row, narrowed)], order)
    if wanted:
        place %= len(wanted)
        assert lists.position(narrowed, order, key_of(wanted[place], order)) == place
        assert lists.row_at(narrowed, order, place) == wanted[place]
    assert lists.row_at(narrowed, order, len(wanted)) is None


@quietly
@given(narrowed=filters, cuts=st.lists(st.integers(-1, 6), min_size=2, max_size=6, unique=True))
def test_verdicts_are_counted_span_by_span(filled: Filled, narrowed: ReportFilter, cuts: list[int]) -> None:
    lists, rows = filled
    bounds = [NOON + timedelta(seconds=each) for each in sorted(cuts)]
    for found, (start, end) in zip(lists.verdicts(narrowed, bounds), pairwise(bounds), strict=True):
        inside = [row for row in rows if matches(row, narrowed) and start <= row.created_at < end]
        judged = [row for row in inside if row.decision_source.value != "none"]
        assert found == VerdictCounts(
            go=sum(row.standing is GoNoGoDecision.GO for row in judged),
            no_go=sum(row.standing is GoNoGoDecision.NO_GO for row in judged),
            pending=sum(row.standing is GoNoGoDecision.PENDING_REVIEW for row in judged),
            not_judged=len(inside) - len(judged),
        )
        assert found.total == len(inside)


def test_counting_ends_when_nobody_wants_it_any_more(filled: Filled) -> None:
    answers = iter((True, False))
    bounds = [NOON + timedelta(seconds=each) for each in range(4)]
    assert len(filled[0].verdicts(ReportFilter(), bounds, lambda: next(answers))) == 1


def test_reports_that_nobody_judged_can_be_told_from_those_that_wait(filled: Filled) -> None:
    lists, _ = filled
    pending = GoNoGoDecision.PENDING_REVIEW
    assert lists.count(ReportFilter(judged=False)) == 7
    assert lists.count(ReportFilter(judged=True)) == 53
    both = lists.count(ReportFilter(standing=pending))
    assert both == 7 + lists.count(ReportFilter(standing=pending, judged=True))


def test_choices_are_distinct_sorted_and_bounded(filled: Filled) -> None:
    lists, rows = filled
    assert lists.values(SortBy.BRANCH) == tuple(sorted(BRANCHES))
    assert lists.values(SortBy.REPOSITORY) == tuple(sorted({row.repo for row in rows}))
    assert lists.values(SortBy.BRANCH, 2) == tuple(sorted(BRANCHES))[:2]
    with pytest.raises(ValueError, match="no choices"):
        lists.values(SortBy.CREATED)


def test_what_nobody_can_ask_is_refused(filled: Filled) -> None:
    for wrong in ({"limit": 0}, {"limit": 501}, {"skip": -1}):
        with pytest.raises(ValueError, match="rows"):
            filled[0].page(**wrong)


def test_an_empty_library_has_empty_lists(library: Library) -> None:
    lists = ReportLists(library)
    assert lists.span() is None
    assert lists.values(SortBy.BRANCH) == ()
    for order in ORDERS:
        assert lists.page(order=order).rows == ()
        assert lists.page(order=order, skip=5, reverse=True).rows == ()


def test_the_span_is_from_the_oldest_to_the_newest(filled: Filled) -> None:
    assert filled[0].span() == (NOON, NOON + timedelta(seconds=3))


# ---------------------------------------------------------------------------------------------
# Query plans: SQLite's with and without statistics, PostgreSQL's in a library that leaves it a choice.


def several_repositories(number: int) -> dict[str, Any]:
    return header_row(number, codebase_repo=f"https://example.org/{number % 7}")


@pytest.fixture(scope="module", params=["without statistics", "after ANALYZE"])
def large(
    empty_library: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Library]:
    path = tmp_path_factory.mktemp("plans") / "library.db"
    path.write_bytes(empty_library.read_bytes())
    with open_library(path) as library:
        put_rows(library, [several_repositories(number) for number in range(3_000)])
        if request.param == "after ANALYZE":
            with library.write() as connection:
                connection.exec_driver_sql("ANALYZE")
        yield library


INDEXES = {
    SortBy.CREATED: "ix_reports_created",
    SortBy.DECISION: "ix_reports_standing",
    SortBy.ENVIRONMENT: "ix_reports_environment",
    SortBy.BRANCH: "ix_reports_branch",
    SortBy.SHA: "ix_reports_sha",
    SortBy.REPOSITORY: "ix_reports_repo",
}
NARROWED = {
    "all": ReportFilter(),
    "environment": ReportFilter(environment="staging"),
    "decision and branch": ReportFilter(standing=GoNoGoDecision.GO, branch="main"),
    "dates": ReportFilter(created_from=NOON, created_to=NOON + timedelta(days=1)),
    "text": ReportFilter(text="main"),
    "not judged": ReportFilter(judged=False),
}
VALUES = {"limit": 100, "skip": 0, "key_created_at": 1, "key_id": "x", "at": "m", "until": "z"}


@pytest.mark.parametrize("by", SortBy, ids=lambda by: by.title)
@pytest.mark.parametrize("filtered", NARROWED)
@pytest.mark.parametrize(("upwards", "newest_first"), list(product((False, True), repeat=2)))
def test_each_piece_of_a_walk_is_a_range_of_its_index(
    large: Library, by: SortBy, filtered: str, upwards: bool, newest_first: bool
) -> None:
    narrowed = NARROWED[filtered]
    if ReportOrder(by).within(narrowed).by is not by:
        by = SortBy.CREATED
    for part, wanted in product(Part, Wanted):
        if by is SortBy.CREATED and part in (Part.EQUAL, Part.BEYOND, Part.BETWEEN):
            continue
        if wanted is Wanted.COUNT and part in (Part.ALL, Part.EQUAL):
            continue
        asked = statement(Piece(by, narrowed.shape, part, wanted, upwards, newest_first)).sqlite
        with large.read() as connection:
            found = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {asked.sql}", asked.values(narrowed.parameters | VALUES)
            ).fetchall()
        steps = [row[3] for row in found]
        # In the order of times an equality of the filter leads to an index that has its times in order.
        free = by is SortBy.CREATED and filtered != "all"
        assert any(("ix_reports_" if free else INDEXES[by]) in step for step in steps), (part, steps)
        # Once ANALYZE has seen that a SHA has one report, SQLite likes to sort that one.
        is_single = by is SortBy.SHA and part in (Part.EQUAL, Part.REST)
        assert is_single or not any("TEMP B-TREE" in step for step in steps), (part, steps)
        if part is not Part.ALL and not free:
            assert steps[0].startswith("SEARCH"), (part, steps)
        if wanted is not Wanted.ROWS and filtered == "all":
            assert "COVERING" in steps[0], (part, steps)


def test_the_first_digits_of_a_sha_are_read_by_their_range_in_any_order(large: Library) -> None:
    narrowed = ReportFilter(sha_prefix="abcd")
    for by, part in product(SortBy, (Part.ALL, Part.REST)):
        asked = statement(Piece(by, narrowed.shape, part, Wanted.ROWS, True, True)).sqlite
        with large.read() as connection:
            found = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {asked.sql}", asked.values(narrowed.parameters | VALUES)
            ).fetchall()
        assert "SEARCH test_summary_reports USING INDEX ix_reports_sha" in found[0][3], found


def test_a_page_in_any_order_asks_at_most_three_questions(sqlite_library: Library) -> None:
    """However many values a page has, and each of these rows has a branch of its own."""
    put_rows(sqlite_library, [header_row(number, codebase_branch=f"b{number:04d}") for number in range(900)])
    lists = ReportLists(sqlite_library)
    asked: list[object] = []
    real = lists._fetch
    lists._fetch = lambda *given: asked.append(given) or real(*given)  # type: ignore[method-assign]
    for order in ORDERS:
        asked.clear()
        page = lists.page(order=order, after=None, limit=200)
        lists.page(order=order, after=key_of(page.rows[-1], order), limit=200)
        assert len(asked) <= 5, order


@pytest.fixture(scope="module")
def large_postgresql(databases: Databases) -> Iterator[Library]:
    with databases.library("postgresql") as library:
        for start in range(0, 20_000, 5_000):
            put_rows(
                library,
                [several_repositories(number) for number in range(start, start + 5_000)],
            )
        with library.write() as connection:
            connection.exec_driver_sql("ANALYZE")
        yield library


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order.by.title} {order.descending}")
def test_postgresql_walks_the_same_indexes(large_postgresql: Library, order: ReportOrder) -> None:
    lists = ReportLists(large_postgresql)
    values = {
        SortBy.CREATED: "",
        SortBy.DECISION: "no_go",
        SortBy.SHA: "8" * 40,
        SortBy.BRANCH: "feature/retrieval",
        SortBy.ENVIRONMENT: "staging",
        SortBy.REPOSITORY: "https://example.org/3",
    }
    row = lists.page(limit=1).rows[0]
    key = ListKey(values[order.by], row.key)
    for after, reverse in product((None, key), (False, True)):
        found = plans(
            large_postgresql,
            lambda library, after=after, reverse=reverse: ReportLists(library).page(
                order=order, after=after, reverse=reverse, limit=100
            ),
        )
        for steps in found:
            # One report of a SHA may be sorted; the reports of one value may be met in the order of times.
            sorts = set() if order.by is SortBy.SHA else {"Sort", "Incremental Sort"}
            assert not {step.kind for step in steps} & ({"Seq Scan"} | sorts), steps
            used = {step.index for step in steps if step.index}
            assert used <= {INDEXES[order.by], "ix_reports_created"}, steps
            assert used, steps
