"""What an accepted policy makes of the locked rules it inherits, for any report, place and day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from tests.factories.effort import examples
from tests.factories.generated_baselines import report_and_baseline
from tests.factories.generated_policies import ENVIRONMENTS, RULES, child_tree, parent_tree, read_both
from tests.factories.generated_reports import WORSENINGS, Dice, dice
from tests.factories.judged_reports import NOW, case, judge, rule
from tsr_agent.errors import PolicyError
from tsr_agent.gate.baseline import Baseline
from tsr_agent.gate.checks.registry import CHECKS
from tsr_agent.models.coverage import CoverageCounts
from tsr_agent.models.decision import RuleEffect
from tsr_agent.models.evals import EvalIterationSummary, MetricValue
from tsr_agent.models.findings import Finding, FindingLevel, StaticAnalysis
from tsr_agent.models.results import Attempt, CaseStatus, TestCase, TestType, TestTypeResult

if TYPE_CHECKING:
    from tsr_agent.gate.baseline import Baseline
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.models.report import TestSummaryReport

EXAMPLES = examples(5_000)
MILDEST_FIRST = (RuleEffect.NONE, RuleEffect.WARNS, RuleEffect.NEEDS_REVIEW, RuleEffect.BLOCKS)
KINDS = (TestType.UNIT, TestType.SECURITY, TestType.PERFORMANCE)
STATUSES = (*[CaseStatus.PASSED] * 6, *CaseStatus)
FINITE = (-1.0, 0.0, 0.5, 0.85, 0.9, 1.0, 2.0, 9.0, 85.0)
VALUES = (*FINITE, float("nan"))


def _reports(roll: Dice) -> tuple[TestSummaryReport, Baseline | None]:
    """A report of any quality that has something for every check to look at, and one before it."""
    report, baseline = report_and_baseline(roll)
    shared = tuple(_results(roll, kind) for kind in KINDS)
    # A baseline that contradicts itself would be none.
    before = replace(_filled(roll, baseline.report, FINITE), test_results=shared, requirement_coverage=())
    report = replace(
        _filled(roll, report),
        test_results=tuple(
            each if roll.once_in(3) else _results(roll, each.test_type)
            for each in shared
            if not roll.once_in(12)
        ),
    )
    report = roll.one_of(WORSENINGS)(report, roll) if roll.once_in(2) else report
    return report, None if roll.once_in(4) else replace(baseline, report=before)


def _filled(roll: Dice, report: TestSummaryReport, values: tuple[float, ...] = VALUES) -> TestSummaryReport:
    return replace(
        report,
        eval_iterations=tuple(_with_metrics(roll, each, values) for each in report.eval_iterations),
        static_analysis=tuple(_scan(roll) for _ in range(roll.up_to(2))),
        code_coverage=tuple(
            replace(each, branch=CoverageCounts(covered=roll.up_to(9), total=9))
            for each in report.code_coverage
        ),
    )


def _results(roll: Dice, kind: TestType) -> TestTypeResult:
    """Few cases and any outcome, so that every bound is near."""
    count = roll.up_to(6)
    cases = [case(f"{kind.value}-{n}", roll.one_of(STATUSES)) for n in range(count)]
    return TestTypeResult.from_cases(kind, [_maybe_flaky(roll, each) for each in cases])


def _maybe_flaky(roll: Dice, each: TestCase) -> TestCase:
    if each.status is not CaseStatus.PASSED or not roll.once_in(4):
        return each
    passes = (Attempt(status=CaseStatus.PASSED),) * (1 + roll.up_to(1))
    return replace(each, flaky=True, attempts=(Attempt(status=CaseStatus.FAILED), *passes))


def _with_metrics(
    roll: Dice, iteration: EvalIterationSummary, values: tuple[float, ...]
) -> EvalIterationSummary:
    metrics: dict[str, Any] = dict(iteration.metrics)
    for name in ("accuracy", "latency", "grounding_score", "completeness"):
        if roll.once_in(2):
            metrics[name] = MetricValue(
                value=roll.one_of(values),
                n=roll.one_of((None, 0, 1, 250)),
                lower_is_better=roll.one_of((None, None, True, False)),
                unit=roll.one_of(("", "", "%")),
                maximum=roll.one_of((None, None, 1.0, 10.0)),
            )
    return replace(iteration, metrics=metrics)


def _scan(roll: Dice) -> StaticAnalysis:
    findings = tuple(
        Finding(rule_id="R1", level=roll.one_of(FindingLevel), file="a.py") for _ in range(roll.up_to(3))
    )
    return StaticAnalysis(
        path="scan.sarif",
        tool=roll.one_of(("bandit", "ruff")),
        executed=not roll.once_in(4),
        findings=findings,
        left_out=roll.one_of((0, 0, 3)),
    )


def _moment(roll: Dice) -> datetime:
    return NOW + timedelta(days=roll.one_of((-60, -1, 0, 1, 2, 32, 300)))


def _pair(roll: Dice) -> tuple[Policy, Policy] | None:
    parent = parent_tree(roll)
    try:
        return read_both(parent, child_tree(roll, parent))
    except PolicyError:
        return None


def assert_no_milder(parent: Policy, child: Policy, roll: Dice) -> None:
    report, baseline = _reports(roll)
    environment = report.environment if not roll.once_in(4) else roll.one_of(ENVIRONMENTS)
    options: dict[str, Any] = {"now": _moment(roll), "environment": environment, "baseline": baseline}
    before, after = judge(report, parent, **options), judge(report, child, **options)
    for each in parent.rules:
        if each.locked:
            was, now_is = rule(before, each.id), rule(after, each.id)
            assert MILDEST_FIRST.index(now_is.effect) >= MILDEST_FIRST.index(was.effect), (was, now_is)


@settings(max_examples=EXAMPLES)
@given(dice)
def test_no_accepted_policy_judges_a_locked_rule_more_mildly(roll: Dice) -> None:
    pair = _pair(roll)
    if pair is not None:
        for _ in range(4):
            assert_no_milder(*pair, roll)


def test_enough_policies_are_accepted_and_enough_are_refused() -> None:
    """Else the property would say nothing."""
    pairs = [_pair(Dice(seed)) for seed in range(400)]
    accepted = [each for each in pairs if each is not None]
    assert 60 < len(accepted) < 340
    changed = [each for each in accepted if any(rule.locked for rule in each[0].rules)]
    assert len(changed) > 40


@pytest.mark.parametrize("check", list(CHECKS))
def test_every_key_of_every_check_is_drawn(check: str) -> None:
    fields = {field.name: field.type for field in msgspec.structs.fields(CHECKS[check])}
    require: Any = fields.get("require")
    names = (
        {field.name for field in msgspec.structs.fields(getattr(require, "__origin__", require))}
        if require
        else set()
    )
    assert set(RULES[check][1]) == names
