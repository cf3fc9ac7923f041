"""What a case changes about a report: it stays a report, or the change is refused where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.agent.gate.trial.test_policy_cases import trees
from tests.factories.generated_reports import TYPES, Dice, consistent_report, dice
from tests.factories.judged_reports import case, judge, releasable, requirement, rule
from tsr_agent.gate.trial.policy_cases import CaseOutcome, Expectation, PolicyCase
from tsr_agent.gate.trial.report_changes import changed_report
from tsr_agent.models import codec
from tsr_agent.models.decision import GoNoGoDecision, RuleState
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.models.requirements import VerificationStatus
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult

if TYPE_CHECKING:
    from collections.abc import Mapping

EXPECT = Expectation(decision=GoNoGoDecision.GO)
PATH = "$.cases[0]"


def changed(
    report: TestSummaryReport, changes: Mapping[str, Any] | None = None, **tests: CaseOutcome
) -> tuple[TestSummaryReport, list[str]]:
    named = {name.replace("_", "-"): outcome for name, outcome in tests.items()}
    asked = PolicyCase(name="n", report="r", changes=dict(changes or {}), tests=named, expect=EXPECT)
    return changed_report(report, asked, PATH)


def refusals(changes: Mapping[str, Any]) -> list[str]:
    _, problems = changed(releasable(), changes)
    return [line.removeprefix(f"{PATH}.set.") for line in problems]


def test_a_value_is_replaced() -> None:
    report, problems = changed(releasable(), {"eval_iterations[-1].metrics.accuracy.value": 0.84})
    assert problems == []
    found = report.eval_iterations[1].metric("accuracy")
    assert found is not None
    assert (found.value, found.n) == (0.84, 250)
    assert rule(judge(report), "accuracy").state is RuleState.FAIL


def test_what_is_not_written_can_be_set() -> None:
    """A key that holds its default is left out of the document, and yet is there."""
    report, problems = changed(releasable(), {"eval_iterations[1].metrics.accuracy.unit": "%", "build": None})
    assert problems == []
    found = report.eval_iterations[1].metric("accuracy")
    assert found is not None
    assert found.unit == "%"


def test_a_key_with_dots_is_quoted() -> None:
    report, problems = changed(releasable(), {"eval_iterations[1].metrics": {"a.b": 0.5}})
    assert problems == []
    report, problems = changed(report, {'eval_iterations[1].metrics["a.b"]': 0.25})
    assert (problems, report.eval_iterations[1].metrics) == ([], {"a.b": 0.25})


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("eval_iteration[0].outcome", "the report has no 'eval_iteration'; did you mean 'eval_iterations'?"),
        ("eval_iterations[2].outcome", "eval_iterations has no [2]; it has 2 entries"),
        ("eval_iterations[-3].outcome", "eval_iterations has no [-3]; it has 2 entries"),
        (
            "eval_iterations.outcome",
            "eval_iterations is a list; write eval_iterations[0] for its first entry",
        ),
        (
            "eval_iterations[0].metrics.acuracy",
            "eval_iterations[0].metrics has no 'acuracy'; did you mean 'accuracy'?",
        ),
        ("environment.name", "environment has nothing inside; set it as a whole"),
        ("versions.__class__", "versions has no '__class__'"),
        ("", "is empty; name a place such as eval_iterations[0].outcome"),
        ("a..b", 'is no path; write a.b[0].c, and ["…"] for a key with dots in it'),
        (".environment", 'is no path; write a.b[0].c, and ["…"] for a key with dots in it'),
        ('["\\x"]', 'is no path; a key in ["…"] is written as in JSON'),
    ],
)
def test_a_path_that_is_not_there(name: str, said: str) -> None:
    assert refusals({name: 1}) == [f"{name}: {said}"]


def test_changes_inside_one_another() -> None:
    (line,) = refusals({"eval_iterations": [], "eval_iterations[0].outcome": "failed"})
    assert line == "eval_iterations[0].outcome: stands inside 'eval_iterations', which is set, too"
    assert len(refusals({"versions.dirty": True, 'versions["dirty"]': False})) == 2


@pytest.mark.parametrize(
    ("name", "value", "inside"),
    [
        ("eval_iterations[0].metrics.accuracy.value", "high", ""),
        ("eval_iterations[-1].outcome", "pased", ""),
        ("eval_iterations[1]", {"iteration": 2}, "version_name: "),
        ("test_results[0].failed", -1, ""),
        ("versions.dirty", "no", ""),
        ("id", "", ""),
    ],
)
def test_a_value_that_no_report_has(name: str, value: Any, inside: str) -> None:
    lines = refusals({name: value})
    assert lines
    assert any(line.startswith(f"{name}: {inside}") for line in lines), lines


def test_counts_follow_their_tests() -> None:
    report, problems = changed(releasable(), unit_7=CaseOutcome.FAILED, security_0=CaseOutcome.FLAKY)
    assert problems == []
    unit, security = report.result_for(TestType.UNIT), report.result_for(TestType.SECURITY)
    assert unit is not None
    assert security is not None
    assert (unit.passed, unit.failed, len(unit.failure_details)) == (7, 1, 1)
    assert (security.passed, security.flaky) == (4, 1)
    decision = judge(report)
    assert rule(decision, "evidence").state is RuleState.PASS
    assert rule(decision, "unit-tests").state is RuleState.FAIL
    assert rule(decision, "security-tests").state is RuleState.FAIL


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (CaseOutcome.FAILED, VerificationStatus.FAILED),
        (CaseOutcome.FLAKY, VerificationStatus.FAILED),
        (CaseOutcome.SKIPPED, VerificationStatus.NOT_RUN),
        (CaseOutcome.PASSED, VerificationStatus.VERIFIED),
    ],
)
def test_requirements_follow_their_tests(outcome: CaseOutcome, status: VerificationStatus) -> None:
    report, _ = changed(releasable(), unit_0=outcome)
    assert [each.verification_status for each in report.requirement_coverage] == [
        status,
        *[VerificationStatus.VERIFIED] * 3,
    ]
    assert rule(judge(report), "evidence").state is RuleState.PASS


def test_a_requirement_can_be_mended() -> None:
    broken = TestTypeResult.from_cases(TestType.UNIT, [case("unit-0", CaseStatus.FAILED)])
    failed = requirement("R", "unit-0", verification_status=VerificationStatus.FAILED)
    report, _ = changed(
        replace(releasable(), test_results=(broken,), requirement_coverage=(failed,)),
        unit_0=CaseOutcome.PASSED,
    )
    assert report.requirement_coverage[0].verification_status is VerificationStatus.VERIFIED


def test_a_test_that_is_not_there() -> None:
    _, problems = changed(releasable(), unit_70=CaseOutcome.FAILED)
    assert problems == [f"{PATH}.tests.unit-70: the report lists no test of this id; did you mean 'unit-7'?"]


_names = st.sampled_from(
    [
        "test_results",
        "test_results[0].failed",
        "eval_iterations[0].metrics",
        "eval_iterations[0].metrics.accuracy",
        "versions",
        "environment",
        "created_at",
        "runs",
        "manual_approval_required",
    ]
) | st.text(alphabet='ab.[]"0-', max_size=8)


@given(st.dictionaries(_names, trees, min_size=1, max_size=3))
def test_any_change_is_refused_or_gives_a_report(changes: dict[str, Any]) -> None:
    report, problems = changed(releasable(), changes)
    if not problems:
        assert codec.decode(codec.encode(report), TestSummaryReport) == report
        judge(report)


@given(dice, st.data())
def test_other_outcomes_contradict_nothing(roll: Dice, data: st.DataObject) -> None:
    report = consistent_report(roll)
    ids = [each.id for kind in TYPES if (r := report.result_for(kind)) for each in r.test_cases]
    if not ids:
        return
    outcomes = data.draw(st.dictionaries(st.sampled_from(ids), st.sampled_from(CaseOutcome), min_size=1))
    before = rule(judge(report), "evidence").state
    asked = PolicyCase(name="n", report="r", tests=outcomes, expect=EXPECT)
    after, problems = changed_report(report, asked, PATH)
    assert problems == []
    assert rule(judge(after), "evidence").state is before
