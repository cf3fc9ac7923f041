"""What a rule refers to is found in the report, with its place and what it said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import shown_reports as reports
from tsr_agent.models.decision import EvidenceRef
from tsr_agent.models.evals import (
    EvalCase,
    EvalIterationSummary,
    FailureCategory,
    FailureMode,
    IterationOutcome,
    ResolutionStatus,
    Severity,
)
from tsr_agent.models.findings import Finding, FindingLevel, StaticAnalysis
from tsr_agent.sections.places import Place, first_line, places

if TYPE_CHECKING:
    from tsr_agent.models.report import TestSummaryReport


def place(report: TestSummaryReport, **reference: Any) -> Place:
    ((shown, more),) = places(report, [(EvidenceRef(**reference),)], 3)
    assert more == ""
    return shown[0]


def test_a_finding_with_its_place_and_message() -> None:
    finding = Finding(
        rule_id="B105", level=FindingLevel.ERROR, message="A password\nmore", file="src/bot.py", line=12
    )
    scan = StaticAnalysis(path="bandit.sarif", tool="bandit", executed=True, findings=(finding,))
    report = reports.report(static_analysis=(scan,))
    found = place(report, path="bandit.sarif", finding="B105", file="src/bot.py", line=12)
    assert (found.name, found.where, found.message) == ("B105", "src/bot.py:12", "A password")
    elsewhere = place(report, path="bandit.sarif", finding="B105", file="src/bot.py", line=13)
    assert (elsewhere.where, elsewhere.message) == ("src/bot.py:13", "")


def test_a_test_of_another_type_is_not_taken_for_it() -> None:
    name = "tests/test_bot.py::test_refuses_medical_advice"
    assert place(reports.report(), test_type="unit", test_id=name).where == "tests/test_bot.py:41"
    assert place(reports.report(), test_type="e2e", test_id=name).where == "not in this report"


def mode(status: ResolutionStatus, name: str) -> FailureMode:
    return FailureMode(
        id="FM-1",
        name=name,
        severity=Severity.CRITICAL,
        category=FailureCategory.SAFETY,
        discovered_in_iteration=1,
        resolution_status=status,
    )


def test_a_failure_mode_is_shown_as_it_is_unresolved() -> None:
    rows = tuple(
        EvalIterationSummary(
            iteration=number,
            version_name=f"V{number}",
            outcome=IterationOutcome.PASSED,
            metrics={},
            failure_modes=(mode(status, status.value),),
        )
        for number, status in ((2, ResolutionStatus.FIXED), (1, ResolutionStatus.ACCEPTED_RISK))
    )
    found = place(reports.report(eval_iterations=rows), failure_mode="FM-1")
    assert found.where == "critical, accepted risk: accepted_risk"


@pytest.mark.parametrize(
    "reference",
    [{"failure_mode": "gone"}, {"requirement_id": "gone"}, {"path": "gone.xml"}, {"finding": "gone"}],
)
def test_what_the_report_does_not_have_is_still_named(reference: dict[str, str]) -> None:
    assert place(reports.report(), **reference).name == "gone" + ".xml" * ("path" in reference)


def test_a_metric_is_no_place_to_look_at() -> None:
    assert places(reports.report(), [(EvidenceRef(iteration=3, metric="accuracy"),)], 3) == [((), "")]


def measured(value: float, *passed: bool | None) -> TestSummaryReport:
    cases = tuple(
        EvalCase(id=f"q{number}", passed=each, error="" if each else "no\nsource")
        for number, each in enumerate(passed)
    )
    iteration = EvalIterationSummary(
        iteration=3,
        version_name="V3",
        outcome=IterationOutcome.PASSED,
        metrics={"accuracy": value},
        cases=cases,
    )
    return reports.report(eval_iterations=(iteration,))


def test_the_samples_that_did_not_pass_stand_behind_the_share_of_those_that_did() -> None:
    asked = [(EvidenceRef(iteration=3, metric="accuracy"),)]
    ((shown, more),) = places(measured(0.25, True, False, None, False, False), asked, 2)
    assert [(each.mark.sign, each.name, each.message) for each in shown] == [
        ("✕", "q1", "no"),
        ("✕", "q3", "no"),
    ]
    assert more == "and 1 more"
    assert places(measured(0.5, True, False), asked, 1)[0][1] == ""


@pytest.mark.parametrize(
    ("value", "passed", "reference"),
    [
        (0.9, (True, False), {"iteration": 3, "metric": "accuracy"}),
        (0.5, (True, False), {"iteration": 2, "metric": "accuracy"}),
        (0.5, (True, False), {"iteration": 3, "metric": "tone"}),
        (0.5, (True, False), {"iteration": 3}),
        (0.0, (None, None), {"iteration": 3, "metric": "accuracy"}),
        (0.0, (), {"iteration": 3, "metric": "accuracy"}),
        (1.0, (True, True), {"iteration": 3, "metric": "accuracy"}),
    ],
)
def test_other_samples_say_nothing_of_a_metric(
    value: float, passed: tuple[bool | None, ...], reference: dict[str, Any]
) -> None:
    assert places(measured(value, *passed), [(EvidenceRef(**reference),)], 3) == [((), "")]


def test_only_the_first_are_looked_up_and_the_rest_is_counted() -> None:
    refs = [EvidenceRef(path=f"f{number}") for number in range(50)]
    ((shown, more), (few, none)) = places(reports.report(), [refs, refs[:2]], 2)
    assert [each.name for each in shown] == ["f0", "f1"]
    assert more == "and at least 48 more"
    assert (len(few), none) == (2, "")


@pytest.mark.parametrize(
    ("text", "line"),
    [("\n\n first\nsecond", "first"), ("", ""), ("one\r\ntwo", "one"), ("x" * 5_000, "x" * 299 + "…")],
)
def test_the_first_line_that_says_something(text: str, line: str) -> None:
    assert first_line(text) == line
