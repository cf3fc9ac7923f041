"""Totals of a test type follow from its cases."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.factories.reports import cases
from tsr_agent.models.report import OverallStatus, overall_status
from tsr_agent.models.results import Attempt, CaseStatus, TestCase, TestType, TestTypeResult


@given(st.lists(st.sampled_from(CaseStatus), max_size=30))
def test_totals_add_up(statuses: list[CaseStatus]) -> None:
    result = TestTypeResult.from_cases(TestType.UNIT, cases(*statuses))
    parts = (result.passed, result.failed, result.errors, result.skipped, result.xfailed, result.xpassed)
    assert result.total == len(statuses) == sum(parts)
    assert result.executed == result.total - statuses.count(CaseStatus.SKIPPED)
    assert len(result.failure_details) == result.failed + result.errors


def test_nothing_executed_has_no_pass_rate() -> None:
    assert TestTypeResult.from_cases(TestType.UNIT, ()).pass_rate is None
    assert TestTypeResult.from_cases(TestType.UNIT, cases(CaseStatus.SKIPPED)).pass_rate is None


def test_a_late_pass_is_not_green() -> None:
    late = TestCase(
        id="a",
        name="a",
        status=CaseStatus.PASSED,
        flaky=True,
        attempts=(
            Attempt(status=CaseStatus.FAILED, duration_ms=30),
            Attempt(status=CaseStatus.PASSED, duration_ms=12),
        ),
    )
    result = TestTypeResult.from_cases(TestType.UNIT, [late])
    assert (result.passed, result.flaky, result.pass_rate) == (1, 1, 0.0)
    assert result.duration_ms == 42


def test_overall_status_of_nothing_is_no_data_not_passed() -> None:
    skipped = TestTypeResult.from_cases(TestType.UNIT, cases(CaseStatus.SKIPPED))
    broken = TestTypeResult.from_cases(TestType.E2E, cases(CaseStatus.ERROR))
    green = TestTypeResult.from_cases(TestType.SECURITY, cases(CaseStatus.PASSED))
    assert overall_status(()) is OverallStatus.NO_DATA
    assert overall_status((skipped,)) is OverallStatus.NO_DATA
    assert overall_status((skipped, green)) is OverallStatus.PASSED
    assert overall_status((green, broken)) is OverallStatus.FAILED
