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


class Approval(Record, frozen=True, kw_only=True):
    """An immutable statement of a person about the bytes of one report."""

    schema_version: Annotated[int, Meta(ge=1)]
    id: ShortText
    report_id: ShortText
    report_digest: Digest
    policy_digest: Digest
    """The policy whose decision the person saw."""
    action: ApprovalAction
    revokes: ShortText | None = None
    """Id of the approval that is withdrawn, for ``revoke``."""
    approved_by: ShortText
    role: ShortText
    note: LongText = ""
    approved_at: UtcTime
