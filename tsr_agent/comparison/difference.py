"""How sure a difference between two shares is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tsr_agent.models.evals import MetricValue

CONFIDENCE = 0.95
_Z = 1.959963984540054
_DIGITS = 12
"""Square roots agree between machines; sums need not be written in the same order for ever."""


def difference_interval(old: MetricValue, new: MetricValue, *, is_share: bool) -> tuple[float, float] | None:
    """The interval in which the difference lies, at ``CONFIDENCE``.

    For shares with a number of samples it is Newcombe's, made of both Wilson intervals; for other
    values it is made of both standard errors. Both take the samples of the two for independent,
    which is cautious where they are the same.

    Returns:
        Lower and upper limit of new minus old; None where nothing says how sure the values are.
    """
    if is_share and old.n and new.n and 0 <= old.value <= 1 and 0 <= new.value <= 1:
        found = _newcombe(old.value, old.n, new.value, new.n)
    elif old.standard_error is not None and new.standard_error is not None:
        half = _Z * math.hypot(old.standard_error, new.standard_error)
        found = new.value - old.value - half, new.value - old.value + half
    else:
        return None
    return (round(found[0], _DIGITS), round(found[1], _DIGITS)) if all(map(math.isfinite, found)) else None


def _newcombe(old: float, old_n: int, new: float, new_n: int) -> tuple[float, float]:
    (old_low, old_high), (new_low, new_high) = _score_interval(old, old_n), _score_interval(new, new_n)
    lower = new - old - math.sqrt((new - new_low) ** 2 + (old_high - old) ** 2)
    upper = new - old + math.sqrt((new_high - new) ** 2 + (old - old_low) ** 2)
    return max(-1.0, lower), min(1.0, upper)


def _score_interval(share: float, n: int) -> tuple[float, float]:
    """Wilson's interval of one share. The gate has its own for its record, and stands above this room."""
    centre = share + _Z * _Z / (2 * n)
    half = _Z * math.sqrt(share * (1 - share) / n + _Z * _Z / (4 * n * n))
    return (centre - half) / (1 + _Z * _Z / n), (centre + half) / (1 + _Z * _Z / n)
