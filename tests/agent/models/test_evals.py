"""Metrics and the latest iteration."""

from __future__ import annotations

import math

import pytest

from tests.factories.reports import iteration
from tsr_agent.models.evals import MetricValue, latest_iteration


def test_a_bare_number_and_the_long_form_read_alike() -> None:
    both = iteration(metrics={"short": 0.9, "long": MetricValue(value=0.9, n=12)})
    assert both.metric("short") == MetricValue(value=0.9)
    assert both.metric("long") == MetricValue(value=0.9, n=12)


@pytest.mark.parametrize(
    "odd", [None, math.nan, math.inf, "0.9", True, MetricValue(value=math.nan), MetricValue(value="1")]
)
def test_what_is_no_finite_number_is_missing(odd: object) -> None:
    assert iteration(metrics={"accuracy": odd}).metric("accuracy") is None
    assert iteration(metrics={}).metric("accuracy") is None


def test_the_latest_is_the_highest_number_not_the_last_listed() -> None:
    first, third, second = iteration(1), iteration(3), iteration(2)
    assert latest_iteration((first, third, second)) is third
    assert latest_iteration(()) is None
