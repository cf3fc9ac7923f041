from __future__ import annotations

import os
import sqlite3
import struct
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.factories.decisions import decision_about
from tests.factories.reports import NOON, report
from tsr_agent.errors import StoreError
from tsr_agent.models import codec
from tsr_agent.store import connections
from tsr_agent.store.engine import Library, open_library
from tsr_agent.store.repository import ReportRepository
from tsr_agent.store.tables import APPLICATION_ID, LIBRARY_VERSION

if TYPE_CHECKING:
    from pathlib import Path


def pragma(library: Library, name: str) -> object:
    with library.read() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


def foreign_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE moz_bookmarks (id INTEGER PRIMARY KEY)")
        other.commit()


def same_id_no_tables(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE t (x)")
        other.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        other.execute(f"PRAGMA user_version = {LIBRARY_VERSION}")
        other.commit()


FOREIGN = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("id,decision\n1,go\n" * 100),
    "one byte": lambda path: path.write_bytes(b"S"),
    "only the magic": lambda path: path.write_bytes(b"SQLite format 3\0"),
    "zeros": lambda path: path.write_bytes(bytes(4096)),
    "another program's database": foreign_database,
    "our number and none of our tables": same_id_no_tables,
    "our header and noise": lambda path: path.write_bytes(
        b"SQLite format 3\0" + bytes(44) + struct.pack(">III", 1, 0, APPLICATION_ID) + b"\xff" * 4000
    ),
}


@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize("kind", FOREIGN)
def test_what_is_not_ours_is_refused_and_stays_as_it_was(
    tmp_path: Path, kind: str, create: bool, read_only: bool
) -> None:
    path = tmp_path / "file.db"
    FOREIGN[kind](path)
    before = path.read_bytes()
    with pytest.raises(StoreError) as caught:
        open_library(path, create=create, read_only=read_only)
    assert str(path) in caught.value.message
    assert caught.value.next_step
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["file.db"]


@pytest.mark.parametrize("version", [LIBRARY_VERSION + 1, 2**31 - 1])
def test_a_newer_library_is_refused_and_stays_as_it_was(library_path: Path, version: int) -> None:
    with closing(sqlite3.connect(library_path)) as newer:
        newer.execute(f"PRAGMA user_version = {version}")
    before = library_path.read_bytes()
    with pytest.raises(StoreError, match=f"version {version}") as caught:
        open_library(library_path)
    assert "Upgrade" in caught.value.next_step
    assert library_path.read_bytes() == before


def test_a_missing_library_is_made_only_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "library.db"
    for options in ({}, {"create": True}, {"create": True, "read_only": True}):
        with pytest.raises(StoreError):
            open_library(path, **options)
        assert list(tmp_path.iterdir()) == []
    with open_library(path, create=True, create_folder=True) as library:
        assert ReportRepository(library).count() == 0


def test_a_new_library_is_private_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "it's 100%?#ä.db"
    open_library(path, create=True).close()
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0


def test_a_path_that_is_a_folder_or_leads_nowhere_is_said_to_be(tmp_path: Path) -> None:
    dangling = tmp_path / "dangling.db"
    dangling.symlink_to(tmp_path / "nowhere" / "x.db")
    for path in (tmp_path, dangling, tmp_path / ("x" * 300)):
        with pytest.raises(StoreError):
            open_library(path, create=True)


def test_the_safety_settings_hold_on_every_connection(sqlite_library: Library) -> None:
    wanted = {
        "application_id": APPLICATION_ID,
        "user_version": LIBRARY_VERSION,
        "foreign_keys": 1,
        "synchronous": 2,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "busy_timeout": 5_000,
        "mmap_size": 0,
        "journal_mode": connections.journal_mode(),
    }
    assert {name: pragma(sqlite_library, name) for name in wanted} == wanted
    with sqlite_library.write() as connection:
        for name, value in wanted.items():
            assert connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() == value


@pytest.mark.parametrize(
    ("version", "mode"),
    [((3, 40, 1), "delete"), ((3, 51, 2), "delete"), ((3, 51, 3), "wal"), ((3, 52, 0), "wal"), ((4,), "wal")],
)
def test_the_journal_is_one_that_this_sqlite_can_be_trusted_with(version: tuple[int, ...], mode: str) -> None:
    assert connections.journal_mode(version) == mode


def test_a_library_left_in_the_other_journal_mode_is_brought_back(library_path: Path) -> None:
    other = "wal" if connections.journal_mode() == "delete" else "delete"
    with closing(sqlite3.connect(library_path)) as left:
        left.execute(f"PRAGMA journal_mode = {other}")
    with open_library(library_path) as library:
        assert pragma(library, "journal_mode") == connections.journal_mode()


def test_while_another_program_keeps_the_unsafe_journal_nothing_is_opened(library_path: Path) -> None:
    if connections.journal_mode() == "wal":
        pytest.skip("this SQLite may use either journal")
    with closing(sqlite3.connect(library_path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = wal")
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM decisions").fetchone()
        with pytest.raises(StoreError, match=r"in use|safe only"):
            open_library(library_path, busy_timeout=0.05)


def test_readers_can_not_write(library: Library) -> None:
    with pytest.raises(StoreError), library.read() as connection:
        connection.exec_driver_sql("DELETE FROM test_summary_reports")


def test_a_locked_library_says_so_and_is_usable_afterwards(library_path: Path) -> None:
    document = codec.encode(report())
    with open_library(library_path, busy_timeout=0.05) as library:
        repository = ReportRepository(library)
        with closing(sqlite3.connect(library_path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="in use by another program") as caught:
                repository.add(document, None, received_at=NOON)
            assert "locked" in caught.value.details[0]
            assert repository.count() == 0, "readers need not wait for a writer that has not committed"
            other.execute("ROLLBACK")
        assert repository.add(document, None, received_at=NOON).report_is_new


def test_a_failed_write_leaves_nothing_and_the_library_usable(library: Library) -> None:
    repository = ReportRepository(library)
    with pytest.raises(ZeroDivisionError), library.write() as connection:
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('x')")
        raise ZeroDivisionError
    with library.read() as connection:
        assert connection.exec_driver_sql("SELECT * FROM alembic_version").all() == [("0003",)]
    assert repository.add(codec.encode(report()), None, received_at=NOON).report_is_new


def test_two_openings_see_each_other_s_reports(library_path: Path) -> None:
    with open_library(library_path) as one, open_library(library_path) as other:
        first, second = ReportRepository(one), ReportRepository(other)
        document = codec.encode(report())
        first.add(document, decision_about(document), received_at=NOON)
        assert second.document(report().id) == document
        assert not second.add(document, None, received_at=NOON).report_is_new


def test_many_creators_of_one_library_all_end_in_the_same_one(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    problems: list[StoreError] = []

    def open_and_add(number: int) -> None:
        try:
            with open_library(path, create=True) as library:
                document = codec.encode(report(id=f"r-{number}"))
                ReportRepository(library).add(document, None, received_at=NOON)
        except StoreError as error:
            problems.append(error)

    open_and_add(0)
    threads = [threading.Thread(target=open_and_add, args=(number,)) for number in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with open_library(path) as library:
        assert ReportRepository(library).count() == 6


PLANTED = {
    "a trigger that turns verdicts": "CREATE TRIGGER t AFTER INSERT ON test_summary_reports BEGIN "
    "UPDATE test_summary_reports SET go_no_go_decision = 'go'; END",
    "a view": "CREATE VIEW v AS SELECT 1",
    "a table": "CREATE TABLE extra (x)",
    "a missing guard": "DROP TRIGGER decisions_no_update",
    "a missing table": "DROP TABLE approvals",
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_schema_that_no_migration_made_is_refused(library_path: Path, planted: str) -> None:
    with closing(sqlite3.connect(library_path)) as other:
        other.execute(PLANTED[planted])
        other.commit()
    before = library_path.read_bytes()
    with pytest.raises(StoreError, match="tables are not those") as caught:
        open_library(library_path)
    assert caught.value.details
    assert library_path.read_bytes() == before


def test_a_guard_that_was_hollowed_out_is_seen(library_path: Path) -> None:
    with closing(sqlite3.connect(library_path)) as other:
        other.execute("DROP TRIGGER decisions_no_update")
        other.execute("CREATE TRIGGER decisions_no_update BEFORE UPDATE ON decisions BEGIN SELECT 1; END")
        other.commit()
    with pytest.raises(StoreError) as caught:
        open_library(library_path)
    assert caught.value.details == ("altered trigger decisions_no_update",)


def test_a_damaged_file_is_named(library_path: Path) -> None:
    with open_library(library_path) as library:
        for number in range(30):
            document = codec.encode(report(id=f"r-{number}"))
            ReportRepository(library).add(document, decision_about(document), received_at=NOON)
    content = bytearray(library_path.read_bytes())
    content[4096 : 4096 * 12] = b"\xa5" * (4096 * 11)
    library_path.write_bytes(content)
    with (
        pytest.raises(StoreError, match="damaged") as caught,
        open_library(library_path, read_only=True) as library,
    ):
        ReportRepository(library).page(limit=100)
    assert str(library_path) in caught.value.message
    assert "backup" in caught.value.next_step
