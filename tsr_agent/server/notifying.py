"""Who is told what when a decision or an approval is filed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.gate.approvals import ApprovalState, release_verdict
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.server.webhooks.message import Occasion, slack_message
from tsr_agent.server.webhooks.targets import Event
from tsr_agent.store.deliveries import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.gate.approvals import ApprovalStanding
    from tsr_agent.models.approval import Approval
    from tsr_agent.models.decision import Decision
    from tsr_agent.server.webhooks.targets import Webhook
    from tsr_agent.store.deliveries import Happening

_OF_VERDICTS = {
    GoNoGoDecision.NO_GO: Event.NO_GO,
    GoNoGoDecision.PENDING_REVIEW: Event.PENDING_REVIEW,
}
_OF_STATES = {
    ApprovalState.APPROVED: Event.APPROVED,
    ApprovalState.PENDING: Event.PENDING_REVIEW,
    ApprovalState.REJECTED: Event.REJECTED,
}


class Notifier:
    """Composes what is told of a document that has just been filed. Writes nothing itself.

    Args:
        webhooks: Whom to tell; may be empty.
    """

    def __init__(self, webhooks: Sequence[Webhook]) -> None:
        self._webhooks = tuple(webhooks)

    def __call__(self, happening: Happening) -> Sequence[Notice]:
        """What to tell to whom."""
        decision, standing = happening.decision, happening.standing
        if not self._webhooks or decision is None or standing is None:
            return ()
        event = event_of(decision, standing, happening.approval)
        if event is None:
            return ()
        told = [each for each in self._webhooks if each.wants(event, happening.codebase_repo)]
        if not told:
            return ()
        occasion = Occasion(
            event=event,
            decision=decision,
            released=release_verdict(decision, standing),
            standing=standing,
            approval=happening.approval,
            repository=happening.codebase_repo,
            codebase_sha=happening.codebase_sha,
            triggered_by=happening.triggered_by,
        )
        body = slack_message(occasion)
        return [Notice(target=each.name, event=event.value, body=body) for each in told]


def event_of(decision: Decision, standing: ApprovalStanding, approval: Approval | None) -> Event | None:
    """What a document that was filed amounts to for people; None where there is nothing to tell.

    Args:
        decision: The newest one.
        standing: Where the release stands with people now.
        approval: What somebody said; None where a decision was taken.
    """
    if approval is None:
        return _OF_VERDICTS.get(release_verdict(decision, standing))
    if approval.id in {each.id for each in standing.uncounted}:
        return None
    if approval.action is ApprovalAction.APPROVE:
        return Event.APPROVED
    if approval.action is ApprovalAction.REJECT:
        return Event.REJECTED
    return _OF_STATES.get(standing.state)
