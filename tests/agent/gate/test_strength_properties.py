"""What holds for every report under rules on findings, flaky tests, intervals and the calendar."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.factories.effort import examples
from tests.factories.generated_reports import WORSENINGS, Dice, consistent_report, dice
from tests.factories.judged_reports import NOW, judge
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.models import codec
from tsr_agent.models.decision import Decision, GoNoGoDecision
from tsr_agent.models.findings import Finding, FindingLevel, StaticAnalysis
from tsr_agent.models.results import Attempt, CaseStatus, TestCase, TestTypeResult

if TYPE_CHECKING:
    from tsr_agent.models.report import TestSummaryReport

EXAMPLES = examples(5_000)
RANK = {GoNoGoDecision.GO: 0, GoNoGoDecision.PENDING_REVIEW: 1, GoNoGoDecision.NO_GO: 2}
METRIC = {"check": "eval_metric", "where": {"metric": "accuracy"}}
RULES: tuple[dict[str, Any], ...] = (
    {**METRIC, "id": "shown", "require": {"at_least": 0.85, "confidence": 0.9}},
    {**METRIC, "id": "shown-low", "require": {"at_least": 0.2, "confidence": 0.999}, "severity": "review"},
    {
        "id": "unit",
        "check": "tests",
        "where": {"type": "unit"},
        "require": {"max_failure_rate": 0.3, "attempts": "majority", "max_flaky": 1},
    },
    {
        "id": "security",
        "check": "tests",
        "where": {"type": "security"},
        "require": {"failed": 0, "attempts": "last"},
    },
    # A later iteration that failed is worse only where one asks how it ended.
    {"id": "latest", "check": "latest_iteration"},
    {"id": "scans", "check": "findings", "require": {"max_count": 1}},
    {
        "id": "bandit",
        "check": "findings",
        "where": {"tool": ["bandit"], "level": ["error"], "rule": ["B1"]},
        "require": {"min_scans": 2},
        "severity": "review",
    },
    {"id": "freeze", "check": "calendar", "require": {"not_on_weekdays": ["fri"]}, "severity": "review"},
)
POLICIES = tuple(
    parse_policy(
        json.dumps({"version": 1, "name": "p", "on_missing": missing, "rules": RULES}).encode(), "p.json"
    )
    for missing in ("fail", "review")
)


def _scan(roll: Dice, number: int) -> StaticAnalysis:
    found = [
        Finding(
            rule_id=roll.one_of(("B1", "B1/2", "S1")),
            level=roll.one_of(FindingLevel),
            file="a.py",
            line=n + 1,
        )
        for n in range(roll.up_to(2) if roll.once_in(2) else 0)
    ]
    return StaticAnalysis(
        path=f"{number}.sarif",
        tool=roll.one_of(("bandit", "Bandit", "ruff")),
        executed=not roll.once_in(8),
        findings=tuple(found),
        left_out=roll.one_of((0, 0, 0, 0, 3)),
    )


def scanned(roll: Dice) -> TestSummaryReport:
    """A consistent report with scans, and with flaky cases that say how often they were tried."""
    report = consistent_report(roll)
    scans = tuple(_scan(roll, number) for number in range(roll.up_to(3)))
    results = tuple(
        TestTypeResult.from_cases(each.test_type, [_tried(roll, case) for case in each.test_cases])
        for each in report.test_results
    )
    return replace(report, static_analysis=scans, test_results=results)


def _tried(roll: Dice, case: TestCase) -> TestCase:
    if not case.flaky:
        return case
    before = [roll.one_of((CaseStatus.PASSED, CaseStatus.FAILED, CaseStatus.SKIPPED)) for _ in range(2)]
    outcomes = (*before, CaseStatus.PASSED)
    return replace(case, attempts=tuple(Attempt(status=each) for each in outcomes))


def _worse_scans(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    """One clean scan less, one that did not run, one more finding, or findings that are not held.

    A scan that speaks against the release is not taken away: where a rule names no tools, nobody can know
    that there was one.
    """
    scans = report.static_analysis
    if not scans:
        return report
    at = roll.up_to(len(scans) - 1)
    bad = Finding(rule_id="B1", level=FindingLevel.ERROR)
    clean = scans[at].executed and not scans[at].findings and not scans[at].left_out
    changed = roll.one_of(
        (
            () if clean else (scans[at],),
            (replace(scans[at], executed=False),),
            (replace(scans[at], findings=(*scans[at].findings, bad)),),
            (replace(scans[at], left_out=scans[at].left_out + 1),),
        )
    )
    return replace(report, static_analysis=(*scans[:at], *changed, *scans[at + 1 :]))


def _fewer_samples(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    """The same share on fewer cases, or with a larger standard error."""

    def weaker(found: Any) -> Any:
        if not hasattr(found, "n") or not found.n:
            return found
        return replace(
            found, **roll.one_of(({"n": (found.n + 1) // 2}, {"standard_error": 0.2}, {"n": None}))
        )

    return replace(
        report,
        eval_iterations=tuple(
            replace(each, metrics={name: weaker(found) for name, found in each.metrics.items()})
            for each in report.eval_iterations
        ),
    )


@settings(max_examples=EXAMPLES)
@given(dice, st.integers(0, len(WORSENINGS) + 1))
def test_bad_news_never_helps(roll: Dice, which: int) -> None:
    before = scanned(roll)
    after = (*WORSENINGS, _worse_scans, _fewer_samples)[which](before, roll)
    first, second = (judge(each, POLICIES[0]) for each in (before, after))
    assert RANK[second.decision] >= RANK[first.decision], (first.reason, second.reason)


@settings(max_examples=EXAMPLES)
@given(dice)
def test_any_report_has_one_answer_in_whatever_order_it_is_written(roll: Dice) -> None:
    report, policy = scanned(roll), roll.one_of(POLICIES)
    now = NOW + timedelta(hours=roll.up_to(200))
    decision = judge(report, policy, now=now)
    turned = replace(
        report,
        static_analysis=report.static_analysis[::-1],
        test_results=tuple(
            replace(each, test_cases=each.test_cases[::-1]) for each in report.test_results[::-1]
        ),
    )
    assert judge(turned, policy, now=now) == decision
    assert codec.decode(codec.encode(decision), Decision) == decision


def test_all_of_these_rules_can_pass_and_fail() -> None:
    """Else the properties would say nothing about them."""
    seen: dict[str, set[str]] = {}
    for seed in range(400):
        roll = Dice(seed)
        decision = judge(scanned(roll), POLICIES[1], now=NOW + timedelta(days=roll.up_to(6)))
        for each in decision.rules:
            seen.setdefault(each.id, set()).add(each.state.value)
    assert {name for name, states in seen.items() if not {"pass", "fail"} <= states} == {"evidence"}
