"""The tables of the library, as SQLAlchemy Core sees them.

A report is one row of columns that lists and filters need, its document's bytes in a table of their
own, and three summary tables. Single test cases are never rows: they are in the document.
``migrations`` makes these tables; a test holds the two against each other.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from tsr_agent.models.api import ApprovalStateName
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.models.evals import IterationOutcome
from tsr_agent.models.report import OverallStatus
from tsr_agent.models.requirements import CoverageStatus, VerificationStatus
from tsr_agent.models.results import TestType
from tsr_agent.store.column_types import (
    EARLIEST,
    LATEST,
    UtcMicroseconds,
    ascii_column,
    json_column,
    ordered_text,
    row_number,
    to_microseconds,
)

APPLICATION_ID = 0x41495452
"""``AITR`` in ASCII: what SQLite's header of every library says, so that ``file`` and we know it."""

LIBRARY_VERSION = 3
"""Number of the newest migration: what ``PRAGMA user_version`` of a current library says."""

MAX_COUNT = 2**53

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def one_of(column: str, values: Any) -> CheckConstraint:
    """A check that a column holds one of an enumeration's values."""
    listed = ", ".join(f"'{each.value}'" for each in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def quantity_column(name: str) -> tuple[Column[int], CheckConstraint]:
    """A column of whole numbers from 0 on, with the check that it is."""
    check = CheckConstraint(f"{name} BETWEEN 0 AND {MAX_COUNT}", name=name)
    return Column(name, BigInteger, nullable=False), check


def moment_column(name: str) -> tuple[Column[Any], CheckConstraint]:
    """A column of moments that every local zone can show, with the check that they are."""
    bounds = f"{to_microseconds(EARLIEST)} AND {to_microseconds(LATEST)}"
    return Column(name, UtcMicroseconds, nullable=False), CheckConstraint(
        f"{name} BETWEEN {bounds}", name=name
    )


def report_key(name: str = "tsr_id", *, nullable: bool = False, **options: Any) -> Column[str]:
    """A column that names a report; its row goes when the report is deleted as a whole."""
    key = ForeignKey("test_summary_reports.id", ondelete="CASCADE")
    return Column(name, ascii_column(100), key, nullable=nullable, **options)


reports = Table(
    "test_summary_reports",
    metadata,
    Column("id", ascii_column(100), primary_key=True),
    *moment_column("created_at"),
    *moment_column("received_at"),
    Column("digest", ascii_column(64), nullable=False),
    Column("triggered_by", String(100), nullable=False),
    Column("environment", ordered_text(50), nullable=False),
    Column("overall_status", String(20), nullable=False),
    one_of("overall_status", OverallStatus),
    Column("go_no_go_decision", ordered_text(20), nullable=False),
    one_of("go_no_go_decision", GoNoGoDecision),
    Column("decision_without_waivers", String(20), nullable=False),
    one_of("decision_without_waivers", GoNoGoDecision),
    Column("claimed_decision", String(20), nullable=False),
    one_of("claimed_decision", GoNoGoDecision),
    Column("decision_source", String(20), nullable=False),
    Column("decision_digest", ascii_column(64)),
    Column("evaluated_at", UtcMicroseconds),
    Column("decision_reason", Text, nullable=False),
    Column("blocking_issues", json_column(), nullable=False),
    Column("warnings", json_column(), nullable=False),
    Column("policy_name", String(1000)),
    Column("policy_version", String(1000)),
    Column("policy_digest", ascii_column(64)),
    Column("codebase_sha", ascii_column(64), nullable=False),
    Column("codebase_branch", ordered_text(1000), nullable=False),
    Column("codebase_repo", ordered_text(1000), nullable=False),
    Column("testbase_sha", ascii_column(64), nullable=False),
    Column("prompts_sha", ascii_column(64), nullable=False),
    Column("prompts_version", String(1000)),
    Column("dirty", Boolean(create_constraint=True, name="dirty"), nullable=True),
    Column(
        "manual_approval_required",
        Boolean(create_constraint=True, name="manual_approval_required"),
        nullable=False,
    ),
    # SEED.md's columns; only the fold over approval documents may ever fill them.
    Column("approved_by", String(1000)),
    Column("approved_at", UtcMicroseconds),
    # The fold itself: the verdict with approvals weighed in. Whoever says nothing says that it waits.
    Column("standing", ordered_text(20), nullable=False, server_default="pending_review"),
    one_of("standing", GoNoGoDecision),
    Column("approval_state", ordered_text(20), nullable=False, server_default="pending"),
    one_of("approval_state", ApprovalStateName),
)

# Every list is walked by (created_at, id) from the newest. Both must descend: with an ascending id SQLite
# scans the whole table for the newest report once ANALYZE has run (352 ms instead of 0.005).
_newest_first = (reports.c.created_at.desc(), reports.c.id.desc())
Index("ix_reports_created", *_newest_first)
Index("ix_reports_environment", reports.c.environment, *_newest_first)
Index("ix_reports_decision", reports.c.go_no_go_decision, *_newest_first)
Index("ix_reports_standing", reports.c.standing, *_newest_first)
Index("ix_reports_repo", reports.c.codebase_repo, *_newest_first)
Index("ix_reports_digest", reports.c.digest)
Index("ix_reports_branch", reports.c.codebase_branch, *_newest_first)
Index("ix_reports_sha", reports.c.codebase_sha, *_newest_first)

report_documents = Table(
    "report_documents",
    metadata,
    report_key("report_id", primary_key=True),
    *quantity_column("size"),
    Column("body", LargeBinary, nullable=False),
)

test_results = Table(
    "tsr_test_results",
    metadata,
    Column("id", row_number(), primary_key=True),
    report_key(),
    Column("test_type", ordered_text(50), nullable=False),
    one_of("test_type", TestType),
    *quantity_column("total"),
    *quantity_column("passed"),
    *quantity_column("failed"),
    *quantity_column("errors"),
    *quantity_column("skipped"),
    *quantity_column("xfailed"),
    *quantity_column("xpassed"),
    *quantity_column("flaky"),
    *quantity_column("duration_ms"),
    Column("failure_details", json_column(), nullable=False),
    UniqueConstraint("tsr_id", "test_type"),
)

eval_iterations = Table(
    "tsr_eval_iterations",
    metadata,
    Column("id", row_number(), primary_key=True),
    report_key(),
    *quantity_column("iteration"),
    Column("version_name", String(1000), nullable=False),
    Column("prompt_version", String(1000), nullable=False),
    Column("outcome", String(20), nullable=False),
    one_of("outcome", IterationOutcome),
    Column("metrics", json_column(), nullable=False),
    Column("failure_modes", json_column(), nullable=False),
    Column("fixes_applied", json_column(), nullable=False),
    Index("ix_eval_iterations_tsr_id", "tsr_id"),
)

requirement_coverage = Table(
    "tsr_requirement_coverage",
    metadata,
    Column("id", row_number(), primary_key=True),
    report_key(),
    Column("requirement_id", String(1000), nullable=False),
    Column("requirement_text", Text, nullable=False),
    Column("test_ids", json_column(), nullable=False),
    Column("coverage_status", String(20), nullable=False),
    one_of("coverage_status", CoverageStatus),
    Column("verification_status", String(20), nullable=False),
    one_of("verification_status", VerificationStatus),
    Index("ix_requirement_coverage_tsr_id", "tsr_id"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", row_number(), primary_key=True),
    report_key("report_id"),
    Column("kind", String(20), nullable=False),
    Column("decision", String(20), nullable=False),
    one_of("decision", GoNoGoDecision),
    *moment_column("evaluated_at"),
    *moment_column("received_at"),
    Column("digest", ascii_column(64), nullable=False),
    *quantity_column("size"),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("report_id", "digest"),
    sqlite_autoincrement=True,
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", row_number(), primary_key=True),
    Column("approval_id", ordered_text(1000), nullable=False, unique=True),
    report_key("report_id"),
    Column("report_digest", ascii_column(64), nullable=False),
    Column("action", String(20), nullable=False),
    one_of("action", ApprovalAction),
    Column("approved_by", String(1000), nullable=False),
    *moment_column("approved_at"),
    *moment_column("received_at"),
    Column("digest", ascii_column(64), nullable=False),
    *quantity_column("size"),
    Column("body", LargeBinary, nullable=False),
    Index("ix_approvals_report_id", "report_id"),
    sqlite_autoincrement=True,
)

SUMMARY_TABLES = (test_results, eval_iterations, requirement_coverage)
DOCUMENT_TABLES = ("report_documents", "decisions", "approvals", "code_notes", "code_note_withdrawals")
"""Names of the tables whose rows are documents about a report."""


def _refusals(table: str) -> dict[str, str]:
    """Triggers that keep a documents table append-only.

    They stop mistakes, not people who can write the file: against those stand digests and, later,
    signatures. Deleting a whole report takes its documents along, so the delete trigger looks whether
    the report is still there.
    """
    update = (
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )
    delete = (
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "  # noqa: S608  (names of this file)
        f"WHEN EXISTS (SELECT 1 FROM test_summary_reports WHERE id = OLD.report_id) "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )
    return {f"{table}_no_update": update, f"{table}_no_delete": delete}


def _never(table: str) -> dict[str, str]:
    """Triggers that refuse every change of a table that belongs to no report."""
    return {
        f"{table}_no_{verb}": f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("update", "delete")
    }


TRIGGERS: dict[str, str] = {
    name: statement for table in DOCUMENT_TABLES for name, statement in _refusals(table).items()
} | _never("policies")
"""By name, the statement that made it, exactly as SQLite keeps it. ``postgres_schema`` has PostgreSQL's."""
