"""What must hold of waivers and quarantine whatever they say: they excuse what failed, and nothing else."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from msgspec.structs import replace

from tests.factories.effort import examples
from tests.factories.generated_reports import TYPES, WORSENINGS, Dice, consistent_report, dice
from tests.factories.judged_reports import NOW, case, judge, releasable, rule
from tsr_agent.gate.baseline import Baseline
from tsr_agent.gate.exceptions.quarantine_file import parse_quarantine
from tsr_agent.gate.exceptions.waivers import Waivers, parse_waivers
from tsr_agent.gate.policies.builtin import ai_release_bytes
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.models import codec
from tsr_agent.models.decision import (
    BaselineSelect,
    Decision,
    ExceptionStanding,
    GoNoGoDecision,
    RuleEffect,
    RuleState,
)
from tsr_agent.models.results import TestTypeResult

if TYPE_CHECKING:
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.models.decision import RuleResult
    from tsr_agent.models.report import TestSummaryReport

EXAMPLES = examples(5_000)
RANK = {GoNoGoDecision.GO: 0, GoNoGoDecision.PENDING_REVIEW: 1, GoNoGoDecision.NO_GO: 2}
CHANGES = {
    "id": "no-new-failures",
    "check": "test_changes",
    "where": {"type": "unit"},
    "require": {"max_newly_failing": 0, "max_vanished": 1},
    "severity": "review",
}
LOCKED = ("security-tests", "performance-failure-rate")
APPLIED, UNUSABLE = ExceptionStanding.APPLIED, ExceptionStanding.UNUSABLE


def _policy(on_missing: str, **unit: Any) -> Policy:
    """The built-in rules, two of them locked; unit tests are judged by further requirements."""
    tree = {**json.loads(ai_release_bytes()), "name": "excused", "on_missing": on_missing}
    tree["rules"] = [*tree["rules"], dict(CHANGES)]
    for each in tree["rules"]:
        each["locked"] = each["id"] in LOCKED
        if each["id"] == "unit-tests":
            each["require"] |= unit
    return parse_policy(json.dumps(tree).encode(), "excused.json")


POLICIES = (
    _policy("fail"),
    _policy("review", min_executed=3),
    _policy("fail", max_failure_rate=0.25, max_skipped_ratio=0.5),
    _policy("fail", failed=1, attempts="last", max_flaky=0),
)
RULES = ["evidence", "absent", "*", *(each.id for each in POLICIES[0].rules)]
TESTS = [f"{kind.value}-{n}" for kind in TYPES for n in range(5)]


def day(roll: Dice) -> str:
    return (NOW + timedelta(days=roll.one_of((-1, 0, 5, 30, 30, 60, 90, 91)))).date().isoformat()


def written(roll: Dice, **fields: Any) -> dict[str, Any]:
    """An entry that is sound more often than not."""
    entry = {"reason": "r", "ticket": "T-1", "owner": "ana", "expires": day(roll)} | fields
    if roll.once_in(8):
        entry[roll.one_of(sorted(entry))] = roll.one_of((None, "", "\u200b", 7, [], "*"))
    return entry


def waivers_of(roll: Dice) -> Waivers:
    scopes: tuple[dict[str, Any], ...] = (
        {},
        {"environment": "staging"},
        {"environment": "production"},
        {"branch": "main"},
        {"branch": "main", "tests": [roll.one_of(TESTS) for _ in range(1 + roll.up_to(3))]},
    )
    entries = [
        written(
            roll,
            id=f"W-{roll.up_to(9)}",
            rule=roll.one_of(RULES),
            scope=roll.one_of(scopes),
            approved_by=roll.one_of(("ben", "ben", "Ana")),
        )
        for _ in range(roll.up_to(5))
    ]
    return parse_waivers(json.dumps({"version": 1, "waivers": entries}).encode(), "w.json")


def with_quarantine(policy: Policy, roll: Dice) -> Policy:
    entries = [
        written(roll, test=name) | ({"type": roll.one_of(("unit", "security"))} if roll.once_in(3) else {})
        for name in (*roll.random.sample(TESTS, roll.up_to(16)), *([TESTS[0]] if roll.once_in(3) else []))
    ]
    document = json.dumps({"version": 1, "tests": entries}).encode()
    return replace(policy, quarantine=parse_quarantine(document, "q.json"))


def baseline_of(roll: Dice, report: TestSummaryReport) -> Baseline | None:
    """Mostly the same tests, all of them green: what fails now is then new, and nothing is gone."""
    if roll.once_in(8):
        return None
    green = (
        TestTypeResult.from_cases(each.test_type, [case(test.id) for test in each.test_cases])
        for each in report.test_results
    )
    earlier = releasable(
        id="tsr-0",
        created_at=NOW - timedelta(days=1),
        environment=report.environment,
        requirement_coverage=(),
        test_results=consistent_report(roll).test_results if roll.once_in(4) else tuple(green),
    )
    return Baseline(report=earlier, digest="5" * 64, select=BaselineSelect.LAST_APPROVED)


def report_of(roll: Dice) -> TestSummaryReport:
    report = consistent_report(roll)
    return roll.one_of(WORSENINGS)(report, roll) if roll.once_in(3) else report


@settings(max_examples=EXAMPLES)
@given(dice)
def test_exceptions_excuse_what_failed_and_nothing_else(roll: Dice) -> None:
    report, bare = report_of(roll), roll.one_of(POLICIES)
    policy, waivers = with_quarantine(bare, roll), waivers_of(roll)
    baseline = baseline_of(roll, report)
    before, after = judge(report, bare, baseline=baseline), judge(report, policy, waivers, baseline=baseline)
    assert RANK[after.decision] <= RANK[before.decision]
    assert after.decision_without_waivers is before.decision is before.decision_without_waivers
    assert rule(after, "evidence") == rule(before, "evidence")
    for old, new in zip(before.rules, after.rules, strict=True):
        _check_rule(old, new)
    _check_notes(after, policy, waivers)
    assert codec.decode(codec.encode(after), Decision) == after


def _check_rule(old: RuleResult, new: RuleResult) -> None:
    untouched = replace(
        new, state=old.state, effect=old.effect, message=old.message, remarks=old.remarks,
        waiver=old.waiver, quarantined=old.quarantined,
    )  # fmt: skip
    assert untouched == old
    assert new.message.startswith(old.message)
    if new.state is old.state:
        assert (new.effect, new.waiver, new.quarantined) == (old.effect, None, ())
    else:
        assert (old.state, new.state, new.effect) == (RuleState.FAIL, RuleState.WAIVED, RuleEffect.WARNS)
        assert new.waiver is not None or new.quarantined
    if new.quarantined:
        assert old.id not in LOCKED
        assert old.check in {"tests", "test_changes"}


def _check_notes(decision: Decision, policy: Policy, waivers: Waivers) -> None:
    assert policy.quarantine is not None
    assert len(decision.waivers) == len(waivers.waivers) + len(waivers.unusable)
    assert len(decision.quarantine) == len(policy.quarantine.tests) + len(policy.quarantine.unusable)
    used = [each.waiver for each in decision.rules if each.waiver is not None]
    assert sorted(used) == sorted(each.id for each in decision.waivers if each.standing is APPLIED)
    left_out = {test for each in decision.rules for test in each.quarantined}
    assert left_out == {each.test_id for each in decision.quarantine if each.standing is APPLIED}
    for note in (*decision.waivers, *decision.quarantine):
        assert (note.standing is APPLIED) == (note.reason == "")
        assert not (note.expires_soon and note.standing is UNUSABLE)


@settings(max_examples=1_000)
@given(dice)
def test_a_failure_more_that_is_not_in_quarantine_is_never_excused_by_it(roll: Dice) -> None:
    """What the quarantine names can't cover for what it does not name."""
    policy = with_quarantine(POLICIES[0], roll)
    assert policy.quarantine is not None
    named = {each.test for each in policy.quarantine.tests}
    decision = judge(consistent_report(roll), policy)
    for each in decision.rules:
        assert set(each.quarantined) <= named
        if each.quarantined:
            assert {where.test_id for where in each.evidence} <= named


def test_the_dice_reach_every_kind_of_exception() -> None:
    """Else the properties above would say nothing about it."""
    seen: set[str] = set()
    for seed in range(1_000):
        roll = Dice(seed)
        report, bare = report_of(roll), roll.one_of(POLICIES)
        policy, waivers = with_quarantine(bare, roll), waivers_of(roll)
        decision = judge(report, policy, waivers, baseline=baseline_of(roll, report))
        seen |= {f"left out of {each.check}" for each in decision.rules if each.quarantined}
        seen |= {f"waiver {each.standing.value}" for each in decision.waivers}
        seen |= {f"test {each.standing.value}" for each in decision.quarantine}
        seen |= {"both" for each in decision.rules if each.waiver and each.quarantined}
        seen |= {"better" for _ in [0] if decision.decision is not decision.decision_without_waivers}
    assert {"left out of tests", "left out of test_changes"} <= seen
    standings = {each.value for each in ExceptionStanding}
    assert {f"{kind} {each}" for kind in ("waiver", "test") for each in standings} | {"better"} <= seen
