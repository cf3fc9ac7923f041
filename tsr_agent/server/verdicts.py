"""What a release stands at, in words and on the wire: the same on every road that tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.gate.approvals import ApprovalState
from tsr_agent.models.api import ApprovalStateName, ApprovalSummary
from tsr_agent.models.decision import GoNoGoDecision

if TYPE_CHECKING:
    from tsr_agent.gate.approvals import ApprovalStanding
    from tsr_agent.models.decision import Decision
    from tsr_agent.store.on_record import OnRecord

NOT_IN_FORCE = (
    "It was decided by a policy or exception that is no longer in force; it has to be decided again"
)


def verdict_of(known: OnRecord, *, in_force: bool) -> GoNoGoDecision:
    """The verdict that holds now.

    What a policy that is no longer in force would let go waits to be decided again. What it blocked stays
    blocked until then, or whoever lets pending releases pass would let it pass. What somebody rejected
    stays so under every policy.

    Args:
        known: The report.
        in_force: Whether the policy and the exceptions that decided are those that would decide now.
    """
    if in_force or known.released is GoNoGoDecision.NO_GO:
        return known.released
    return GoNoGoDecision.PENDING_REVIEW


def reason_of(known: OnRecord, decision: Decision, *, in_force: bool) -> str:
    """Why the verdict is what it is, one sentence without its full stop."""
    stands = known.standing
    if stands is not None and stands.state is ApprovalState.REJECTED:
        return f"{stands.reason}; decided: {decision.reason}"
    if not in_force:
        return NOT_IN_FORCE
    if stands is None or stands.state in (ApprovalState.NOT_NEEDED, ApprovalState.NOT_APPROVABLE):
        return decision.reason
    return f"{stands.reason}; decided: {decision.reason}"


def summary(stands: ApprovalStanding | None) -> ApprovalSummary:
    """The fold as an answer says it; without a decision it waits for one."""
    if stands is None:
        return ApprovalSummary(
            state=ApprovalStateName.PENDING, needed=0, missing=0, reason="Nothing has been decided yet"
        )
    return ApprovalSummary(
        state=ApprovalStateName(stands.state.value),
        needed=stands.needed,
        missing=stands.missing,
        approved_by=stands.approved_by,
        rejected_by=stands.rejected_by,
        reason=stands.reason,
    )
