from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.factories.reports import NOON
from tests.factories.whole_library import fill, put_report
from tsr_agent.errors import InputError, IntegrityError, StoreError, UsageError
from tsr_agent.store.backup import back_up
from tsr_agent.store.contents import contents
from tsr_agent.store.database import open_database
from tsr_agent.store.engine import open_library
from tsr_agent.store.feed import ChangeFeed
from tsr_agent.store.integrity import check
from tsr_agent.store.repository import ReportRepository
from tsr_agent.store.restore import Restored, RestoreTerms, restore_file, restore_rows
from tsr_agent.store.row_copy import table_digests
from tsr_agent.store.service_tables import change_counter
from tsr_agent.store.tokens import TokenRepository

if TYPE_CHECKING:
    from pathlib import Path

    from tests.libraries import Databases
    from tsr_agent.store.engine import Library

TERMS = RestoreTerms(now=NOON + timedelta(days=2))
SAME = RestoreTerms(now=TERMS.now, same_history=True)


@pytest.fixture
def backup(sqlite_library: Library, tmp_path: Path) -> Path:
    """A backup of a library with something in every table."""
    fill(sqlite_library)
    return back_up(sqlite_library, tmp_path / "backup.db").path


def digests(library: Library) -> dict[str, object]:
    with library.snapshot() as connection:
        return dict(table_digests(connection))


def put_back(backup: Path, where: str, dialect: str, terms: RestoreTerms = TERMS) -> Restored:
    """As ``db restore`` does: a file is made anew, a database is filled."""
    if dialect == "sqlite":
        path = backup.with_name("restored.db")
        return restore_file(backup, path, terms)
    with open_database(where) as library:
        return restore_rows(backup, library, terms)


def test_from_one_database_to_the_other_and_back(databases: Databases, tmp_path: Path) -> None:
    addresses = {name: databases.new(name) for name in ("sqlite", "postgresql")}
    with open_database(addresses["sqlite"]) as first, open_database(addresses["postgresql"]) as second:
        fill(first)
        one = back_up(first, tmp_path / "one.db").path
        restore_rows(one, second, SAME)
        assert digests(second) == digests(first)
        assert check(second).sound
        two = back_up(second, tmp_path / "two.db").path
        restored = restore_file(two, tmp_path / "three.db", SAME)
        with open_library(tmp_path / "three.db") as third:
            assert digests(third) == digests(first)
            assert ChangeFeed(third).page(0, limit=100) == ChangeFeed(first).page(0, limit=100)
            assert restored.contents.epoch == ChangeFeed(first).epoch()
    databases.drop(addresses["postgresql"])


def test_what_is_written_next_goes_on_behind_what_was_restored(backup: Path, library: Library) -> None:
    restored = restore_rows(backup, library, TERMS)
    put_report(library, "afterwards")
    feed = ChangeFeed(library)
    page = feed.page(restored.contents.head, limit=100)
    assert [each.seq - restored.contents.head for each in page.items] == [1, 2, 3]
    assert check(library).sound


def test_a_restored_history_has_a_new_name_and_its_feed_the_old_numbers(
    backup: Path, library: Library
) -> None:
    restored = restore_rows(backup, library, TERMS)
    with open_library(backup, read_only=True) as before:
        was = ChangeFeed(before).page(0, limit=100)
    now = ChangeFeed(library).page(0, limit=100)
    assert now.items == was.items
    assert (restored.epoch_before, restored.contents.epoch) == (was.epoch, now.epoch)
    assert now.epoch != was.epoch
    assert len(now.epoch) == len(was.epoch)
    # Whoever was further than the backup is told so in any case.
    with pytest.raises(InputError, match="nothing to go on from"):
        ChangeFeed(library).page(now.head + 1, limit=1)


def test_the_same_history_keeps_its_name(backup: Path, library: Library) -> None:
    restored = restore_rows(backup, library, SAME)
    assert restored.contents.epoch == restored.epoch_before == ChangeFeed(library).epoch()


@pytest.mark.parametrize("revoke", [False, True])
def test_tokens_that_are_good_again_are_counted_or_all_revoked(
    backup: Path, library: Library, *, revoke: bool
) -> None:
    terms = RestoreTerms(now=TERMS.now, revoke_tokens=revoke)
    restored = restore_rows(backup, library, terms)
    found = {each.id: each.revoked_at for each in TokenRepository(library).all()}
    good = [name for name, revoked in found.items() if revoked is None]
    assert good == ([] if revoke else ["token0"])
    assert restored.usable_tokens == len(good)
    # One that was revoked before keeps its moment.
    assert found["token1"] == NOON + timedelta(days=1)


def test_a_database_in_use_is_refused_and_left_alone(backup: Path, library: Library) -> None:
    put_report(library, "mine")
    before = digests(library)
    epoch = ChangeFeed(library).epoch()
    with pytest.raises(UsageError, match="is in use") as caught:
        restore_rows(backup, library, TERMS)
    assert "1 rows of reports" in caught.value.details
    assert "new database" in caught.value.next_step
    assert digests(library) == before
    assert ChangeFeed(library).epoch() == epoch


def test_a_database_that_gets_used_meanwhile_is_left_alone(backup: Path, library: Library) -> None:
    """Between the first look and the first row, while the backup is being read."""

    def file_something(step: str, done: int, _total: int) -> None:
        if (step, done) == ("Checking", 1):
            put_report(library, "mine")

    with pytest.raises(UsageError, match="is in use"):
        restore_rows(backup, library, TERMS, file_something)
    assert ReportRepository(library).count() == 1
    assert check(library).sound


def test_a_file_that_is_there_is_never_written_over(backup: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken.db"
    taken.write_bytes(b"")
    with pytest.raises(UsageError, match="not written over"):
        restore_file(backup, taken, TERMS)
    assert taken.read_bytes() == b""


DAMAGE = {
    "a row": "UPDATE test_summary_reports SET decision_reason = 'All well' WHERE id = 'r-0002'",
    "a document": "UPDATE report_documents SET body = x'00' WHERE report_id = 'r-0002'",
    "a missing change": "DELETE FROM changes WHERE seq = 4",
    "an approval": "UPDATE approvals SET approved_by = 'eve'",
    "a policy": "UPDATE policies SET body = x'00' WHERE number = 1",
    "a held document": "UPDATE sync_held SET body = x'00'",
    "no counter": "DELETE FROM change_counter",
}


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_backup_is_refused(
    backup: Path, database: str, dialect: str, what: str, tmp_path: Path
) -> None:
    tamper(backup, DAMAGE[what])
    with pytest.raises(IntegrityError, match="is damaged"):
        put_back(backup, database, dialect)
    assert not (tmp_path / "restored.db").exists()
    assert not list(tmp_path.glob(".*"))
    with open_database(database) as library, library.snapshot() as connection:
        assert contents(connection).empty


@pytest.mark.parametrize("content", [b"", b"text, not a library" * 100])
def test_what_is_no_library_is_refused(tmp_path: Path, content: bytes) -> None:
    backup = tmp_path / "backup.db"
    backup.write_bytes(content)
    with pytest.raises(StoreError, match="not a library of aitr"):
        restore_file(backup, tmp_path / "restored.db", TERMS)
    assert [each.name for each in tmp_path.iterdir()] == ["backup.db"]


def test_a_backup_that_cannot_be_copied_as_it_is_leaves_nothing(
    backup: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were a row to come out otherwise, nothing of the backup would be there."""
    monkeypatch.setattr("tsr_agent.store.restore.table_digests", lambda _: {})
    with pytest.raises(IntegrityError, match="not what"):
        restore_rows(backup, library, TERMS)
    with library.snapshot() as connection:
        assert contents(connection).empty
        assert connection.execute(change_counter.select()).one().last == 0


def tamper(path: Path, statement: str) -> None:
    """Changes a closed library behind its back, with its triggers out of the way."""
    with closing(sqlite3.connect(path)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)
        connection.commit()
