"""What a server keeps: change feed, policies, tokens, messages to send; and what approvals make of reports.

A migration is written once: it names no table or constant of the package, which may have moved on.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

from tsr_agent.errors import StoreError

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOST = 9007199254740992
_LATEST = 253402128000000000


def _ordered(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def _ascii(length: int) -> sa.String:
    return _ordered(length)


def _row_number() -> sa.BigInteger:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes the tables, fills the feed with what is there, and folds the decisions that are on record."""
    _standing()
    _feed()
    _policies()
    _tokens()
    _webhook_deliveries()
    _sync_sources()
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER policies_no_{verb} BEFORE {verb.upper()} ON policies "
                "BEGIN SELECT RAISE(ABORT, 'policies is append-only'); END"
            )
        return
    for verb, level in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER policies_no_{verb} BEFORE {verb.upper()} ON policies "
            f"FOR EACH {level} EXECUTE FUNCTION aitr_append_only()"
        )


def downgrade() -> None:
    """Refused: a library goes back by its backup, never by dropping what was recorded.

    Raises:
        StoreError: Always.
    """
    raise StoreError("A library is never taken back a version.", next_step="Restore a backup instead.")


def _standing() -> None:
    # Written out: SQLite could add these checks otherwise only by copying the table, and dropping the
    # old one would take every row with it that refers to it.
    collation = ' COLLATE "C"' if op.get_bind().dialect.name == "postgresql" else ""
    for column, default, values in (
        ("standing", "pending_review", "'go', 'no_go', 'pending_review'"),
        (
            "approval_state",
            "pending",
            "'not_needed', 'pending', 'approved', 'rejected', 'not_approvable'",
        ),
    ):
        op.execute(
            f"ALTER TABLE test_summary_reports ADD COLUMN {column} VARCHAR(20){collation} "
            f"DEFAULT '{default}' NOT NULL "
            f"CONSTRAINT ck_test_summary_reports_{column} CHECK ({column} IN ({values}))"
        )
    op.execute(
        "UPDATE test_summary_reports SET standing = go_no_go_decision, approval_state = "
        "CASE go_no_go_decision WHEN 'go' THEN 'not_needed' WHEN 'no_go' THEN 'not_approvable' "
        "ELSE 'pending' END"
    )
    newest_first = [sa.text("created_at DESC"), sa.text("id DESC")]
    op.create_index("ix_reports_standing", "test_summary_reports", ["standing", *newest_first])
    op.create_index("ix_reports_repo", "test_summary_reports", ["codebase_repo", *newest_first])
    op.create_index("ix_reports_digest", "test_summary_reports", ["digest"])


def _quantity(table: str, name: str) -> tuple[sa.Column[int], sa.CheckConstraint]:
    check = sa.CheckConstraint(f"{name} BETWEEN 0 AND {_MOST}", name=op.f(f"ck_{table}_{name}"))
    return sa.Column(name, sa.BigInteger(), nullable=False), check


def _moment(table: str, name: str) -> tuple[sa.Column[int], sa.CheckConstraint]:
    check = sa.CheckConstraint(f"{name} BETWEEN 0 AND {_LATEST}", name=op.f(f"ck_{table}_{name}"))
    return sa.Column(name, sa.BigInteger(), nullable=False), check


def _of_report(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["report_id"], ["test_summary_reports.id"], name=op.f(f"fk_{table}_report_id"), ondelete="CASCADE"
    )


def _feed() -> None:
    op.create_table(
        "change_counter",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", _ascii(64), nullable=False),
        *_quantity("change_counter", "last"),
        sa.CheckConstraint("id = 1", name=op.f("ck_change_counter_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_counter")),
    )
    op.create_table(
        "changes",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("report_id", _ascii(100), nullable=True),
        sa.Column("codebase_repo", _ordered(1000), nullable=True),
        sa.Column("digest", _ascii(64), nullable=False),
        *_quantity("changes", "size"),
        *_moment("changes", "received_at"),
        sa.CheckConstraint(
            "kind IN ('report', 'decision', 'approval', 'policy')", name=op.f("ck_changes_kind")
        ),
        _of_report("changes"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_changes")),
    )
    op.create_index("ix_changes_digest", "changes", ["digest"])
    op.create_index("ix_changes_report_id", "changes", ["report_id"])
    op.execute(
        "INSERT INTO changes (seq, kind, report_id, codebase_repo, digest, size, received_at) "
        "SELECT row_number() OVER (ORDER BY received_at, report_id, place, id), kind, report_id, "
        "codebase_repo, digest, size, received_at FROM ("
        "SELECT 'report' AS kind, r.id AS report_id, r.codebase_repo, r.digest, d.size, r.received_at, "
        "0 AS place, 0 AS id FROM test_summary_reports r JOIN report_documents d ON d.report_id = r.id "
        "UNION ALL SELECT 'decision', r.id, r.codebase_repo, e.digest, e.size, e.received_at, 1, e.id "
        "FROM decisions e JOIN test_summary_reports r ON r.id = e.report_id"
        ") documents"
    )
    op.execute(
        sa.text(
            "INSERT INTO change_counter (id, epoch, last) SELECT 1, :epoch, count(*) FROM changes"
        ).bindparams(epoch=secrets.token_hex(16))
    )


def _policies() -> None:
    op.create_table(
        "policies",
        sa.Column("id", _row_number(), nullable=False),
        sa.Column("name", _ordered(200), nullable=False),
        *_quantity("policies", "number"),
        sa.Column("digest", _ascii(64), nullable=False),
        sa.Column("submitted_by", sa.String(length=1000), nullable=False),
        *_moment("policies", "submitted_at"),
        *_quantity("policies", "size"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
        sa.UniqueConstraint("name", "number", name=op.f("uq_policies_name_number")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_policies_digest", "policies", ["digest"])


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", _ascii(16), nullable=False),
        sa.Column("hash", _ascii(64), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=1000), nullable=False),
        sa.Column("project", sa.String(length=1000), nullable=True),
        *_moment("tokens", "created_at"),
        sa.Column("created_by", sa.String(length=1000), nullable=False),
        *_moment("tokens", "expires_at"),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_by", sa.String(length=1000), nullable=True),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "role IN ('agent', 'viewer', 'auditor', 'tech_lead', 'release_manager', 'collector', 'admin')",
            name=op.f("ck_tokens_role"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_tokens_hash")),
    )


def _webhook_deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", _row_number(), nullable=False),
        sa.Column("target", _ordered(200), nullable=False),
        sa.Column("event", _ordered(40), nullable=False),
        sa.Column("report_id", _ascii(100), nullable=False),
        sa.Column("cause", _ascii(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        *_moment("webhook_deliveries", "created_at"),
        *_moment("webhook_deliveries", "due_at"),
        *_quantity("webhook_deliveries", "attempts"),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", _ordered(20), server_default="waiting", nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        _of_report("webhook_deliveries"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint(
            "target",
            "event",
            "report_id",
            "cause",
            name=op.f("uq_webhook_deliveries_target_event_report_id_cause"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_webhook_deliveries_due", "webhook_deliveries", ["outcome", "due_at", "id"])


def _sync_sources() -> None:
    op.create_table(
        "sync_sources",
        sa.Column("url", _ordered(1000), nullable=False),
        sa.Column("epoch", _ascii(64), nullable=False),
        *_quantity("sync_sources", "cursor"),
        *_quantity("sync_sources", "anchor_seq"),
        sa.Column("anchor", _ascii(64), nullable=True),
        sa.Column("project", sa.String(length=1000), nullable=True),
        *_moment("sync_sources", "synced_at"),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_sync_sources")),
    )
    op.create_table(
        "sync_held",
        sa.Column("url", _ordered(1000), nullable=False),
        sa.Column("epoch", _ascii(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("report_id", _ascii(100), nullable=True),
        sa.Column("digest", _ascii(64), nullable=False),
        *_quantity("sync_held", "size"),
        *_moment("sync_held", "received_at"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('report', 'decision', 'approval', 'policy')", name=op.f("ck_sync_held_kind")
        ),
        sa.PrimaryKeyConstraint("url", "epoch", "seq", name=op.f("pk_sync_held")),
    )
    op.create_index("ix_sync_held_report_id", "sync_held", ["report_id"])
