"""Notes that a person writes on lines of code while reading what was judged. They decide nothing."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from msgspec import Meta

from tsr_agent.models.base import LongText, Record, Sha, ShortText, UtcTime

MAX_NOTE_TEXT = 4_000
"""Characters of a note."""
MAX_NOTE_LINE = 9_999_999


class AuthorSource(Enum):
    """How it is known who wrote something."""

    SERVER = "server"
    """A server had named them when they last asked it, as approvals do."""
    ACCOUNT = "account"
    """The account on their own machine, which anybody can choose."""


LineNumber = Annotated[int, Meta(ge=1, le=MAX_NOTE_LINE)]


class CodeNote(Record, frozen=True, kw_only=True):
    """A note on lines of one file. It is about bytes: ``blob`` is what stood there when it was written."""

    schema_version: Annotated[int, Meta(ge=1)]
    id: Annotated[str, Meta(min_length=1, max_length=100)]
    report_id: ShortText
    """The report that it was written for."""
    repository: ShortText = ""
    """Address without credentials, as the report names it; empty where it names none."""
    commit: Sha
    path: LongText
    """In the commit, with slashes."""
    blob: Sha
    """Id of the file's bytes in git."""
    first: LineNumber
    last: LineNumber
    text: Annotated[str, Meta(min_length=1, max_length=MAX_NOTE_TEXT)]
    replaces: ShortText = ""
    """Id of the note that it stands in place of, for one that was changed; that one is withdrawn."""
    written_by: ShortText
    author_source: AuthorSource
    written_at: UtcTime


class NoteWithdrawal(Record, frozen=True, kw_only=True):
    """That a note no longer stands. The note itself stays on record."""

    schema_version: Annotated[int, Meta(ge=1)]
    note_id: Annotated[str, Meta(min_length=1, max_length=100)]
    report_id: ShortText
    withdrawn_by: ShortText
    author_source: AuthorSource
    withdrawn_at: UtcTime
