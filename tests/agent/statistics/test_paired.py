"""The test of pairs and the intervals of a change, held against published figures and brute force."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.statistics import paired
from tsr_agent.statistics.intervals import QUANTILES
from tsr_agent.statistics.paired import (
    PairTally,
    fewest_pairs,
    independent_interval,
    p_value,
    paired_interval,
    shows_worsening,
)

Z = QUANTILES[0.95]
LEVELS = {confidence: Fraction(str(confidence)) for confidence in QUANTILES}


def tally(worse: int, better: int, same: int = 0) -> PairTally:
    return PairTally(worse=worse, better=better, same=same)


def at_least_as_far(worse: int, better: int) -> Fraction:
    """Share of all ways to toss a coin for each pair that are as far from even, one by one."""
    tosses = list(product((0, 1), repeat=worse + better))
    far = [each for each in tosses if abs(2 * sum(each) - len(each)) >= abs(worse - better)]
    return Fraction(len(far), len(tosses))


@pytest.mark.parametrize(("worse", "better"), [(w, b) for w in range(7) for b in range(7)])
def test_the_p_value_counts_the_outcomes(worse: int, better: int) -> None:
    exact = at_least_as_far(worse, better)
    assert p_value(tally(worse, better, 3)) == float(exact)
    for confidence, level in LEVELS.items():
        expected = worse > better and exact <= 1 - level
        assert shows_worsening(tally(worse, better), confidence) is expected


@pytest.mark.parametrize(
    ("worse", "better", "published"),
    [
        # M. P. Fay, "Exact McNemar's Test and Matching Confidence Intervals", vignette of exact2x2 for R.
        (9, 2, 0.06543),
        # J. H. Zar, Biostatistical Analysis, example of the sign test: hind and fore legs of deer.
        (8, 2, 0.109375),
        # Fagerland, Lydersen, Laake, Statistics in Medicine 33 (2014) 2850-2875: airway responsiveness.
        (7, 1, 0.0703),
    ],
)
def test_published_p_values(worse: int, better: int, published: float) -> None:
    found = p_value(tally(worse, better))
    assert found is not None
    assert found == pytest.approx(published, abs=5e-5)
    assert p_value(tally(better, worse)) == found


@pytest.mark.parametrize("confidence", QUANTILES)
@pytest.mark.parametrize("differing", range(61))
def test_false_alarms(confidence: float, differing: int) -> None:
    """Two runs of one system: each pair that differs falls either way. Every outcome is counted.

    The level is one-sided and half of what the confidence leaves: 2.5 % at 0.95.
    """
    alarms = Fraction(0)
    ways = 1
    for worse in range(differing + 1):
        if shows_worsening(tally(worse, differing - worse), confidence):
            alarms += Fraction(ways, 2**differing)
        ways = ways * (differing - worse) // (worse + 1)
    assert alarms <= (1 - LEVELS[confidence]) / 2


def test_the_p_value_is_exact_up_to_the_limit_and_not_said_above_it() -> None:
    found = p_value(tally(5_200, 4_800))
    assert found is not None
    assert 6e-5 < found < 7e-5
    assert p_value(tally(5_201, 4_800)) is None


def test_power_grows_with_the_pairs() -> None:
    """A system that loses three of four differing pairs is found out, and not on a handful."""

    def found_out(n: int) -> Fraction:
        ways, share = 1, Fraction(0)
        for worse in range(n + 1):
            if shows_worsening(tally(worse, n - worse), 0.95):
                share += ways * Fraction(3, 4) ** worse * Fraction(1, 4) ** (n - worse)
            ways = ways * (n - worse) // (worse + 1)
        return share

    assert found_out(5) == 0
    assert [round(float(found_out(n)), 3) for n in (10, 20, 40, 80)] == [0.244, 0.617, 0.897, 0.995]


def test_fewest_pairs_that_could_show_anything() -> None:
    assert {confidence: fewest_pairs(confidence) for confidence in QUANTILES} == {
        0.8: 4,
        0.85: 4,
        0.9: 5,
        0.95: 6,
        0.975: 7,
        0.98: 7,
        0.99: 8,
        0.995: 9,
        0.999: 11,
    }


@pytest.mark.parametrize("confidence", QUANTILES)
@pytest.mark.parametrize("differing", [10_001, 20_000])
def test_the_approximation_draws_the_line_where_the_exact_test_does(
    confidence: float, differing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def least() -> int:
        low, high = differing // 2, differing
        while high - low > 1:
            middle = (low + high) // 2
            shown = shows_worsening(tally(middle, differing - middle), confidence)
            low, high = (low, middle) if shown else (middle, high)
        return high

    approximate = least()
    assert p_value(tally(approximate, differing - approximate)) is None
    monkeypatch.setattr(paired, "MOST_EXACT", differing)
    assert least() == approximate


@given(st.integers(0, 400), st.integers(0, 400), st.sampled_from(sorted(QUANTILES)))
def test_one_more_that_is_worse_never_takes_a_worsening_back(
    worse: int, better: int, confidence: float
) -> None:
    if shows_worsening(tally(worse, better), confidence):
        assert shows_worsening(tally(worse + 1, better), confidence)
        assert better == 0 or shows_worsening(tally(worse, better - 1), confidence)


@pytest.mark.parametrize(
    ("first", "second", "published"),
    [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((6, 7), (2, 7), (0.0582, 0.8062)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
        ((0, 10), (0, 10), (-0.2775, 0.2775)),
        ((10, 10), (0, 20), (0.6791, 1.0)),
        ((10, 10), (0, 10), (0.6075, 1.0)),
    ],
)
def test_the_published_table_of_independent_shares(
    first: tuple[int, int], second: tuple[int, int], published: tuple[float, float]
) -> None:
    """R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10."""
    new, old = first[0] / first[1], second[0] / second[1]
    found = independent_interval(old, second[1], new, first[1], Z)
    assert found == pytest.approx(published, abs=5e-5)


@pytest.mark.parametrize("confidence", QUANTILES)
def test_rounding_takes_no_change_off_the_scale(confidence: float) -> None:
    """From all to none and back: the largest change there is ends at 1, and not a hair beyond."""
    z = QUANTILES[confidence]
    for n, m in product(range(1, 60), repeat=2):
        assert independent_interval(1.0, n, 0.0, m, z)[0] >= -1
        assert independent_interval(0.0, n, 1.0, m, z)[1] <= 1
    for n in range(1, 1_000):
        assert paired_interval(0, n, 0, 0, z)[0] >= -1
        assert paired_interval(0, 0, n, 0, z)[1] <= 1


@pytest.mark.parametrize("samples", [(50, 50), (100, 50), (50, 100), (250, 50), (50, 250), (250, 250)])
def test_false_alarms_of_two_shares(samples: tuple[int, int]) -> None:
    """Two runs of one system on different cases: the chance that the whole interval lies below 0.

    Counted over all outcomes at every true share of whole per cents. It is an approximation, so the
    2.5 % of one side are not kept exactly, but 5 % are, with the 50 samples that the gate asks for.
    """
    old_n, new_n = samples
    highest = [_highest_called_worse(old / old_n, old_n, new_n) for old in range(old_n + 1)]
    worst = 0.0
    for share in range(1, 100):
        old, new = _binomial(old_n, share / 100), _binomial(new_n, share / 100)
        below = [0.0]
        for each in new:
            below.append(below[-1] + each)
        worst = max(worst, sum(each * below[most + 1] for each, most in zip(old, highest, strict=True)))
    assert 0.02 < worst < 0.05


def _highest_called_worse(old: float, old_n: int, new_n: int) -> int:
    """Most passed cases of the new run with which it is called worse; -1 where it never is."""
    low, high = -1, new_n
    while high - low > 1:
        middle = (low + high) // 2
        worse = independent_interval(old, old_n, middle / new_n, new_n, Z)[1] < 0
        low, high = (middle, high) if worse else (low, middle)
    return low


def _binomial(n: int, share: float) -> list[float]:
    return [math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]


def test_a_published_interval_of_pairs() -> None:
    """Fagerland, Lydersen, Laake 2014, airway responsiveness before and after: 1, 1, 7 and 12 children."""
    assert paired_interval(1, 1, 7, 12, Z) == pytest.approx((0.026, 0.507), abs=5e-4)
    assert paired_interval(1, 7, 1, 12, Z) == pytest.approx((-0.507, -0.026), abs=5e-4)


@given(*[st.integers(0, 60)] * 4)
def test_an_interval_of_pairs_mirrors_and_holds_the_change(a: int, b: int, c: int, d: int) -> None:
    if a + b + c + d == 0:
        return
    low, high = paired_interval(a, b, c, d, Z)
    change = (c - b) / (a + b + c + d)
    assert -1 <= low <= change + 1e-12
    assert change - 1e-12 <= high <= 1
    mirrored = paired_interval(a, c, b, d, Z)
    assert mirrored == pytest.approx((-high, -low), abs=1e-12)
    assert paired_interval(d, c, b, a, Z) == pytest.approx((-high, -low), abs=1e-12)


def test_pairs_that_go_together_tell_more_than_the_same_shares_apart() -> None:
    low, high = paired_interval(80, 8, 2, 10, Z)
    wide_low, wide_high = independent_interval(0.88, 100, 0.82, 100, Z)
    assert high - low < wide_high - wide_low


@pytest.mark.parametrize("counts", [(0, 0, 7, 12), (7, 0, 12, 0), (0, 7, 0, 12), (12, 7, 0, 0)])
def test_where_one_side_never_varies_nothing_goes_together(counts: tuple[int, int, int, int]) -> None:
    both, only_old, only_new, _ = counts
    n = sum(counts)
    apart = independent_interval((both + only_old) / n, n, (both + only_new) / n, n, Z)
    assert paired_interval(*counts, Z) == apart


@pytest.mark.parametrize(
    "counts",
    [
        (80, 8, 2, 10),  # both sides go together
        (20, 12, 2, 16),
        (41, 8, 2, 10),  # an odd number of pairs
        (400, 30, 25, 545),
        (36, 12, 2, 0),  # they go apart
        (2, 40, 35, 3),
        (30, 5, 5, 1),  # together, but by less than the correction
        (1, 1, 7, 12),
        (1, 1, 1, 2),
    ],
)
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
def test_an_interval_of_pairs_by_the_formula_in_fifty_digits(
    counts: tuple[int, int, int, int], confidence: float
) -> None:
    with localcontext() as context:
        context.prec = 50
        limits = _method_10(*map(Decimal, counts), Decimal(QUANTILES[confidence]))
    assert paired_interval(*counts, QUANTILES[confidence]) == pytest.approx(limits, abs=1e-12)


def _method_10(a: Decimal, b: Decimal, c: Decimal, d: Decimal, z: Decimal) -> tuple[float, float]:
    """As the paper writes it, for new minus old, with the roots of Wilson's quadratic."""
    n = a + b + c + d

    def roots(hits: Decimal) -> tuple[Decimal, Decimal]:
        half = z * (z * z + 4 * hits * (n - hits) / n).sqrt()
        return (2 * hits + z * z - half) / (2 * (n + z * z)), (2 * hits + z * z + half) / (2 * (n + z * z))

    old, new = (a + b) / n, (a + c) / n
    (old_low, old_high), (new_low, new_high) = roots(a + b), roots(a + c)
    product = a * d - b * c
    corrected = product if product <= 0 else max(Decimal(0), product - n / 2)
    phi = corrected / ((a + b) * (c + d) * (a + c) * (b + d)).sqrt()

    def distance(one: Decimal, other: Decimal) -> Decimal:
        return (one**2 - 2 * phi * one * other + other**2).sqrt()

    down, up = distance(new - new_low, old_high - old), distance(new_high - new, old - old_low)
    return float(new - old - down), float(new - old + up)
