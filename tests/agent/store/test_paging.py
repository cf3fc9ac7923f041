from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.library_rows import header_row, put_rows
from tests.factories.reports import NOON
from tests.factories.tampering import drop_check
from tests.libraries import DIALECTS
from tsr_agent.errors import StoreError, UsageError
from tsr_agent.models.api import ApprovalStateName
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.store import paging, tables
from tsr_agent.store.engine import Library, open_library
from tsr_agent.store.paging import PageKey, ReportFilter
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.libraries import Databases
    from tsr_agent.store.paging import ReportRow

REPOSITORIES = ("https://example.org/one", "https://example.org/two", "")
SHAS = ("ab" * 20, "abc" + "0" * 37, "abcf" + "f" * 36, "abd" + "1" * 37, "0" * 40, "f" * 64)
TEXTS = ("main", "Rel%ease_1", "100% sure\\", "", "MAIN-2")


def sample_rows() -> list[dict[str, Any]]:
    """Few distinct values, so that many rows share a time, a branch or a verdict."""
    return [
        header_row(
            number,
            created_at=NOON + timedelta(seconds=number % 4),
            environment=("staging", "production")[number % 2],
            codebase_branch=TEXTS[number % 5],
            codebase_sha=SHAS[number % 6],
            decision_reason=TEXTS[number % 3],
            codebase_repo=REPOSITORIES[number % 3],
        )
        for number in range(60)
    ]


@pytest.fixture(scope="module", params=DIALECTS)
def filled(
    databases: Databases, request: pytest.FixtureRequest
) -> Iterator[tuple[ReportRepository, list[ReportRow]]]:
    """A library of sixty rows, and the rows as one read of everything gives them."""
    with databases.library(request.param) as library:
        put_rows(library, sample_rows())
        repository = ReportRepository(library)
        rows = list(repository.page(limit=500).rows)
        assert len(rows) == 60
        yield repository, rows


def matches(row: ReportRow, narrowed: ReportFilter) -> bool:
    """The filter again, in Python over plain values."""
    searched = (row.branch, row.id, row.triggered_by, row.reason, row.repo, row.prompts_version or "")
    return (
        narrowed.environment in (None, row.environment)
        and narrowed.decision in (None, row.decision)
        and narrowed.standing in (None, row.standing)
        and narrowed.approval_state in (None, row.approval_state)
        and narrowed.judged in (None, row.decision_source.value != "none")
        and (narrowed.repositories is None or row.repo in narrowed.repositories)
        and narrowed.branch in (None, row.branch)
        and (narrowed.created_from is None or row.created_at >= narrowed.created_from)
        and (narrowed.created_to is None or row.created_at < narrowed.created_to)
        and row.codebase_sha.startswith(narrowed.sha_prefix.lower())
        and any(narrowed.text.lower() in each.lower() for each in (*searched, row.codebase_sha))
    )


moments = st.none() | st.integers(-1, 5).map(lambda seconds: NOON + timedelta(seconds=seconds))
filters = st.builds(
    ReportFilter,
    environment=st.sampled_from([None, "staging", "production", "nowhere"]),
    decision=st.none() | st.sampled_from(GoNoGoDecision),
    standing=st.none() | st.sampled_from(GoNoGoDecision),
    approval_state=st.none() | st.sampled_from(ApprovalStateName),
    judged=st.none() | st.booleans(),
    repositories=st.none() | st.lists(st.sampled_from((*REPOSITORIES, "other")), unique=True).map(tuple),
    branch=st.none() | st.sampled_from(TEXTS),
    created_from=moments,
    created_to=moments,
    sha_prefix=st.sampled_from(["", "a", "ab", "ABC", "abcf", "f", "ff" * 32, "0" * 40, "fe", "1a2"]),
    text=st.sampled_from(["", "main", "%", "_", "\\", "100% s", "ease_1", "-0000", "zzz", "V1.0"]),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(narrowed=filters, limit=st.integers(1, 70), reverse=st.booleans())
def test_walking_visits_each_matching_row_once_in_order(
    filled: tuple[ReportRepository, list[ReportRow]], narrowed: ReportFilter, limit: int, reverse: bool
) -> None:
    repository, rows = filled
    wanted = [row for row in rows if matches(row, narrowed)]
    walked: list[ReportRow] = []
    after: PageKey | None = None
    more = True
    while more:
        page = repository.page(narrowed, after=after, reverse=reverse, limit=limit)
        assert len(page.rows) <= limit
        assert len(walked) <= len(rows), "the walk goes round in circles"
        walked = [*page.rows, *walked] if reverse else [*walked, *page.rows]
        more = page.more
        assert page.rows or not more, "more rows are promised after an empty page"
        after = (page.rows[0] if reverse else page.rows[-1]).key if page.rows else None
    assert walked == wanted
    assert repository.count(narrowed) == len(wanted)
    assert repository.latest(narrowed) == (wanted[0] if wanted else None)


def test_rows_are_newest_first_and_equal_times_go_by_id(
    filled: tuple[ReportRepository, list[ReportRow]],
) -> None:
    _, rows = filled
    keys = [row.key for row in rows]
    assert keys == sorted(keys, reverse=True)
    assert len({key.created_at for key in keys}) == 4


@pytest.mark.parametrize("hostile", ["xyz", "ab%", "ab\0", "ab'--", "ab\ud800", "ａｂ", "g"])
def test_what_no_sha_begins_with_finds_nothing(
    filled: tuple[ReportRepository, list[ReportRow]], hostile: str
) -> None:
    assert filled[0].count(ReportFilter(sha_prefix=hostile)) == 0
    assert filled[0].page(ReportFilter(sha_prefix=hostile)).rows == ()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(anything=st.text(st.characters(codec=None), max_size=1_000))
def test_no_text_breaks_a_list(filled: tuple[ReportRepository, list[ReportRow]], anything: str) -> None:
    repository, _ = filled
    for narrowed in (
        ReportFilter(text=anything),
        ReportFilter(environment=anything),
        ReportFilter(branch=anything),
        ReportFilter(sha_prefix=anything),
    ):
        assert repository.count(narrowed) == len(repository.page(narrowed, limit=500).rows)


def test_limits_and_odd_questions_are_refused(filled: tuple[ReportRepository, list[ReportRow]]) -> None:
    repository, _ = filled
    for limit in (0, -1, 501):
        with pytest.raises(ValueError, match="1 to 500"):
            repository.page(limit=limit)
    with pytest.raises(UsageError, match="1,000"):
        ReportFilter(text="x" * 1_001)
    with pytest.raises(ValueError, match="offset"):
        ReportFilter(created_from=datetime(2026, 1, 1))  # noqa: DTZ001


def test_times_at_the_ends_of_the_calendar_are_plain_questions(
    filled: tuple[ReportRepository, list[ReportRow]],
) -> None:
    ends = ReportFilter(
        created_from=datetime.min.replace(tzinfo=UTC), created_to=datetime.max.replace(tzinfo=UTC)
    )
    assert filled[0].count(ends) == 60


def test_choices_are_distinct_and_sorted(filled: tuple[ReportRepository, list[ReportRow]]) -> None:
    assert filled[0].environments() == ("production", "staging")
    assert filled[0].branches() == tuple(sorted(TEXTS))


def test_a_report_that_arrives_meanwhile_neither_repeats_nor_hides_a_row(library: Library) -> None:
    put_rows(library, [header_row(number) for number in range(10)])
    repository = ReportRepository(library)
    first = repository.page(limit=5)
    put_rows(library, [header_row(number) for number in range(10, 20)])
    second = repository.page(after=first.rows[-1].key, limit=5)
    assert [row.id[-2:] for row in (*first.rows, *second.rows)] == [f"{n:02d}" for n in range(9, -1, -1)]


@pytest.mark.parametrize("column", ["go_no_go_decision", "created_at", "overall_status"])
def test_a_row_with_an_impossible_value_is_refused_and_not_guessed(library: Library, column: str) -> None:
    put_rows(library, [header_row(1)])
    impossible = "'GO'" if library.dialect == "sqlite" or column != "created_at" else f"{2**62}"
    with library.write() as connection:
        drop_check(connection, "test_summary_reports", f"ck_test_summary_reports_{column}")
        connection.exec_driver_sql(f"UPDATE test_summary_reports SET {column} = {impossible}")
    with pytest.raises(StoreError, match="no report could have put there"):
        ReportRepository(library).page()


# ---------------------------------------------------------------------------------------------
# Query plans, on a library large enough that the planner has a choice, with and without statistics.


@pytest.fixture(scope="module", params=["without statistics", "after ANALYZE"])
def large(
    empty_library: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Library]:
    path = tmp_path_factory.mktemp("plans") / "library.db"
    path.write_bytes(empty_library.read_bytes())
    with open_library(path) as library:
        put_rows(library, [header_row(number) for number in range(3_000)])
        if request.param == "after ANALYZE":
            with library.write() as connection:
                connection.exec_driver_sql("ANALYZE")
        yield library


def plan(library: Library, narrowed: ReportFilter, *, after: bool, reverse: bool) -> list[str]:
    statement = paging.page_statement(narrowed.shape, after=after, reverse=reverse)
    given_values = narrowed.parameters | {"limit": 100, "key_created_at": 1, "key_id": "x"}
    with library.read() as connection:
        found = connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {statement.sqlite.sql}", statement.sqlite.values(given_values)
        ).fetchall()
    return [row[3] for row in found]


INDEXED: list[tuple[ReportFilter, str]] = [
    (ReportFilter(), "ix_reports_created"),
    (ReportFilter(environment="staging"), "ix_reports_environment"),
    (ReportFilter(decision=GoNoGoDecision.NO_GO), "ix_reports_decision"),
    (ReportFilter(standing=GoNoGoDecision.GO), "ix_reports_standing"),
    (ReportFilter(repositories=("https://forge.example/acme/support-bot",)), "ix_reports_repo"),
    (ReportFilter(branch="main"), "ix_reports_branch"),
    (ReportFilter(created_from=NOON, created_to=NOON + timedelta(days=1)), "ix_reports_created"),
    (ReportFilter(sha_prefix="a"), "ix_reports_created"),
    (ReportFilter(text="main"), "ix_reports_created"),
    (ReportFilter(environment="staging", text="main"), "ix_reports_environment"),
]


@pytest.mark.parametrize(("narrowed", "index"), INDEXED, ids=lambda value: str(value)[:60])
@pytest.mark.parametrize(("after", "reverse"), list(product((False, True), repeat=2)))
def test_pages_walk_an_index_and_sort_nothing(
    large: Library, narrowed: ReportFilter, index: str, after: bool, reverse: bool
) -> None:
    steps = plan(large, narrowed, after=after, reverse=reverse)
    assert any(index in step for step in steps), steps
    assert not any("TEMP B-TREE" in step for step in steps), steps
    if after:
        assert steps[0].startswith("SEARCH"), steps


def test_a_page_in_the_middle_starts_at_its_key(large: Library) -> None:
    (step,) = plan(large, ReportFilter(environment="staging"), after=True, reverse=False)
    assert "environment=? AND (created_at,id)<(?,?)" in step


@pytest.mark.parametrize("prefix", ["abc", "abcdef0", "a" * 40])
def test_a_sha_prefix_reads_only_its_range(large: Library, prefix: str) -> None:
    for after in (False, True):
        steps = plan(large, ReportFilter(sha_prefix=prefix), after=after, reverse=False)
        assert "ix_reports_sha (codebase_sha>? AND codebase_sha<?)" in steps[0], steps


def test_choices_jump_through_the_index(large: Library) -> None:
    with large.read() as connection:
        found = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT environment FROM test_summary_reports "
            "WHERE environment > ? ORDER BY environment LIMIT 1",
            ("a",),
        ).fetchall()
    assert "USING COVERING INDEX ix_reports_environment (environment>?)" in found[0][3]


def test_every_column_of_a_row_is_asked_for_in_the_order_it_is_read() -> None:
    names = [field.name for field in dataclasses.fields(paging.ReportRow)]
    spelled = {
        "decision": "go_no_go_decision",
        "reason": "decision_reason",
        "branch": "codebase_branch",
        "repo": "codebase_repo",
    }
    asked = paging.row_statement().sqlite.sql.split("FROM", maxsplit=1)[0]
    positions = [asked.index(f".{spelled.get(name, name)}") for name in names]
    assert positions == sorted(positions)
    assert {spelled.get(name, name) for name in names} <= set(tables.reports.c.keys())
