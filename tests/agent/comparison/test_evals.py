"""Metrics side by side, and samples in pairs."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.factories.judged_reports import iteration
from tsr_agent.comparison.evals import CasePair, CasePairs, metric_changes, pairs
from tsr_agent.models.evals import Dataset, EvalCase, EvalIterationSummary, MetricValue

DATA = Dataset(name="questions", digest="d" * 64)


def measured(**metrics: Any) -> EvalIterationSummary:
    return iteration(1, metrics=metrics)


def on_data(*cases: EvalCase, dataset: Dataset | None = DATA) -> EvalIterationSummary:
    return iteration(1, dataset=dataset, cases=cases)


def passed(**cases: bool | None) -> EvalIterationSummary:
    return on_data(*(EvalCase(id=name, passed=value) for name, value in cases.items()))


def test_only_metrics_that_differ_are_listed_by_name() -> None:
    found = metric_changes(measured(b=1.0, a=2.0, same=3.0), measured(b=1.5, a=1.0, same=3.0))
    assert [(each.metric, each.difference) for each in found] == [("a", -1.0), ("b", 0.5)]


def test_another_n_is_a_change() -> None:
    (found,) = metric_changes(
        measured(a=MetricValue(value=1.0, n=9)), measured(a=MetricValue(value=1.0, n=5))
    )
    assert (found.difference, found.old and found.old.n, found.new and found.new.n) == (0.0, 9, 5)


def test_a_bare_number_is_the_same_value() -> None:
    assert metric_changes(measured(a=1.0), measured(a=MetricValue(value=1.0))) == ()


def test_a_metric_that_is_gone_or_new_has_no_difference() -> None:
    gone, new = metric_changes(measured(a=1.0), measured(b=1.0))
    assert (gone.new, gone.difference, new.old, new.difference) == (None, None, None, None)
    assert len(metric_changes(measured(a=1.0), None)) == len(metric_changes(None, measured(a=1.0))) == 1
    assert metric_changes(None, None) == ()


def test_a_difference_that_is_no_number_is_none() -> None:
    (found,) = metric_changes(measured(a=-1.7e308), measured(a=1.7e308))
    assert found.difference is None
    (found,) = metric_changes(measured(a=math.nan), measured(a=1.0))
    assert (found.old, found.difference) == (None, None)


@pytest.mark.parametrize(
    ("before", "now", "direction"),
    [(True, True, True), (True, None, True), (None, False, False), (None, None, None), (True, False, None)],
)
def test_the_direction_is_what_is_said_without_contradiction(
    before: bool | None, now: bool | None, direction: bool | None
) -> None:
    (found,) = metric_changes(
        measured(a=MetricValue(value=1.0, lower_is_better=before)),
        measured(a=MetricValue(value=2.0, lower_is_better=now)),
    )
    assert found.lower_is_better is direction


def test_samples_are_paired_by_id() -> None:
    found = pairs(passed(b=True, a=True, gone=True), passed(a=False, b=True, new=True), "accuracy")
    assert found.pairs == (CasePair(id="a", old=1.0, new=0.0), CasePair(id="b", old=1.0, new=1.0))
    assert (found.only_old, found.only_new, found.why_none) == (1, 1, "")


def test_duplicates_and_samples_without_result_are_counted_apart() -> None:
    twice = on_data(*(EvalCase(id=name, passed=True) for name in ("a", "a", "b", "c")))
    found = pairs(twice, passed(a=True, b=None, c=False), "accuracy")
    assert [each.id for each in found.pairs] == ["c"]
    assert (found.duplicates, found.without_result) == (1, 1)


def test_the_score_of_the_metrics_name_counts_and_a_broken_sample_has_none() -> None:
    old = on_data(EvalCase(id="a", scores={"tone": 0.25}), EvalCase(id="b", scores={"tone": 1.0}))
    new = on_data(
        EvalCase(id="a", scores={"tone": 0.5}), EvalCase(id="b", scores={"tone": 1.0}, error="time-out")
    )
    found = pairs(old, new, "tone")
    assert found.pairs == (CasePair(id="a", old=0.25, new=0.5),)
    assert found.without_result == 1


def test_a_score_is_never_held_against_a_pass() -> None:
    scored = on_data(EvalCase(id="a", passed=True, scores={"accuracy": 0.4}))
    found = pairs(scored, passed(a=True), "accuracy")
    assert (found.pairs, found.without_result) == ((), 1)


def test_passing_says_nothing_about_another_metric() -> None:
    assert pairs(passed(a=True), passed(a=True), "tone").why_none == "no case has a value of its own for tone"


@pytest.mark.parametrize("dataset", [None, Dataset(name="questions"), Dataset(name="q", digest="e" * 64)])
def test_only_the_same_data_is_paired(dataset: Dataset | None) -> None:
    other = on_data(EvalCase(id="a", passed=True), dataset=dataset)
    for found in (pairs(other, passed(a=True), "accuracy"), pairs(passed(a=True), other, "accuracy")):
        assert found.pairs == ()
        assert "data" in found.why_none


def test_without_cases_there_is_nothing_to_pair() -> None:
    assert pairs(on_data(), passed(a=True), "accuracy") == CasePairs(why_none="results by case are missing")


def test_a_score_that_is_no_number_is_no_result() -> None:
    old = on_data(EvalCase(id="a", scores={"tone": math.nan}), EvalCase(id="b", scores={"tone": 1.0}))
    assert pairs(old, old, "tone").without_result == 1
