"""Notes on lines of code as the desktop needs them: which stand on what is shown, and who writes one."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tsr_agent.errors import InputError, TsrError
from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from datetime import datetime

    from aitr_desktop.library.people import Person
    from tsr_agent.models.code_note import AuthorSource, CodeNote, NoteWithdrawal
    from tsr_agent.store.code_notes import KeptNote

MAX_TEXT = 4_000
"""Characters of a note; the model's own bound, which needs no model to be known."""
MAX_NAME = 200


class Notes(Protocol):
    """The notes of a library. All of it blocks and is called on a worker thread."""

    def of_report(self, report_id: str) -> tuple[KeptNote, ...]:
        """Every note that was written for a report, withdrawn ones too."""

    def of_file(self, repository: str, path: str) -> tuple[KeptNote, ...]:
        """Every note on a file, of whichever commit and content."""

    def add(self, note: CodeNote) -> CodeNote:
        """Puts a note on record."""

    def withdraw(self, withdrawal: NoteWithdrawal) -> NoteWithdrawal:
        """Puts on record that a note no longer stands."""


@dataclass(frozen=True, slots=True)
class ReportNotes:
    """The notes for one report."""

    kept: tuple[KeptNote, ...] = ()
    problem: str = ""
    """Why they can't be shown; a report is read all the same."""


NO_NOTES = ReportNotes()


@dataclass(frozen=True, slots=True)
class FileNotes:
    """The notes on one file as it is shown."""

    here: tuple[KeptNote, ...] = ()
    """Those on the very bytes that are shown."""
    elsewhere: tuple[KeptNote, ...] = ()
    """Those on other bytes of the same file: their lines are not these."""
    problem: str = ""
    """Why they can't be shown."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, and how that is known."""

    name: str
    source: AuthorSource


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePlace:
    """The lines that a note is about."""

    report_id: str
    repository: str
    commit: str
    path: str
    blob: str
    first: int
    last: int


def notes_of_report(notes: Notes, report_id: str) -> ReportNotes:
    """The notes for a report; where they can't be read, why not."""
    try:
        return ReportNotes(notes.of_report(report_id))
    except TsrError as error:
        return ReportNotes(problem=visible(error.message))


def notes_of_file(notes: Notes, repository: str, path: str, blob: str) -> FileNotes:
    """The notes on a file, those on the very bytes that are shown apart from the others.

    Args:
        notes: Of the library.
        repository: Its address, in whichever spelling.
        path: In the commit.
        blob: Id of the bytes in git; empty for a file of the working tree, on which there are none.
    """
    try:
        # As it is written in a note: a name that is no UTF-8 is told from others like it by the bytes.
        found = notes.of_file(repository, _whole(path))
    except TsrError as error:
        return FileNotes(problem=visible(error.message))
    here = tuple(each for each in found if each.note.blob == blob)
    return FileNotes(here, tuple(each for each in found if each.note.blob != blob))


def author(person: Person | None, account: str = "") -> Author:
    """Who writes a note: whom the server takes us for, as approvals do, else the account of this machine.

    Args:
        person: Whom the server that one works with named last; None where there is none.
        account: Name of the account; empty asks the system.
    """
    from tsr_agent.models.code_note import AuthorSource

    if person is not None:
        return Author(person.subject, AuthorSource.SERVER)
    return Author((account or _account())[:MAX_NAME], AuthorSource.ACCOUNT)


def new_note(
    place: NotePlace, text: str, who: Author, now: datetime, *, note_id: str, replaces: str = ""
) -> CodeNote:
    """A note to be put on record.

    Raises:
        InputError: It says nothing, or too much.
    """
    from tsr_agent.models.base import SCHEMA_VERSION
    from tsr_agent.models.code_note import MAX_NOTE_TEXT, CodeNote

    words = _whole(text).strip()
    if not words:
        raise InputError("The note says nothing.", next_step="Write what is to be known of these lines.")
    if len(words) > MAX_NOTE_TEXT:
        raise InputError(
            f"The note has {len(words):,} characters, and at most {MAX_NOTE_TEXT:,} are kept.",
            kept="what was typed.",
            next_step="Make it shorter, or write two.",
        )
    return CodeNote(
        schema_version=SCHEMA_VERSION,
        id=note_id,
        report_id=place.report_id,
        repository=place.repository,
        commit=place.commit,
        path=_whole(place.path),
        blob=place.blob,
        first=place.first,
        last=place.last,
        text=words,
        replaces=replaces,
        written_by=_whole(who.name) or "unknown",
        author_source=who.source,
        written_at=now,
    )


def withdrawal_of(note: CodeNote, who: Author, now: datetime) -> NoteWithdrawal:
    """That a note no longer stands, to be put on record."""
    from tsr_agent.models.base import SCHEMA_VERSION
    from tsr_agent.models.code_note import NoteWithdrawal

    return NoteWithdrawal(
        schema_version=SCHEMA_VERSION,
        note_id=note.id,
        report_id=note.report_id,
        withdrawn_by=_whole(who.name) or "unknown",
        author_source=who.source,
        withdrawn_at=now,
    )


def _whole(text: str) -> str:
    """The text without halves of characters, which no document can hold."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
