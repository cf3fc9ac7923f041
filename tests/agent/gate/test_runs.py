"""How test commands ended: what explains a non-zero exit code, and what never does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests.factories.judged_reports import NOW, judge, passing, results, rule, with_results
from tsr_agent.gate.exceptions.waivers import Waiver, Waivers, WaiverScope
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.models.results import CaseStatus, RunnerRun, TestType

if TYPE_CHECKING:
    from tsr_agent.models.report import TestSummaryReport

GO, NO_GO = GoNoGoDecision.GO, GoNoGoDecision.NO_GO
KIND = TestType.PERFORMANCE


def tolerated(*exit_codes: int, failed: int = 1, **run: Any) -> TestSummaryReport:
    """Few enough of 1,000 performance tests failed for GO, and the commands ended so."""
    statuses = [CaseStatus.FAILED] * failed + [CaseStatus.PASSED] * (1_000 - failed)
    runs = tuple(RunnerRun(test_type=KIND, exit_code=code, **run) for code in exit_codes)
    return replace(with_results(results(KIND, *statuses)), runs=runs)


def complaint(report: TestSummaryReport) -> str:
    decision = judge(report)
    assert decision.decision is NO_GO
    return rule(decision, "evidence").message


@pytest.mark.parametrize(
    ("exit_codes", "failed"),
    [([0], 1), ([1], 1), ([1], 20), ([100], 3), ([3], 3), ([1, 1], 2), ([1, 100, 0], 2), ([0, 7], 7)],
)
def test_failures_in_the_results_explain_the_exit_code(exit_codes: list[int], failed: int) -> None:
    assert judge(tolerated(*exit_codes, failed=failed)).decision is GO


@pytest.mark.parametrize("code", [2, 3, 4, 5, 99, 101, 123])
def test_a_tolerated_failure_does_not_explain_another_code(code: int) -> None:
    assert complaint(tolerated(code)) == (
        f"The performance test command exited with {code}, which 1 failure does not explain"
    )


@pytest.mark.parametrize("code", [-9, 124, 125, 128, 130, 137, 3_221_225_786])
def test_a_command_that_was_ended_is_never_explained(code: int) -> None:
    assert complaint(tolerated(code)) == (
        f"The performance test command was ended before it finished (exit code {code:,})"
    )


def test_as_many_failures_as_the_code_of_a_killed_run_do_not_explain_it() -> None:
    statuses = [CaseStatus.FAILED] * 137 + [CaseStatus.PASSED] * 5_000
    report = with_results(results(KIND, *statuses))
    assert "was ended" in complaint(replace(report, runs=(RunnerRun(test_type=KIND, exit_code=137),)))


@pytest.mark.parametrize("code", [126, 127])
def test_a_command_that_never_started_is_never_explained(code: int) -> None:
    assert complaint(tolerated(code)) == (
        f"The performance test command could not be started (exit code {code})"
    )


@pytest.mark.parametrize("code", [0, 1])
def test_a_record_that_never_finished_is_never_explained(code: int) -> None:
    unfinished = tolerated(code, started_at=NOW)
    assert complaint(unfinished) == "The performance test command has no end on record"
    finished = tolerated(code, started_at=NOW, finished_at=NOW + timedelta(seconds=3))
    assert judge(finished).decision is GO


def test_an_explanation_is_not_shared_between_runs() -> None:
    assert complaint(tolerated(1, 2)) == (
        "The performance test command exited non-zero 2 times, and its results show 1 failure; "
        "The performance test command exited with 2, which 1 failure does not explain"
    )
    assert complaint(tolerated(1, 2, failed=2)) == (
        "The performance test command exited with 2, which 2 failures do not explain"
    )
    assert complaint(tolerated(1, 1)) == (
        "The performance test command exited non-zero 2 times, and its results show 1 failure"
    )


def test_failures_of_one_type_do_not_explain_the_command_of_another() -> None:
    run = RunnerRun(test_type=TestType.INTEGRATION, exit_code=1)
    report = tolerated(0)
    both = replace(report, test_results=(*report.test_results, passing(TestType.INTEGRATION, 3)), runs=(run,))
    assert complaint(both) == ("The integration test command exited with 1, and its results show no failure")


def test_a_waived_failure_does_not_explain_a_killed_run() -> None:
    failing = with_results(results(TestType.UNIT, *[CaseStatus.PASSED] * 8, CaseStatus.FAILED))
    waiver = Waiver(
        id="W-1",
        rule="unit-tests",
        scope=WaiverScope(branch="main"),
        reason="known",
        ticket="BOT-7",
        owner="ana",
        approved_by="ben",
        expires=NOW.date(),
    )
    waivers = Waivers(digest="e" * 64, waivers=(waiver,))
    for code, verdict in ((1, GO), (2, NO_GO), (125, NO_GO), (-9, NO_GO)):
        report = replace(failing, runs=(RunnerRun(test_type=TestType.UNIT, exit_code=code),))
        assert judge(report, waivers=waivers).decision is verdict
