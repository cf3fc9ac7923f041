"""Libraries to be looked at: one for each way in which a screen can look poor."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from tests.factories import shown_reports as shown
from tests.factories.full_decisions import full_decision
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tests.factories.library_rows import header_row, put_rows
from tsr_agent.models import codec
from tsr_agent.models.decision import EvidenceRef, GoNoGoDecision
from tsr_agent.models.evals import (
    EvalIterationSummary,
    FailureCategory,
    FailureMode,
    IterationOutcome,
    MetricValue,
    ResolutionStatus,
    Severity,
)
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Callable

    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.store.engine import Library

FAILURES = 10_000
ROWS = 3_000
ITERATIONS = 40
NOT_FILED = {"nul", "surrogate", "megabyte", "megabyte_word", "word", "spaces"}
"""Hostile texts that no document can hold, and those that push all others out of the picture."""


def file(library: Library, report: TestSummaryReport, decision: Decision) -> None:
    """Files a report with a decision about exactly its bytes."""
    document = codec.encode(report)
    bound = msgspec.structs.replace(decision, report_id=report.id, report_digest=codec.digest(document))
    ReportRepository(library).add(document, bound, received_at=report.created_at)


def full(library: Library) -> None:
    """Something in every part: exceptions of each standing, a baseline, an approval to give, each verdict."""
    file(library, shown.report(), full_decision())
    for number, verdict in enumerate((GoNoGoDecision.GO, GoNoGoDecision.PENDING_REVIEW), start=1):
        made = shown.MADE - timedelta(hours=number)
        file(library, shown.report(id=f"TSR-{number}", created_at=made), shown.decision(verdict))


def single(library: Library) -> None:
    """One report that has next to nothing."""
    bare = shown.report(
        test_results=(), eval_iterations=(), requirement_coverage=(), unknown_requirements=(), build=None,
        code_coverage=(), runs=(), inputs=(),
    )  # fmt: skip
    file(library, bare, shown.decision(GoNoGoDecision.PENDING_REVIEW))


def failures(library: Library) -> None:
    """Ten thousand failures beside as many passes."""
    message = "AssertionError: expected 'I can not help with that' in answer"
    cases = [
        shown.case(
            f"test_{number:05d}", CaseStatus.FAILED, message=message, file="tests/t.py", line=number + 1
        )
        for number in range(FAILURES)
    ]
    cases += [shown.case(f"test_pass_{number:05d}") for number in range(FAILURES)]
    results = (TestTypeResult.from_cases(TestType.UNIT, cases), shown.unit_results())
    decided = shown.decision(
        rules=(
            *full_decision().rules[:1],
            shown.rule("unit-tests", expected="0 failed", actual="10,000 failed"),
        )
    )
    file(library, shown.report(test_results=results[:1]), decided)


def hostile(library: Library) -> None:
    """Every free text is one that tries something, and one is very long."""
    texts = "  ".join(text for name, text in HOSTILE_TEXTS.items() if name not in NOT_FILED)
    for number, text in enumerate((texts[:900], HOSTILE_TEXTS["word"][:900])):
        report, decision = shown.poisoned(text, full_decision())
        kept = msgspec.structs.replace(report, id=f"TSR-{number}", created_at=shown.MADE)
        file(library, kept, decision)


def history(library: Library) -> None:
    """Many eval iterations of many metrics, some on thresholds, some missing, with gaps."""
    draw = random.Random(3)
    steps = tuple(_step(number, draw) for number in range(1, ITERATIONS + 1) if number not in (7, 8, 30))
    rules = tuple(
        shown.rule(name, expected=bound, evidence=(EvidenceRef(iteration=ITERATIONS, metric=name),))
        for name, bound in (
            ("accuracy", "accuracy ≥ 0.85, n ≥ 200"),
            ("refusal_rate", "refusal_rate ≤ 0.2"),
            ("latency", "latency ≤ 1200"),
        )
    )
    file(library, shown.report(eval_iterations=steps), shown.decision(rules=rules))


def _step(number: int, draw: random.Random) -> EvalIterationSummary:
    share = number / ITERATIONS
    metrics: dict[str, float | MetricValue] = {
        "accuracy": MetricValue(value=0.6 + 0.3 * share + draw.random() / 20, n=250, standard_error=0.02),
        "grounding_score": MetricValue(value=0.5 + 0.4 * share, n=250),
        "refusal_rate": MetricValue(value=0.1 + 0.2 * draw.random(), n=250, lower_is_better=True),
        "latency": MetricValue(value=1900 - 900 * share + 90 * draw.random(), unit="ms", standard_error=40),
        "cost_per_answer": MetricValue(value=0.02 / number, unit="USD", lower_is_better=True),
    }
    if number % 5 == 0:
        del metrics["grounding_score"]
    found = [_mode(f"FM-{number}-{each}", number, None) for each in range(draw.randint(0, 2))]
    fixed = [_mode(f"FM-{number}-f", number - 1, number)] if number % 3 == 0 else []
    return EvalIterationSummary(
        iteration=number,
        version_name=f"V{number} prompt {number % 4}",
        outcome=IterationOutcome.IMPROVED,
        metrics=metrics,
        failure_modes=(*found, *fixed),
    )


def _mode(identity: str, found: int, fixed: int | None) -> FailureMode:
    return FailureMode(
        id=identity,
        name="Names documents that do not exist",
        severity=Severity.MAJOR,
        category=FailureCategory.GROUNDING,
        discovered_in_iteration=found,
        resolution_status=ResolutionStatus.FIXED if fixed else ResolutionStatus.OPEN,
        resolved_in_iteration=fixed,
    )


def crowd(library: Library) -> None:
    """Thousands of rows, for the list, its filters and the strip of decisions over time."""
    file(library, shown.report(created_at=shown.MADE + timedelta(days=30)), full_decision())
    # A step that meets every verdict, branch and environment in turn.
    put_rows(library, (header_row(number) for number in range(0, ROWS * 13, 13)))


LIBRARIES: dict[str, Callable[[Library], None]] = {
    "full": full,
    "single": single,
    "failures": failures,
    "hostile": hostile,
    "history": history,
    "crowd": crowd,
}
