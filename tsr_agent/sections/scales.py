"""Axes: from which number to which one, and where the ticks stand. Safe for any finite numbers."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING

import msgspec

from tsr_agent.sections.wording import figure

if TYPE_CHECKING:
    from collections.abc import Sequence

MARGIN = 0.08
"""Share of the span that is left free above and below the values."""
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_LARGEST = sys.float_info.max / 4
"""Sums and differences of two numbers up to this one are finite."""


class Tick(msgspec.Struct, frozen=True):
    """A place on an axis."""

    share: float
    """Where it stands, from 0 at the low end to 1 at the high one."""
    text: str


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """An axis with fixed ends."""

    low: float
    high: float

    def share(self, value: float) -> float:
        """Where a value stands, from 0 at the low end to 1 at the high one; what lies beyond is held."""
        held = min(max(value, self.low), self.high)
        return (held - self.low) / (self.high - self.low)

    def ticks(self, most: int = 5) -> tuple[Tick, ...]:
        """Round numbers within the axis, ``most`` at the most and two at the least."""
        span = self.high - self.low
        step = _round_step(span / max(1, most - 1))
        if not 0 < step < span * 2 or abs(self.low) / step > 2**52 or abs(self.high) / step > 2**52:
            return tuple(Tick(self.share(end), figure(end)) for end in (self.low, self.high))
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        # Through text, so that 3 × 0.1 reads 0.3.
        values = [float(f"{place * step:.12g}") for place in range(first, last + 1)]
        if len(values) < 2:
            return tuple(Tick(self.share(end), figure(end)) for end in (self.low, self.high))
        return tuple(Tick(self.share(value), figure(value)) for value in values)


SHARES = Scale(low=0.0, high=1.0)
"""The axis of everything that is a share: always whole, so that no difference looks larger than it is."""


def scale_for(values: Sequence[float]) -> Scale:
    """An axis that holds all values with a margin; it starts at 0 where that costs little room.

    Args:
        values: Finite numbers, at least one.
    """
    low, high = (min(max(end, -_LARGEST), _LARGEST) for end in (min(values), max(values)))
    if low == high:
        room = abs(low) / 10 or 1.0
        return Scale(low=low - room, high=high + room)
    if 0 <= low <= high / 2:
        return Scale(low=0.0, high=high + high * MARGIN)
    if low / 2 <= high <= 0:
        return Scale(low=low + low * MARGIN, high=0.0)
    room = (high - low) * MARGIN
    if not high + room > low - room:
        return Scale(low=low, high=math.nextafter(high, math.inf))
    return Scale(low=low - room, high=high + room)


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below ``least``."""
    if not least > 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(least))
    return next((factor * power for factor in _STEPS if factor * power >= least * (1 - 1e-9)), 10 * power)
