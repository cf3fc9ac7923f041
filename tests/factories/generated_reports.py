"""Hypothesis strategies: consistent reports of mixed quality, and ways to make one worse."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from msgspec.structs import replace

from tests.factories.judged_reports import case, iteration, line_coverage, releasable, requirement
from tsr_agent.gate.verification import CaseIndex, objection
from tsr_agent.models.evals import (
    FailureCategory,
    FailureMode,
    IterationOutcome,
    MetricValue,
    ResolutionStatus,
    Severity,
)
from tsr_agent.models.report import InputFile, InputStatus
from tsr_agent.models.requirements import CoverageStatus, VerificationStatus
from tsr_agent.models.results import CaseStatus, RunnerRun, TestCase, TestType, TestTypeResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from tsr_agent.models.evals import EvalIterationSummary
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.models.requirements import RequirementCoverage

TYPES = (TestType.UNIT, TestType.SECURITY, TestType.PERFORMANCE, TestType.INTEGRATION)
# Mostly good, so that GO is common enough to be lost.
_STATUSES = (*[CaseStatus.PASSED] * 12, *CaseStatus)
_OUTCOMES = (*[IterationOutcome.PASSED] * 4, *IterationOutcome)
_ACCURACIES = (0.0, 0.84, 0.85, 0.86, 0.9, 0.9, 0.95, 1.0)
_GROUNDING = (0.5, 0.89, 0.9, 0.95)


class Dice:
    """Choices from one drawn seed: far faster than a draw each, and still repeatable."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def one_of(self, choices: Any) -> Any:
        return self.random.choice(tuple(choices))

    def up_to(self, most: int) -> int:
        return self.random.randint(0, most)

    def once_in(self, times: int) -> bool:
        return self.random.randrange(times) == 0


dice = st.integers(min_value=0, max_value=2**48).map(Dice)


def consistent_report(roll: Dice) -> TestSummaryReport:
    """Evidence of any quality that does not contradict itself."""
    results = tuple(_results(roll, kind) for kind in TYPES if not roll.once_in(10))
    return releasable(
        environment=roll.one_of(("staging", "production")),
        test_results=results,
        eval_iterations=_iterations(roll),
        requirement_coverage=_requirements(roll, results),
        code_coverage=() if roll.once_in(10) else tuple(_coverage(roll, n) for n in range(1 + roll.up_to(1))),
        runs=tuple(RunnerRun(test_type=each.test_type, exit_code=0) for each in results),
        manual_approval_required=roll.once_in(8),
    )


def _results(roll: Dice, kind: TestType) -> TestTypeResult:
    good = roll.one_of((True, True, True, False))
    statuses = [CaseStatus.PASSED if good else roll.one_of(_STATUSES) for _ in range(roll.up_to(5))]
    cases = [
        case(f"{kind.value}-{n}", status, flaky=status is CaseStatus.PASSED and not good and roll.once_in(8))
        for n, status in enumerate(statuses)
    ]
    return TestTypeResult.from_cases(kind, cases)


def _iterations(roll: Dice) -> tuple[EvalIterationSummary, ...]:
    count = 0 if roll.once_in(10) else 1 + roll.up_to(2)
    return tuple(_iteration(roll, number + 1) for number in range(count))


def _iteration(roll: Dice, number: int) -> EvalIterationSummary:
    metrics: dict[str, float | MetricValue] = {
        "grounding_score": roll.one_of(_GROUNDING),
        "accuracy": MetricValue(value=roll.one_of(_ACCURACIES), n=roll.one_of((None, 1, 250))),
    }
    if roll.once_in(12):
        del metrics["accuracy"]
    modes = tuple(_mode(roll, n) for n in range(roll.up_to(2)))
    return iteration(number, outcome=roll.one_of(_OUTCOMES), metrics=metrics, failure_modes=modes)


def _mode(roll: Dice, number: int) -> FailureMode:
    fixed = not roll.once_in(5)
    return FailureMode(
        id=f"FM-{number}",
        name="",
        severity=roll.one_of(Severity),
        category=roll.one_of(FailureCategory),
        discovered_in_iteration=1,
        resolution_status=ResolutionStatus.FIXED if fixed else roll.one_of(ResolutionStatus),
    )


def _requirements(roll: Dice, results: tuple[TestTypeResult, ...]) -> tuple[RequirementCoverage, ...]:
    index = CaseIndex(results)
    ids = [each.id for result in results for each in result.test_cases]
    found = []
    for number in range(roll.up_to(3)):
        claim = requirement(f"R-{number}", *(roll.one_of(ids) for _ in range(1 + roll.up_to(1)) if ids))
        status = VerificationStatus.FAILED if objection(claim, index) else VerificationStatus.VERIFIED
        found.append(replace(claim, verification_status=status))
    return tuple(found)


def _coverage(roll: Dice, number: int) -> Any:
    return line_coverage(roll.one_of((0, 79, 80, 90, 100)), 100, f"coverage-{number}.xml")


# What makes a report worse. Each takes a report and dice, and gives back a report that speaks for
# release no more than before: support is taken away, or something bad is added.


def _recounted(report: TestSummaryReport, at: int, cases: list[TestCase]) -> TestSummaryReport:
    old = report.test_results[at]
    new = TestTypeResult.from_cases(old.test_type, cases)
    return replace(report, test_results=(*report.test_results[:at], new, *report.test_results[at + 1 :]))


def _passing_case(report: TestSummaryReport, roll: Dice) -> tuple[int, int] | None:
    places = [
        (at, n)
        for at, result in enumerate(report.test_results)
        for n, each in enumerate(result.test_cases)
        if each.status is CaseStatus.PASSED and not each.flaky
    ]
    return roll.one_of(places) if places else None


def spoil_a_passing_case(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    place = _passing_case(report, roll)
    if place is None:
        return report
    at, n = place
    cases = list(report.test_results[at].test_cases)
    bad = (
        {"flaky": True}
        if roll.once_in(6)
        else {"status": roll.one_of([s for s in CaseStatus if s is not CaseStatus.PASSED])}
    )
    cases[n] = replace(cases[n], **bad)
    return _recounted(report, at, cases)


def remove_a_passing_case(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    place = _passing_case(report, roll)
    if place is None:
        return report
    at, n = place
    cases = list(report.test_results[at].test_cases)
    del cases[n]
    return _recounted(report, at, cases)


def remove_a_test_type(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    gone = roll.one_of(TYPES)
    return replace(report, test_results=tuple(r for r in report.test_results if r.test_type is not gone))


def remove_a_section(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    sections = ("test_results", "eval_iterations", "requirement_coverage", "code_coverage")
    return replace(report, **{roll.one_of(sections): ()})


def keep_counts_only(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    return replace(report, test_results=tuple(replace(r, test_cases=()) for r in report.test_results))


def falsify_a_count(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    if not report.test_results:
        return report
    at = roll.up_to(len(report.test_results) - 1)
    old = report.test_results[at]
    field = roll.one_of(("total", "passed", "failed", "errors", "skipped", "xfailed", "xpassed"))
    new = replace(old, **{field: roll.one_of((getattr(old, field) + 1, -1, None, "0", float("nan")))})
    return replace(report, test_results=(*report.test_results[:at], new, *report.test_results[at + 1 :]))


def _change_an_iteration(
    report: TestSummaryReport, roll: Dice, change: Callable[[EvalIterationSummary], EvalIterationSummary]
) -> TestSummaryReport:
    if not report.eval_iterations:
        return report
    at = roll.up_to(len(report.eval_iterations) - 1)
    old = report.eval_iterations
    return replace(report, eval_iterations=(*old[:at], change(old[at]), *old[at + 1 :]))


def worsen_a_metric(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    name = roll.one_of(("accuracy", "grounding_score"))

    def worse(old: EvalIterationSummary) -> EvalIterationSummary:
        metrics: dict[str, Any] = dict(old.metrics)
        found = old.metric(name)
        if found is None or roll.once_in(3):
            metrics.pop(name, None)
        else:
            lower = replace(found, value=found.value * roll.one_of((0.0, 0.5, 0.99)))
            metrics[name] = roll.one_of((lower, replace(found, n=0), float("nan"), "0.99", None, 85.0))
        return replace(old, metrics=metrics)

    return _change_an_iteration(report, roll, worse)


def worsen_an_outcome(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    return _change_an_iteration(report, roll, lambda old: replace(old, outcome=IterationOutcome.FAILED))


def add_an_open_failure_mode(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    new = replace(_mode(roll, 7), resolution_status=roll.one_of(list(ResolutionStatus)))
    return _change_an_iteration(
        report, roll, lambda old: replace(old, failure_modes=(*old.failure_modes, new))
    )


def reopen_failure_modes(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    def reopened(old: EvalIterationSummary) -> EvalIterationSummary:
        modes = tuple(replace(m, resolution_status=ResolutionStatus.OPEN) for m in old.failure_modes)
        return replace(old, failure_modes=modes)

    return _change_an_iteration(report, roll, reopened)


def remove_an_earlier_iteration(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    first = report.eval_iterations[:1]
    # One with failure modes speaks against the release; that it vanished only a baseline can tell.
    if len(report.eval_iterations) < 2 or first[0].failure_modes:
        return report
    return replace(report, eval_iterations=report.eval_iterations[1:])


def add_a_later_iteration_that_failed(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    failed = iteration(9, outcome=IterationOutcome.FAILED)
    return replace(report, eval_iterations=(failed, *report.eval_iterations))


def doubt_a_requirement(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    if not report.requirement_coverage:
        return report
    at = roll.up_to(len(report.requirement_coverage) - 1)
    old = report.requirement_coverage
    changed = roll.one_of(
        (
            {"verification_status": VerificationStatus.FAILED},
            {"verification_status": VerificationStatus.NOT_RUN},
            {"test_ids": ()},
            {"test_ids": (*old[at].test_ids, "gone")},
            {"missing_tests": ("gone",)},
            {"coverage_status": CoverageStatus.PARTIAL},
        )
    )
    return replace(report, requirement_coverage=(*old[:at], replace(old[at], **changed), *old[at + 1 :]))


def remove_a_verified_requirement(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    old = report.requirement_coverage
    verified = [each for each in old if each.verification_status is VerificationStatus.VERIFIED]
    gone = roll.one_of(verified) if verified else None
    return replace(report, requirement_coverage=tuple(each for each in old if each is not gone))


def cover_less(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    if not report.code_coverage:
        return report
    lower = line_coverage(roll.up_to(100), 100, "new.xml")
    return replace(report, code_coverage=(*report.code_coverage, lower))


def add_an_unreadable_input(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    torn = InputFile(path="torn.xml", size=1, status=InputStatus.UNREADABLE)
    return replace(report, inputs=(torn, *report.inputs))


def add_a_run_that_was_killed(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    killed = RunnerRun(test_type=roll.one_of(TestType), exit_code=roll.one_of((-9, 124, 137)))
    return replace(report, runs=(killed, *report.runs))


def list_a_section_twice(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    section = roll.one_of(("test_results", "eval_iterations", "requirement_coverage", "code_coverage"))
    return replace(report, **{section: getattr(report, section) * 2})


def ask_for_approval(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    return replace(report, manual_approval_required=True)


def dirty_the_tree(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    return replace(report, versions=replace(report.versions, dirty=True))


def write_in_a_newer_format(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    return replace(report, schema_version=2)


WORSENINGS: tuple[Callable[[TestSummaryReport, Dice], TestSummaryReport], ...] = (
    spoil_a_passing_case,
    remove_a_passing_case,
    remove_a_test_type,
    remove_a_section,
    keep_counts_only,
    falsify_a_count,
    worsen_a_metric,
    worsen_an_outcome,
    add_an_open_failure_mode,
    reopen_failure_modes,
    remove_an_earlier_iteration,
    add_a_later_iteration_that_failed,
    doubt_a_requirement,
    remove_a_verified_requirement,
    cover_less,
    add_an_unreadable_input,
    add_a_run_that_was_killed,
    list_a_section_twice,
    ask_for_approval,
    dirty_the_tree,
    write_in_a_newer_format,
)
