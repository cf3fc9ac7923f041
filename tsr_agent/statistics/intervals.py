"""How much a number of cases can show: the interval of a share, and what no failure at all still allows.

Only ``+ - * /`` and the square root are used. They give the same bits on every machine, and what comes out
of here stands in the record.
"""

from __future__ import annotations

import math

QUANTILES: dict[float, float] = {
    0.8: 1.2815515655446004,
    0.85: 1.4395314709384563,
    0.9: 1.6448536269514722,
    0.95: 1.959963984540054,
    0.975: 2.241402727604947,
    0.98: 2.3263478740408408,
    0.99: 2.5758293035489004,
    0.995: 2.807033768343811,
    0.999: 3.2905267314919255,
}
"""Two-sided quantiles of the normal distribution by confidence. A table, so that every machine has the same
bits: an interval is part of the record, and the functions behind a quantile differ in their last digit."""
Z_95 = QUANTILES[0.95]
MOST_CASES = 10**9
"""Beyond this nobody collects cases to settle a question."""

_UNLIKELY = 0.05
_RULE_OF_THREE_ABOVE = 10**6
_HALVINGS = 64


def wilson_interval(share: float, n: int, z: float = Z_95) -> tuple[float, float]:
    """Wilson's score interval of a binomial share.

    Args:
        share: Observed share, 0 to 1.
        n: Number of samples, at least 1.
        z: Quantile of the normal distribution; 1.96 for 95 %.

    Returns:
        Lower and upper limit, both between 0 and 1.
    """
    spread = z * z / n
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)


def cases_to_show(share: float, bound: float, *, lower: bool, z: float = Z_95) -> int | None:
    """Fewest cases at which Wilson's interval of a share clears a bound.

    Args:
        share: Observed share, 0 to 1.
        bound: What the interval has to clear, 0 to 1.
        lower: The interval's lower limit has to reach the bound; else the upper one must not exceed it.
        z: Quantile of the normal distribution.

    Returns:
        The number, up to ``MOST_CASES``; None where no number of cases does, or only a larger one.
    """

    def clears(n: int) -> bool:
        low, high = wilson_interval(share, n, z)
        return low >= bound if lower else high <= bound

    if (share <= bound if lower else share >= bound) or not clears(MOST_CASES):
        return None
    too_few, enough = 0, MOST_CASES
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        too_few, enough = (too_few, middle) if clears(middle) else (middle, enough)
    return enough


def zero_failure_rate(n: int) -> float:
    """Largest failure rate that a run without any failure does not rule out, one-sided at 95 %.

    It is ``1 - 0.05 ** (1 / n)``: at that rate one run in twenty shows no failure. Above a million cases
    the slightly larger ``3 / n`` stands for it.

    Args:
        n: Number of cases, at least 1.
    """
    if n > _RULE_OF_THREE_ABOVE:
        return 3 / n
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _power(1 - middle, n) >= _UNLIKELY else (low, middle)
    return high


def _power(base: float, exponent: int) -> float:
    """By squaring: the library's own power differs between machines in its last digit."""
    found = 1.0
    while exponent:
        if exponent & 1:
            found *= base
        base *= base
        exponent >>= 1
    return found
