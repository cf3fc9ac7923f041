"""Header rows put straight into a library's table, for lists that need many reports and no documents."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from tests.factories.reports import NOON
from tsr_agent.store.tables import reports

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tsr_agent.store.engine import Library

BRANCHES = ("main", "develop", "release/2.1", "feature/retrieval", "")
ENVIRONMENTS = ("test", "staging", "production")
VERDICTS = ("go", "go", "pending_review", "no_go", "pending_review")
STANDINGS = ("go", "go", "go", "no_go", "pending_review")
STATES = ("not_needed", "not_needed", "approved", "not_approvable", "pending")


def header_row(number: int, **changed: Any) -> dict[str, Any]:
    """One row that varies with its number and with nothing else."""
    sha = hashlib.sha1(str(number).encode()).hexdigest()
    values = {
        "id": f"{sha[:8]}-{number:08d}",
        "created_at": NOON + timedelta(minutes=number),
        "received_at": NOON + timedelta(minutes=number),
        "digest": sha + sha[:24],
        "triggered_by": "ci",
        "environment": ENVIRONMENTS[number % 3],
        "overall_status": "passed",
        "go_no_go_decision": VERDICTS[number % 5],
        "decision_without_waivers": VERDICTS[number % 5],
        "claimed_decision": VERDICTS[number % 5],
        "decision_source": "local",
        "decision_reason": f"{number % 7} blocking issues",
        "blocking_issues": [],
        "warnings": [],
        "codebase_sha": sha,
        "codebase_branch": BRANCHES[number % 11 % 5],
        "codebase_repo": "https://forge.example/acme/support-bot",
        "testbase_sha": sha,
        "prompts_sha": sha,
        "prompts_version": f"v{number % 9}.0.0",
        "policy_name": "ai-release",
        "policy_version": "1",
        "dirty": False,
        "manual_approval_required": False,
        "standing": STANDINGS[number % 5],
        "approval_state": STATES[number % 5],
    }
    return values | changed


def put_rows(library: Library, rows: Iterable[dict[str, Any]]) -> None:
    """Inserts the rows in one transaction."""
    with library.write() as connection:
        connection.execute(insert(reports), list(rows))
