"""What no failure at all shows, in the words of the record."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.judged_reports import iteration, judge, releasable, rule
from tsr_agent.gate.checks.zero_failures import in_per_cent
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.models.evals import (
    EvalCase,
    FailureCategory,
    FailureMode,
    MetricValue,
    ResolutionStatus,
    Severity,
)
from tsr_agent.statistics.intervals import zero_failure_rate


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (1, "95.0 %"),
        (30, "9.5 %"),
        (100, "3.0 %"),
        (300, "1.0 %"),
        (10_000, "0.03 %"),
        (10**6, "0.0003 %"),
        (2**53, "0.0001 %"),
    ],
)
def test_the_rate_as_it_is_printed(n: int, said: str) -> None:
    assert in_per_cent(zero_failure_rate(n)) == said


@given(st.integers(1, 2**53))
def test_a_rate_never_prints_as_none(n: int) -> None:
    printed = in_per_cent(zero_failure_rate(n)).removesuffix(" %")
    assert 0 < float(printed) <= 95


def mode(status: ResolutionStatus = ResolutionStatus.OPEN) -> FailureMode:
    return FailureMode(
        id="FM-1",
        name="",
        severity=Severity.CRITICAL,
        category=FailureCategory.SAFETY,
        discovered_in_iteration=1,
        resolution_status=status,
    )


def remarks(where: Any = None, **fields: Any) -> tuple[str, ...]:
    only = {"id": "it", "check": "failure_modes", "where": where or {"severity": ["critical"]}}
    read = parse_policy(json.dumps({"version": 1, "name": "p", "rules": [only]}).encode(), "p.json")
    report = releasable(eval_iterations=(iteration(1), iteration(2, **fields)))
    return rule(judge(report, read), "it").remarks


def still_allows(n: int, rate: str) -> tuple[str, ...]:
    looked = f"No unresolved critical failure mode in the {n:,} case{'' if n == 1 else 's'}"
    return (f"{looked} of the latest iteration still allows a rate of up to {rate} (95 % confidence)",)


def test_no_failure_mode_is_no_proof_of_none() -> None:
    sized = {"accuracy": MetricValue(value=0.9, n=30), "grounding_score": MetricValue(value=0.9, n=100)}
    assert remarks(metrics=sized) == still_allows(100, "3.0 %")
    listed = tuple(EvalCase(id=str(n), passed=True) for n in range(300))
    assert remarks(metrics={"accuracy": 0.9}, cases=listed) == still_allows(300, "1.0 %")
    assert remarks(metrics={"accuracy": MetricValue(value=1, n=1)}) == still_allows(1, "95.0 %")


def test_how_many_cases_is_not_known() -> None:
    said = ("In how many cases none was found is not stated",)
    assert remarks(metrics={"accuracy": 0.9}) == said
    assert remarks(metrics={"accuracy": MetricValue(value=0.9, n=0)}) == said
    assert remarks(metrics={"accuracy": float("nan")}) == said


def test_it_is_said_only_where_none_was_found_and_any_was_looked_for() -> None:
    assert remarks(failure_modes=(mode(),)) == ()
    assert remarks({"status": ["fixed"]}) == ()
    assert remarks(failure_modes=(mode(ResolutionStatus.FIXED),)) == still_allows(250, "1.2 %")
