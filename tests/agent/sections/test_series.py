from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import shown_reports as reports
from tests.factories.full_decisions import full_decision
from tsr_agent.models.decision import EvidenceRef, RuleState
from tsr_agent.models.evals import EvalIterationSummary, FailureMode, IterationOutcome, MetricValue
from tsr_agent.models.results import TestType, TestTypeResult
from tsr_agent.sections.series import (
    MOST_PANELS,
    EvalSeries,
    Part,
    bars_summary,
    eval_series,
    series_summary,
    type_bars,
)

V1 = reports.iterations()[0]


def iteration(number: int, **changes: Any) -> EvalIterationSummary:
    values: dict[str, Any] = {
        "iteration": number,
        "version_name": f"V{number} x",
        "outcome": IterationOutcome.PASSED,
        "metrics": {"accuracy": 0.5 + number / 100},
    }
    return EvalIterationSummary(**(values | changes))


def series(*iterations: EvalIterationSummary, **bounds: str) -> EvalSeries:
    """The series under a decision whose rules on these metrics expect these texts."""
    rules = tuple(
        reports.rule(f"rule-{name}", expected=text, evidence=(EvidenceRef(iteration=1, metric=name),))
        for name, text in bounds.items()
    )
    decided = msgspec.structs.replace(reports.decision(), rules=rules)
    return eval_series(reports.report(eval_iterations=iterations), decided)


def counts(**numbers: int) -> TestTypeResult:
    given_numbers = {"passed": 0, "failed": 0, "skipped": 0} | numbers
    total = sum(number for name, number in given_numbers.items() if name != "flaky")
    return TestTypeResult(test_type=TestType.UNIT, total=total, duration_ms=0, **given_numbers)


def test_bars_have_every_test_once() -> None:
    bars = type_bars(reports.report())
    assert [(bar.key, bar.name, bar.total) for bar in bars] == [
        ("unit", "Unit", 44),
        ("security", "Security", 1),
    ]
    assert [str(each) for each in bars[0].segments] == [
        "✓ 40 passed", "▲ 1 flaky", "✕ 1 failed", "■ 1 error", "– 1 skipped",
    ]  # fmt: skip
    assert bars_summary(bars) == (
        "Unit: 40 passed, 1 flaky, 1 failed, 1 error, 1 skipped of 44. Security: 1 passed of 1."
    )


def test_a_type_that_did_not_run_says_no_data() -> None:
    report = reports.report(test_results=(counts(skipped=4),))
    assert bars_summary(type_bars(report)) == "Unit: no data, 4 skipped of 4."
    assert bars_summary(type_bars(reports.report(test_results=(counts(),)))) == "Unit: no data."


@given(
    st.fixed_dictionaries(
        {name: st.integers(0, 10**9) for name in ("failed", "errors", "xfailed", "skipped")}
    )
)
def test_no_failure_gets_lost_in_a_bar(numbers: dict[str, int]) -> None:
    bar = type_bars(reports.report(test_results=(counts(passed=7, flaky=2, **numbers),)))[0]
    found = {each.part: each.number for each in bar.segments}
    assert found.get(Part.FAILED, 0) == numbers["failed"]
    assert found.get(Part.ERROR, 0) == numbers["errors"]
    assert (found[Part.PASSED], found[Part.FLAKY]) == (5, 2)
    assert bar.total == 7 + sum(numbers.values())


def test_the_timeline_has_each_metric_with_its_bound() -> None:
    made = eval_series(reports.report(), full_decision())
    assert [step.label for step in made.steps] == ["V1", "V2", "V3"]
    assert [step.is_latest for step in made.steps] == [False, False, True]
    shares, length = made.panels
    assert [line.name for line in shares.lines] == ["Accuracy", "Grounding score"]
    assert [line.name for line in length.lines] == ["Avg length"]
    accuracy = shares.lines[0]
    assert [point.value for point in accuracy.points if point] == [0.71, 0.64, 0.912]
    assert [(bound.text, bound.value, bound.is_least) for bound in accuracy.bounds] == [
        ("≥ 0.85", 0.85, True)
    ]
    assert accuracy.better == "higher is better"
    assert series_summary(made) == (
        "3 iterations, V1 to V3. Accuracy 0.71 to 0.912, must be ≥ 0.85. Grounding score 0.62 to 0.95. "
        "Avg length 412.5 to 412.5. 1 failure mode found and 0 fixed on the way."
    )


@pytest.mark.parametrize(
    ("expected", "bounds"),
    [
        ("m ≥ 0.85", ["≥ 0.85"]),
        ("m ≥ -1.5e+20, m ≤ 2, at 95 % confidence, n ≥ 200", ["≥ -1.5e+20", "≤ 2"]),
        ("n ≥ 200", []),
        ("m ≥ 1.2.3", []),
        ("m ≥ 1e999", []),
        ("m ≥ 0.85 or so", []),
        ("mm ≥ 0.85", []),
        ("", []),
    ],
)
def test_bounds_are_read_as_the_gate_writes_them_and_nothing_else(expected: str, bounds: list[str]) -> None:
    made = series(iteration(1, metrics={"m": 0.5}), m=expected)
    assert [each.text for each in made.lines()[0].bounds] == bounds


def test_a_metric_cannot_pretend_that_a_bound_is_its_own() -> None:
    rule = reports.rule("r", RuleState.NOT_EVALUATED, expected="m ≥ 0.85, n ≥ 2")
    decided = msgspec.structs.replace(reports.decision(), rules=(rule,))
    report = reports.report(eval_iterations=(iteration(1, metrics={"m": 0.5, "m ≥ 0.85, n": 0.5}),))
    assert [len(line.bounds) for line in eval_series(report, decided).lines()] == [1, 0]


def test_missing_and_impossible_values_leave_a_hole() -> None:
    made = series(
        iteration(1), iteration(2, metrics={"accuracy": math.nan}), iteration(3, metrics={}), iteration(4)
    )
    assert [point is None for point in made.lines()[0].points] == [False, True, True, False]
    made = series(iteration(1, metrics={"a": math.nan, "b": math.inf, "c": 1}))
    assert [line.name for line in made.lines()] == ["C"]
    assert made.left_out == ("A", "B")


def test_gaps_in_the_numbers_leave_room_but_not_too_much() -> None:
    made = series(iteration(1), iteration(2), iteration(4), iteration(2**53), iteration(2**53))
    assert [step.place for step in made.steps] == [0, 1, 3, 6, 7]


def test_another_unit_is_another_metric() -> None:
    made = series(
        iteration(1, metrics={"latency": MetricValue(value=900, unit="ms", lower_is_better=True)}),
        iteration(2, metrics={"latency": MetricValue(value=0.9, unit="s", standard_error=0.1)}),
    )
    assert [(panel.title, panel.lines[0].better) for panel in made.panels] == [
        ("Latency (ms)", "lower is better"),
        ("Latency (s)", ""),
    ]
    assert [each.text if each else "" for each in made.lines()[1].points] == ["", "0.9 ± 0.1 s"]


def test_of_many_metrics_the_rest_is_left_to_the_table() -> None:
    metrics = {f"m{number:02}": float(10**number) for number in range(1, 21)}
    made = series(iteration(1, metrics=metrics), m20="m20 ≥ 4")
    assert len(made.panels) == MOST_PANELS
    assert made.panels[0].title == "M20"
    assert len(made.left_out) == 20 - MOST_PANELS
    assert series_summary(made).count("more metric") == 1


def mode(identity: str, found: int, fixed: int | None, status: str) -> FailureMode:
    return msgspec.convert(
        {
            "id": identity, "name": "n", "severity": "major", "category": "format",
            "resolution_status": status, "discovered_in_iteration": found, "resolved_in_iteration": fixed,
        },
        FailureMode,
    )  # fmt: skip


def test_failure_modes_stand_where_they_were_found_and_fixed() -> None:
    made = series(
        iteration(1, failure_modes=(mode("FM-1", 1, None, "open"), mode("FM-2", 1, 1, "fixed"))),
        iteration(2, failure_modes=(mode("FM-1", 1, 2, "fixed"), mode("FM-3", 2, None, "accepted_risk"))),
        iteration(3, failure_modes=(mode("FM-2", 1, None, "open"),)),
    )
    assert [step.found for step in made.steps] == [("FM-1", "FM-2"), ("FM-3",), ()]
    # FM-2 came back.
    assert [step.fixed for step in made.steps] == [(), ("FM-1",), ()]
    assert series_summary(made).endswith("3 failure modes found and 1 fixed on the way.")


@given(
    st.lists(
        st.dictionaries(
            st.text(max_size=20), st.floats(width=64) | st.builds(MetricValue, value=st.floats()), max_size=5
        ),
        max_size=5,
    )
)
def test_any_history_can_be_drawn(histories: list[dict[str, float | MetricValue]]) -> None:
    made = series(*(iteration(place, metrics=metrics) for place, metrics in enumerate(histories)))
    for panel in made.panels:
        for line in panel.lines:
            assert len(line.points) == len(made.steps)
            shares = [panel.scale.share(point.value) for point in line.points if point]
            assert all(0 <= each <= 1 for each in shares)
    assert bool(series_summary(made)) == bool(histories)
