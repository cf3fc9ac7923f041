"""How much a change can show: the exact test of pairs, and intervals of the difference of two shares.

Whole numbers decide the test, and only ``+ - * /`` and the square root make the intervals, so that what
stands in the record has the same digits on every machine.
"""

from __future__ import annotations

import math

from tsr_agent.models.base import Record
from tsr_agent.statistics.intervals import QUANTILES, wilson_interval

MOST_EXACT = 10_000
"""Pairs that differ, up to which the test is exact."""

_PER_MILLE = 1_000


class PairTally(Record, frozen=True, kw_only=True):
    """How the pairs of one metric came out."""

    worse: int
    """Pairs in which the new value is worse than the old one."""
    better: int
    same: int

    @property
    def pairs(self) -> int:
        """All pairs."""
        return self.worse + self.better + self.same

    @property
    def differing(self) -> int:
        """Pairs that tell the two sides apart. The test rests on these alone."""
        return self.worse + self.better


def shows_worsening(tally: PairTally, confidence: float) -> bool:
    """Whether the pairs show that the new side is worse.

    McNemar's exact test, which is the sign test on the pairs that differ: were both sides the same,
    each of these pairs would fall either way like a coin. It is two-sided, so a side that is no worse
    is called worse in at most half of ``1 - confidence`` of all cases: 2.5 % at 0.95. Above
    ``MOST_EXACT`` differing pairs the normal approximation with continuity correction decides.

    Args:
        tally: The pairs.
        confidence: One of ``QUANTILES``.
    """
    n, excess = tally.differing, tally.worse - tally.better
    if excess <= 0:
        return False
    if n > MOST_EXACT:
        return (excess - 1) / math.sqrt(n) >= QUANTILES[confidence]
    return 2 * _tail(n, tally.worse) * _PER_MILLE <= _unlikely(confidence) << n


def p_value(tally: PairTally) -> float | None:
    """Two-sided p-value of the exact test; None where ``MOST_EXACT`` pairs are exceeded.

    The quotient of two whole numbers, rounded once.
    """
    n = tally.differing
    if n > MOST_EXACT:
        return None
    return min(1.0, 2 * _tail(n, max(tally.worse, tally.better)) / (1 << n))


def fewest_pairs(confidence: float) -> int:
    """Fewest pairs with which the test can show a worsening at all: if every one of them is worse."""
    n = 1
    while not shows_worsening(PairTally(worse=n, better=0, same=0), confidence):
        n += 1
    return n


def _unlikely(confidence: float) -> int:
    """One minus the confidence in thousandths; every confidence of the table has three digits at most."""
    return round((1 - confidence) * _PER_MILLE)


def _tail(n: int, least: int) -> int:
    """In how many of the ``2 ** n`` outcomes of n tosses heads comes up at least so many times."""
    outcomes = math.comb(n, least)
    found = outcomes
    for heads in range(least, n):
        outcomes = outcomes * (n - heads) // (heads + 1)
        found += outcomes
    return found


def paired_interval(both: int, only_old: int, only_new: int, neither: int, z: float) -> tuple[float, float]:
    """Newcombe's interval of the change of a share that both sides measured on the same cases.

    Newcombe, Statistics in Medicine 17 (1998) 2635-2650, method 10: Wilson's limits of both shares,
    put together with the correlation of the pairs.

    Args:
        both: Cases that hold on both sides.
        only_old: Cases that hold on the old side alone.
        only_new: Cases that hold on the new side alone.
        neither: Cases that hold on no side; at least one case in all.
        z: Quantile of the normal distribution.

    Returns:
        Limits of new minus old, between -1 and 1.
    """
    n = both + only_old + only_new + neither
    old, new = (both + only_old) / n, (both + only_new) / n
    return _put_together((old, n), (new, n), z, _correlation(both, only_old, only_new, neither))


def independent_interval(old: float, old_n: int, new: float, new_n: int, z: float) -> tuple[float, float]:
    """Newcombe's interval of the change of a share that was measured on different cases.

    Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10.

    Args:
        old: Old share, 0 to 1.
        old_n: Samples behind it, at least 1.
        new: New share, 0 to 1.
        new_n: Samples behind it, at least 1.
        z: Quantile of the normal distribution.

    Returns:
        Limits of new minus old, between -1 and 1.
    """
    return _put_together((old, old_n), (new, new_n), z, 0.0)


def _put_together(
    before: tuple[float, int], after: tuple[float, int], z: float, correlation: float
) -> tuple[float, float]:
    old, new = before[0], after[0]
    old_low, old_high = wilson_interval(*before, z)
    new_low, new_high = wilson_interval(*after, z)
    down = _distance(new - new_low, old_high - old, correlation)
    up = _distance(new_high - new, old - old_low, correlation)
    return max(-1.0, new - old - down), min(1.0, new - old + up)


def _distance(one: float, other: float, correlation: float) -> float:
    # Rounding may leave a hair less than nothing.
    return math.sqrt(max(0.0, one * one - 2 * correlation * one * other + other * other))


def _correlation(both: int, only_old: int, only_new: int, neither: int) -> float:
    """The phi coefficient; a positive one is corrected for continuity, as the method asks."""
    margins = (both + only_old) * (only_new + neither) * (both + only_new) * (only_old + neither)
    if margins == 0:
        return 0.0
    excess = float(both * neither - only_old * only_new)
    if excess > 0:
        excess = max(0.0, excess - (both + only_old + only_new + neither) / 2)
    return excess / math.sqrt(margins)
