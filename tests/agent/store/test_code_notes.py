from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest
from sqlalchemy import func, select, text

from tests.agent.store.test_integrity import tamper
from tests.factories.code_notes import BLOB, note, withdrawal
from tests.factories.decisions import decision_about
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tests.factories.reports import NOON, report
from tsr_agent.errors import ConflictError, DocumentError, InputError, IntegrityError, StoreError
from tsr_agent.models import codec
from tsr_agent.models.code_note import MAX_NOTE_TEXT, CodeNote
from tsr_agent.store import migrate
from tsr_agent.store.code_notes import KeptNote, NoteRepository, place_key
from tsr_agent.store.engine import Library, open_library
from tsr_agent.store.integrity import check
from tsr_agent.store.migrate import SHIPPED, Migrations
from tsr_agent.store.note_tables import NOTE_TABLES
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from pathlib import Path

REPOSITORY = "https://forge.example/acme/support-bot"


def file_report(library: Library, name: str = "r-1") -> None:
    document = codec.encode(report(id=name))
    ReportRepository(library).add(document, decision_about(document), received_at=NOON)


@pytest.fixture
def notes(library: Library) -> NoteRepository:
    """Notes of a library with one report, on either database."""
    file_report(library)
    return NoteRepository(library)


def test_a_note_is_found_by_its_report_and_by_its_file(notes: NoteRepository) -> None:
    kept = (KeptNote(note=notes.add(note())),)
    assert notes.of_report("r-1") == kept
    assert notes.of_report("r-2") == ()
    assert notes.of_file(REPOSITORY, "src/bot.py") == kept
    assert notes.of_file("git@forge.example:acme/support-bot.git", "src/bot.py") == kept
    assert notes.of_file(REPOSITORY, "src/other.py") == ()
    assert notes.of_file("https://forge.example/acme/other", "src/bot.py") == ()


def test_more_notes_than_are_read_are_refused_of_a_report_and_of_a_file(
    notes: NoteRepository, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tsr_agent.store.code_notes.MOST_NOTES", 2)
    file_report(library, "r-2")
    notes.add(note("one"))
    notes.add(note("two", path="src/other.py"))
    with pytest.raises(InputError, match="2 notes for this report"):
        notes.add(note("three", path="src/third.py"))
    notes.add(note("four", report_id="r-2"))
    with pytest.raises(InputError, match="2 notes on this file"):
        notes.add(note("five", report_id="r-2"))
    assert [each.note.id for each in notes.of_file(REPOSITORY, "src/bot.py")] == ["one", "four"]
    assert notes.add(note("one")) == note("one")


def test_a_note_stays_on_record_when_it_is_withdrawn(notes: NoteRepository) -> None:
    notes.add(note())
    notes.withdraw(withdrawal())
    assert notes.of_report("r-1") == (KeptNote(note=note(), withdrawal=withdrawal()),)
    later = withdrawal(withdrawn_by="tess", withdrawn_at=NOON + timedelta(days=1))
    assert notes.withdraw(later) == withdrawal()


def test_a_note_in_place_of_another_withdraws_it_in_the_same_moment(notes: NoteRepository) -> None:
    notes.add(note())
    notes.add(note("note-2", text="Better said.", replaces="note-1", written_at=NOON + timedelta(hours=1)))
    first, second = notes.of_report("r-1")
    assert first.withdrawal == withdrawal()
    assert (second.note.text, second.withdrawal) == ("Better said.", None)
    with pytest.raises(ConflictError, match="withdrawn meanwhile"):
        notes.add(note("note-3", replaces="note-1"))
    assert len(notes.of_report("r-1")) == 2


def test_a_note_that_comes_twice_is_there_once_and_another_one_needs_another_id(
    notes: NoteRepository,
) -> None:
    notes.add(note())
    assert notes.add(note()) == note()
    with pytest.raises(ConflictError):
        notes.add(note(text="Something else."))
    assert len(notes.of_report("r-1")) == 1


def test_what_belongs_to_nothing_is_refused(notes: NoteRepository) -> None:
    with pytest.raises(InputError, match="no report"):
        notes.add(note(report_id="gone"))
    with pytest.raises(InputError, match="no such note"):
        notes.withdraw(withdrawal("gone"))
    with pytest.raises(InputError, match="no such note"):
        notes.add(note(replaces="gone"))
    assert notes.of_report("r-1") == ()


def test_a_note_of_another_report_is_not_withdrawn_for_this_one(library: Library) -> None:
    notes = NoteRepository(library)
    for name in ("r-1", "r-2"):
        file_report(library, name)
    notes.add(note())
    with pytest.raises(InputError, match="no such note"):
        notes.withdraw(withdrawal(report_id="r-2"))
    assert notes.of_report("r-1")[0].withdrawal is None


@pytest.mark.parametrize(
    "changed",
    [
        {"text": ""},
        {"text": "x" * (MAX_NOTE_TEXT + 1)},
        {"first": 0},
        {"last": 10**9},
        {"blob": "short"},
        {"commit": "HEAD"},
        {"written_at": datetime(1969, 1, 1, tzinfo=UTC)},
        {"id": ""},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_is_no_note_is_not_added(notes: NoteRepository, changed: dict[str, object]) -> None:
    with pytest.raises(DocumentError):
        notes.add(msgspec.structs.replace(note(), **changed))
    assert notes.of_report("r-1") == ()


def test_lines_in_the_wrong_order_are_refused(notes: NoteRepository) -> None:
    with pytest.raises(InputError, match="before its first"):
        notes.add(note(first=9, last=3))


@pytest.mark.parametrize("words", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_words_come_back_as_they_were_written(notes: NoteRepository, words: str) -> None:
    words = words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")[:MAX_NOTE_TEXT]
    path = f"src/{words[:900]}"
    notes.add(note(text=words, path=path, written_by=words[:900]))
    (kept,) = notes.of_file(REPOSITORY, path)
    assert (kept.note.text, kept.note.path, kept.note.written_by) == (words, path, words[:900])


@pytest.mark.parametrize("table", ["code_notes", "code_note_withdrawals"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET size = 0"])
def test_nobody_changes_or_deletes_a_note(library: Library, table: str, change: str) -> None:
    file_report(library)
    notes = NoteRepository(library)
    notes.add(note())
    notes.withdraw(withdrawal())
    with pytest.raises(StoreError), library.write() as connection:
        connection.execute(text(change.format(table)))
    assert notes.of_report("r-1") == (KeptNote(note=note(), withdrawal=withdrawal()),)


def test_notes_go_with_their_report(library: Library) -> None:
    file_report(library)
    notes = NoteRepository(library)
    notes.add(note())
    notes.withdraw(withdrawal())
    with library.write() as connection:
        connection.execute(text("DELETE FROM test_summary_reports"))
        left = [connection.execute(select(func.count()).select_from(each)).scalar() for each in NOTE_TABLES]
    assert left == [0, 0]


def test_a_note_that_was_altered_is_not_shown_and_the_check_names_it(library_path: Path) -> None:
    with open_library(library_path) as library:
        file_report(library)
        NoteRepository(library).add(note())
        assert check(library).damages == ()
    tamper(library_path, "UPDATE code_notes SET written_by = 'somebody else'")
    with open_library(library_path) as library:
        assert "written_by of the note note-1" in check(library).damages[0].what
    tamper(library_path, f"UPDATE code_notes SET digest = '{'0' * 64}'")
    with open_library(library_path) as library, pytest.raises(IntegrityError, match="note-1 was altered"):
        NoteRepository(library).of_report("r-1")


def test_a_library_of_version_2_is_upgraded_and_takes_notes(library_path: Path, tmp_path: Path) -> None:
    """The library as the build before this one left it: a report, its decision, and no table of notes."""
    location = tmp_path / "migrations"
    shutil.copytree(SHIPPED.location, location, ignore=shutil.ignore_patterns("__pycache__", "r000[3-9]*"))
    path = tmp_path / "second.db"
    migrate.create(path, Migrations(location, 2))
    with open_library(library_path) as library:
        file_report(library)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("ATTACH ? AS newer", (str(library_path),))
        tables = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            if table not in ("alembic_version", "sqlite_sequence"):
                connection.execute(f"DELETE FROM main.{table}")
                connection.execute(f"INSERT INTO main.{table} SELECT * FROM newer.{table}")
    document = codec.encode(report(id="r-1"))
    with open_library(path) as library:
        assert ReportRepository(library).document("r-1") == document
        assert NoteRepository(library).of_report("r-1") == ()
        NoteRepository(library).add(note())
        assert check(library).damages == ()
    assert path.with_name("second.db.v2.backup").exists()


def test_the_place_of_a_note_is_its_repository_and_path(notes: NoteRepository) -> None:
    assert place_key("", "a") != place_key("a", "")
    other = note("note-2", blob="c" * 40, commit="d" * 40)
    notes.add(note())
    notes.add(other)
    assert [each.note.blob for each in notes.of_file(REPOSITORY, "src/bot.py")] == [BLOB, "c" * 40]
    assert isinstance(notes.of_report("r-1")[0].note, CodeNote)
    assert replace(notes.of_report("r-1")[0], withdrawal=None).note == note()
