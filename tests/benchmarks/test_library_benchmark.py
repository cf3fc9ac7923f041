"""Lists of a library of 100,000 reports against a bare sqlite3 query that fetches the same rows.

Run with ``pytest tests/benchmarks/test_library_benchmark.py -m benchmark -s``.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.library_rows import header_row, put_rows
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.store import paging
from tsr_agent.store.engine import Library, open_library
from tsr_agent.store.paging import ReportFilter
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.benchmark

REPORTS = 100_000
ROUNDS = 201
PAGE = 100
MOST = 5.0
"""Times a bare query that a page may take."""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    path = tmp_path_factory.mktemp("benchmark") / "library.db"
    with open_library(path, create=True) as opened:
        for start in range(0, REPORTS, 10_000):
            put_rows(opened, (header_row(number) for number in range(start, start + 10_000)))
        yield opened


def middle(repository: ReportRepository) -> paging.PageKey:
    """The key of a row half-way down the list."""
    row = repository.row(next(iter(repository.page(ReportFilter(text="-00050000")).rows)).id)
    assert row is not None
    return row.key


LISTS: dict[str, ReportFilter] = {
    "first page": ReportFilter(),
    "by environment": ReportFilter(environment="staging"),
    "by environment and decision": ReportFilter(environment="staging", decision=GoNoGoDecision.NO_GO),
    "by branch": ReportFilter(branch="release/2.1"),
    "by SHA prefix": ReportFilter(sha_prefix="abc"),
    "by text": ReportFilter(text="Release/2"),
}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("place", ["start", "half-way"])
def test_a_page_against_bare_sqlite3(library: Library, name: str, place: str) -> None:
    repository = ReportRepository(library)
    narrowed = LISTS[name]
    after = middle(repository) if place == "half-way" else None
    statement = paging.page_statement(narrowed.shape, after=after is not None, reverse=False)
    parameters: dict[str, Any] = narrowed.parameters | {"limit": PAGE + 1}
    if after is not None:
        parameters |= {
            "key_created_at": paging.to_microseconds(after.created_at),
            "key_id": after.id,
        }
    values = statement.values(parameters)
    with closing(sqlite3.connect(library.path)) as bare:
        expected = bare.execute(statement.sql, values).fetchall()
        page = repository.page(narrowed, after=after, limit=PAGE)
        assert [row.id for row in page.rows] == [row[0] for row in expected[:PAGE]]
        ours, theirs = interleaved(
            lambda: repository.page(narrowed, after=after, limit=PAGE),
            lambda: bare.execute(statement.sql, values).fetchall(),
        )
    print(
        f"\n{name}, {place}: {len(page.rows)} rows, {ours * 1e3:.3f} ms against {theirs * 1e3:.3f} ms bare, "
        f"{ours / theirs:.2f} ×"
    )
    assert ours <= MOST * theirs


def interleaved(one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    """Median seconds of each, taken in turns so that a busy machine slows both alike."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for run, taken in zip((one, other), seconds, strict=True):
            start = perf_counter()
            run()
            taken.append(perf_counter() - start)
    return median(seconds[0]), median(seconds[1])
