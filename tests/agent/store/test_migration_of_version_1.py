"""A library as the first version wrote it, and what becomes of it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.factories.decisions import decision_about
from tests.factories.recorded_approvals import LATER, approval_of, waiting
from tests.factories.reports import NOON, report
from tsr_agent.models import codec
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.store import migrate
from tsr_agent.store.approvals import ApprovalRepository
from tsr_agent.store.engine import Library, open_library
from tsr_agent.store.feed import ChangeFeed
from tsr_agent.store.integrity import check
from tsr_agent.store.migrate import SHIPPED, Migrations
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.store.paging import ReportRow

TABLES = (
    "test_summary_reports",
    "report_documents",
    "tsr_test_results",
    "tsr_eval_iterations",
    "tsr_requirement_coverage",
    "decisions",
)


def fill(library: Library) -> list[str]:
    """Files reports of every verdict, the later one first, and gives the digests in order of arrival."""
    repository = ReportRepository(library)
    documents = {name: codec.encode(report(id=name)) for name in ("go", "waits", "no-go", "undecided")}
    go, waits = decision_about(documents["go"]), waiting(documents["waits"])
    worse = decision_about(documents["no-go"], decision=GoNoGoDecision.NO_GO)
    better = decision_about(documents["no-go"])
    repository.add(documents["undecided"], None, received_at=NOON + timedelta(days=1))
    repository.add(documents["go"], go, received_at=NOON)
    repository.add(documents["waits"], waits, received_at=NOON)
    repository.add(documents["no-go"], better, received_at=NOON)
    repository.add(documents["no-go"], worse, supersede=True, received_at=NOON + timedelta(hours=1))
    order = [documents["go"], go, documents["no-go"], better, documents["waits"], waits, worse]
    order.append(documents["undecided"])
    return [codec.digest(each if isinstance(each, bytes) else codec.encode(each)) for each in order]


@pytest.fixture
def first_version(library_path: Path, tmp_path: Path) -> tuple[Path, list[str]]:
    """A library that the first migration made, with rows of that version; and the digests in it."""
    with open_library(library_path) as library:
        digests = fill(library)
    location = tmp_path / "migrations"
    shutil.copytree(
        SHIPPED.location, location, ignore=shutil.ignore_patterns("__pycache__", "r0002*", "r0003*")
    )
    path = tmp_path / "first.db"
    migrate.create(path, Migrations(location, 1))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("ATTACH ? AS newer", (str(library_path),))
        for table in TABLES:
            found = connection.execute(f"PRAGMA main.table_info({table})").fetchall()
            columns = ", ".join(each[1] for each in found)
            connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM newer.{table}")
    return path, digests


def test_it_is_upgraded_with_its_feed_and_its_standing(first_version: tuple[Path, list[str]]) -> None:
    path, digests = first_version
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    with open_library(path) as library:
        assert check(library).damages == ()
        page = ChangeFeed(library).page(0, limit=100)
        assert [each.digest for each in page.items] == digests
        assert ([each.seq for each in page.items], page.head) == ([*range(1, 9)], 8)
        assert page.epoch
        rows = {row.id: (row.standing.value, row.approval_state.value) for row in rows_of(library)}
    assert rows == {
        "go": ("go", "not_needed"),
        "no-go": ("no_go", "not_approvable"),
        "waits": ("pending_review", "pending"),
        "undecided": ("pending_review", "pending"),
    }


def test_what_comes_after_the_upgrade_goes_on_from_there(first_version: tuple[Path, list[str]]) -> None:
    path, _ = first_version
    with open_library(path) as library:
        ApprovalRepository(library).file("waits", approval_of, received_at=LATER)
        assert ChangeFeed(library).page(8, limit=100).items[0].seq == 9
        assert check(library).damages == ()


def test_each_upgrade_begins_a_history_of_its_own(first_version: tuple[Path, list[str]]) -> None:
    path, _ = first_version
    copy = path.with_name("copy.db")
    copy.write_bytes(path.read_bytes())
    with open_library(path) as one, open_library(copy) as other:
        assert ChangeFeed(one).epoch() != ChangeFeed(other).epoch()


def rows_of(library: Library) -> tuple[ReportRow, ...]:
    return ReportRepository(library).page().rows
