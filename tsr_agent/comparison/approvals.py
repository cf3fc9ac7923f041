"""What people have said about a report, as far as a comparison shows it."""

from __future__ import annotations

from tsr_agent.models.api import ApprovalStateName
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.models.base import LongText, Record, ShortText, UtcTime
from tsr_agent.models.decision import GoNoGoDecision


class SaidByPerson(Record, frozen=True, kw_only=True):
    """One approval document."""

    id: ShortText
    action: ApprovalAction
    approved_by: ShortText
    approved_at: UtcTime
    note: LongText = ""
    why_not: LongText = ""
    """Why it does nothing, in a sentence; empty where it counts."""


class ApprovalsOnRecord(Record, frozen=True, kw_only=True):
    """Where a release stands with the people who decide about it."""

    released: GoNoGoDecision
    """The verdict with approvals weighed in: what lists show."""
    state: ApprovalStateName
    reason: LongText
    documents: tuple[SaidByPerson, ...] = ()
    """By their moments."""
