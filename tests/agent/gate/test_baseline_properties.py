"""What must hold for every report beside every baseline: an answer, and bad news never helps."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.agent.gate.test_properties import EXAMPLES, ODD_VALUES, RANK, _damaged, _shuffled
from tests.factories.generated_baselines import (
    COMPARED_WORSENINGS,
    COMPARING,
    comparing_policy,
    report_and_baseline,
)
from tests.factories.generated_reports import Dice, dice
from tests.factories.judged_reports import judge, releasable, rule
from tsr_agent.gate.baseline import Baseline
from tsr_agent.models import codec
from tsr_agent.models.decision import Decision, GoNoGoDecision, RuleState
from tsr_agent.models.report import TestSummaryReport

POLICY = comparing_policy()
ALONE = comparing_policy(alone=True)
LENIENT = comparing_policy("review", alone=True)
IDS = [each["id"] for each in COMPARING]


def _damaged_report(report: TestSummaryReport, roll: Dice, times: int) -> TestSummaryReport:
    for _ in range(times):
        damaged = _damaged(report, roll)
        report = damaged if isinstance(damaged, TestSummaryReport) else report
    return report


@settings(max_examples=EXAMPLES)
@given(dice, st.integers(0, 2), st.integers(0, 3))
def test_total(roll: Dice, here: int, there: int) -> None:
    """Any report beside any baseline gets a decision that can be written and read."""
    report, baseline = report_and_baseline(roll)
    report = _damaged_report(report, roll, here)
    baseline = replace(baseline, report=_damaged_report(baseline.report, roll, there))
    if roll.once_in(8):
        baseline = replace(baseline, **{roll.one_of(("report", "digest", "select")): roll.one_of(ODD_VALUES)})
    decision = judge(report, POLICY, baseline=baseline)
    assert codec.decode(codec.encode(decision), Decision) == decision
    assert judge(report, POLICY, baseline=baseline) == decision
    assert (decision.baseline is None) is bool(decision.no_baseline)


@settings(max_examples=EXAMPLES)
@given(dice)
def test_order_free(roll: Dice) -> None:
    report, baseline = report_and_baseline(roll)
    if roll.once_in(4):
        report = roll.one_of(COMPARED_WORSENINGS)(report, roll)
    first = judge(report, POLICY, baseline=baseline)
    mixed = replace(baseline, report=_shuffled(baseline.report, roll))
    second = judge(_shuffled(report, roll), POLICY, baseline=mixed)
    if not any("Not of the report's form" in each for each in first.blocking_issues):
        assert first == second
    assert [each.state for each in first.rules] == [each.state for each in second.rules]


@settings(max_examples=EXAMPLES)
@given(dice, st.integers(0, len(COMPARED_WORSENINGS) - 1))
def test_monotone(roll: Dice, which: int) -> None:
    """What makes the judged report worse never improves the verdict beside the same baseline."""
    before, baseline = report_and_baseline(roll)
    after = COMPARED_WORSENINGS[which](before, roll)
    first, second = judge(before, POLICY, baseline=baseline), judge(after, POLICY, baseline=baseline)
    assert RANK[second.decision] >= RANK[first.decision], (first.reason, second.reason)
    if any(each.id == "evidence" and each.state is RuleState.FAIL for each in second.rules):
        return
    # Beside the verdict, no single rule may pass that did not; but a new iteration may have better metrics.
    for name in ("no-worse-tests", "few-vanished", "coverage-drop", "accuracy-drop"):
        passed = rule(second, name).state is RuleState.PASS
        assert not passed or rule(first, name).state is RuleState.PASS, name


@settings(max_examples=1_000)
@given(dice)
def test_without_a_baseline_nothing_that_compares_passes(roll: Dice) -> None:
    report, baseline = report_and_baseline(roll)
    elsewhere = replace(baseline, report=replace(baseline.report, environment="elsewhere"))
    for found in (None, elsewhere):
        decision = judge(report, LENIENT, baseline=found)
        assert decision.decision is not GoNoGoDecision.GO
        assert decision.no_baseline
        assert {rule(decision, name).state for name in IDS} <= {RuleState.NOT_EVALUATED, RuleState.FAIL}
        assert all(rule(decision, name).state is RuleState.NOT_EVALUATED for name in IDS[:-1])


@pytest.mark.parametrize("name", IDS)
def test_each_rule_reaches_each_state(name: str) -> None:
    """Else the properties would say nothing about it."""
    states = set()
    for seed in range(400):
        report, baseline = report_and_baseline(Dice(seed))
        states.add(rule(judge(report, ALONE, baseline=baseline), name).state)
    assert states == {RuleState.PASS, RuleState.FAIL, RuleState.NOT_EVALUATED}


def test_a_release_beside_its_own_like_is_released() -> None:
    """Both GO and NO-GO occur, and GO only where every rule that compares passed."""
    verdicts = set()
    for seed in range(1_500):
        report, baseline = report_and_baseline(Dice(seed))
        decision = judge(report, POLICY, baseline=baseline)
        verdicts.add(decision.decision)
        if decision.decision is GoNoGoDecision.GO:
            assert {rule(decision, name).state for name in IDS} == {RuleState.PASS}
    assert {GoNoGoDecision.GO, GoNoGoDecision.NO_GO} <= verdicts


def test_the_bytes_of_a_decision_do_not_depend_on_the_process() -> None:
    report, baseline = report_and_baseline(Dice(7))
    records: set[bytes] = {codec.encode(judge(report, POLICY, baseline=baseline)) for _ in range(3)}
    assert len(records) == 1


def test_a_rule_that_compares_with_an_odd_baseline_never_passes() -> None:
    odd: list[Any] = [*ODD_VALUES, releasable]
    for value in odd:
        baseline = Baseline(report=value, digest="b" * 64)
        decision = judge(releasable(), POLICY, baseline=baseline)
        assert decision.decision is GoNoGoDecision.NO_GO
        assert decision.baseline is None
