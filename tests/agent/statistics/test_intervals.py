"""How much a number of cases shows, held against arithmetic of another kind."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.statistics.intervals import (
    MOST_CASES,
    QUANTILES,
    Z_95,
    cases_to_show,
    wilson_interval,
    zero_failure_rate,
)

SHARES = st.floats(0, 1)
SIZES = st.integers(1, 2**53)


@pytest.mark.parametrize("confidence", QUANTILES)
def test_the_quantiles_are_two_sided(confidence: float) -> None:
    assert QUANTILES[confidence] == pytest.approx(NormalDist().inv_cdf((1 + confidence) / 2), abs=1e-12)


def test_wilson_as_published() -> None:
    """Newcombe 1998 (Statistics in Medicine 17:857), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    published = {(81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605), (0, 20): (0, 0.1611)}
    published[1, 29] = (0.0061, 0.1718)
    for (good, n), limits in published.items():
        assert wilson_interval(good / n, n) == pytest.approx(limits, abs=5e-5)


@pytest.mark.parametrize("confidence", QUANTILES)
def test_rounding_takes_no_limit_off_the_scale(confidence: float) -> None:
    """At no case and at all of them, a limit is the end of the scale or a hair inside."""
    for n in range(1, 2_000):
        assert wilson_interval(0.0, n, QUANTILES[confidence])[0] >= 0
        assert wilson_interval(1.0, n, QUANTILES[confidence])[1] <= 1


@given(SHARES, SIZES, st.sampled_from(sorted(QUANTILES)))
def test_an_interval_lies_on_the_scale_and_holds_the_share(share: float, n: int, confidence: float) -> None:
    low, high = wilson_interval(share, n, QUANTILES[confidence])
    assert 0 <= low <= high <= 1
    assert low <= share + 1e-9
    assert share - 1e-9 <= high


@given(st.integers(0, 1_000), st.integers(1, 999), st.booleans())
def test_the_fewest_cases_are_the_fewest(share: int, bound: int, lower: bool) -> None:
    """The limits of Wilson's interval are where the share lies z standard errors of the bound away."""
    p, b = Fraction(share, 1_000), Fraction(bound, 1_000)
    found = cases_to_show(share / 1_000, bound / 1_000, lower=lower)
    if (p <= b) if lower else (p >= b):
        assert found is None
        return
    exact = Fraction(Z_95) ** 2 * b * (1 - b) / (p - b) ** 2
    assert found is not None
    assert abs(found - exact) <= 1 + exact / 10**9


@given(SHARES, SHARES, st.booleans(), st.sampled_from(sorted(QUANTILES)))
def test_the_search_ends_with_a_number_that_clears(
    share: float, bound: float, lower: bool, confidence: float
) -> None:
    z = QUANTILES[confidence]
    found = cases_to_show(share, bound, lower=lower, z=z)
    if found is None:
        return
    assert 1 <= found <= MOST_CASES

    def clears(n: int) -> bool:
        low, high = wilson_interval(share, n, z)
        return low >= bound if lower else high <= bound

    assert clears(found)
    assert found == 1 or not clears(found - 1)


def test_a_share_at_the_bound_never_clears_it() -> None:
    assert cases_to_show(0.85, 0.85, lower=True) is None
    assert cases_to_show(0.05, 0.05, lower=False) is None
    assert cases_to_show(0.0, 0.0, lower=True) is None
    assert cases_to_show(1.0, 1.0, lower=False) is None
    # Below a billion cases, too little more than the bound is as good as nothing.
    assert cases_to_show(0.850001, 0.85, lower=True) is None


@pytest.mark.parametrize("n", [20, 200, 5_000])
def test_a_limit_that_reaches_the_bound_clears_it(n: int) -> None:
    low, high = wilson_interval(0.9, n)
    assert cases_to_show(0.9, low, lower=True) == n
    assert cases_to_show(0.9, high, lower=False) == n


def test_three_by_the_number_of_cases_stands_for_the_rate_above_a_million() -> None:
    million = 10**6
    assert zero_failure_rate(million + 1) == 3 / (million + 1)
    assert 2.99 / million < zero_failure_rate(million) < 3 / million


@pytest.mark.parametrize("n", [*range(1, 60), 100, 299, 300, 1_000, 12_345, 10**6, 10**6 + 1, 10**9, 2**53])
def test_what_no_failure_still_allows(n: int) -> None:
    with localcontext() as context:
        context.prec = 60
        exact = 1 - (Decimal("0.05").ln() / n).exp()
    found = zero_failure_rate(n)
    assert found >= float(exact) * (1 - 1e-9)
    assert found == pytest.approx(float(exact), rel=2e-3 if n > 10**6 else 1e-6)


@given(st.integers(1, 2**53 - 1))
def test_more_cases_without_failure_never_allow_more(n: int) -> None:
    assert 0 < zero_failure_rate(n + 1) <= zero_failure_rate(n) <= 1
