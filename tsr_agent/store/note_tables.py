"""The tables of notes on code, beside those of the reports themselves."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table

from tsr_agent.store.column_types import ascii_column, ordered_text, row_number
from tsr_agent.store.tables import metadata, moment_column, quantity_column, report_key

code_notes = Table(
    "code_notes",
    metadata,
    Column("id", row_number(), primary_key=True),
    Column("note_id", ordered_text(100), nullable=False, unique=True),
    report_key("report_id"),
    Column("place", ascii_column(64), nullable=False),
    Column("blob", ascii_column(64), nullable=False),
    *quantity_column("first_line"),
    Column("written_by", String(1000), nullable=False),
    *moment_column("written_at"),
    Column("digest", ascii_column(64), nullable=False),
    *quantity_column("size"),
    Column("body", LargeBinary, nullable=False),
    Index("ix_code_notes_report_id", "report_id"),
    Index("ix_code_notes_place", "place"),
    sqlite_autoincrement=True,
)
"""One row a note. ``place`` is the SHA-256 of repository and path, whose own length no index would bear."""

code_note_withdrawals = Table(
    "code_note_withdrawals",
    metadata,
    Column("id", row_number(), primary_key=True),
    Column(
        "note_id",
        ordered_text(100),
        ForeignKey("code_notes.note_id", ondelete="CASCADE"),
        nullable=False,
        unique=True,
    ),
    report_key("report_id"),
    Column("withdrawn_by", String(1000), nullable=False),
    *moment_column("withdrawn_at"),
    Column("digest", ascii_column(64), nullable=False),
    *quantity_column("size"),
    Column("body", LargeBinary, nullable=False),
    Index("ix_code_note_withdrawals_report_id", "report_id"),
    sqlite_autoincrement=True,
)
"""A note is withdrawn once, and its row stays."""

NOTE_TABLES = (code_notes, code_note_withdrawals)
