"""A drafted policy: valid, without a lint error, and passed by the report that it was made from."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.factories.generated_reports import consistent_report, dice
from tests.factories.judged_reports import case, iteration, judge, line_coverage, releasable, results
from tsr_agent.errors import InputError
from tsr_agent.gate.drafting.draft import as_tree, draft_policy
from tsr_agent.gate.drafting.parts import rounded_down, rounded_up, rule_id, share_down, share_up
from tsr_agent.gate.drafting.text import draft_text
from tsr_agent.gate.linting.policy_check import check_policy
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.gate.source.problem import ProblemSeverity
from tsr_agent.gate.source.tree import parse_source
from tsr_agent.models.decision import GoNoGoDecision, RuleState
from tsr_agent.models.evals import IterationOutcome, MetricValue
from tsr_agent.models.findings import Finding, FindingLevel, StaticAnalysis
from tsr_agent.models.report import InputFile, InputStatus
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult

if TYPE_CHECKING:
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.models.report import TestSummaryReport

TODAY = datetime(2026, 11, 22, tzinfo=UTC).date()


def drafted(report: TestSummaryReport) -> Policy:
    """The policy as it is read from the written file, which the report passes."""
    draft = draft_policy(report)
    text = draft_text(draft, "bot", "policy.yaml")
    assert parse_source(text.encode(), "p").tree == as_tree(draft, "bot")
    problems = check_policy(text, today=TODAY)
    assert [each for each in problems if each.severity is ProblemSeverity.ERROR] == []
    policy = parse_policy(text.encode(), "p")
    decision = judge(report, policy)
    assert {rule.id: rule.message for rule in decision.rules if rule.state is not RuleState.PASS} == {}
    return policy


def require(report: TestSummaryReport, name: str) -> dict[str, Any]:
    drafted(report)
    return next(each.require for each in draft_policy(report).rules if each.id == name)


def left_out(report: TestSummaryReport) -> dict[str, str]:
    return {each.what: each.why for each in draft_policy(report).left_out}


def with_metric(name: str = "m", **fields: Any) -> TestSummaryReport:
    return releasable(eval_iterations=(iteration(1, metrics={name: MetricValue(**fields)}),))


def test_what_a_sound_release_gets() -> None:
    report = releasable()
    assert [rule.id for rule in drafted(report).rules] == [
        "unit-tests",
        "security-tests",
        "performance-tests",
        "accuracy",
        "grounding_score",
        "iterations-documented",
        "latest-iteration",
        "critical-failure-modes",
        "major-failure-modes",
        "minor-failure-modes",
        "requirements-verified",
        "line-coverage",
        "clean-tree",
    ]
    assert require(report, "unit-tests") == {"failed": 0, "min_executed": 7, "max_skipped_ratio": 0.05}
    assert require(report, "accuracy") == {"at_least": 0.9, "min_samples": 225}
    assert left_out(report) == {}


def test_a_rule_says_what_there_is_today_and_what_to_do() -> None:
    (rule,) = (each for each in draft_policy(releasable()).rules if each.id == "accuracy")
    assert rule.now == "Now 0.9 on 250 cases."
    assert rule.fix


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"value": 0.93243, "lower_is_better": False}, {"at_least": 0.93}),
        ({"value": 0.12345, "lower_is_better": True}, {"at_most": 0.13}),
        ({"value": 1234.0, "n": 10, "lower_is_better": True}, {"at_most": 1300.0, "min_samples": 9}),
        ({"value": 1.0, "minimum": 0, "maximum": 1, "lower_is_better": False}, {"at_least": 0.99}),
        ({"value": 0.0, "minimum": 0, "maximum": 1, "lower_is_better": True}, {"at_most": 0.01}),
        ({"value": 5.0, "minimum": 1, "maximum": 5, "lower_is_better": False}, {"at_least": 4.9}),
        ({"value": -3.14, "lower_is_better": False}, {"at_least": -3.2}),
    ],
)
def test_a_bound_is_the_value_rounded_mildly_and_off_the_ends(
    fields: dict[str, Any], expected: dict[str, float]
) -> None:
    assert require(with_metric(**fields), "m") == expected


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"value": 0.5}, "it does not say whether lower or higher is better (lower_is_better)"),
        ({"value": 0.5, "n": 0, "lower_is_better": True}, "M rests on 0 cases"),
        (
            {"value": 0.0, "lower_is_better": True},
            "it is 0 now, and its scale is not stated; say how much would be bad",
        ),
        (
            {"value": 0.0, "minimum": 0, "maximum": 1, "lower_is_better": False},
            "it is 0 now, and no round bound lies between that and the bad end of its scale",
        ),
        ({"value": 7.0, "minimum": 0, "maximum": 5, "lower_is_better": True}, "it is 7 now"),
    ],
)
def test_a_metric_without_a_bound_is_named(fields: dict[str, Any], why: str) -> None:
    assert left_out(with_metric(**fields))["m"].startswith(why)


def test_a_time_below_one_is_no_share() -> None:
    """A bound of up to 1 means a share to the check, and a later 1.2 would be outside its scale."""
    report = with_metric(value=0.128, unit="ms", lower_is_better=True, n=74)
    policy = drafted(report)
    slower = with_metric(value=1.2, unit="ms", lower_is_better=True, n=74)
    (found,) = (each for each in judge(slower, policy).rules if each.id == "m")
    assert (found.state, found.interval) == (RuleState.FAIL, None)
    assert found.message == "M 1.2 on 74 cases is above 0.13"


def test_present_failures_are_let_through_and_said() -> None:
    statuses = [CaseStatus.PASSED] * 28 + [CaseStatus.FAILED] * 2 + [CaseStatus.SKIPPED] * 10
    report = replace(releasable(), test_results=(results(TestType.UNIT, *statuses),), requirement_coverage=())
    assert require(report, "unit-tests") == {
        "max_failure_rate": 0.07,
        "min_executed": 27,
        "max_skipped_ratio": 0.25,
    }
    text = draft_text(draft_policy(report), "bot", "policy.yaml")
    assert "  # The failures of today are let through." in text


def test_a_suite_that_failed_whole_or_did_not_run_has_no_rule() -> None:
    failed = results(TestType.UNIT, CaseStatus.FAILED)
    skipped = results(TestType.SECURITY, CaseStatus.SKIPPED)
    report = replace(releasable(), test_results=(failed, skipped), requirement_coverage=())
    assert left_out(report) == {
        "unit tests": "1 would let a run pass in which every test failed",
        "security tests": "none of them ran",
    }


def test_an_iteration_that_did_not_pass_is_left_to_a_person() -> None:
    report = releasable(eval_iterations=(iteration(1, outcome=IterationOutcome.FAILED),))
    assert "latest-iteration" not in [rule.id for rule in drafted(report).rules]
    assert "is marked failed" in left_out(report)["outcome of the latest iteration"]


def test_findings_are_bounded_by_what_there_is() -> None:
    found = tuple(Finding(rule_id="S1", level=FindingLevel.ERROR) for _ in range(3))
    scan = StaticAnalysis(path="a.sarif", tool="ruff", executed=True, findings=found)
    assert require(releasable(static_analysis=(scan,)), "error-findings") == {"max_count": 3, "min_scans": 1}
    idle = replace(scan, executed=False, reason="no configuration")
    assert "did not run" in left_out(releasable(static_analysis=(idle,)))["findings of level warning"]


def test_full_coverage_is_not_asked_for() -> None:
    assert require(releasable(code_coverage=(line_coverage(5, 5),)), "line-coverage") == {"at_least": 0.99}
    assert left_out(releasable(code_coverage=(line_coverage(0, 5),)))["line coverage"] == "0 asks for nothing"


@pytest.mark.parametrize(
    "report",
    [
        releasable(test_results=(), eval_iterations=(), requirement_coverage=(), code_coverage=()),
        releasable(inputs=(InputFile(path="torn.xml", size=1, status=InputStatus.UNREADABLE),)),
    ],
)
def test_unsound_evidence_is_refused(report: TestSummaryReport) -> None:
    with pytest.raises(InputError, match="not sound"):
        draft_policy(report)


def test_a_report_that_nothing_can_stop_is_refused() -> None:
    only = TestTypeResult.from_cases(TestType.UNIT, [case("a", CaseStatus.FAILED)])
    report = releasable(
        test_results=(only,), eval_iterations=(), requirement_coverage=(), code_coverage=(), runs=()
    )
    with pytest.raises(InputError, match="nothing in the report that a release could be stopped for"):
        draft_policy(report)


def test_the_same_report_gives_the_same_bytes() -> None:
    metrics: Any = {name: MetricValue(value=0.5, lower_is_better=False) for name in ("b", "a", "C")}
    report = releasable(eval_iterations=(iteration(1, metrics=metrics),))
    turned = releasable(eval_iterations=(iteration(1, metrics=dict(reversed(metrics.items()))),))
    assert draft_text(draft_policy(report), "n", "f") == draft_text(draft_policy(turned), "n", "f")


HOSTILE = [
    "a: b",
    "#x",
    "- y",
    "1e5",
    "no",
    "true",
    "null",
    "~",
    "'",
    '"',
    "\\",
    "é ü",
    "{a}",
    "[",
    "&a",
    "*a",
]


@pytest.mark.parametrize("name", [*HOSTILE, "x\n- id: y", "\u202e", "\u2028", "a\x85b", "x" * 300, " ", "%"])
def test_a_name_is_only_a_name(name: str) -> None:
    metrics: Any = {name: MetricValue(value=0.5, lower_is_better=False), "also": MetricValue(value=1.0)}
    report = releasable(eval_iterations=(iteration(1, metrics=metrics),))
    policy = drafted(report)
    named = [rule.where.metric for rule in policy.rules if rule.check == "eval_metric"]  # type: ignore[attr-defined]
    assert named == ([name] if name.isprintable() and name.strip() and len(name) <= 200 else [])


@pytest.mark.parametrize("name", HOSTILE)
def test_a_comment_ends_with_its_line(name: str) -> None:
    metrics: Any = {f"{name}\nrules: []\n": MetricValue(value=0.5), name: MetricValue(value=0.5)}
    assert drafted(releasable(eval_iterations=(iteration(1, metrics=metrics),))).name == "bot"


def test_names_that_are_one_id_get_numbers() -> None:
    metrics: Any = {
        name: MetricValue(value=0.5, lower_is_better=False) for name in ("A b", "a-b", "unit tests")
    }
    report = releasable(eval_iterations=(iteration(1, metrics=metrics),))
    ids = [rule.id for rule in drafted(report).rules if rule.check == "eval_metric"]
    assert ids == ["a-b", "a-b-2", "unit-tests-2"]


def test_a_hundred_metrics_are_enough() -> None:
    metrics: Any = {f"m{n}": MetricValue(value=0.5, lower_is_better=False) for n in range(150)}
    report = releasable(eval_iterations=(iteration(1, metrics=metrics),))
    drafted(report)
    assert left_out(report) == {"50 further metrics": "the first 100 have rules"}


@given(dice)
def test_every_report_passes_its_draft_property(roll: Any) -> None:
    report = consistent_report(roll)
    try:
        policy = drafted(report)
    except InputError:
        assume(False)
    assert judge(report, policy).decision is not GoNoGoDecision.NO_GO


numbers = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0.0, 0.5, 1.0, 0.995, 100.0])
metric_values = st.builds(
    MetricValue,
    value=numbers,
    n=st.none() | st.integers(0, 2**53),
    lower_is_better=st.none() | st.booleans(),
    minimum=st.none() | numbers,
    maximum=st.none() | numbers,
    unit=st.sampled_from(["", "ms", "%", "share", "pct"]) | st.text(max_size=4),
)


@given(st.dictionaries(st.text(max_size=12) | st.just("completeness"), metric_values, max_size=6))
def test_any_metrics_pass_their_draft_property(metrics: dict[str, Any]) -> None:
    report = releasable(eval_iterations=(iteration(1, metrics=metrics),))
    assert judge(report, drafted(report)).decision is not GoNoGoDecision.NO_GO


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_rounding_is_mild_and_short_property(value: float) -> None:
    low, high = rounded_down(value), rounded_up(value)
    assert low <= value <= high
    for each in (low, high):
        assert math.isinf(each) or float(f"{each:.1e}") == each


@given(st.integers(0, 2**53), st.integers(1, 2**53))
def test_shares_in_hundredths_stand_on_the_mild_side_property(part: int, total: int) -> None:
    part = min(part, total)
    assert share_down(part, total) <= part / total <= share_up(part, total)
    assert Fraction(part, total) - Fraction(share_down(part, total)) < Fraction(11, 1000)


@given(st.text())
def test_any_name_gives_an_id_property(name: str) -> None:
    import re

    assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,99}", rule_id(name))
