"""The decision: what a policy made of a report, rule by rule."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from tsr_agent.models.approval import ApprovalTerms
from tsr_agent.models.base import Count, Digest, LongText, Record, ShortText, UtcTime


class GoNoGoDecision(Enum):
    """The three verdicts (SEED.md phase 7)."""

    GO = "go"
    NO_GO = "no_go"
    PENDING_REVIEW = "pending_review"


class RuleState(Enum):
    """What became of a rule."""

    PASS = "pass"  # noqa: S105  (a verdict, not a secret)
    FAIL = "fail"
    WAIVED = "waived"
    NOT_EVALUATED = "not_evaluated"
    """The evidence that the rule needs is missing."""


class RuleSeverity(Enum):
    """What a failed rule does to the verdict."""

    BLOCK = "block"
    REVIEW = "review"
    WARN = "warn"
    INFO = "info"


class RuleEffect(Enum):
    """What a rule's result did to the verdict, after waivers and missing evidence were weighed."""

    NONE = "none"
    WARNS = "warns"
    NEEDS_REVIEW = "needs_review"
    BLOCKS = "blocks"


class EvidenceRef(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Where a rule looked: any of an input file, a test, metric, failure mode, requirement or finding."""

    path: LongText = ""
    """A file that was handed in."""
    test_type: ShortText = ""
    test_id: LongText = ""
    iteration: int | None = None
    metric: ShortText = ""
    failure_mode: ShortText = ""
    requirement_id: ShortText = ""
    finding: ShortText = ""
    """The rule of a static analysis that was broken."""
    file: LongText = ""
    """The source file in which a finding is, as the tool wrote it."""
    line: int | None = None


class RuleScope(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What a rule looks at, as its policy says. What is left out narrows nothing."""

    test_types: tuple[ShortText, ...] = ()
    """Tests of these types; empty for all, or where the check looks at no tests."""
    metric: ShortText = ""
    """The eval metric."""
    severities: tuple[ShortText, ...] = ()
    """Failure modes of these severities."""
    statuses: tuple[ShortText, ...] = ()
    """Failure modes in these states."""
    measure: ShortText = ""
    """The measure of code coverage."""
    tools: tuple[ShortText, ...] = ()
    """Scans of these tools; empty for all."""
    levels: tuple[ShortText, ...] = ()
    """Findings of these levels."""
    tool_rules: tuple[ShortText, ...] = ()
    """Findings of these rules of the tools; empty for all."""
    compares: bool = False
    """Whether it looks at a baseline too."""


class RuleResult(Record, frozen=True, kw_only=True):
    """One judged rule. Passed rules are kept too: whoever looks sees why."""

    id: ShortText
    check: ShortText
    state: RuleState
    severity: RuleSeverity
    effect: RuleEffect
    expected: LongText
    """The bound in words and figures, for instance ``accuracy ≥ 0.85``."""
    actual: LongText
    """What was found, for instance ``0.812``; ``no data`` where nothing was."""
    n: Count | None = None
    """Number of samples, tests or items behind ``actual``; None where counting makes no sense."""
    interval: tuple[float, float] | None = None
    """Confidence interval of ``actual``, where one was computed."""
    confidence: float | None = None
    """Confidence of the interval, such as 0.95; None without one."""
    message: LongText
    """One sentence with the number and the bound."""
    fix: LongText = ""
    effective_on: date | None = None
    """The rule only warns until this day (UTC)."""
    waiver: ShortText | None = None
    """Id of the waiver that matched."""
    quarantined: tuple[LongText, ...] = ()
    """Ids of tests that did not pass and were left out, because the quarantine names them."""
    remarks: tuple[LongText, ...] = ()
    """What a reader should know beside the state, such as a margin inside the noise. They change nothing."""
    evidence: tuple[EvidenceRef, ...] = ()
    scope: RuleScope | UnsetType = UNSET
    """What the rule looks at. Decisions that were taken before it was recorded have none."""


class PolicyParent(Record, frozen=True, kw_only=True):
    """A policy that another one extends."""

    source: ShortText
    """As the child names it: ``builtin:NAME`` or a path relative to the child's file."""
    name: ShortText
    version: ShortText
    digest: Digest
    """SHA-256 of its file's bytes."""


class PolicyReference(Record, frozen=True, kw_only=True):
    """The policy a decision was taken by."""

    name: ShortText
    version: ShortText
    digest: Digest
    """SHA-256 of the policy file's bytes."""
    parents: tuple[PolicyParent, ...] = ()
    """Every policy that it extends, directly or not, in the order in which they were laid over each other."""


class BaselineSelect(Enum):
    """How the report to compare with is chosen."""

    LAST_APPROVED = "last_approved"
    """The newest one on record that was released: decided GO, or approved where a person had to."""
    PREVIOUS = "previous"
    """The newest one on record, whatever was decided about it."""
    GIVEN = "given"
    """The one that whoever calls the gate hands in; the caller answers for it."""


class BaselineReference(Record, frozen=True, kw_only=True):
    """The report a decision compared with."""

    report_id: ShortText
    digest: Digest
    select: BaselineSelect = BaselineSelect.GIVEN
    """How it was found."""
    created_at: UtcTime | None = None
    """When that report was made."""


class ExceptionStanding(Enum):
    """What became of a waiver or of an entry of the quarantine."""

    APPLIED = "applied"
    UNMATCHED = "unmatched"
    """In order, and there was nothing for it to excuse."""
    EXPIRED = "expired"
    UNUSABLE = "unusable"
    """It can't be read, or is no exception that anybody could have approved."""


class WaiverNote(Record, frozen=True, kw_only=True):
    """One waiver of the file, used or not."""

    id: ShortText
    rule: ShortText = ""
    """Empty where the entry does not say so."""
    standing: ExceptionStanding
    reason: LongText = ""
    """Why it excused nothing; empty for one that was applied."""
    owner: ShortText = ""
    expires: date | None = None
    expires_soon: bool = False
    """It still holds, and does not much longer."""


class QuarantineNote(Record, frozen=True, kw_only=True):
    """One entry of the quarantine, used or not."""

    test_id: LongText
    test_type: ShortText = ""
    """Empty where the entry means the tests of that id in all types."""
    standing: ExceptionStanding
    reason: LongText = ""
    """Why it excused nothing; empty for one that was applied."""
    owner: ShortText = ""
    ticket: ShortText = ""
    expires: date | None = None
    expires_soon: bool = False


class Decision(Record, frozen=True, kw_only=True):
    """The document that ``gate`` produces: a verdict bound to the bytes of one report."""

    schema_version: Annotated[int, Meta(ge=1)]
    report_id: ShortText
    report_digest: Digest | None = None
    """SHA-256 of the judged document; None only while a report that is not yet written is judged."""
    environment: ShortText
    evaluated_at: UtcTime
    decision: GoNoGoDecision
    decision_without_waivers: GoNoGoDecision
    """The verdict without any exception: no waivers and no quarantine."""
    reason: LongText
    blocking_issues: tuple[LongText, ...] = ()
    review_issues: tuple[LongText, ...] = ()
    """What makes a person's review necessary."""
    warnings: tuple[LongText, ...] = ()
    manual_approval_required: bool = False
    approval: ApprovalTerms | None = None
    """What it takes to approve; None where nobody has to."""
    policy: PolicyReference
    waivers_digest: Digest | None = None
    waivers: tuple[WaiverNote, ...] = ()
    """Every waiver of the file, in its order."""
    quarantine_digest: Digest | None = None
    quarantine: tuple[QuarantineNote, ...] = ()
    """Every entry of the quarantine, in its order."""
    baseline: BaselineReference | None = None
    no_baseline: LongText = ""
    """Why there is none to compare with, where the policy asks for one."""
    rules: tuple[RuleResult, ...]
