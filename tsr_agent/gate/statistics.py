"""Statistics that the gate shows beside a share."""

from __future__ import annotations

import math

Z_95 = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""


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
