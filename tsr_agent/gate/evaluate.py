"""The verdict: a pure function of report, policy, waivers, baseline and the moment it is taken."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from tsr_agent.gate.baseline import JudgedReport, accepted
from tsr_agent.gate.checks.registry import WITHOUT_EVIDENCE
from tsr_agent.gate.consistency import FIX, RULE_ID, judge_evidence
from tsr_agent.gate.evidence import admit
from tsr_agent.gate.facts import Facts
from tsr_agent.gate.rule import IgnoreMissing, MissingEvidence
from tsr_agent.gate.wording import MAX_COUNT, counted, plain
from tsr_agent.models.approval import ApprovalTerms
from tsr_agent.models.base import SCHEMA_VERSION
from tsr_agent.models.decision import (
    Decision,
    GoNoGoDecision,
    RuleEffect,
    RuleResult,
    RuleScope,
    RuleSeverity,
    RuleState,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from tsr_agent.gate.baseline import Baseline
    from tsr_agent.gate.evidence import Evidence
    from tsr_agent.gate.exceptions.waivers import Waivers
    from tsr_agent.gate.judgement import Judgement
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.gate.rule import OnMissing, Rule
    from tsr_agent.models.decision import QuarantineNote, WaiverNote
    from tsr_agent.models.report import TestSummaryReport

_EFFECT_OF_FAILURE = {
    RuleSeverity.BLOCK: RuleEffect.BLOCKS,
    RuleSeverity.REVIEW: RuleEffect.NEEDS_REVIEW,
    RuleSeverity.WARN: RuleEffect.WARNS,
    RuleSeverity.INFO: RuleEffect.NONE,
}
_DECIDING = (RuleSeverity.BLOCK, RuleSeverity.REVIEW)
_MAX_TEXT = 60_000


def evaluate(
    report: TestSummaryReport,
    policy: Policy,
    waivers: Waivers | None,
    baseline: Baseline | None,
    now: datetime,
    *,
    environment: str | None = None,
    report_digest: str | None = None,
) -> Decision:
    """Judges a report. Pure: no clock, no file, no network; the same input gives the same decision.

    It never raises for any report, even one that was built in memory and holds what its model forbids:
    such a report is judged NO_GO.

    Args:
        report: The evidence. What it claims about itself (decision, status, approver) is not looked at.
        policy: The rules.
        waivers: Exceptions; None for none.
        baseline: The report to compare with; None for none.
        now: The moment of the decision, with its UTC offset. It decides which rules are in force yet
            and which waivers still hold.
        environment: Where the release is to go; None takes the report's own.
        report_digest: SHA-256 of the report's bytes; None only for a report that is not yet written.

    Raises:
        ValueError: ``now`` has no UTC offset, or lies outside the calendar in UTC.
    """
    if now.utcoffset() is None:
        raise ValueError("the moment of a decision needs its UTC offset")
    evidence = admit(report)
    judged = JudgedReport(
        evidence=evidence,
        environment=evidence.environment if environment is None else plain(environment, 1_000),
        created_at=report.created_at,
        digest=report_digest,
        moment=_in_utc(now),
    )
    return decide(judged, policy, waivers, baseline)


def _in_utc(now: datetime) -> datetime:
    try:
        return now.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{now.isoformat()} is no moment of the calendar in UTC") from error


def decide(
    judged: JudgedReport, policy: Policy, waivers: Waivers | None, baseline: Baseline | None
) -> Decision:
    """What ``evaluate`` does once the report was held against its model. Pure; never raises."""
    facts = _facts(judged, policy, baseline)
    waiver_notes: tuple[WaiverNote, ...]
    quarantine_notes: tuple[QuarantineNote, ...]
    unexcused, judgements = _judged(facts, policy, judged.environment)
    results, waiver_notes, quarantine_notes = unexcused, (), ()
    if waivers is not None or policy.quarantine is not None:
        # Most releases have no exceptions, and a gate starts quicker without what weighs them.
        from tsr_agent.gate.exceptions.excuse import excuse

        excused = excuse(
            unexcused, judgements, facts, policy=policy, waivers=waivers, environment=judged.environment
        )
        results, waiver_notes, quarantine_notes = excused.results, excused.waivers, excused.quarantine
    approvals = _approvals(judged.evidence, policy, judged.environment)
    reviews = (*_nothing_judged(unexcused, judged.moment.date()), *approvals)
    verdict = _verdict(results, reviews)
    return Decision(
        schema_version=SCHEMA_VERSION,
        report_id=judged.evidence.report_id,
        report_digest=judged.digest,
        environment=judged.environment,
        evaluated_at=judged.moment,
        decision=verdict,
        decision_without_waivers=_verdict(unexcused, reviews),
        reason=_reason(verdict, results, reviews),
        blocking_issues=_messages(results, RuleEffect.BLOCKS),
        review_issues=_review_issues(results, reviews),
        warnings=_messages(results, RuleEffect.WARNS),
        manual_approval_required=bool(approvals),
        approval=(policy.approval_for(judged.environment) or ApprovalTerms()) if approvals else None,
        policy=policy.reference,
        waivers_digest=waivers.digest if waivers is not None else None,
        waivers=waiver_notes,
        quarantine_digest=policy.quarantine.digest if policy.quarantine is not None else None,
        quarantine=quarantine_notes,
        baseline=baseline.reference if baseline is not None and facts.baseline is not None else None,
        no_baseline=facts.no_baseline if policy.compares else "",
        rules=results,
    )


def _facts(judged: JudgedReport, policy: Policy, baseline: Baseline | None) -> Facts:
    """What the rules are judged on. A baseline that no rule looks at is not looked at either."""
    if not policy.compares:
        return Facts(evidence=judged.evidence, moment=judged.moment)
    found, why_not = accepted(baseline, policy.baseline, judged)
    return Facts(evidence=judged.evidence, moment=judged.moment, baseline=found, no_baseline=why_not)


def _judged(
    facts: Facts, policy: Policy, environment: str
) -> tuple[tuple[RuleResult, ...], dict[str, Judgement]]:
    """Every rule's result before exceptions, the evidence first, and what the policy's checks found."""
    rules = policy.rules_for(environment)
    today = facts.moment.date()
    judgements = {rule.id: rule.judge(facts) for rule in rules}
    judged = [_result(rule, judgements[rule.id], policy.on_missing, today) for rule in rules]
    return (_evidence_result(facts.evidence), *judged), judgements


def _evidence_result(evidence: Evidence) -> RuleResult:
    judgement = judge_evidence(evidence)
    failed = judgement.state is RuleState.FAIL
    return RuleResult(
        id=RULE_ID,
        check=RULE_ID,
        state=judgement.state,
        severity=RuleSeverity.BLOCK,
        effect=RuleEffect.BLOCKS if failed else RuleEffect.NONE,
        expected=judgement.expected,
        actual=judgement.actual,
        n=judgement.n,
        message=plain(judgement.message, _MAX_TEXT),
        fix=FIX,
        evidence=judgement.evidence,
        scope=RuleScope(),
    )


def _result(rule: Rule, judgement: Judgement, on_missing: OnMissing, today: date) -> RuleResult:
    missing = rule.on_missing if rule.on_missing is not None else on_missing
    message = judgement.message
    if judgement.state is RuleState.NOT_EVALUATED and isinstance(missing, IgnoreMissing):
        message += f"; ignored: {missing.ignore}"
    return RuleResult(
        id=rule.id,
        check=rule.check,
        state=judgement.state,
        severity=rule.severity,
        effect=_effect(rule, judgement.state, missing, today),
        expected=judgement.expected,
        actual=judgement.actual,
        n=judgement.n if judgement.n is None or judgement.n <= MAX_COUNT else None,
        interval=judgement.interval,
        confidence=judgement.confidence,
        remarks=tuple(plain(each, _MAX_TEXT) for each in judgement.remarks),
        message=plain(message, _MAX_TEXT),
        fix=rule.fix,
        effective_on=rule.effective_on,
        evidence=judgement.evidence,
        scope=rule.scope(),
    )


def _effect(rule: Rule, state: RuleState, missing: OnMissing, today: date) -> RuleEffect:
    """What a state does to the verdict at a rule's severity."""
    if state is RuleState.PASS:
        return RuleEffect.NONE
    severity = rule.severity
    if rule.effective_on is not None and today < rule.effective_on and severity in _DECIDING:
        severity = RuleSeverity.WARN
    if state is RuleState.NOT_EVALUATED:
        if isinstance(missing, IgnoreMissing):
            return RuleEffect.NONE
        if missing is MissingEvidence.REVIEW and severity is RuleSeverity.BLOCK:
            return RuleEffect.NEEDS_REVIEW
    return _EFFECT_OF_FAILURE[severity]


def _approvals(evidence: Evidence, policy: Policy, environment: str) -> list[str]:
    """Why a person has to approve, one sentence each; empty where nobody has to."""
    found = ["The report asks for a manual approval"] if evidence.manual_approval_required else []
    need = policy.approval_for(environment)
    if need is not None:
        reason = f": {plain(need.reason, 1_000)}" if need.reason else ""
        found.append(f"The policy asks for a manual approval in {plain(environment)}{reason}")
    return found


def _verdict(results: Sequence[RuleResult], reviews: Sequence[str]) -> GoNoGoDecision:
    effects = {each.effect for each in results}
    if RuleEffect.BLOCKS in effects:
        return GoNoGoDecision.NO_GO
    if RuleEffect.NEEDS_REVIEW in effects or reviews:
        return GoNoGoDecision.PENDING_REVIEW
    return GoNoGoDecision.GO


def _nothing_judged(results: Sequence[RuleResult], today: date) -> tuple[str, ...]:
    """A sentence where no rule that could have decided had its evidence: no pass on nothing.

    A rule that looks at the calendar and not at the report does not make up for it, nor does one that only
    warns as yet beside others that are in force.
    """
    rules = [each for each in results if each.id != RULE_ID and each.check not in WITHOUT_EVIDENCE]
    deciding = [each for each in rules if each.severity in _DECIDING] or rules
    in_force = [each for each in deciding if each.effective_on is None or each.effective_on <= today]
    nothing = all(each.state is RuleState.NOT_EVALUATED for each in in_force or deciding)
    return ("No rule that decides could be judged",) if nothing else ()


def _messages(results: Sequence[RuleResult], effect: RuleEffect) -> tuple[str, ...]:
    return tuple(each.message for each in results if each.effect is effect)


def _review_issues(results: Sequence[RuleResult], reviews: Sequence[str]) -> tuple[str, ...]:
    return (*_messages(results, RuleEffect.NEEDS_REVIEW), *reviews)


def _reason(verdict: GoNoGoDecision, results: Sequence[RuleResult], reviews: Sequence[str]) -> str:
    """One line: what decided."""
    if verdict is GoNoGoDecision.NO_GO:
        return _headline("blocking", _messages(results, RuleEffect.BLOCKS))
    if verdict is GoNoGoDecision.PENDING_REVIEW:
        return _headline("to review", _review_issues(results, reviews))
    passed = sum(each.state is RuleState.PASS for each in results)
    warnings = sum(each.effect is RuleEffect.WARNS for each in results)
    ignored = sum(
        each.state is RuleState.NOT_EVALUATED and each.effect is RuleEffect.NONE for each in results
    )
    parts = [f"{passed} of {counted(len(results), 'rule')} passed"]
    parts += [f"{ignored} without evidence that may be missing"] if ignored else []
    parts += [counted(warnings, "warning")] if warnings else []
    return ", ".join(parts)


def _headline(word: str, messages: Sequence[str]) -> str:
    first = " · ".join(plain(each, 300) for each in messages[:3])
    return f"{len(messages)} {word}: {first}" + (" · …" if len(messages) > 3 else "")
