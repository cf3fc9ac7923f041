"""Notes on code on record: only ever added, and withdrawn by another document."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select

from tsr_agent.errors import ConflictError, InputError
from tsr_agent.ingest.repository_url import repository_key
from tsr_agent.models import codec
from tsr_agent.models.code_note import CodeNote, NoteWithdrawal
from tsr_agent.store import bodies
from tsr_agent.store.column_types import storable
from tsr_agent.store.note_tables import code_note_withdrawals, code_notes
from tsr_agent.store.rows import checked_time
from tsr_agent.store.tables import reports

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from tsr_agent.store.engine import Library
    from tsr_agent.store.rows import Row

MOST_NOTES = 10_000
"""Notes on one report, and on one file; more are refused, so that whoever reads them never waits."""


@dataclass(frozen=True, kw_only=True)
class KeptNote:
    """A note, and whether it still stands."""

    note: CodeNote
    withdrawal: NoteWithdrawal | None = None
    """None as long as it stands."""


class NoteRepository:
    """Reads and adds the notes of one library. May be used from several threads at once.

    Args:
        library: Open; stays the caller's to close.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def add(self, note: CodeNote) -> CodeNote:
        """Puts a note on record; where it replaces another one, that one is withdrawn with it.

        Returns:
            The note as it is on record: one of the same id and the same words is added once.

        Raises:
            InputError: No such report, no note to replace, or there are too many.
            ConflictError: Another note has its id, or the one to be replaced was withdrawn meanwhile.
            DocumentError: It does not hold what a note holds.
            StoreError: Not written; the library is as before.
        """
        document = codec.encode(note)
        note = codec.decode(document, CodeNote, source="the note", just_encoded=True)
        checked_time(note.written_at, "written_at")
        if note.last < note.first:
            raise InputError("The last line of a note lies before its first.")
        with self._library.write() as connection:
            _lock(connection, note.report_id)
            known = connection.execute(_BY_ID, {"note_id": storable(note.id)}).one_or_none()
            if known is not None:
                return _same(_note_of(known), note)
            _refuse_too_many(connection, note)
            connection.execute(insert(code_notes), note_row(note) | _filed(document))
            if note.replaces:
                _withdraw(connection, _in_place_of(note))
        return note

    def withdraw(self, withdrawal: NoteWithdrawal) -> NoteWithdrawal:
        """Puts on record that a note no longer stands.

        Returns:
            The withdrawal on record: of a note that was withdrawn before, the earlier one.

        Raises:
            InputError: There is no such note.
            DocumentError: It does not hold what a withdrawal holds.
            StoreError: Not written; the library is as before.
        """
        checked_time(withdrawal.withdrawn_at, "withdrawn_at")
        with self._library.write() as connection:
            _lock(connection, withdrawal.report_id)
            known = connection.execute(
                _WITHDRAWAL_OF, {"note_id": storable(withdrawal.note_id)}
            ).one_or_none()
            if known is not None:
                return _withdrawal_of(known)
            _withdraw(connection, withdrawal)
        return withdrawal

    def of_report(self, report_id: str) -> tuple[KeptNote, ...]:
        """Every note that was written for a report, in the order in which they came, withdrawn ones too.

        Raises:
            IntegrityError: One was altered.
            StoreError: The library can't be read.
        """
        with self._library.snapshot() as connection:
            return _kept(connection, code_notes.c.report_id == storable(report_id))

    def of_file(self, repository: str, path: str) -> tuple[KeptNote, ...]:
        """Every note on a file, of whichever commit and content and for whichever report.

        Args:
            repository: Its address, in whichever spelling.
            path: In the commit.

        Raises:
            IntegrityError: One was altered.
            StoreError: The library can't be read.
        """
        with self._library.snapshot() as connection:
            return _kept(connection, code_notes.c.place == place_key(repository, path))


def place_key(repository: str, path: str) -> str:
    """Stands for a file of a repository, whatever its commit."""
    named = f"{repository_key(repository)}\0{path}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(named).hexdigest()


def note_row(note: CodeNote) -> Row:
    """The columns that a note is found by."""
    return {
        "note_id": storable(note.id),
        "report_id": storable(note.report_id),
        "place": place_key(note.repository, note.path),
        "blob": note.blob,
        "first_line": note.first,
        "written_by": storable(note.written_by),
        "written_at": note.written_at,
    }


def withdrawal_row(withdrawal: NoteWithdrawal) -> Row:
    """The columns of a withdrawal."""
    return {
        "note_id": storable(withdrawal.note_id),
        "report_id": storable(withdrawal.report_id),
        "withdrawn_by": storable(withdrawal.withdrawn_by),
        "withdrawn_at": withdrawal.withdrawn_at,
    }


def note_damages(connection: Connection) -> Iterator[str]:
    """What is wrong with the notes, seen in one state of the library."""
    notes = {}
    for row in connection.execute(_ALL_NOTES):
        notes[row.note_id] = row.report_id
        yield from _unequal(row, note_row(_note_of(row)), f"the note {row.note_id}")
    for row in connection.execute(_ALL_WITHDRAWALS):
        name = f"the withdrawal of the note {row.note_id}"
        yield from _unequal(row, withdrawal_row(_withdrawal_of(row)), name)
        if notes.get(row.note_id) != row.report_id:
            yield f"{name} is of another report than the note"


def _unequal(row: Any, expected: Row, name: str) -> Iterable[str]:
    return (
        f"the column {column} of {name} is not what it says"
        for column, value in expected.items()
        if getattr(row, column) != value
    )


def _lock(connection: Connection, report_id: str) -> None:
    """Holds the report's row until the transaction ends: of two that withdraw a note one waits."""
    if connection.execute(_LOCK, {"key": storable(report_id)}).one_or_none() is None:
        raise InputError(
            f"The library has no report {report_id!r}.",
            kept="the library as it is; the note was not added.",
            next_step="Open the report again.",
        )


def _refuse_too_many(connection: Connection, note: CodeNote) -> None:
    place = place_key(note.repository, note.path)
    for ids, key, whose in (
        (_IDS_OF_REPORT, storable(note.report_id), "for this report"),
        (_IDS_OF_FILE, place, "on this file"),
    ):
        if len(connection.execute(ids, {"key": key, "most": MOST_NOTES}).all()) >= MOST_NOTES:
            raise InputError(f"There are {MOST_NOTES:,} notes {whose}; more are not kept.")


def _same(known: CodeNote, note: CodeNote) -> CodeNote:
    if known != note:
        raise ConflictError(
            f"The library has another note with the id {note.id}.", kept="the one that was there first."
        )
    return known


def _withdraw(connection: Connection, withdrawal: NoteWithdrawal) -> None:
    key = {"note_id": storable(withdrawal.note_id)}
    row = connection.execute(_BY_ID, key).one_or_none()
    if row is None or row.report_id != storable(withdrawal.report_id):
        raise InputError("The library has no such note for this report.", kept="the library as it is.")
    if connection.execute(_WITHDRAWAL_OF, key).one_or_none() is not None:
        raise ConflictError(
            "The note was withdrawn meanwhile.",
            kept="the library as it is.",
            next_step="Write a new note.",
        )
    document = codec.encode(withdrawal)
    withdrawal = codec.decode(document, NoteWithdrawal, source="the withdrawal", just_encoded=True)
    connection.execute(insert(code_note_withdrawals), withdrawal_row(withdrawal) | _filed(document))


def _in_place_of(note: CodeNote) -> NoteWithdrawal:
    return NoteWithdrawal(
        schema_version=note.schema_version,
        note_id=note.replaces,
        report_id=note.report_id,
        withdrawn_by=note.written_by,
        author_source=note.author_source,
        withdrawn_at=note.written_at,
    )


def _filed(document: bytes) -> Row:
    return {"digest": codec.digest(document), "size": len(document), "body": bodies.pack(document)}


def _kept(connection: Connection, wanted: Any) -> tuple[KeptNote, ...]:
    found = connection.execute(
        select(code_notes).where(wanted).order_by(code_notes.c.id).limit(MOST_NOTES)
    ).all()
    withdrawn = {
        row.note_id: _withdrawal_of(row)
        for row in connection.execute(
            select(code_note_withdrawals)
            .join(code_notes, code_notes.c.note_id == code_note_withdrawals.c.note_id)
            .where(wanted)
        )
    }
    return tuple(KeptNote(note=_note_of(row), withdrawal=withdrawn.get(row.note_id)) for row in found)


def _note_of(row: Any) -> CodeNote:
    name = f"The note {row.note_id}"
    document = bodies.unpack(row.body, size=row.size, digest=row.digest, name=name)
    return codec.decode(document, CodeNote, source=name)


def _withdrawal_of(row: Any) -> NoteWithdrawal:
    name = f"The withdrawal of the note {row.note_id}"
    document = bodies.unpack(row.body, size=row.size, digest=row.digest, name=name)
    return codec.decode(document, NoteWithdrawal, source=name)


_LOCK = select(reports.c.id).where(reports.c.id == bindparam("key")).with_for_update()
_BY_ID = select(code_notes).where(code_notes.c.note_id == bindparam("note_id"))
_WITHDRAWAL_OF = select(code_note_withdrawals).where(code_note_withdrawals.c.note_id == bindparam("note_id"))
_IDS_OF_REPORT, _IDS_OF_FILE = (
    select(code_notes.c.id).where(column == bindparam("key")).limit(bindparam("most"))
    for column in (code_notes.c.report_id, code_notes.c.place)
)
_ALL_NOTES = select(code_notes).order_by(code_notes.c.id)
_ALL_WITHDRAWALS = select(code_note_withdrawals).order_by(code_note_withdrawals.c.id)
