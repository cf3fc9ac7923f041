from __future__ import annotations

import stat
import threading
from typing import TYPE_CHECKING

import pytest

from tests.factories.whole_library import fill, put_report
from tsr_agent.errors import IntegrityError, StoreError, UsageError
from tsr_agent.store.backup import back_up
from tsr_agent.store.contents import contents
from tsr_agent.store.engine import open_library
from tsr_agent.store.integrity import check
from tsr_agent.store.repository import ReportRepository
from tsr_agent.store.row_copy import TABLES, batches, table_digests
from tsr_agent.store.tables import metadata

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.store.engine import Library


def test_a_backup_holds_every_row_of_every_table(library: Library, tmp_path: Path) -> None:
    fill(library)
    made = back_up(library, tmp_path / "backup.db")
    with open_library(made.path, read_only=True) as copy:
        with library.snapshot() as source, copy.snapshot() as target:
            assert table_digests(target) == table_digests(source)
            assert all(each.rows for each in table_digests(target).values())
            assert contents(target) == contents(source) == made.contents
        assert check(copy).sound
        document = ReportRepository(library).document("r-0003")
        assert ReportRepository(copy).document("r-0003") == document
    assert made.size == made.path.stat().st_size
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir() if "backup" in each.name] == ["backup.db"]


def test_no_table_is_left_out() -> None:
    assert {table.name for table in TABLES} == metadata.tables.keys() - {"change_counter"}


def test_progress_is_told(library: Library, tmp_path: Path) -> None:
    fill(library)
    told: list[tuple[str, int, int]] = []
    back_up(library, tmp_path / "backup.db", lambda *step: told.append(step))
    steps = [step for step, _, _ in told]
    assert sorted(steps, key=["Copying", "Checking"].index) == steps
    assert told[-1] == ("Checking", 7, 7)
    assert all(done <= total for _, done, total in told)


def test_a_backup_never_replaces_anything(library: Library, tmp_path: Path) -> None:
    taken = tmp_path / "taken.db"
    taken.write_bytes(b"somebody's")
    with pytest.raises(UsageError, match="not written over"):
        back_up(library, taken)
    dangling = tmp_path / "dangling.db"
    dangling.symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="not written over"):
        back_up(library, dangling)
    with pytest.raises(StoreError, match="no folder"):
        back_up(library, tmp_path / "absent" / "b.db")
    assert taken.read_bytes() == b"somebody's"


def test_what_takes_the_name_meanwhile_stays(library: Library, tmp_path: Path) -> None:
    fill(library)
    target = tmp_path / "backup.db"

    def somebody_else(*_: object) -> None:
        target.write_bytes(b"somebody's")

    with pytest.raises(UsageError, match="not written over"):
        back_up(library, target, somebody_else)
    assert target.read_bytes() == b"somebody's"
    assert not list(tmp_path.glob(".*"))


def test_a_damaged_library_gives_no_backup(library: Library, tmp_path: Path) -> None:
    fill(library)
    with library.write() as connection:
        connection.exec_driver_sql(
            "UPDATE test_summary_reports SET decision_reason = 'All well' WHERE id = 'r-0002'"
        )
    with pytest.raises(IntegrityError, match="damaged") as caught:
        back_up(library, tmp_path / "backup.db")
    assert any("r-0002" in line for line in caught.value.details)
    assert not list(tmp_path.glob("*backup*"))
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE change_counter SET epoch = 'another'", "another history"),
        ("UPDATE changes SET digest = replace(digest, 'a', 'b')", "change feed is not"),
        ("UPDATE change_counter SET last = last - 1", "goes on to change"),
    ],
)
def test_a_copy_that_is_not_the_library_s_history_is_refused(
    library: Library, tmp_path: Path, statement: str, named: str
) -> None:
    """As if the copy had come out otherwise: the library is changed once the copy is being checked."""
    fill(library)

    def tamper(step: str, done: int, _total: int) -> None:
        if (step, done) == ("Checking", 1):
            with library.write() as connection:
                connection.exec_driver_sql(statement)

    with pytest.raises(IntegrityError) as caught:
        back_up(library, tmp_path / "backup.db", tamper)
    assert named in " ".join(caught.value.details)
    assert not list(tmp_path.glob("*backup*"))


def test_backups_are_consistent_while_others_write(library: Library, tmp_path: Path) -> None:
    fill(library)
    stop, failed = threading.Event(), []

    def write(writer: int) -> None:
        number = 0
        try:
            # Some hundred reports are as good as any number, and a backup that is chased takes longer.
            while not stop.is_set() and number < 100:
                put_report(library, f"w-{writer}-{number}")
                number += 1
        except BaseException as error:
            failed.append(error)
            raise

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for each in writers:
        each.start()
    try:
        heads = [back_up(library, tmp_path / f"b-{number}.db").contents.head for number in range(5)]
    finally:
        stop.set()
        for each in writers:
            each.join()
    assert not failed
    assert heads == sorted(heads)
    assert heads[-1] > heads[0]


def test_large_documents_come_in_batches_of_their_own(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(library, 9)
    table = metadata.tables["report_documents"]
    monkeypatch.setattr("tsr_agent.store.row_copy.BATCH_BYTES", 1)
    with library.snapshot() as connection:
        assert [len(batch) for batch in batches(connection, table)] == [1] * 9
        monkeypatch.setattr("tsr_agent.store.row_copy.BATCH_BYTES", 10**9)
        monkeypatch.setattr("tsr_agent.store.row_copy.BATCH_ROWS", 4)
        for each in TABLES:
            found = [row for batch in batches(connection, each) for row in batch]
            assert len(found) == table_digests(connection)[each.name].rows
        assert [len(batch) for batch in batches(connection, table)] == [4, 4, 1]
