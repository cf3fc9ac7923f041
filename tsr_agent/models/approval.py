"""The approval: what a person said about exactly one report."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from msgspec import Meta

from tsr_agent.models.base import Digest, LongText, Record, ShortText, UtcTime


class ApprovalAction(Enum):
    """What the person did."""

    APPROVE = "approve"
    REJECT = "reject"
    REVOKE = "revoke"


class ApproverRole(Enum):
    """The roles that a policy may let approve. An administrator never may."""

    RELEASE_MANAGER = "release_manager"
    TECH_LEAD = "tech_lead"


class DistinctFrom(Enum):
    """Whose own release a person must not approve."""

    TRIGGERED_BY = "triggered_by"
    """Who started the run: ``triggered_by`` of the report."""
    AUTHOR = "author"
    """Who wrote the commit that was judged."""


class ApprovalTerms(Record, frozen=True, kw_only=True):
    """What it takes that people have approved a release."""

    count: Annotated[int, Meta(ge=1, le=10, description="How many different people must approve.")] = 1
    roles: Annotated[
        tuple[ApproverRole, ...], Meta(min_length=1, description="Who may approve: any one of these roles.")
    ] = (ApproverRole.RELEASE_MANAGER,)
    distinct_from: Annotated[
        tuple[DistinctFrom, ...],
        Meta(description="Whose own release an approver must not approve (four-eyes)."),
    ] = (DistinctFrom.TRIGGERED_BY,)
    reason: Annotated[
        str, Meta(max_length=65_536, description="Why a person has to approve; shown with the decision.")
    ] = ""


class Approval(Record, frozen=True, kw_only=True):
    """An immutable statement of a person about the bytes of one report."""

    schema_version: Annotated[int, Meta(ge=1)]
    id: ShortText
    report_id: ShortText
    report_digest: Digest
    policy_digest: Digest
    """The policy whose decision the person saw."""
    basis_digest: Digest
    """Of everything that decision was taken by: ``basis_digest`` of the gate."""
    environment: ShortText
    """Where the release is to go that the person was asked about."""
    action: ApprovalAction
    revokes: ShortText | None = None
    """Id of the approval that is withdrawn, for ``revoke``."""
    approved_by: ShortText
    """Whoever approved, rejected or withdrew, as the one who took the document in knows them."""
    role: ShortText
    note: LongText = ""
    approved_at: UtcTime
