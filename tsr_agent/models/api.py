"""The forms of the REST API: what a server answers and what it is asked.

Field names of SEED.md's endpoints hold; what they lack is added beside them. A client reads these
forms strictly, so a server adds a field only together with a new path or format.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import msgspec
from msgspec import Meta

from tsr_agent.models.access import Role
from tsr_agent.models.approval import Approval, ApprovalAction
from tsr_agent.models.base import Count, Digest, LongText, Record, ShortText, UtcTime
from tsr_agent.models.decision import GoNoGoDecision, PolicyReference
from tsr_agent.models.report import OverallStatus

MAX_PAGE = 200
"""Most items of one answer."""
PROBLEM_TYPE = "application/problem+json"

ReportId = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$(?!\n)")]
Sequence = Annotated[int, Meta(ge=0, le=2**53)]
"""A place in the change feed."""


class ApprovalStateName(Enum):
    """Where a release stands with people: the gate's ``ApprovalState`` on the wire."""

    NOT_NEEDED = "not_needed"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    NOT_APPROVABLE = "not_approvable"


class ApprovalSummary(Record, frozen=True, kw_only=True):
    """What all approval documents about one decision say together."""

    state: ApprovalStateName
    needed: Count
    """How many different people must approve; 0 where nobody has to."""
    missing: Count
    approved_by: tuple[ShortText, ...] = ()
    rejected_by: tuple[ShortText, ...] = ()
    reason: LongText
    """One sentence without its full stop."""


class Problem(Record, frozen=True, kw_only=True):
    """Every answer that is not a success (RFC 9457)."""

    type: ShortText
    """``urn:aitr:problem:NAME``, one name a kind of problem."""
    title: ShortText
    """The kind in words, the same for all of a kind."""
    status: Annotated[int, Meta(ge=400, le=599)]
    detail: LongText = ""
    """What happened this time, in one sentence."""
    instance: ShortText = ""
    """Id of the request, which the server's log names too."""
    next_step: LongText = ""
    errors: tuple[LongText, ...] = ()
    """One line a problem with the path to it, where a document was refused."""


class Received(Record, frozen=True, kw_only=True):
    """Answer to an upload."""

    id: ReportId
    go_no_go_decision: GoNoGoDecision
    """The server's own verdict, approvals weighed in."""
    digest: Digest
    """SHA-256 of the bytes that are on record: a client compares it with those that it sent."""
    decision_digest: Digest
    reason: LongText
    claimed_decision: GoNoGoDecision
    """What the report says of itself. Kept, and never what counts."""
    claim_differs: bool
    received_at: UtcTime


class GoNoGo(Record, frozen=True, kw_only=True):
    """Whether one report may be released: what a pipeline asks for."""

    decision: GoNoGoDecision
    """The verdict with approvals weighed in; only ``go`` releases."""
    reason: LongText
    blocking_issues: tuple[LongText, ...]
    review_issues: tuple[LongText, ...]
    warnings: tuple[LongText, ...]
    manual_approval_required: bool
    decided: GoNoGoDecision
    """What the policy alone says."""
    approval: ApprovalSummary
    report_id: ReportId
    report_digest: Digest
    decision_digest: Digest
    basis_digest: Digest
    """Of everything that it was decided by: what an approval has to name."""
    policy: PolicyReference
    policy_in_force: bool
    """False where another policy is in force by now; then ``decision`` is never ``go``."""
    environment: ShortText
    codebase_sha: ShortText
    """The commit that the report is about."""
    tested_sha: ShortText | None
    """The commit whose files were tested: that one, or the merge of it. None where it is not known."""
    codebase_repo: ShortText
    evaluated_at: UtcTime
    answered_at: UtcTime
    """The server's clock as it answered: an age needs no clock of the client's."""


class ReportSummary(Record, frozen=True, kw_only=True):
    """One report of a list."""

    id: ReportId
    created_at: UtcTime
    received_at: UtcTime
    digest: Digest
    triggered_by: ShortText
    environment: ShortText
    overall_status: OverallStatus
    go_no_go_decision: GoNoGoDecision
    """The server's verdict with approvals weighed in."""
    decided: GoNoGoDecision
    claimed_decision: GoNoGoDecision
    decision_reason: LongText
    codebase_sha: ShortText
    codebase_branch: ShortText
    codebase_repo: ShortText
    prompts_version: ShortText | None
    policy_name: ShortText | None
    policy_version: ShortText | None
    manual_approval_required: bool
    approval_state: ApprovalStateName


class ReportPage(Record, frozen=True, kw_only=True):
    """Some reports, the newest first."""

    items: tuple[ReportSummary, ...]
    next: ShortText | None
    """``cursor`` of the next page; None behind the last."""


class ApprovalRequest(Record, frozen=True, kw_only=True):
    """What a person says about a release. Who they are and when it is, the server knows."""

    report_digest: Digest
    """The bytes that they looked at."""
    basis_digest: Digest
    """``basis_digest`` of the answer that they saw."""
    id: (
        Annotated[str, Meta(min_length=8, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$(?!\n)")]
        | None
    ) = None
    """Made by the client, so that sending it twice records it once; None lets the server make one."""
    note: LongText = ""
    approved_by: ShortText | None = None
    """SEED.md's field. May be left out, and must otherwise be whom the token belongs to."""


class RevokeRequest(ApprovalRequest, frozen=True, kw_only=True):
    """The same for the withdrawal of one's own approval or rejection."""

    revokes: ShortText
    """Id of the document that is withdrawn."""


class ApprovalAnswer(Record, frozen=True, kw_only=True):
    """Answer to an approval, a rejection or a withdrawal."""

    id: ReportId
    decision: GoNoGoDecision
    """The verdict with this document weighed in."""
    approval: Approval
    standing: ApprovalSummary


class UncountedDocument(Record, frozen=True, kw_only=True):
    """An approval document that does nothing, and why."""

    id: ShortText
    action: ApprovalAction
    approved_by: ShortText
    reason: LongText


class ApprovalHistory(Record, frozen=True, kw_only=True):
    """All that people said about one report, in the order in which it arrived."""

    id: ReportId
    decision: GoNoGoDecision
    standing: ApprovalSummary
    items: tuple[Approval, ...]
    uncounted: tuple[UncountedDocument, ...]


class ChangeKind(Enum):
    """What kind of document arrived."""

    REPORT = "report"
    DECISION = "decision"
    APPROVAL = "approval"
    POLICY = "policy"


class Change(Record, frozen=True, kw_only=True):
    """One document that arrived on a server. Nothing is ever changed in place."""

    seq: Sequence
    """1, 2, 3, … in the order in which the documents were committed, without a gap."""
    kind: ChangeKind
    report_id: ReportId | None
    """None for a policy."""
    digest: Digest
    """SHA-256 of the document; its bytes are at ``/api/documents/DIGEST``."""
    size: Count
    """Bytes."""
    received_at: UtcTime


class ChangePage(Record, frozen=True, kw_only=True):
    """A piece of the change feed."""

    epoch: ShortText
    """Names this very history. Under another one, what was synchronised is not its beginning."""
    items: tuple[Change, ...]
    next: Sequence
    """``since`` of the next page. Beyond the last item where the token may not see what follows it."""
    head: Sequence
    """The newest change there is."""


class PolicySubmission(Record, frozen=True, kw_only=True):
    """A new version of a policy, with all the files that it needs."""

    document: Annotated[
        str, Meta(min_length=1, max_length=1_048_576, description="The policy, YAML or JSON.")
    ]
    files: dict[ShortText, Annotated[str, Meta(max_length=1_048_576)]] = msgspec.field(default_factory=dict)
    """Policies that it extends and its quarantine, by the paths that it names them with."""
    waivers: Annotated[str, Meta(max_length=1_048_576)] | None = None
    """The waiver file, YAML or JSON; None for none."""
    repositories: tuple[ShortText, ...] = ()
    """Repositories whose reports it judges; empty for every one that no other policy names."""
    expected_number: Sequence | None = None
    """Number of the version that was read before; 0 where there was none. None replaces whatever is there."""
    note: LongText = ""


class PolicyVersion(Record, frozen=True, kw_only=True):
    """One version of a policy on the server."""

    name: ShortText
    """What the server calls it; the policy's own name may be another."""
    number: Sequence
    digest: Digest
    """Of the stored submission."""
    policy: PolicyReference
    repositories: tuple[ShortText, ...]
    submitted_by: ShortText
    submitted_at: UtcTime
    note: LongText
    submission: PolicySubmission | None = None
    """Its text; None in lists."""


class PolicyList(Record, frozen=True, kw_only=True):
    """Policies or versions of one, the newest first."""

    items: tuple[PolicyVersion, ...]


class TokenView(Record, frozen=True, kw_only=True):
    """What is known of a token. The token itself is nowhere kept."""

    id: ShortText
    """Its public part."""
    role: Role
    subject: ShortText
    """Whom it belongs to: a person's name or a job's."""
    project: ShortText | None
    """Address of the only repository that it is good for; None for all."""
    created_at: UtcTime
    created_by: ShortText
    expires_at: UtcTime
    revoked_at: UtcTime | None
    last_used_at: UtcTime | None


class TokenList(Record, frozen=True, kw_only=True):
    """Every token that was ever made, the oldest first."""

    items: tuple[TokenView, ...]


class TokenRequest(Record, frozen=True, kw_only=True):
    """A token that is to be made."""

    role: Role
    subject: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    """Whom it belongs to; needed for people."""
    project: ShortText | None = None
    """Address of the only repository that it is good for; for agent and collector."""
    expires_at: UtcTime | None = None
    """None for the role's usual lifetime."""


class MadeToken(Record, frozen=True, kw_only=True):
    """A token, in the only answer that holds it."""

    token: ShortText
    known: TokenView
    """What the server keeps of it."""


class Identity(Record, frozen=True, kw_only=True):
    """Whom a token belongs to and what it may do, and which server this is."""

    subject: ShortText
    role: Role
    project: ShortText | None
    expires_at: UtcTime
    epoch: ShortText
    version: ShortText
    """Of the server's build."""
    time: UtcTime
