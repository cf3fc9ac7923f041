"""The decision: what a policy made of a report, rule by rule."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Annotated

from msgspec import Meta

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
    """Where a rule looked: any of an input file, a test case, a metric, a failure mode, a requirement."""

    path: LongText = ""
    test_type: ShortText = ""
    test_id: LongText = ""
    iteration: int | None = None
    metric: ShortText = ""
    failure_mode: ShortText = ""
    requirement_id: ShortText = ""


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
    message: LongText
    """One sentence with the number and the bound."""
    fix: LongText = ""
    effective_on: date | None = None
    """The rule only warns until this day (UTC)."""
    waiver: ShortText | None = None
    """Id of the waiver that matched."""
    evidence: tuple[EvidenceRef, ...] = ()


class PolicyReference(Record, frozen=True, kw_only=True):
    """The policy a decision was taken by."""

    name: ShortText
    version: ShortText
    digest: Digest
    """SHA-256 of the policy file's bytes."""


class BaselineReference(Record, frozen=True, kw_only=True):
    """The report a decision compared with."""

    report_id: ShortText
    digest: Digest


class WaiverNote(Record, frozen=True, kw_only=True):
    """A waiver that was looked at and did not match, with the reason."""

    id: ShortText
    reason: LongText


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
    reason: LongText
    blocking_issues: tuple[LongText, ...] = ()
    review_issues: tuple[LongText, ...] = ()
    """What makes a person's review necessary."""
    warnings: tuple[LongText, ...] = ()
    manual_approval_required: bool = False
    policy: PolicyReference
    waivers_digest: Digest | None = None
    unmatched_waivers: tuple[WaiverNote, ...] = ()
    baseline: BaselineReference | None = None
    rules: tuple[RuleResult, ...]
