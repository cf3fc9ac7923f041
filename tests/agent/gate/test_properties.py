"""What must hold for every report: the gate answers, whatever the order, and bad news never helps."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.factories.effort import examples
from tests.factories.generated_reports import WORSENINGS, Dice, consistent_report, dice
from tests.factories.judged_reports import NOW, iteration, judge, releasable, requirement, rule, unused
from tsr_agent.gate.evaluate import evaluate
from tsr_agent.gate.exceptions.waivers import Waiver, Waivers, WaiverScope
from tsr_agent.gate.policies.builtin import ai_release, ai_release_bytes
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.models import codec
from tsr_agent.models.decision import Decision, GoNoGoDecision
from tsr_agent.models.evals import FailureCategory, FailureMode, ResolutionStatus, Severity
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.models.requirements import VerificationStatus

EXAMPLES = examples(5_000)
RANK = {GoNoGoDecision.GO: 0, GoNoGoDecision.PENDING_REVIEW: 1, GoNoGoDecision.NO_GO: 2}
POLICY = ai_release()
SEED = {
    "blocking_conditions": [
        {"type": "test_type_all_fail", "test_type": "security", "message": "Security tests must all pass"},
        {"type": "test_type_all_fail", "test_type": "unit", "message": "Unit tests must all pass"},
        {
            "type": "eval_metric_below",
            "metric": "accuracy",
            "threshold": 0.85,
            "message": "Eval accuracy below 85%",
        },
        {
            "type": "unresolved_failure_mode",
            "severity": "critical",
            "message": "Critical failure mode unresolved",
        },
    ],
    "warning_conditions": [
        {
            "type": "eval_metric_below",
            "metric": "grounding_score",
            "threshold": 0.90,
            "message": "Grounding score below 90%",
        },
        {
            "type": "test_failure_rate",
            "test_type": "performance",
            "threshold": 0.05,
            "message": "Performance test failure rate above 5%",
        },
    ],
    "required_coverage": {"requirements": 0.95, "code": 0.80},
    "eval_requirements": {"min_iterations_documented": 1, "latest_iteration_must_pass": True},
}
VERSION_0 = parse_policy(json.dumps(SEED).encode(), "seed.json")


class Odd:
    """Something that no document can hold."""


def _loop() -> list[Any]:
    loop: list[Any] = []
    loop.append(loop)
    return loop


ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**400,
    2**64,
    float("nan"),
    float("inf"),
    -0.0,
    "",
    "x",
    "\ud800",
    "9" * 5_000,
    b"\xff",
    (),
    [None],
    {},
    {1: 2},
    {"a": {"b": [object]}},
    Odd(),
    Odd,
    _loop(),
    NOW.replace(tzinfo=None),
)


def _damaged(value: Any, roll: Dice) -> Any:
    """One field somewhere below, replaced by something odd."""
    if isinstance(value, msgspec.Struct) and not roll.once_in(12):
        field = roll.one_of(value.__struct_fields__)
        return replace(value, **{field: _damaged(getattr(value, field), roll)})
    if isinstance(value, tuple) and value and not roll.once_in(4):
        at = roll.up_to(len(value) - 1)
        return (*value[:at], _damaged(value[at], roll), *value[at + 1 :])
    if isinstance(value, dict) and value and not roll.once_in(4):
        key = roll.one_of(value)
        return {**value, key: _damaged(value[key], roll)}
    return roll.one_of(ODD_VALUES)


def _shuffled(value: Any, roll: Dice) -> Any:
    """The same with every list in another order."""
    if isinstance(value, msgspec.Struct):
        fields = {name: _shuffled(getattr(value, name), roll) for name in value.__struct_fields__}
        return replace(value, **fields)
    if isinstance(value, tuple):
        parts = [_shuffled(each, roll) for each in value]
        roll.random.shuffle(parts)
        return tuple(parts)
    return value


@settings(max_examples=EXAMPLES)
@given(dice, st.integers(1, 4))
def test_total(roll: Dice, times: int) -> None:
    """Any report gets a decision that can be written and read, and a damaged one never improves."""
    sound = consistent_report(roll)
    report = sound
    for _ in range(times):
        damaged = _damaged(report, roll)
        report = damaged if isinstance(damaged, TestSummaryReport) else report
    decision = judge(report, POLICY)
    assert codec.decode(codec.encode(decision), Decision) == decision
    assert judge(report, POLICY) == decision


@settings(max_examples=EXAMPLES)
@given(dice)
def test_order_free(roll: Dice) -> None:
    report = consistent_report(roll)
    if roll.once_in(4):
        report = roll.one_of(WORSENINGS)(report, roll)
    reordered = _shuffled(report, roll)
    first, second = judge(report, POLICY), judge(reordered, POLICY)
    # Places such as test_results[2] are the only words that may follow the order.
    if not any("Not of the report's form" in each for each in first.blocking_issues):
        assert first == second
    assert [each.state for each in first.rules] == [each.state for each in second.rules]


@settings(max_examples=EXAMPLES)
@given(dice, st.integers(0, len(WORSENINGS) - 1))
def test_monotone(roll: Dice, which: int) -> None:
    before = consistent_report(roll)
    after = WORSENINGS[which](before, roll)
    first, second = judge(before, POLICY), judge(after, POLICY)
    assert RANK[second.decision] >= RANK[first.decision], (first.reason, second.reason)


LENIENT = parse_policy(
    json.dumps({**json.loads(ai_release_bytes()), "name": "lenient", "on_missing": "review"}).encode(),
    "lenient.json",
)


@settings(max_examples=1_000)
@given(dice, st.integers(0, len(WORSENINGS) - 1))
def test_missing_evidence_that_waits_for_review_never_becomes_go(roll: Dice, which: int) -> None:
    before = consistent_report(roll)
    after = WORSENINGS[which](before, roll)
    if judge(before, LENIENT).decision is not GoNoGoDecision.GO:
        assert judge(after, LENIENT).decision is not GoNoGoDecision.GO


def _waivers(roll: Dice) -> Waivers:
    ids = ["evidence", "absent", *(each.id for each in POLICY.rules)]
    scopes = (
        WaiverScope(),
        WaiverScope(environment="staging"),
        WaiverScope(branch="main"),
        WaiverScope(sha="a" * 40),
        WaiverScope(environment="staging", tests=("unit-0", "unit-1", "security-0")),
    )
    return Waivers(
        digest="e" * 64,
        waivers=tuple(
            Waiver(
                id=f"W-{number}",
                rule=roll.one_of(ids),
                scope=roll.one_of(scopes),
                reason="r",
                ticket="t",
                owner="o",
                approved_by="a",
                expires=(NOW + timedelta(days=roll.random.randint(-2, 92))).date(),
            )
            for number in range(roll.up_to(6))
        ),
    )


@settings(max_examples=EXAMPLES)
@given(dice)
def test_waivers_never_make_it_worse_and_never_touch_the_verdict_without_them(roll: Dice) -> None:
    report, waivers = consistent_report(roll), _waivers(roll)
    with_waivers, without = judge(report, POLICY, waivers), judge(report, POLICY)
    assert RANK[with_waivers.decision] <= RANK[without.decision]
    assert with_waivers.decision_without_waivers is without.decision is without.decision_without_waivers
    used = {each.waiver for each in with_waivers.rules if each.waiver}
    listed = {each.id for each in unused(with_waivers)}
    assert rule(with_waivers, "evidence").waiver is None
    assert not used & listed


@settings(max_examples=EXAMPLES)
@given(dice)
def test_version_0_and_version_1_of_the_seed_table_agree(roll: Dice) -> None:
    report = consistent_report(roll)
    if roll.once_in(2):
        report = roll.one_of(WORSENINGS)(report, roll)
    old, new = judge(report, VERSION_0), judge(report, POLICY)
    assert old.decision is new.decision
    ours = {each.id: each for each in new.rules}
    for each in old.rules:
        assert (each.state, each.effect, each.expected, each.actual) == (
            ours[each.id].state,
            ours[each.id].effect,
            ours[each.id].expected,
            ours[each.id].actual,
        )


def _on_the_edge() -> TestSummaryReport:
    """Released, with 19 of 20 requirements verified and a critical failure mode that was fixed."""
    fixed = FailureMode(
        id="FM-1",
        name="",
        severity=Severity.CRITICAL,
        category=FailureCategory.SAFETY,
        discovered_in_iteration=1,
        resolution_status=ResolutionStatus.FIXED,
    )
    open_requirement = requirement("R-19", verification_status=VerificationStatus.NOT_RUN)
    return releasable(
        eval_iterations=(iteration(1), iteration(2, failure_modes=(fixed,))),
        requirement_coverage=(*(requirement(f"R-{n}", "unit-0") for n in range(19)), open_requirement),
    )


def test_every_worsening_can_cost_the_release() -> None:
    """Else the monotone property would say nothing about it."""
    report = _on_the_edge()
    assert judge(report, POLICY).decision is GoNoGoDecision.GO
    idle = {
        worsen.__name__
        for worsen in WORSENINGS
        if all(judge(worsen(report, Dice(seed)), POLICY).decision is GoNoGoDecision.GO for seed in range(60))
    }
    # The first only warns; the second takes away what no rule asks for.
    assert idle == {"dirty_the_tree", "remove_an_earlier_iteration"}


def test_pure() -> None:
    decisions = [evaluate(releasable(), POLICY, None, None, NOW) for _ in range(2)]
    assert decisions[0] == decisions[1]
