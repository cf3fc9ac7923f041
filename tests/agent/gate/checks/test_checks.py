"""Each family of checks at its bounds, with the words it uses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests.factories.judged_reports import (
    iteration,
    judge,
    line_coverage,
    releasable,
    requirement,
    results,
    rule,
    with_results,
)
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.models.coverage import CodeCoverage, CoverageCounts
from tsr_agent.models.decision import RuleResult, RuleState
from tsr_agent.models.evals import (
    FailureCategory,
    FailureMode,
    IterationOutcome,
    MetricValue,
    ResolutionStatus,
    Severity,
)
from tsr_agent.models.manifest import BuildContext, PullRequest
from tsr_agent.models.requirements import UnknownRequirement, VerificationStatus
from tsr_agent.models.results import CaseStatus, TestType

if TYPE_CHECKING:
    from tsr_agent.models.report import TestSummaryReport

PASSED, FAILED, ERROR = CaseStatus.PASSED, CaseStatus.FAILED, CaseStatus.ERROR
SKIPPED, XFAILED = CaseStatus.SKIPPED, CaseStatus.XFAILED


def judged(report: TestSummaryReport, check: str, **fields: Any) -> RuleResult:
    tree = {"version": 1, "name": "p", "rules": [{"id": "it", "check": check, **fields}]}
    return rule(judge(report, parse_policy(json.dumps(tree).encode(), "p.json")), "it")


def e2e(*statuses: CaseStatus, **require: Any) -> RuleResult:
    report = with_results(results(TestType.E2E, *statuses))
    return judged(report, "tests", where={"type": "e2e"}, require=require)


@pytest.mark.parametrize(
    ("statuses", "require", "passes"),
    [
        ([PASSED] * 19 + [FAILED], {"max_failure_rate": 0.05}, True),
        ([PASSED] * 18 + [FAILED], {"max_failure_rate": 0.05}, False),
        ([PASSED] * 19 + [ERROR], {"max_failure_rate": 0.05}, True),
        ([PASSED] * 19 + [ERROR], {"failed": 5}, False),
        ([PASSED] * 19 + [FAILED], {"errors": 5}, False),
        ([PASSED] * 19 + [FAILED], {"failed": 1}, True),
        ([PASSED] * 19 + [FAILED], {"failed": 1, "max_failure_rate": 0.01}, False),
        ([PASSED] * 3, {"failed": 0, "min_executed": 3}, True),
        ([PASSED] * 3, {"failed": 0, "min_executed": 4}, False),
        ([PASSED] * 3 + [SKIPPED], {"failed": 0, "max_skipped_ratio": 0.25}, True),
        ([PASSED] * 2 + [SKIPPED], {"failed": 0, "max_skipped_ratio": 0.25}, False),
        ([PASSED, XFAILED], {"failed": 0}, True),
    ],
)
def test_tests_at_their_bounds(statuses: list[CaseStatus], require: dict[str, Any], passes: bool) -> None:
    assert (e2e(*statuses, **require).state is RuleState.PASS) is passes


def test_words_about_tests() -> None:
    found = e2e(PASSED, PASSED, FAILED, ERROR, SKIPPED, failed=0, max_failure_rate=0.1, min_executed=9)
    assert found.message == (
        "2 of 4 end-to-end tests did not pass (1 failed, 1 error); none may; "
        "Failure rate 0.5 of 4 end-to-end tests is above 0.1 (1 failed, 1 error); "
        "Only 4 end-to-end tests ran; at least 9 must"
    )
    assert found.expected == "0 failed, 0 errors, failure rate ≤ 0.1, at least 9 executed"
    assert (found.actual, found.n) == ("1 failed, 1 error of 4 executed, 1 skipped", 4)
    assert [each.test_id for each in found.evidence] == ["e2e-2", "e2e-3"]
    skipped = e2e(PASSED, SKIPPED, failed=0, max_skipped_ratio=0.1)
    assert skipped.message == "Skipped share 0.5 of 2 end-to-end tests is above 0.1"
    within = e2e(PASSED, FAILED, failed=1)
    assert within.message == "1 of 2 end-to-end tests did not pass (1 failed), within the bound"
    assert e2e(PASSED, XFAILED, SKIPPED, failed=0).message == (
        "2 end-to-end tests ran, none failed (1 failed as expected); 1 skipped"
    )


def metric(value: Any, require: dict[str, Any], name: str = "latency_ms", **where: Any) -> RuleResult:
    report = releasable(eval_iterations=(iteration(1, metrics={name: value}),))
    return judged(report, "eval_metric", where={"metric": name, **where}, require=require)


@pytest.mark.parametrize(
    ("value", "require", "passes"),
    [
        (800.0, {"at_most": 800}, True),
        (800.1, {"at_most": 800}, False),
        (5.0, {"at_least": 5, "at_most": 6}, True),
        (6.5, {"at_least": 5, "at_most": 6}, False),
        (MetricValue(value=10, n=200), {"at_most": 800, "min_samples": 200}, True),
        (MetricValue(value=10, n=199), {"at_most": 800, "min_samples": 200}, False),
        (10.0, {"at_most": 800, "min_samples": 200}, False),
        (MetricValue(value=10, lower_is_better=True), {"at_most": 800}, True),
        (MetricValue(value=10, lower_is_better=False), {"at_most": 800}, False),
        (MetricValue(value=10, lower_is_better=True), {"at_least": 5}, False),
        (MetricValue(value=10, minimum=0, maximum=5), {"at_most": 800}, False),
        (MetricValue(value=4, minimum=0, maximum=5), {"at_least": 3}, True),
    ],
)
def test_metrics_at_their_bounds(value: Any, require: dict[str, Any], passes: bool) -> None:
    assert (metric(value, require).state is RuleState.PASS) is passes


def test_words_about_metrics() -> None:
    found = metric(MetricValue(value=0.812, n=250), {"at_least": 0.85}, "accuracy")
    assert found.message == "Accuracy 0.812 on 250 cases is below 0.85"
    assert (found.expected, found.actual, found.n) == ("accuracy ≥ 0.85", "0.812", 250)
    assert found.interval is not None
    assert found.interval[0] < 0.812 < found.interval[1]
    assert metric(900.0, {"at_most": 800}).message == "Latency ms 900 is above 800"
    assert metric(MetricValue(value=1, n=3), {"at_most": 8, "min_samples": 9}).message == (
        "Latency ms rests on only 3 cases; at least 9 are needed"
    )
    assert metric(0.99, {"at_least": 0.9}, "accuracy").message == "Accuracy 0.99 is at least 0.9"


def test_a_bound_between_0_and_1_means_a_share_unless_a_scale_is_given() -> None:
    assert metric(85.0, {"at_least": 0.8}, "relevance").message == "Relevance 85 is outside the scale 0 to 1"
    scale = {"minimum": 0, "maximum": 100}
    assert metric(85.0, {"at_least": 0.8}, "relevance", scale=scale).state is RuleState.PASS
    in_percent = MetricValue(value=85.0, minimum=0, maximum=100, unit="%")
    assert metric(in_percent, {"at_least": 80}, "relevance", scale=scale).state is RuleState.PASS
    assert metric(in_percent, {"at_least": 80}, "relevance").state is RuleState.PASS


def test_a_bound_of_1_means_a_share_too() -> None:
    found = metric(85.0, {"at_least": 1}, "faithfulness")
    assert found.message == "Faithfulness 85 is outside the scale 0 to 1"
    assert metric(1.0, {"at_least": 1}, "faithfulness").state is RuleState.PASS
    stars = {"minimum": 0, "maximum": 5}
    assert metric(4.0, {"at_least": 1}, "stars", scale=stars).state is RuleState.PASS


def mode(name: str, severity: Severity, status: ResolutionStatus = ResolutionStatus.OPEN) -> FailureMode:
    return FailureMode(
        id=name,
        name=name,
        severity=severity,
        category=FailureCategory.FORMAT,
        discovered_in_iteration=1,
        resolution_status=status,
    )


def test_failure_modes_by_severity_status_and_number() -> None:
    listed = (mode("A", Severity.MAJOR), mode("B", Severity.MINOR), mode("C", Severity.CRITICAL))
    fixed = mode("D", Severity.MAJOR, ResolutionStatus.FIXED)
    again = (iteration(1, failure_modes=listed), iteration(2, failure_modes=(listed[0], fixed)))
    report = releasable(eval_iterations=again)
    major = judged(report, "failure_modes", where={"severity": ["major"]})
    assert major.message == "1 unresolved major failure mode in 2 iterations: A"
    assert (major.expected, major.actual, major.n) == ("no unresolved major failure mode", "1", 5)
    assert [(each.failure_mode, each.iteration) for each in major.evidence] == [("A", 2)]
    one = judged(report, "failure_modes", where={"severity": ["major"]}, require={"max_count": 1})
    assert one.state is RuleState.PASS
    accepted = judged(report, "failure_modes", where={"status": ["accepted_risk"]})
    assert accepted.message == "0 accepted risk failure modes in 2 iterations"
    assert judged(report, "failure_modes").actual == "3"


@pytest.mark.parametrize("status", [VerificationStatus.NOT_RUN, VerificationStatus.FAILED])
def test_a_requirement_that_the_report_does_not_call_verified_is_not(status: VerificationStatus) -> None:
    """Its tests passed all the same: whoever wrote the report knew something that they do not show."""
    modest = requirement("R-9", "unit-0", verification_status=status)
    report = releasable(requirement_coverage=(requirement("R-1", "unit-1"), modest))
    found = judged(report, "requirement_coverage", require={"verified": 1})
    assert (found.state, found.actual) == (RuleState.FAIL, "0.5")
    assert found.message.endswith("not verified: R-9")


def test_unknown_requirement_ids() -> None:
    report = releasable(unknown_requirements=(UnknownRequirement(requirement_id="X", test_ids=("unit-0",)),))
    found = judged(report, "requirement_coverage", require={"max_unknown_ids": 0})
    assert found.message == "Tests name 1 unknown requirement: X"
    assert judged(report, "requirement_coverage", require={"max_unknown_ids": 1}).state is RuleState.PASS


def test_line_and_branch_coverage_are_not_mixed() -> None:
    both = CodeCoverage(
        path="c.xml",
        tool="coverage.py",
        line=CoverageCounts(covered=9, total=10),
        branch=CoverageCounts(covered=5, total=10),
    )
    report = releasable(code_coverage=(both, line_coverage(10, 10)))
    branch = judged(report, "code_coverage", where={"measure": "branch"}, require={"at_least": 0.5})
    assert (branch.state, branch.message) == (
        RuleState.PASS,
        "Branch coverage 0.5 of 10 branches is at least 0.5",
    )
    assert judged(report, "code_coverage", require={"at_least": 0.95}).message == (
        "Line coverage 0.9 of 10 lines is below 0.95"
    )
    only_lines = releasable(code_coverage=(line_coverage(1, 1),))
    absent = judged(only_lines, "code_coverage", where={"measure": "branch"}, require={"at_least": 0.5})
    assert (absent.state, absent.message) == (RuleState.NOT_EVALUATED, "No branch coverage was reported")


def test_iterations_without_name_or_metrics_document_nothing() -> None:
    history = (iteration(1, metrics={}), iteration(2, version_name=" "), iteration(3))
    report = releasable(eval_iterations=history)
    found = judged(report, "eval_iterations", require={"min_documented": 2})
    assert found.message == "Only 1 eval iteration is documented; at least 2 must be"
    assert judged(report, "eval_iterations").message == "1 eval iteration is documented"


@pytest.mark.parametrize(
    ("dirty", "state", "message"),
    [
        (False, RuleState.PASS, f"Made from commit {'a' * 12} without local changes"),
        (True, RuleState.FAIL, f"The working tree held changes that commit {'a' * 12} does not have"),
        (
            None,
            RuleState.NOT_EVALUATED,
            "It is not known whether the working tree held local changes",
        ),
    ],
)
def test_a_tree_nobody_looked_at_is_not_called_clean(
    dirty: bool | None, state: RuleState, message: str
) -> None:
    report = releasable(versions=replace(releasable().versions, dirty=dirty))
    found = judged(report, "clean_tree")
    assert (found.state, found.message) == (state, message)
    assert (message in judge(report).warnings) is (state is not RuleState.PASS)


@pytest.mark.parametrize("dirty", [0, "", "no", []])
def test_a_tree_that_is_neither_clean_nor_dirty_nor_unknown_is_malformed(dirty: Any) -> None:
    report = releasable(versions=replace(releasable().versions, dirty=dirty))
    assert rule(judge(report), "evidence").state is RuleState.FAIL
    assert judged(report, "clean_tree").state is RuleState.NOT_EVALUATED


MERGED = PullRequest(head_sha="a" * 40, from_fork=False)


@pytest.mark.parametrize(
    ("build", "state"),
    [
        (BuildContext(system="CI", merge_sha="e" * 40, pull_request=MERGED), RuleState.PASS),
        (BuildContext(system="CI", merge_sha="f" * 40, pull_request=MERGED), RuleState.NOT_EVALUATED),
        (BuildContext(system="CI", merge_sha="e" * 40), RuleState.NOT_EVALUATED),
        (
            BuildContext(system="CI", merge_sha="e" * 40, pull_request=PullRequest(head_sha="f" * 40)),
            RuleState.NOT_EVALUATED,
        ),
        (BuildContext(system="CI", pull_request=MERGED), RuleState.NOT_EVALUATED),
        (None, RuleState.NOT_EVALUATED),
    ],
)
def test_a_clean_tree_of_another_commit_says_nothing_but_for_a_merge(
    build: BuildContext | None, state: RuleState
) -> None:
    other = replace(releasable().versions, checked_out_sha="e" * 40)
    found = judged(releasable(versions=other, build=build), "clean_tree")
    assert found.state is state
    assert "e" * 12 in found.message
    dirty = replace(other, dirty=True)
    assert judged(releasable(versions=dirty, build=build), "clean_tree").state is RuleState.FAIL


def test_a_build_that_is_not_of_its_form_is_no_sound_evidence() -> None:
    report = releasable(build={"system": 7})
    assert rule(judge(report), "evidence").state is RuleState.FAIL


def test_latest_iteration_may_be_asked_to_have_improved() -> None:
    report = releasable(eval_iterations=(iteration(1, outcome=IterationOutcome.IMPROVED),))
    assert judged(report, "latest_iteration", require={"outcome": "improved"}).state is RuleState.PASS
    assert judged(report, "latest_iteration").actual == "improved"
