"""What people said about a report that waits for them, and what it comes to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from tests.factories.judged_reports import NOW, judge, releasable
from tsr_agent.gate.approvals import ApprovalStanding, ApprovalState, basis_digest, standing
from tsr_agent.models.approval import Approval, ApprovalAction, ApprovalTerms, DistinctFrom
from tsr_agent.models.decision import Decision, GoNoGoDecision

DIGEST = "7" * 64
AUTHOR = "Eve Adams <eve@example.org>"
BOTH = (DistinctFrom.TRIGGERED_BY, DistinctFrom.AUTHOR)
APPROVE, REJECT, REVOKE = ApprovalAction.APPROVE, ApprovalAction.REJECT, ApprovalAction.REVOKE


def pending(**terms: Any) -> Decision:
    decided = judge(releasable(manual_approval_required=True), report_digest=DIGEST)
    assert decided.decision is GoNoGoDecision.PENDING_REVIEW
    return replace(decided, approval=ApprovalTerms(**terms))


WAITS = pending()


def said(by: str = "ana", action: ApprovalAction = APPROVE, **fields: Any) -> Approval:
    values: dict[str, Any] = {
        "schema_version": 1,
        "id": f"{action.value}-{by}",
        "report_id": WAITS.report_id,
        "report_digest": DIGEST,
        "policy_digest": WAITS.policy.digest,
        "basis_digest": basis_digest(WAITS),
        "environment": "staging",
        "action": action,
        "approved_by": by,
        "role": "release_manager",
        "approved_at": NOW + timedelta(hours=1),
    }
    return Approval(**(values | fields))


def stands(*approvals: Approval, decision: Decision = WAITS, **people: str) -> ApprovalStanding:
    names = {"author": AUTHOR, "triggered_by": "nightly build"} | people
    return standing(decision, approvals, author=names["author"], triggered_by=names["triggered_by"])


def why_not(*approvals: Approval, **options: Any) -> str:
    """Why the first of them does not count; nothing is released."""
    found = stands(*approvals, **options)
    assert found.state is not ApprovalState.APPROVED
    return {each.id: each.reason for each in found.uncounted}[approvals[0].id]


def withdrawn(document: Approval, by: str = "", **fields: Any) -> Approval:
    return said(by or document.approved_by, REVOKE, **({"revokes": document.id} | fields))
