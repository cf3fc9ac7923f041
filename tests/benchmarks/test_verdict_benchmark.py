"""Verdicts a second on a report of 10,000 cases with 50 rules, against decoding that report in the same run.

    python -m pytest -m benchmark -s tests/benchmarks/test_verdict_benchmark.py

CPU time of this process. ``evaluate`` holds the whole report against its model before it judges it, so
that decoding, which does the same on the way, is the fair measure.
"""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.factories.judged_reports import NOW, case, passing, releasable, requirement
from tsr_agent.gate.evaluate import evaluate
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.models import codec
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.benchmark

CASES = 10_000
ROUNDS = 7
MOST = 3.0
"""Times what decoding the report takes."""


def report(failing_in: int) -> TestSummaryReport:
    """A large suite in which one case of so many fails; 0 for none."""
    cases = [
        case(
            f"shop.orders.TestOrder.test_{number:05}",
            CaseStatus.FAILED if failing_in and number % failing_in == 0 else CaseStatus.PASSED,
            classname="shop.orders.TestOrder",
            duration_ms=1.5,
        )
        for number in range(CASES)
    ]
    return releasable(
        test_results=(TestTypeResult.from_cases(TestType.UNIT, cases), passing(TestType.SECURITY, 4)),
        requirement_coverage=tuple(
            requirement(f"REQ-{number}", cases[number * 50 + 1].id) for number in range(200)
        ),
    )


def rules() -> list[dict[str, Any]]:
    """Fifty rules of the checks that have to look at much."""
    tests = [
        {"check": "tests", "where": {"type": "unit"}, "require": {"failed": number}} for number in range(20)
    ]
    metrics = [
        {
            "check": "eval_metric",
            "where": {"metric": "accuracy"},
            "require": {"at_least": 0.5 + number / 100, "confidence": 0.95},
        }
        for number in range(15)
    ]
    requirements = [
        {"check": "requirement_coverage", "require": {"verified": 0.5 + number / 100}} for number in range(10)
    ]
    modes = [{"check": "failure_modes", "require": {"max_count": number}} for number in range(5)]
    return [
        {"id": f"rule-{number}", **rule}
        for number, rule in enumerate((*tests, *metrics, *requirements, *modes))
    ]


def fastest(work: Callable[[], object]) -> float:
    """Seconds of CPU of the fastest of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        start = process_time()
        work()
        taken.append(process_time() - start)
    return min(taken)


@pytest.mark.parametrize("failing_in", [0, 20], ids=["green", "one case of 20 fails"])
def test_judging_against_decoding(failing_in: int) -> None:
    document = codec.encode(report(failing_in))
    judged = codec.decode(document, TestSummaryReport)
    policy = parse_policy(
        msgspec.json.encode({"version": 1, "name": "fifty rules", "rules": rules()}), "policy.json"
    )
    assert len(evaluate(judged, policy, None, None, NOW).rules) == 51
    decoded = fastest(lambda: codec.decode(document, TestSummaryReport))
    taken = fastest(lambda: evaluate(judged, policy, None, None, NOW))
    print(f"\n{1 / taken:,.0f} verdicts a second, {taken / decoded:.2f} × decoding the report")
    assert taken <= MOST * decoded
