from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.sections.scales import SHARES, Scale, scale_for

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(NUMBERS, min_size=1, max_size=6))
def test_every_axis_holds_its_values_and_has_ticks_in_order(values: list[float]) -> None:
    scale = scale_for(values)
    assert math.isfinite(scale.low)
    assert scale.low < scale.high
    shares = [scale.share(value) for value in values]
    assert all(0 <= share <= 1 for share in shares)
    ordered = [scale.share(value) for value in sorted(values)]
    assert ordered == sorted(ordered)
    ticks = scale.ticks()
    assert 2 <= len(ticks) <= 11
    assert all(-1e-6 <= tick.share <= 1 + 1e-6 for tick in ticks)
    assert [tick.share for tick in ticks] == sorted(tick.share for tick in ticks)
    assert "no data" not in {tick.text for tick in ticks}


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ([3.0], 2.7, 3.3),
        ([0.0, 0.0], -1.0, 1.0),
        ([10.0, 100.0], 0.0, 108.0),
        ([-100.0, -10.0], -108.0, 0.0),
        ([90.0, 100.0], 89.2, 100.8),
    ],
)
def test_an_axis_begins_at_nought_only_where_that_costs_little_room(
    values: list[float], low: float, high: float
) -> None:
    scale = scale_for(values)
    assert (scale.low, scale.high) == pytest.approx((low, high))


def test_ticks_are_round_and_read_as_one_would_write_them() -> None:
    assert [tick.text for tick in SHARES.ticks(6)] == ["0", "0.2", "0.4", "0.6", "0.8", "1"]
    assert [tick.text for tick in Scale(low=0, high=2160).ticks()] == ["0", "1,000", "2,000"]
    assert next(tick.text for tick in Scale(low=-0.03, high=0.04).ticks()) == "-0.02"


def test_a_value_beyond_the_ends_is_held_at_them() -> None:
    assert (SHARES.share(-3), SHARES.share(0.25), SHARES.share(7)) == (0, 0.25, 1)
