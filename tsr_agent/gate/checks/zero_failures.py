"""What no failure at all shows, and what it does not."""

from __future__ import annotations

from tsr_agent.statistics.intervals import zero_failure_rate

_LEAST_SHOWN = 0.0001


def zero_failures(what: str, rate: str, n: int) -> str:
    """A sentence, without its full stop, on the rate that a run without a failure does not rule out.

    Args:
        what: What was not seen in how many cases, as the start of the sentence.
        rate: What the rate is called.
        n: How many cases there were, at least 1.
    """
    return f"{what} still allows a {rate} of up to {in_per_cent(zero_failure_rate(n))} (95 % confidence)"


def in_per_cent(rate: float) -> str:
    """A rate as per cent with one decimal, smaller ones with up to four: ``9.5 %``, ``0.03 %``."""
    found = rate * 100
    if found < _LEAST_SHOWN:
        return "0.0001 %"
    return f"{found:.1f} %" if found >= 0.1 else f"{found:.4f}".rstrip("0") + " %"
