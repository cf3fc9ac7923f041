"""Generated reports beside generated baselines: mostly alike, so that what got worse stands out."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from tests.factories.generated_reports import TYPES, WORSENINGS, consistent_report
from tests.factories.judged_reports import NOW, line_coverage
from tsr_agent.gate.baseline import Baseline
from tsr_agent.gate.policies.builtin import ai_release_bytes
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.models.decision import BaselineSelect
from tsr_agent.models.evals import Dataset, EvalCase, EvalIterationSummary, MetricValue
from tsr_agent.models.results import TestType, TestTypeResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.factories.generated_reports import Dice
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.models.report import TestSummaryReport

DATA = Dataset(name="questions", digest="d" * 64)
NAMED = [each.value for each in TYPES]
COMPARING: tuple[dict[str, Any], ...] = (
    {
        "id": "no-worse-tests",
        "check": "test_changes",
        "where": {"type": NAMED},
        "require": {"max_newly_failing": 0, "max_newly_skipped": 0, "max_vanished": 0, "max_newly_flaky": 0},
    },
    {
        "id": "few-vanished",
        "check": "test_changes",
        "where": {"type": "unit"},
        "require": {"max_vanished": 2, "max_newly_failing": 1, "attempts": "majority"},
    },
    {
        "id": "accuracy-drop",
        "check": "metric_change",
        "where": {"metric": "accuracy"},
        "require": {"max_drop": 0.05, "confidence": 0.9},
    },
    {
        "id": "grounding-drop",
        "check": "metric_change",
        "where": {"metric": "grounding_score"},
        "require": {"max_drop": 0.02, "confidence": 0.95, "test": "auto"},
    },
    {"id": "coverage-drop", "check": "code_coverage", "require": {"at_least": 0.5, "max_drop": 0.05}},
)
"""Types are named: a failing type that no rule names and no baseline has can be left out unseen."""


def comparing_policy(on_missing: str = "fail", *, alone: bool = False, **selection: Any) -> Policy:
    """The built-in rules and one or two of each check that compares.

    Args:
        on_missing: Of the policy.
        alone: Without the built-in rules.
        **selection: Keys of ``baseline``.
    """
    tree = json.loads(ai_release_bytes())
    rules = [] if alone else tree["rules"]
    changed = {"name": "compared", "rules": [*rules, *COMPARING], "on_missing": on_missing}
    changed |= {"baseline": selection} if selection else {}
    return parse_policy(json.dumps(tree | changed).encode(), "compared.json")


def report_and_baseline(roll: Dice) -> tuple[TestSummaryReport, Baseline]:
    """A report, and one of the same place before it that differs in little or in much."""
    report = _with_cases(consistent_report(roll), roll)
    before = report if not roll.once_in(4) else _with_cases(consistent_report(roll), roll)
    for _ in range(roll.up_to(2)):
        report = roll.one_of((_sample_that_failed, _lost_sample, _less_coverage, _untouched))(report, roll)
    before = replace(
        before,
        id="old",
        created_at=NOW - timedelta(days=roll.up_to(40)),
        environment=report.environment if not roll.once_in(15) else "elsewhere",
    )
    return report, Baseline(report=before, digest="b" * 64, select=BaselineSelect.LAST_APPROVED)


def _with_cases(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    if roll.once_in(5):
        return report
    return replace(
        report, eval_iterations=tuple(_iteration_with_cases(each, roll) for each in report.eval_iterations)
    )


def _iteration_with_cases(iteration: EvalIterationSummary, roll: Dice) -> EvalIterationSummary:
    # As many on both sides: a report that loses a sample that the baseline never had is paired better.
    number = 25
    failed = roll.one_of((0, 1, 2, 5, 9))
    cases = tuple(
        EvalCase(id=f"c{n}", passed=n >= failed, scores={"grounding_score": roll.one_of((0.9, 0.95, 1.0))})
        for n in range(number)
    )
    return _measured_again(replace(iteration, dataset=DATA, cases=cases))


def _measured_again(iteration: EvalIterationSummary) -> EvalIterationSummary:
    """With the accuracy that its cases show, where it has one."""
    outcomes = [each.passed for each in iteration.cases if each.passed is not None]
    if not outcomes or "accuracy" not in iteration.metrics:
        return iteration
    share = MetricValue(value=outcomes.count(True) / len(outcomes), n=len(outcomes))
    return replace(iteration, metrics={**iteration.metrics, "accuracy": share})


def _change_the_latest(
    report: TestSummaryReport, change: Callable[[EvalIterationSummary], EvalIterationSummary]
) -> TestSummaryReport:
    listed = report.eval_iterations
    if not listed:
        return report
    latest = max(listed, key=lambda each: each.iteration)
    return replace(report, eval_iterations=tuple(change(each) if each is latest else each for each in listed))


def _passing(iteration: EvalIterationSummary) -> list[int]:
    return [place for place, each in enumerate(iteration.cases) if each.passed]


def _sample_that_failed(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    """Some samples that passed fail now, and score lower."""

    def worse(old: EvalIterationSummary) -> EvalIterationSummary:
        passing = _passing(old)
        chosen = set(roll.random.sample(passing, min(len(passing), 1 + roll.up_to(8))))
        cases = tuple(
            replace(each, passed=False, scores={"grounding_score": 0.1}) if place in chosen else each
            for place, each in enumerate(old.cases)
        )
        return _measured_again(replace(old, cases=cases))

    return _change_the_latest(report, worse)


def _lost_sample(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    """A sample that passed is gone, or has no result any more."""

    def worse(old: EvalIterationSummary) -> EvalIterationSummary:
        passing = _passing(old)
        if not passing:
            return old
        at = roll.one_of(passing)
        left = () if roll.once_in(2) else (EvalCase(id=old.cases[at].id, error="broke"),)
        return _measured_again(replace(old, cases=(*old.cases[:at], *left, *old.cases[at + 1 :])))

    return _change_the_latest(report, worse)


def _hidden_samples(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    changed = roll.one_of(({"cases": ()}, {"dataset": None}, {"dataset": Dataset(name="questions")}))
    return _change_the_latest(report, lambda old: replace(old, **changed))


def _less_coverage(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    if not report.code_coverage:
        return report
    return replace(
        report, code_coverage=(*report.code_coverage, line_coverage(roll.up_to(90), 100, "more.xml"))
    )


def _type_without_cases(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    kind = roll.one_of(list(TestType))
    empty = TestTypeResult.from_cases(kind, [])
    kept = tuple(each for each in report.test_results if each.test_type is not kind)
    return replace(report, test_results=(*kept, empty))


def _untouched(report: TestSummaryReport, roll: Dice) -> TestSummaryReport:
    return report


COMPARED_WORSENINGS: tuple[Callable[[TestSummaryReport, Dice], TestSummaryReport], ...] = (
    *WORSENINGS,
    _sample_that_failed,
    _lost_sample,
    _hidden_samples,
    _less_coverage,
    _type_without_cases,
)
