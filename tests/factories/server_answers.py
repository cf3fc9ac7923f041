"""What a sound server answers, to be bent by tests."""

from __future__ import annotations

import copy
from typing import Any

COMMIT = "a" * 40
OTHER_COMMIT = "b" * 40
DIGEST = "d" * 64
REPORT_ID = "TSR-1"

_GO: dict[str, Any] = {
    "decision": "go",
    "reason": "All 12 rules passed",
    "blocking_issues": [],
    "review_issues": [],
    "warnings": [],
    "manual_approval_required": False,
    "decided": "go",
    "approval": {
        "state": "not_needed",
        "needed": 0,
        "missing": 0,
        "approved_by": [],
        "rejected_by": [],
        "reason": "Nobody has to approve",
    },
    "report_id": REPORT_ID,
    "report_digest": DIGEST,
    "decision_digest": "e" * 64,
    "basis_digest": "f" * 64,
    "policy": {"name": "ai-release", "version": "1.0.0", "digest": "1" * 64, "parents": []},
    "policy_in_force": True,
    "environment": "production",
    "codebase_sha": COMMIT,
    "tested_sha": COMMIT,
    "codebase_repo": "https://forge.example/acme/bot",
    "evaluated_at": "2026-11-22T11:00:00Z",
    "answered_at": "2026-11-22T12:00:00Z",
}


def go(**changes: Any) -> dict[str, Any]:
    """A GO. ``approval__state="pending"`` changes what is inside of ``approval``."""
    answer = copy.deepcopy(_GO)
    for name, value in changes.items():
        outer, _, inner = name.partition("__")
        if inner:
            answer[outer][inner] = value
        else:
            answer[outer] = value
    return answer


def approved(**changes: Any) -> dict[str, Any]:
    """A GO that two people have approved."""
    people = {"approval__state": "approved", "approval__needed": 2, "approval__approved_by": ["ann", "bob"]}
    return go(**{"decided": "pending_review", "manual_approval_required": True, **people, **changes})


def pending(**changes: Any) -> dict[str, Any]:
    """A release that waits for two people, one of whom has approved."""
    people = {
        "approval__state": "pending",
        "approval__needed": 2,
        "approval__missing": 1,
        "approval__approved_by": ["ann"],
        "approval__reason": "1 approval of 2 missing",
    }
    waiting = {"decision": "pending_review", "decided": "pending_review", "manual_approval_required": True}
    return go(**{**waiting, **people, **changes})


def no_go(**changes: Any) -> dict[str, Any]:
    """A NO-GO."""
    refused = {"approval__state": "not_approvable", "blocking_issues": ["2 unit tests failed"]}
    return go(**{"decision": "no_go", "decided": "no_go", **refused, **changes})


def problem(status: int, name: str = "conflict", detail: str = "Refused for a test") -> dict[str, Any]:
    """A problem as a server tells it."""
    return {
        "type": f"urn:aitr:problem:{name}",
        "title": name.capitalize(),
        "status": status,
        "detail": detail,
        "instance": "req-1",
        "next_step": "",
        "errors": [],
    }
