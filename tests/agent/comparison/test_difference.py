"""How sure a difference is."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.comparison.difference import difference_interval
from tsr_agent.models.evals import MetricValue


def of(value: float, n: int | None = None, error: float | None = None) -> MetricValue:
    return MetricValue(value=value, n=n, standard_error=error)


def test_shares_get_newcombes_interval() -> None:
    # The example of Newcombe's paper of 1998, method 10: 56 of 70 against 48 of 80.
    found = difference_interval(of(48 / 80, 80), of(56 / 70, 70), is_share=True)
    assert found == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_other_values_need_both_standard_errors() -> None:
    found = difference_interval(of(3.0, error=0.3), of(5.0, error=0.4), is_share=False)
    assert found == pytest.approx((2 - 1.96 * 0.5, 2 + 1.96 * 0.5), abs=1e-4)
    assert difference_interval(of(3.0, 9), of(5.0, 9, 0.4), is_share=False) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [(of(0.5), of(0.5, 9)), (of(0.5, 0), of(0.5, 9)), (of(1.5, 9), of(0.5, 9)), (of(0.5, 9), of(-1.0, 9))],
)
def test_without_samples_or_off_the_scale_there_is_none(old: MetricValue, new: MetricValue) -> None:
    assert difference_interval(old, new, is_share=True) is None


SHARES = st.builds(of, st.floats(0, 1), st.integers(1, 2**53))


@given(SHARES, SHARES)
def test_the_interval_holds_the_difference_and_turns_round(old: MetricValue, new: MetricValue) -> None:
    there = difference_interval(old, new, is_share=True)
    back = difference_interval(new, old, is_share=True)
    assert there is not None
    assert back is not None
    assert -1 <= there[0] <= new.value - old.value + 1e-9
    assert new.value - old.value - 1e-9 <= there[1] <= 1
    assert there == pytest.approx((-back[1], -back[0]), abs=1e-9)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(min_value=0, allow_infinity=False))
def test_it_is_finite_or_none(value: float, error: float) -> None:
    found = difference_interval(of(value, error=error), of(-value, error=error), is_share=False)
    assert found is None or all(map(math.isfinite, found))
