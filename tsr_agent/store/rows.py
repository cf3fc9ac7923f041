"""From documents to rows: the columns that lists, filters and figures need, derived and never typed in.

Because every column follows from a document's bytes, a check can derive them again and compare.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

import msgspec

from tsr_agent.errors import DocumentError
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.store.column_types import EARLIEST, LATEST, storable
from tsr_agent.store.tables import MAX_COUNT

if TYPE_CHECKING:
    from datetime import datetime

    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport

Row = dict[str, Any]

_COUNTS = ("total", "passed", "failed", "errors", "skipped", "xfailed", "xpassed", "flaky", "duration_ms")

MAX_KEY_BYTES = 2_400
"""An entry of an index on PostgreSQL has at most 2,704 bytes, a time and an id among them."""

UNJUDGED = GoNoGoDecision.PENDING_REVIEW
"""What a report is listed as while no decision about it has been taken: never what it claims."""
NOT_JUDGED_REASON = "No decision has been taken here; what the report claims of itself is not one."


class DecisionSource(Enum):
    """Who took the decision that a report is listed with."""

    NONE = "none"
    """Nobody yet. The report is listed as pending."""
    LOCAL = "local"
    """The gate of this installation, from the document itself."""
    SERVER = "server"
    """A server, whose decision document was received."""


def report_row(report: TestSummaryReport, digest: str) -> Row:
    """Header columns that follow from the report alone.

    Raises:
        DocumentError: A time outside the calendar that can be shown, or a branch or address too long for
            an index.
    """
    versions = report.versions
    return {
        "id": report.id,
        "created_at": checked_time(report.created_at, f"report {report.id}: created_at"),
        "digest": digest,
        "triggered_by": storable(report.triggered_by),
        "environment": storable(report.environment),
        "overall_status": report.overall_status.value,
        "claimed_decision": report.go_no_go_decision.value,
        "codebase_sha": versions.codebase_sha,
        "codebase_branch": checked_key(versions.codebase_branch, f"report {report.id}: codebase_branch"),
        "codebase_repo": checked_key(versions.codebase_repo, f"report {report.id}: codebase_repo"),
        "testbase_sha": versions.testbase_sha,
        "prompts_sha": versions.prompts_sha,
        "prompts_version": _optional(versions.prompts_version),
        "dirty": versions.dirty,
    }


def judged_row(report: TestSummaryReport, decision: Decision | None, source: DecisionSource) -> Row:
    """Header columns that follow from the decision; pending where there is none."""
    if decision is None:
        return {
            "go_no_go_decision": UNJUDGED.value,
            "decision_without_waivers": UNJUDGED.value,
            "decision_source": DecisionSource.NONE.value,
            "decision_digest": None,
            "evaluated_at": None,
            "decision_reason": NOT_JUDGED_REASON,
            "blocking_issues": [],
            "warnings": [],
            "policy_name": None,
            "policy_version": None,
            "policy_digest": None,
            "manual_approval_required": report.manual_approval_required,
        }
    return {
        "go_no_go_decision": decision.decision.value,
        "decision_without_waivers": decision.decision_without_waivers.value,
        "decision_source": source.value,
        "evaluated_at": checked_time(decision.evaluated_at, "decision: evaluated_at"),
        "decision_reason": storable(decision.reason),
        "blocking_issues": [storable(each) for each in decision.blocking_issues],
        "warnings": [storable(each) for each in decision.warnings],
        "policy_name": storable(decision.policy.name),
        "policy_version": storable(decision.policy.version),
        "policy_digest": decision.policy.digest,
        "manual_approval_required": decision.manual_approval_required or report.manual_approval_required,
    }


def result_rows(report: TestSummaryReport) -> list[Row]:
    """One row a test type; cases stay in the document.

    Raises:
        DocumentError: Two results of one type: it can't be said which counts.
    """
    seen: set[str] = set()
    rows = []
    for result in report.test_results:
        if result.test_type.value in seen:
            raise DocumentError(
                f"report {report.id}: two results of the test type {result.test_type.value!r}.",
                next_step="Make the report again; the agent writes one result a type.",
            )
        seen.add(result.test_type.value)
        row = {name: getattr(result, name) for name in _COUNTS}
        details = _plain(result.failure_details)
        rows.append(
            {"tsr_id": report.id, "test_type": result.test_type.value, "failure_details": details, **row}
        )
    return rows


def eval_iteration_rows(report: TestSummaryReport) -> list[Row]:
    """One row an iteration, in the report's order; results by case stay in the document.

    Raises:
        DocumentError: An iteration's number is beyond what a database can hold.
    """
    for each in report.eval_iterations:
        if each.iteration > MAX_COUNT:
            raise DocumentError(f"report {report.id}: eval iteration {each.iteration} is out of range.")
    return [
        {
            "tsr_id": report.id,
            "iteration": each.iteration,
            "version_name": storable(each.version_name),
            "prompt_version": storable(each.prompt_version),
            "outcome": each.outcome.value,
            "metrics": _plain(each.metrics),
            "failure_modes": _plain(each.failure_modes),
            "fixes_applied": _plain(each.fixes_applied),
        }
        for each in report.eval_iterations
    ]


def requirement_rows(report: TestSummaryReport) -> list[Row]:
    """One row a requirement, in the report's order."""
    return [
        {
            "tsr_id": report.id,
            "requirement_id": storable(each.requirement_id),
            "requirement_text": storable(each.requirement_text),
            "test_ids": _plain(each.test_ids),
            "coverage_status": each.coverage_status.value,
            "verification_status": each.verification_status.value,
        }
        for each in report.requirement_coverage
    ]


def checked_time(moment: datetime, name: str) -> datetime:
    """The moment itself, where every local zone can show it.

    Raises:
        DocumentError: Before 1970 or at the very end of the year 9999.
    """
    if not EARLIEST <= moment <= LATEST:
        raise DocumentError(
            f"{name} is {moment.isoformat()}, outside {EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d}.",
            next_step="Look at the clock of the machine that made it.",
        )
    return moment


def checked_key(text: str, name: str) -> str:
    """The text for a column that stands in an index, where PostgreSQL bounds the bytes of an entry.

    Raises:
        DocumentError: More than 2,400 bytes in UTF-8.
    """
    stored = storable(text)
    size = len(stored.encode("utf-8"))
    if size > MAX_KEY_BYTES:
        raise DocumentError(
            f"{name} has {size:,} bytes; what lists are searched by may have at most {MAX_KEY_BYTES:,}."
        )
    return stored


def _optional(text: str | None) -> str | None:
    return None if text is None else storable(text)


def _plain(value: Any) -> Any:
    """Lists, dicts, strings and numbers for a JSON column, without what a column can't hold."""
    return _storable_tree(msgspec.to_builtins(value))


def _storable_tree(tree: Any) -> Any:
    if isinstance(tree, str):
        return storable(tree)
    if isinstance(tree, dict):
        return {storable(key): _storable_tree(each) for key, each in tree.items()}
    if isinstance(tree, list | tuple):
        return [_storable_tree(each) for each in tree]
    return tree
