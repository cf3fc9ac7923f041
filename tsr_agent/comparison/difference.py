"""How sure a difference between two shares is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tsr_agent.statistics.intervals import Z_95
from tsr_agent.statistics.paired import independent_interval

if TYPE_CHECKING:
    from tsr_agent.models.evals import MetricValue

CONFIDENCE = 0.95
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
        found = independent_interval(old.value, old.n, new.value, new.n, Z_95)
    elif old.standard_error is not None and new.standard_error is not None:
        half = Z_95 * math.hypot(old.standard_error, new.standard_error)
        found = new.value - old.value - half, new.value - old.value + half
    else:
        return None
    return (round(found[0], _DIGITS), round(found[1], _DIGITS)) if all(map(math.isfinite, found)) else None
