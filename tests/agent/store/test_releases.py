"""The release before a report: against Python's own looking, on both databases, and along an index only."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.library_rows import header_row, put_rows
from tests.factories.reports import NOON
from tests.libraries import DIALECTS
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.store import releases
from tsr_agent.store.engine import open_library
from tsr_agent.store.lists import ReportLists
from tsr_agent.store.releases import NoRelease, earlier_release
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.libraries import Databases
    from tsr_agent.store.engine import Library
    from tsr_agent.store.paging import ReportRow

STANDINGS = ("no_go", "pending_review", "no_go", "go", "no_go", "pending_review", "no_go")


def rows() -> list[dict[str, Any]]:
    """Of three repositories, three spellings of two environments, and equal moments."""
    return [
        header_row(
            number,
            created_at=NOON + timedelta(minutes=number // 2),
            environment=("staging", "production", "Production")[number % 3],
            codebase_repo=("https://example.org/a", "https://example.org/b", "", "https://example.org/c")[
                number % 4
            ],
            standing="no_go" if number % 4 == 3 else STANDINGS[number % 7],
        )
        for number in range(120)
    ]


Filled = tuple["Library", list["ReportRow"]]


@pytest.fixture(scope="module", params=DIALECTS)
def filled(databases: Databases, request: pytest.FixtureRequest) -> Iterator[Filled]:
    with databases.library(request.param) as library:
        put_rows(library, rows())
        yield library, list(ReportLists(library).page(limit=500).rows)


def expected(newest_first: list[ReportRow], report: ReportRow) -> tuple[str, NoRelease | None]:
    """By looking at every row."""
    earlier = [
        row
        for row in newest_first
        if row.key < report.key
        and row.repo == report.repo
        and row.environment.casefold() == report.environment.casefold()
    ]
    released = next((row.id for row in earlier if row.standing is GoNoGoDecision.GO), "")
    if released:
        return released, None
    return "", NoRelease.NONE_RELEASED if earlier else NoRelease.NO_EARLIER


def test_it_is_the_newest_one_of_the_place_that_was_let_go(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, newest_first = filled
    seen = set()
    for sizes in ((1, 2), (500, 500)):
        monkeypatch.setattr(releases, "_PAGES", sizes)
        monkeypatch.setattr(releases, "_LARGEST", sizes[-1])
        for report in newest_first:
            found = earlier_release(library, report)
            if not report.repo:
                assert found.why_none is NoRelease.NO_REPOSITORY
                continue
            assert (found.report_id, found.why_none) == expected(newest_first, report), report
            seen.add(found.why_none)
    assert seen == {None, NoRelease.NO_EARLIER, NoRelease.NONE_RELEASED}


quietly = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quietly
@given(place=st.integers(0, 119), pages=st.tuples(st.integers(1, 3), st.integers(1, 9)))
def test_pages_of_any_size_find_the_same(filled: Filled, place: int, pages: tuple[int, int]) -> None:
    library, newest_first = filled
    report = newest_first[place]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(releases, "_PAGES", pages)
        patched.setattr(releases, "_LARGEST", pages[-1])
        found = earlier_release(library, report)
    if report.repo:
        assert (found.report_id, found.why_none) == expected(newest_first, report)


def test_where_none_was_let_go_the_newest_earlier_one_is_named(filled: Filled) -> None:
    library, newest_first = filled
    of_c = [row for row in newest_first if row.repo.endswith("/c") and row.environment == "staging"]
    found = earlier_release(library, of_c[0])
    assert (found.why_none, found.nearest) == (NoRelease.NONE_RELEASED, of_c[1].id)


@pytest.mark.parametrize("column", ["codebase_repo", "standing"])
@pytest.mark.parametrize("analysed", [False, True])
def test_each_walk_goes_along_an_index_and_sorts_nothing(tmp_path: Path, column: str, analysed: bool) -> None:
    with open_library(tmp_path / "library.db", create=True) as library:
        put_rows(library, (header_row(number) for number in range(2_000)))
        with library.write() as connection:
            if analysed:
                connection.exec_driver_sql("ANALYZE")
        text = releases.earlier_statement(column).sqlite
        given_values = {"value": "go", "key_created_at": 1, "key_id": "x", "limit": 5}
        with library.read() as connection:
            plan = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {text.sql}", text.values(given_values)
            ).all()
    told = " ".join(str(row[-1]) for row in plan)
    index = {"codebase_repo": "ix_reports_repo", "standing": "ix_reports_standing"}[column]
    assert f"SEARCH test_summary_reports USING INDEX {index}" in told
    assert "TEMP B-TREE" not in told


def test_a_single_report_has_none_before_it(tmp_path: Path) -> None:
    with open_library(tmp_path / "library.db", create=True) as library:
        put_rows(library, [header_row(1, id="only")])
        report = ReportRepository(library).row("only")
        assert report is not None
        assert earlier_release(library, report).why_none is NoRelease.NO_EARLIER
