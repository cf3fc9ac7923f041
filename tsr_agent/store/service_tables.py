"""The tables of a server and of those who synchronise with it, beside those of the reports themselves."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from tsr_agent.models.access import Role
from tsr_agent.models.api import ChangeKind
from tsr_agent.store.column_types import UtcMicroseconds, ascii_column, ordered_text, row_number
from tsr_agent.store.tables import metadata, moment_column, one_of, quantity_column, report_key

change_counter = Table(
    "change_counter",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    CheckConstraint("id = 1", name="only_one"),
    Column("epoch", ascii_column(64), nullable=False),
    *quantity_column("last"),
)
"""One row: which history this is, and its newest change. Whoever records one holds this row until the
commit, so that changes are numbered in the order in which they can be seen and none is ever skipped."""

changes = Table(
    "changes",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(20), nullable=False),
    one_of("kind", ChangeKind),
    report_key("report_id", nullable=True),
    Column("codebase_repo", ordered_text(1000)),
    Column("digest", ascii_column(64), nullable=False),
    *quantity_column("size"),
    *moment_column("received_at"),
    Index("ix_changes_digest", "digest"),
    Index("ix_changes_report_id", "report_id"),
)
"""One row a document that arrived. ``codebase_repo`` is the report's, so that a feed can be narrowed."""

policies = Table(
    "policies",
    metadata,
    Column("id", row_number(), primary_key=True),
    Column("name", ordered_text(200), nullable=False),
    *quantity_column("number"),
    Column("digest", ascii_column(64), nullable=False),
    Column("submitted_by", String(1000), nullable=False),
    *moment_column("submitted_at"),
    *quantity_column("size"),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("name", "number"),
    Index("ix_policies_digest", "digest"),
    sqlite_autoincrement=True,
)
"""Versions of policies, each a ``PolicySubmission``'s bytes. Only ever added."""

tokens = Table(
    "tokens",
    metadata,
    Column("id", ascii_column(16), primary_key=True),
    Column("hash", ascii_column(64), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    one_of("role", Role),
    Column("subject", String(1000), nullable=False),
    Column("project", String(1000)),
    *moment_column("created_at"),
    Column("created_by", String(1000), nullable=False),
    *moment_column("expires_at"),
    Column("revoked_at", UtcMicroseconds),
    Column("revoked_by", String(1000)),
    Column("last_used_at", UtcMicroseconds),
)
"""Who may ask a server. Of the token itself only SHA-256 is kept."""

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", row_number(), primary_key=True),
    Column("target", ordered_text(200), nullable=False),
    Column("event", ordered_text(40), nullable=False),
    report_key("report_id"),
    Column("cause", ascii_column(64), nullable=False),
    Column("body", Text, nullable=False),
    *moment_column("created_at"),
    *moment_column("due_at"),
    *quantity_column("attempts"),
    Column("claimed_until", UtcMicroseconds),
    Column("finished_at", UtcMicroseconds),
    Column("outcome", ordered_text(20), nullable=False, server_default="waiting"),
    Column("last_error", String(500)),
    UniqueConstraint("target", "event", "report_id", "cause"),
    Index("ix_webhook_deliveries_due", "outcome", "due_at", "id"),
    sqlite_autoincrement=True,
)
"""What is to be told to whom. ``cause`` is the digest of the document that it is about."""

sync_sources = Table(
    "sync_sources",
    metadata,
    Column("url", ordered_text(1000), primary_key=True),
    Column("epoch", ascii_column(64), nullable=False),
    *quantity_column("cursor"),
    *quantity_column("anchor_seq"),
    Column("anchor", ascii_column(64)),
    Column("project", String(1000)),
    *moment_column("synced_at"),
)
"""Servers whose documents this library holds, and how far it has followed each. ``anchor`` stands for the
last change that was seen: a server that was taken back and went on differently shows another in its place.
``project`` is the only repository that the token could see."""

sync_held = Table(
    "sync_held",
    metadata,
    Column("url", ordered_text(1000), primary_key=True),
    Column("epoch", ascii_column(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(20), nullable=False),
    one_of("kind", ChangeKind),
    Column("report_id", ascii_column(100)),
    Column("digest", ascii_column(64), nullable=False),
    *quantity_column("size"),
    *moment_column("received_at"),
    Column("body", LargeBinary, nullable=False),
    Index("ix_sync_held_report_id", "report_id"),
)
"""Documents of a server that contradict what is filed here: kept, shown, and used for nothing."""
