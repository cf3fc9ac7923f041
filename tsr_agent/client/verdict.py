"""What a server's answer about a release is worth. Only an answer that agrees with itself is one.

The server decides; this only refuses to read GO into anything that is not a GO from beginning to
end. No clock of this machine is asked: an age is the difference of two times of the server's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.errors import IntegrityError
from tsr_agent.models.api import ApprovalStateName
from tsr_agent.models.decision import GoNoGoDecision

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from tsr_agent.models.api import GoNoGo

SKEW_SECONDS = 60
"""By so much the clocks of several workers of one server may differ."""
_GO, _NO_GO = GoNoGoDecision.GO, GoNoGoDecision.NO_GO


def verdict_of(answer: GoNoGo, *, max_age: timedelta | None = None) -> GoNoGoDecision:
    """The verdict of an answer.

    Args:
        answer: As it came; that it is about the right report is seen to already.
        max_age: The longest that the decision may lie back, by the server's own clock; None for any.

    Raises:
        IntegrityError: The answer contradicts itself, or its decision is too old.
    """
    found = list(_contradictions(answer))
    if found:
        raise IntegrityError(
            f"The answer about {answer.report_id} contradicts itself: {found[0]}.",
            details=found[1:],
            next_step="Do not release. Look what stands between here and the server.",
        )
    if answer.decided is _NO_GO:
        return _NO_GO
    age = answer.answered_at - answer.evaluated_at
    if max_age is not None and age > max_age:
        raise IntegrityError(
            f"The decision about {answer.report_id} is {_words(age)} old, more than {_words(max_age)}.",
            next_step="Run the tests again, or allow a greater --max-age.",
        )
    return answer.decision


def _contradictions(answer: GoNoGo) -> Iterator[str]:
    """What can't all be true at once, or is no word of ours."""
    if (answer.answered_at - answer.evaluated_at).total_seconds() < -SKEW_SECONDS:
        yield "it was decided after it was answered"
    if answer.approval.missing > answer.approval.needed:
        yield "more people are missing than are needed"
    state, decision = answer.approval.state, answer.decision
    refused = (ApprovalStateName.REJECTED, ApprovalStateName.NOT_APPROVABLE)
    if decision is GoNoGoDecision.PENDING_REVIEW and answer.policy_in_force and state in refused:
        yield f"it waits for a person, and its approval is {state.value}"
    if decision is _GO:
        yield from _against_go(answer)


def _against_go(answer: GoNoGo) -> Iterator[str]:
    """What keeps an answer from being a GO."""
    approval = answer.approval
    if answer.decided is _NO_GO:
        yield "it says GO of what the policy decided NO-GO"
    if not answer.policy_in_force:
        yield "it says GO by a policy that is no longer in force"
    if answer.blocking_issues:
        yield f"it says GO with {len(answer.blocking_issues)} blocking issue(s)"
    if approval.missing or approval.rejected_by:
        yield "it says GO while people are missing or have rejected"
    if approval.state is ApprovalStateName.APPROVED:
        if len(set(approval.approved_by)) < max(approval.needed, 1):
            yield "it says GO as approved by fewer people than are needed"
    elif approval.state is not ApprovalStateName.NOT_NEEDED:
        yield f"it says GO while its approval is {approval.state.value}"
    elif approval.needed or answer.manual_approval_required or answer.decided is not _GO:
        yield "it says GO without an approval where one is needed"


def _words(span: timedelta) -> str:
    """A length of time in its largest unit but one."""
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds} s"
