"""A backtest of 10,000 reports: reports a second, against merely decoding the same documents in the same run.

    python -m pytest -m benchmark -s tests/benchmarks/test_backtest_benchmark.py

CPU time of this process, so that other work on the machine changes little; the ratio changes less still.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle
from time import process_time
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.factories.comparing_policies import comparing
from tests.factories.filed_reports import put_reports
from tests.factories.judged_reports import iteration, passing, releasable
from tests.factories.reports import NOON, manifest
from tsr_agent.backtest import BacktestRequest, backtest
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.models import codec
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.models.results import TestType
from tsr_agent.store.engine import open_library
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tsr_agent.store.engine import Library

pytestmark = pytest.mark.benchmark

REPORTS = 10_000
LEAST = 1_000
"""Reports a second of CPU time."""
MOST = 60.0
"""Times what decoding alone takes."""


def made() -> Iterator[TestSummaryReport]:
    """Reports of some forty cases, of several branches, with accuracies on both sides of the bound."""
    results = (passing(TestType.UNIT, 30), passing(TestType.SECURITY, 6), passing(TestType.PERFORMANCE, 4))
    branches, accuracies = (
        cycle(("main", "main", "release/2", "feature")),
        cycle((0.9, 0.86, 0.95, 0.8, 0.88)),
    )
    plain = releasable(test_results=results)
    for number, branch, accuracy in zip(range(REPORTS), branches, accuracies, strict=False):
        metrics = {"accuracy": accuracy, "grounding_score": 0.95}
        yield replace(
            plain,
            id=f"r{number}",
            created_at=NOON + number * timedelta(minutes=1),
            versions=manifest(codebase_branch=branch),
            eval_iterations=(iteration(1, metrics=metrics), iteration(2, metrics=metrics)),
        )


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with open_library(tmp_path_factory.mktemp("benchmark") / "library.db", create=True) as opened:
        put_reports(opened, made(), ai_release())
        yield opened


def decoding(library: Library) -> float:
    """Seconds to decode every document as strictly, once it is in memory."""
    repository = ReportRepository(library)
    documents = [repository.document(f"r{number}") for number in range(REPORTS)]
    start = process_time()
    for document in documents:
        codec.decode(document, TestSummaryReport)
    return process_time() - start


@pytest.mark.parametrize("name", ["ai-release", "with a baseline for each"])
def test_a_backtest_against_merely_decoding(library: Library, name: str) -> None:
    policy = ai_release() if name == "ai-release" else comparing()
    decoded = decoding(library)
    start = process_time()
    found = backtest(library, BacktestRequest(policy=policy))
    taken = process_time() - start
    assert (found.reports, found.judged, found.damaged) == (REPORTS, REPORTS, 0)
    print(
        f"\n{name}: {REPORTS / taken:,.0f} reports a second, {taken / decoded:.1f} × decoding "
        f"({REPORTS / decoded:,.0f} a second)"
    )
    assert REPORTS / taken >= LEAST
    assert taken <= MOST * decoded
