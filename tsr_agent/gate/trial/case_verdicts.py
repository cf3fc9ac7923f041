"""What a policy makes of its cases, and where that is not what they expect."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from tsr_agent.gate.baseline import Baseline
from tsr_agent.gate.consistency import RULE_ID
from tsr_agent.gate.evaluate import evaluate
from tsr_agent.gate.trial.policy_cases import RuleExpectation
from tsr_agent.gate.wording import plain
from tsr_agent.models import codec
from tsr_agent.models.base import Record
from tsr_agent.models.decision import Decision, RuleState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tsr_agent.gate.exceptions.waivers import Waivers
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.gate.trial.policy_cases import PolicyCase
    from tsr_agent.models.decision import GoNoGoDecision
    from tsr_agent.models.report import TestSummaryReport

_FIRST_YEAR, _LAST_YEAR = 1970, 2999
_FAILED = (RuleState.FAIL, RuleState.WAIVED)


class Difference(Record, frozen=True, kw_only=True):
    """One thing that is not as a case expects."""

    what: str
    """``decision``, ``without_waivers``, or the id of a rule."""
    expected: str
    actual: str
    message: str
    """What the gate says about it."""


class CaseVerdict(Record, frozen=True, kw_only=True):
    """What became of one case."""

    name: str
    decision: Decision
    differences: tuple[Difference, ...]

    @property
    def holds(self) -> bool:
        """Whether everything is as expected."""
        return not self.differences


def judge_case(
    case: PolicyCase,
    report: TestSummaryReport,
    policy: Policy,
    waivers: Waivers | None,
    baseline: tuple[TestSummaryReport, str] | None,
) -> CaseVerdict:
    """Judges a case's report and holds the decision against what is expected. Pure.

    Args:
        case: What is expected; that the evidence is sound, too, unless it says otherwise.
        report: The report as the case changed it.
        policy: The rules; each rule that the case names is one of them.
        waivers: Exceptions; None for none.
        baseline: The report to compare with and the digest of its bytes. It counts as found in the way
            that the policy asks for: the author of a case answers for it.
    """
    found = None
    if baseline is not None:
        other, digest = baseline
        found = Baseline(report=other, digest=digest, select=policy.baseline.select)
    decision = evaluate(
        report,
        policy,
        waivers,
        found,
        case.at or report.created_at,
        environment=case.environment or None,
        report_digest=codec.digest(codec.encode(report)),
    )
    return CaseVerdict(name=case.name, decision=decision, differences=tuple(_differences(case, decision)))


def moment_problems(case: PolicyCase, report: TestSummaryReport, path: str) -> list[str]:
    """Why there is no decision at a case's moment, as lines ``$.path: what; advice``; mostly none.

    Reports and files may name any moment between the years 1 and 9999 in any time zone, of which some
    have no day in UTC, and others no day before or after them.
    """
    try:
        year = (case.at or report.created_at).astimezone(UTC).year
    except OverflowError:
        year = 0
    if _FIRST_YEAR <= year <= _LAST_YEAR:
        return []
    key = "at" if case.at is not None else "report"
    what = "the moment of the decision" if case.at is not None else "the day on which the report was made"
    return [f"{path}.{key}: {what} is not in the years {_FIRST_YEAR} to {_LAST_YEAR}; give another at"]


def never_failed(policy: Policy, decisions: Iterable[Decision]) -> tuple[str, ...]:
    """Ids of the rules that none of the decisions saw fail, in the policy's order."""
    failed = {rule.id for each in decisions for rule in each.rules if rule.state in _FAILED}
    return tuple(rule.id for rule in policy.rules if rule.id not in failed)


def _differences(case: PolicyCase, decision: Decision) -> Iterator[Difference]:
    expect = case.expect
    yield from _verdict("decision", expect.decision, decision.decision, decision.reason)
    yield from _verdict(
        "without_waivers", expect.without_waivers, decision.decision_without_waivers, decision.reason
    )
    results = {rule.id: rule for rule in decision.rules}
    # A change that contradicts the rest of the report ends in NO_GO, too, and shows nothing of the policy.
    for name, wanted in ({RULE_ID: RuleState.PASS} | expect.rules).items():
        rule = results[name]
        asked = wanted if isinstance(wanted, RuleExpectation) else RuleExpectation(state=wanted)
        pairs = ((asked.state, rule.state), (asked.effect, rule.effect))
        wrong = [(want.value, got.value) for want, got in pairs if want is not None and want is not got]
        if wrong:
            yield Difference(
                what=name,
                expected=", ".join(want for want, _ in wrong),
                actual=", ".join(got for _, got in wrong),
                message=plain(rule.message, 2_000),
            )


def _verdict(
    what: str, wanted: GoNoGoDecision | None, actual: GoNoGoDecision, reason: str
) -> Iterator[Difference]:
    if wanted is not None and wanted is not actual:
        yield Difference(what=what, expected=wanted.value, actual=actual.value, message=plain(reason, 2_000))
