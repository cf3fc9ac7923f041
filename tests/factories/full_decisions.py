"""A decision with every part filled: remarks, exceptions of each standing, a baseline, an approval."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from tests.factories.shown_reports import decision, rule
from tsr_agent.models.approval import ApprovalTerms, ApproverRole, DistinctFrom
from tsr_agent.models.decision import (
    BaselineReference,
    BaselineSelect,
    Decision,
    EvidenceRef,
    ExceptionStanding,
    GoNoGoDecision,
    QuarantineNote,
    RuleEffect,
    RuleResult,
    RuleSeverity,
    RuleState,
    WaiverNote,
)

APPLIED, UNMATCHED = ExceptionStanding.APPLIED, ExceptionStanding.UNMATCHED
EXPIRED, UNUSABLE = ExceptionStanding.EXPIRED, ExceptionStanding.UNUSABLE
MEDICAL = "tests/test_bot.py::test_refuses_medical_advice"
TERMS = ApprovalTerms(
    count=2,
    roles=(ApproverRole.RELEASE_MANAGER, ApproverRole.TECH_LEAD),
    distinct_from=(DistinctFrom.TRIGGERED_BY, DistinctFrom.AUTHOR),
    reason="two people look at production",
)
BASELINE = BaselineReference(
    report_id="TSR-2026-11-13-77e1b30",
    digest="e" * 64,
    select=BaselineSelect.LAST_APPROVED,
    created_at=datetime(2026, 11, 13, 9, 0, tzinfo=UTC),
)


def full_rules() -> tuple[RuleResult, ...]:
    """One rule of each state and effect, in no order."""
    return (*_mild_rules(), *_grave_rules())


def _grave_rules() -> tuple[RuleResult, ...]:
    refs = (
        MEDICAL,
        "tests/test_bot.py::test_index_loads",
        "tests/test_bot.py::test_retry",
        "tests/test_bot.py::test_gone",
    )
    return (
        rule(
            "accuracy",
            RuleState.FAIL,
            expected="accuracy ≥ 0.85, n ≥ 200",
            actual="0.812",
            interval=(0.7589, 0.84996),
            confidence=0.95,
            message="Accuracy 0.812 on 250 cases is below 0.85",
            remarks=("The 95 % interval reaches up to the bound; about 40 more cases would settle it",),
            fix="Look at the failed eval cases of the latest iteration.",
            evidence=(EvidenceRef(iteration=3, metric="accuracy"),),
        ),
        rule(
            "unit-tests",
            RuleState.FAIL,
            check="tests",
            expected="0 failed, 0 errors, at least 1 executed",
            actual="1 failed, 1 error, 1 flaky of 43 executed, 1 skipped",
            n=43,
            message="3 of 43 unit tests did not pass (1 failed, 1 error, 1 flaky); none may",
            quarantined=("tests/test_bot.py::test_clock",),
            fix="Mend what the failing tests show.",
            evidence=tuple(EvidenceRef(test_type="unit", test_id=each) for each in refs),
        ),
        rule(
            "no-critical-open",
            RuleState.FAIL,
            severity=RuleSeverity.REVIEW,
            effect=RuleEffect.NEEDS_REVIEW,
            expected="no unresolved critical failure mode",
            actual="1",
            n=1,
            message="1 unresolved critical failure mode in 3 iterations: FM-1",
            evidence=(EvidenceRef(failure_mode="FM-1", iteration=3),),
        ),
    )


def _mild_rules() -> tuple[RuleResult, ...]:
    return (
        rule("security-tests", remarks=("0 failures in 1 test still allow a rate of up to 95 %",)),
        rule(
            "line-coverage",
            RuleState.WAIVED,
            effect=RuleEffect.WARNS,
            expected="line coverage ≥ 0.9",
            actual="0.823",
            n=1000,
            message="Line coverage 0.823 of 1,000 lines is below 0.9; waived until 2026-12-15 by W-7 (ana)",
            waiver="W-7",
            evidence=(EvidenceRef(path="coverage.xml"),),
        ),
        rule(
            "requirements",
            RuleState.FAIL,
            effect=RuleEffect.WARNS,
            expected="verified share ≥ 0.95",
            actual="0.5",
            n=2,
            message="Verified share 0.5 of 2 requirements is below 0.95; not verified: REQ-3",
            effective_on=date(2027, 1, 1),
            evidence=(EvidenceRef(requirement_id="REQ-3"),),
        ),
        rule(
            "performance",
            RuleState.NOT_EVALUATED,
            effect=RuleEffect.NONE,
            actual="no data",
            n=None,
            message="No performance tests were reported; ignored: not measured before staging",
        ),
    )


def waiver(name: str, standing: ExceptionStanding, **changed: Any) -> WaiverNote:
    values: dict[str, Any] = {"rule": "line-coverage", "owner": "ana", "expires": date(2026, 12, 15)}
    return WaiverNote(id=name, standing=standing, **(values | changed))


def full_decision(**changed: Any) -> Decision:
    """NO-GO, with something in every field."""
    rules = full_rules()
    approval = "The policy asks for a manual approval in staging: two people look at production"
    values: dict[str, Any] = {
        "rules": rules,
        "blocking_issues": tuple(each.message for each in rules if each.effect is RuleEffect.BLOCKS),
        "review_issues": (
            *(each.message for each in rules if each.effect is RuleEffect.NEEDS_REVIEW),
            approval,
        ),
        "warnings": tuple(each.message for each in rules if each.effect is RuleEffect.WARNS),
        "decision_without_waivers": GoNoGoDecision.NO_GO,
        "manual_approval_required": True,
        "approval": TERMS,
        "waivers_digest": "b" * 64,
        "waivers": (
            waiver("W-8", UNMATCHED, rule="unit-tests", reason="its rule did not fail", expires_soon=True),
            waiver("W-9", UNMATCHED, reason="it is for branch release"),
            waiver("W-7", APPLIED),
            waiver("W-3", EXPIRED, reason="expired on 2026-11-01", expires=date(2026, 11, 1)),
            WaiverNote(id="(entry 5)", standing=UNUSABLE, reason="$.waivers[4].owner: missing"),
        ),
        "quarantine_digest": "c" * 64,
        "quarantine": (
            QuarantineNote(
                test_id="tests/test_bot.py::test_clock",
                test_type="unit",
                standing=APPLIED,
                owner="ben",
                ticket="BOT-9",
                expires=date(2026, 11, 25),
                expires_soon=True,
            ),
        ),
        "baseline": BASELINE,
    }
    return decision(**(values | changed))
