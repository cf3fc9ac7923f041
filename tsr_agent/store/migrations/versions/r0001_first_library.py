"""The first library: reports, their documents and summaries, decisions and approvals.

A migration is written once: it names no table or constant of the package, which may have moved on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tsr_agent.errors import StoreError

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _ordered(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def _ascii(length: int) -> sa.String:
    return _ordered(length)


def _json() -> sa.JSON:
    return sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def _row_number() -> sa.BigInteger:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes every table, index and trigger."""
    _test_summary_reports()
    _report_documents()
    _tsr_test_results()
    _tsr_eval_iterations()
    _tsr_requirement_coverage()
    _decisions()
    _approvals()
    if op.get_bind().dialect.name == "sqlite":
        for table in ("report_documents", "decisions", "approvals"):
            _append_only(table)
    else:
        _append_only_on_postgresql()


def downgrade() -> None:
    """Refused: a library goes back by its backup, never by dropping what was recorded.

    Raises:
        StoreError: Always.
    """
    raise StoreError("The first library has nothing before it.", next_step="Restore a backup instead.")


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


def _append_only_on_postgresql() -> None:
    refuse = "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END"
    refuse_while_reported = (
        "BEGIN IF EXISTS (SELECT 1 FROM test_summary_reports WHERE id = OLD.report_id) "
        "THEN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END IF; RETURN OLD; END"
    )
    for name, body in (
        ("aitr_append_only", refuse),
        ("aitr_append_only_with_report", refuse_while_reported),
    ):
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path FROM CURRENT AS $${body}$$"
        )
    for table in ("report_documents", "decisions", "approvals"):
        for verb, level, function in (
            ("update", "ROW", "aitr_append_only"),
            ("delete", "ROW", "aitr_append_only_with_report"),
            ("truncate", "STATEMENT", "aitr_append_only"),
        ):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                f"FOR EACH {level} EXECUTE FUNCTION {function}()"
            )


def _test_summary_reports() -> None:
    op.create_table(
        "test_summary_reports",
        sa.Column("id", _ascii(100), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("digest", _ascii(64), nullable=False),
        sa.Column("triggered_by", sa.String(length=100), nullable=False),
        sa.Column("environment", _ordered(50), nullable=False),
        sa.Column("overall_status", sa.String(length=20), nullable=False),
        sa.Column("go_no_go_decision", _ordered(20), nullable=False),
        sa.Column("decision_without_waivers", sa.String(length=20), nullable=False),
        sa.Column("claimed_decision", sa.String(length=20), nullable=False),
        sa.Column("decision_source", sa.String(length=20), nullable=False),
        sa.Column("decision_digest", _ascii(64), nullable=True),
        sa.Column("evaluated_at", sa.BigInteger(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.Column("blocking_issues", _json(), nullable=False),
        sa.Column("warnings", _json(), nullable=False),
        sa.Column("policy_name", sa.String(length=1000), nullable=True),
        sa.Column("policy_version", sa.String(length=1000), nullable=True),
        sa.Column("policy_digest", _ascii(64), nullable=True),
        sa.Column("codebase_sha", _ascii(64), nullable=False),
        sa.Column("codebase_branch", _ordered(1000), nullable=False),
        sa.Column("codebase_repo", _ordered(1000), nullable=False),
        sa.Column("testbase_sha", _ascii(64), nullable=False),
        sa.Column("prompts_sha", _ascii(64), nullable=False),
        sa.Column("prompts_version", sa.String(length=1000), nullable=True),
        sa.Column("dirty", sa.Boolean(create_constraint=True, name="dirty"), nullable=True),
        sa.Column(
            "manual_approval_required",
            sa.Boolean(create_constraint=True, name="manual_approval_required"),
            nullable=False,
        ),
        sa.Column("approved_by", sa.String(length=1000), nullable=True),
        sa.Column("approved_at", sa.BigInteger(), nullable=True),
        *_report_checks(),
    )
    _report_indexes()


def _report_checks() -> list[sa.Constraint]:
    return [
        sa.CheckConstraint(
            "claimed_decision IN ('go', 'no_go', 'pending_review')",
            name=op.f("ck_test_summary_reports_claimed_decision"),
        ),
        sa.CheckConstraint(
            "decision_without_waivers IN ('go', 'no_go', 'pending_review')",
            name=op.f("ck_test_summary_reports_decision_without_waivers"),
        ),
        sa.CheckConstraint(
            "go_no_go_decision IN ('go', 'no_go', 'pending_review')",
            name=op.f("ck_test_summary_reports_go_no_go_decision"),
        ),
        sa.CheckConstraint(
            "overall_status IN ('passed', 'failed', 'no_data')",
            name=op.f("ck_test_summary_reports_overall_status"),
        ),
        sa.CheckConstraint(
            "created_at BETWEEN 0 AND 253402128000000000", name=op.f("ck_test_summary_reports_created_at")
        ),
        sa.CheckConstraint(
            "received_at BETWEEN 0 AND 253402128000000000", name=op.f("ck_test_summary_reports_received_at")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_test_summary_reports")),
    ]


def _report_indexes() -> None:
    newest_first = [sa.text("created_at DESC"), sa.text("id DESC")]
    for name, columns in {
        "branch": ["codebase_branch"],
        "created": [],
        "decision": ["go_no_go_decision"],
        "environment": ["environment"],
        "sha": ["codebase_sha"],
    }.items():
        op.create_index(f"ix_reports_{name}", "test_summary_reports", [*columns, *newest_first])


def _report_documents() -> None:
    op.create_table(
        "report_documents",
        sa.Column("report_id", _ascii(100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("size BETWEEN 0 AND 9007199254740992", name=op.f("ck_report_documents_size")),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["test_summary_reports.id"],
            name=op.f("fk_report_documents_report_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_report_documents")),
    )


def _tsr_test_results() -> None:
    op.create_table(
        "tsr_test_results",
        sa.Column("id", _row_number(), nullable=False),
        sa.Column("tsr_id", _ascii(100), nullable=False),
        sa.Column("test_type", _ordered(50), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("passed", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("errors", sa.BigInteger(), nullable=False),
        sa.Column("skipped", sa.BigInteger(), nullable=False),
        sa.Column("xfailed", sa.BigInteger(), nullable=False),
        sa.Column("xpassed", sa.BigInteger(), nullable=False),
        sa.Column("flaky", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("failure_details", _json(), nullable=False),
        sa.CheckConstraint(
            "test_type IN ('unit', 'integration', 'e2e', 'acceptance', 'evals', 'security', 'performance')",
            name=op.f("ck_tsr_test_results_test_type"),
        ),
        sa.CheckConstraint(
            "duration_ms BETWEEN 0 AND 9007199254740992", name=op.f("ck_tsr_test_results_duration_ms")
        ),
        sa.CheckConstraint("errors BETWEEN 0 AND 9007199254740992", name=op.f("ck_tsr_test_results_errors")),
        sa.CheckConstraint("failed BETWEEN 0 AND 9007199254740992", name=op.f("ck_tsr_test_results_failed")),
        sa.CheckConstraint("flaky BETWEEN 0 AND 9007199254740992", name=op.f("ck_tsr_test_results_flaky")),
        sa.CheckConstraint("passed BETWEEN 0 AND 9007199254740992", name=op.f("ck_tsr_test_results_passed")),
        sa.CheckConstraint(
            "skipped BETWEEN 0 AND 9007199254740992", name=op.f("ck_tsr_test_results_skipped")
        ),
        sa.CheckConstraint("total BETWEEN 0 AND 9007199254740992", name=op.f("ck_tsr_test_results_total")),
        sa.CheckConstraint(
            "xfailed BETWEEN 0 AND 9007199254740992", name=op.f("ck_tsr_test_results_xfailed")
        ),
        sa.CheckConstraint(
            "xpassed BETWEEN 0 AND 9007199254740992", name=op.f("ck_tsr_test_results_xpassed")
        ),
        sa.ForeignKeyConstraint(
            ["tsr_id"],
            ["test_summary_reports.id"],
            name=op.f("fk_tsr_test_results_tsr_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tsr_test_results")),
        sa.UniqueConstraint("tsr_id", "test_type", name=op.f("uq_tsr_test_results_tsr_id_test_type")),
    )


def _tsr_eval_iterations() -> None:
    op.create_table(
        "tsr_eval_iterations",
        sa.Column("id", _row_number(), nullable=False),
        sa.Column("tsr_id", _ascii(100), nullable=False),
        sa.Column("iteration", sa.BigInteger(), nullable=False),
        sa.Column("version_name", sa.String(length=1000), nullable=False),
        sa.Column("prompt_version", sa.String(length=1000), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("metrics", _json(), nullable=False),
        sa.Column("failure_modes", _json(), nullable=False),
        sa.Column("fixes_applied", _json(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('failed', 'improved', 'passed')", name=op.f("ck_tsr_eval_iterations_outcome")
        ),
        sa.CheckConstraint(
            "iteration BETWEEN 0 AND 9007199254740992", name=op.f("ck_tsr_eval_iterations_iteration")
        ),
        sa.ForeignKeyConstraint(
            ["tsr_id"],
            ["test_summary_reports.id"],
            name=op.f("fk_tsr_eval_iterations_tsr_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tsr_eval_iterations")),
    )
    op.create_index("ix_eval_iterations_tsr_id", "tsr_eval_iterations", ["tsr_id"], unique=False)


def _tsr_requirement_coverage() -> None:
    op.create_table(
        "tsr_requirement_coverage",
        sa.Column("id", _row_number(), nullable=False),
        sa.Column("tsr_id", _ascii(100), nullable=False),
        sa.Column("requirement_id", sa.String(length=1000), nullable=False),
        sa.Column("requirement_text", sa.Text(), nullable=False),
        sa.Column("test_ids", _json(), nullable=False),
        sa.Column("coverage_status", sa.String(length=20), nullable=False),
        sa.Column("verification_status", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "coverage_status IN ('covered', 'partial', 'uncovered')",
            name=op.f("ck_tsr_requirement_coverage_coverage_status"),
        ),
        sa.CheckConstraint(
            "verification_status IN ('verified', 'failed', 'not_run')",
            name=op.f("ck_tsr_requirement_coverage_verification_status"),
        ),
        sa.ForeignKeyConstraint(
            ["tsr_id"],
            ["test_summary_reports.id"],
            name=op.f("fk_tsr_requirement_coverage_tsr_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tsr_requirement_coverage")),
    )
    op.create_index("ix_requirement_coverage_tsr_id", "tsr_requirement_coverage", ["tsr_id"], unique=False)


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", _row_number(), nullable=False),
        sa.Column("report_id", _ascii(100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("evaluated_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("digest", _ascii(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "decision IN ('go', 'no_go', 'pending_review')", name=op.f("ck_decisions_decision")
        ),
        sa.CheckConstraint(
            "evaluated_at BETWEEN 0 AND 253402128000000000", name=op.f("ck_decisions_evaluated_at")
        ),
        sa.CheckConstraint(
            "received_at BETWEEN 0 AND 253402128000000000", name=op.f("ck_decisions_received_at")
        ),
        sa.CheckConstraint("size BETWEEN 0 AND 9007199254740992", name=op.f("ck_decisions_size")),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["test_summary_reports.id"],
            name=op.f("fk_decisions_report_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("report_id", "digest", name=op.f("uq_decisions_report_id_digest")),
        sqlite_autoincrement=True,
    )


def _approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", _row_number(), nullable=False),
        sa.Column("approval_id", _ordered(1000), nullable=False),
        sa.Column("report_id", _ascii(100), nullable=False),
        sa.Column("report_digest", _ascii(64), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("approved_by", sa.String(length=1000), nullable=False),
        sa.Column("approved_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("digest", _ascii(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("action IN ('approve', 'reject', 'revoke')", name=op.f("ck_approvals_action")),
        sa.CheckConstraint(
            "approved_at BETWEEN 0 AND 253402128000000000", name=op.f("ck_approvals_approved_at")
        ),
        sa.CheckConstraint(
            "received_at BETWEEN 0 AND 253402128000000000", name=op.f("ck_approvals_received_at")
        ),
        sa.CheckConstraint("size BETWEEN 0 AND 9007199254740992", name=op.f("ck_approvals_size")),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["test_summary_reports.id"],
            name=op.f("fk_approvals_report_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.UniqueConstraint("approval_id", name=op.f("uq_approvals_approval_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_approvals_report_id", "approvals", ["report_id"], unique=False)
