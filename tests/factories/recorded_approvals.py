"""What people say about a release that is on record, and reports that wait for it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.factories.decisions import decision_about
from tests.factories.reports import NOON
from tsr_agent.gate.approvals import basis_digest
from tsr_agent.models.approval import Approval, ApprovalAction, ApprovalTerms
from tsr_agent.models.decision import GoNoGoDecision

if TYPE_CHECKING:
    from tsr_agent.models.decision import Decision
    from tsr_agent.store.on_record import OnRecord

LATER = NOON + timedelta(hours=1)


def waiting(document: bytes, **changed: Any) -> Decision:
    """A decision about a report's document that one release manager has to approve."""
    values: dict[str, Any] = {
        "decision": GoNoGoDecision.PENDING_REVIEW,
        "reason": "1 review",
        "manual_approval_required": True,
        "approval": ApprovalTerms(),
    }
    return decision_about(document, **(values | changed))


def approval_of(found: OnRecord, by: str = "ana", **fields: Any) -> Approval:
    """What a release manager says about what is on record."""
    assert found.decision is not None
    return approval_about(found.decision, by, **fields)


def approval_about(decision: Decision, by: str = "ana", **fields: Any) -> Approval:
    """What a release manager says about a decision."""
    assert decision.report_digest is not None
    values: dict[str, Any] = {
        "schema_version": 1,
        "id": f"{fields.get('action', ApprovalAction.APPROVE).value}-{by}",
        "report_id": decision.report_id,
        "report_digest": decision.report_digest,
        "policy_digest": decision.policy.digest,
        "basis_digest": basis_digest(decision),
        "environment": decision.environment,
        "action": ApprovalAction.APPROVE,
        "approved_by": by,
        "role": "release_manager",
        "approved_at": LATER,
    }
    return Approval(**(values | fields))
