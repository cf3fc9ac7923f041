"""Statistics that the gate shows beside a share."""

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
