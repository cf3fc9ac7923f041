"""Notes on lines of code, and their withdrawals.

A migration is written once: it names no table or constant of the package, which may have moved on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tsr_agent.errors import StoreError

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOST = 9007199254740992
_LATEST = 253402128000000000


def _ordered(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def _row_number() -> sa.BigInteger:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes both tables, and what keeps them append-only."""
    _notes()
    _withdrawals()
    for table in ("code_notes", "code_note_withdrawals"):
        if op.get_bind().dialect.name == "sqlite":
            _append_only(table)
        else:
            _append_only_on_postgresql(table)


def downgrade() -> None:
    """Refused: a library goes back by its backup, never by dropping what was recorded.

    Raises:
        StoreError: Always.
    """
    raise StoreError("A library is never taken back a version.", next_step="Restore a backup instead.")


def _append_only(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "  # noqa: S608  (names of this file)
        f"WHEN EXISTS (SELECT 1 FROM test_summary_reports WHERE id = OLD.report_id) "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def _append_only_on_postgresql(table: str) -> None:
    for verb, level, function in (
        ("update", "ROW", "aitr_append_only"),
        ("delete", "ROW", "aitr_append_only_with_report"),
        ("truncate", "STATEMENT", "aitr_append_only"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
            f"FOR EACH {level} EXECUTE FUNCTION {function}()"
        )


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


def _notes() -> None:
    op.create_table(
        "code_notes",
        sa.Column("id", _row_number(), nullable=False),
        sa.Column("note_id", _ordered(100), nullable=False),
        sa.Column("report_id", _ordered(100), nullable=False),
        sa.Column("place", _ordered(64), nullable=False),
        sa.Column("blob", _ordered(64), nullable=False),
        *_quantity("code_notes", "first_line"),
        sa.Column("written_by", sa.String(length=1000), nullable=False),
        *_moment("code_notes", "written_at"),
        sa.Column("digest", _ordered(64), nullable=False),
        *_quantity("code_notes", "size"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _of_report("code_notes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_notes")),
        sa.UniqueConstraint("note_id", name=op.f("uq_code_notes_note_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_code_notes_report_id", "code_notes", ["report_id"])
    op.create_index("ix_code_notes_place", "code_notes", ["place"])


def _withdrawals() -> None:
    table = "code_note_withdrawals"
    op.create_table(
        table,
        sa.Column("id", _row_number(), nullable=False),
        sa.Column("note_id", _ordered(100), nullable=False),
        sa.Column("report_id", _ordered(100), nullable=False),
        sa.Column("withdrawn_by", sa.String(length=1000), nullable=False),
        *_moment(table, "withdrawn_at"),
        sa.Column("digest", _ordered(64), nullable=False),
        *_quantity(table, "size"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["note_id"],
            ["code_notes.note_id"],
            name=op.f("fk_code_note_withdrawals_note_id"),
            ondelete="CASCADE",
        ),
        _of_report(table),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_note_withdrawals")),
        sa.UniqueConstraint("note_id", name=op.f("uq_code_note_withdrawals_note_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_code_note_withdrawals_report_id", table, ["report_id"])
