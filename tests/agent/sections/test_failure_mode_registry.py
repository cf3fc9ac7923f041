"""The registry of failure modes: one row a mode, and what iterations tell differently."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.factories import shown_reports as shown
from tests.factories.judged_reports import iteration
from tsr_agent.models.evals import FailureCategory, FailureMode, ResolutionStatus, Severity
from tsr_agent.sections.failure_modes import RegistryRow, failure_mode_registry, registry_summary
from tsr_agent.sections.marks import Tone

OPEN, FIXED = ResolutionStatus.OPEN, ResolutionStatus.FIXED


def mode(status: ResolutionStatus = OPEN, **fields: Any) -> FailureMode:
    values: dict[str, Any] = {
        "id": "FM-1",
        "name": "Invented citations",
        "severity": Severity.CRITICAL,
        "category": FailureCategory.GROUNDING,
        "discovered_in_iteration": 1,
        "resolution_status": status,
    }
    return FailureMode(**(values | fields))


def registry(*listed: tuple[int, FailureMode]) -> tuple[RegistryRow, ...]:
    numbers = sorted({number for number, _ in listed}, reverse=True)
    iterations = tuple(
        iteration(number, failure_modes=tuple(each for at, each in listed if at == number))
        for number in numbers
    )
    return failure_mode_registry(shown.report(eval_iterations=iterations))


def test_a_mode_has_one_row_with_what_became_of_it() -> None:
    (row,) = registry((1, mode()), (2, mode()), (3, mode(FIXED, resolved_in_iteration=3)))
    assert row.history == "found V1, open V1 to V2, fixed V3"
    assert str(row.status) == "✓ fixed"
    assert row.contradictions == ()
    assert row.is_unresolved, "a rule over all iterations still counts it"


@pytest.mark.parametrize(
    ("listed", "history"),
    [
        (((1, mode()), (2, mode(FIXED))), "found V1, fixed V2"),
        (((3, mode()),), "found V1, open V3"),
        (((1, mode()),), "found V1, open V1"),
        (((1, mode()), (2, mode(ResolutionStatus.WONT_FIX))), "found V1, won't fix V2"),
    ],
)
def test_the_history_names_each_state_once(listed: Any, history: str) -> None:
    assert registry(*listed)[0].history == history


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        (((2, mode(FIXED)), (3, mode())), "V2 says it is fixed, and V3 says open."),
        (((2, mode()), (2, mode(FIXED))), "V2 lists it 2 times: open, fixed."),
        (
            ((1, mode()), (2, mode(severity=Severity.MINOR))),
            "Its severity is told differently: critical in V1, minor in V2.",
        ),
        (((1, mode(discovered_in_iteration=4)),), "V1 lists it before V4, where it was found."),
        (((1, mode(resolved_in_iteration=1)),), "V1 says it is unresolved, and resolved in V1."),
        (((2, mode(FIXED, resolved_in_iteration=5)),), "V2 says it was fixed in V5, which came later."),
        (
            ((2, mode()), (3, mode(FIXED, resolved_in_iteration=1))),
            "V3 says it was fixed in V1, and V2 still lists it.",
        ),
    ],
)
def test_what_iterations_tell_differently_is_said(listed: Any, said: str) -> None:
    assert said in registry(*listed)[0].contradictions


def test_the_worst_severity_stands_and_unresolved_ones_come_first() -> None:
    rows = registry(
        (1, mode(FIXED, id="FM-0")),
        (1, mode(severity=Severity.MINOR, id="FM-2")),
        (2, mode(severity=Severity.CRITICAL, id="FM-2")),
        (2, mode(severity=Severity.MAJOR, id="FM-3")),
    )
    assert [(row.id, row.severity) for row in rows] == [
        ("FM-2", "critical"), ("FM-3", "major"), ("FM-0", "critical"),
    ]  # fmt: skip
    assert rows[0].status.tone is Tone.NO_GO
    assert registry_summary(rows) == (
        "3 failure modes, 2 unresolved in some iteration, 1 told differently by iterations"
    )


def test_what_was_done_about_it_names_the_iteration() -> None:
    last = replace(
        iteration(2, failure_modes=(mode(FIXED),)),
        fixes_applied=({"description": "Cite", "failure_mode": "FM-1"},),
    )
    (row,) = failure_mode_registry(shown.report(eval_iterations=(last,)))
    assert row.fixes == ("V2: Cite (FM-1)",)
