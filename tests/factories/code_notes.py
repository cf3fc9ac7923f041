"""Notes on lines of code, and their withdrawals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.factories.reports import CODE_SHA, NOON
from tsr_agent.models.code_note import AuthorSource, CodeNote, NoteWithdrawal

BLOB = "b10b" * 10


def note(note_id: str = "note-1", **changed: Any) -> CodeNote:
    """A note on three lines of a file, by a person that a server had named."""
    values: dict[str, Any] = {
        "schema_version": 1,
        "id": note_id,
        "report_id": "r-1",
        "repository": "https://forge.example/acme/support-bot",
        "commit": CODE_SHA,
        "path": "src/bot.py",
        "blob": BLOB,
        "first": 12,
        "last": 14,
        "text": "This swallows the error.",
        "written_by": "rita",
        "author_source": AuthorSource.SERVER,
        "written_at": NOON,
    }
    return CodeNote(**(values | changed))


def withdrawal(note_id: str = "note-1", **changed: Any) -> NoteWithdrawal:
    """The withdrawal of it, an hour later."""
    values: dict[str, Any] = {
        "schema_version": 1,
        "note_id": note_id,
        "report_id": "r-1",
        "withdrawn_by": "rita",
        "author_source": AuthorSource.SERVER,
        "withdrawn_at": NOON + timedelta(hours=1),
    }
    return NoteWithdrawal(**(values | changed))
