"""Durations as JUnit writers put them down: most in seconds, some in a locale, some with a unit."""

from __future__ import annotations

import math
import re

MAX_DURATION_MS = 31 * 86_400_000.0
"""A month: longer than any one test; what claims more is taken for unknown. The sum over the most cases
of one file stays a number that a report can hold."""

_MILLISECONDS = {"ns": 1e-6, "us": 1e-3, "µs": 1e-3, "μs": 1e-3, "ms": 1.0, "s": 1e3, "": 1e3}
_NUMBER = re.compile(r"([0-9.,]{1,40}(?:[eE][+-]?[0-9]{1,3})?)\s?(ns|us|µs|μs|ms|s|)", re.ASCII)
_PLAIN = re.compile(r"[0-9.]+(?:[eE][+-]?[0-9]+)?")
_GROUPED_BY_COMMA = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_GROUPED_BY_POINT = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]*")
_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]+(?:[eE][+-]?[0-9]+)?")
_EITHER = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")


def milliseconds(text: str) -> float | None:
    """A duration in milliseconds.

    Args:
        text: The attribute as written: ``1.5``, ``1E-07``, ``1,024.12``, ``0,160``, ``80.803us``.

    Returns:
        None for what is no duration or an impossible one (negative, not finite, over a month), and for
        ``1,024``, which one locale means as a second and another as a quarter of an hour.
    """
    try:
        seconds = float(text)
    except ValueError:
        return _written_otherwise(text)
    # Python's own float also takes 1_000 and digits of other scripts; no tool means that.
    if "_" in text or not text.isascii() or not 0 <= seconds * 1e3 <= MAX_DURATION_MS:
        return None
    return abs(round(seconds * 1e3, 6))


def _written_otherwise(text: str) -> float | None:
    """A number with a unit, or in a locale's own way."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    seconds = _number(found[1])
    if seconds is None:
        return None
    duration = seconds * _MILLISECONDS[found[2]]
    # Nanoseconds are the finest that any tool writes; this takes away the noise of the multiplication.
    return round(duration, 6) if math.isfinite(duration) and duration <= MAX_DURATION_MS else None


def _number(digits: str) -> float | None:
    if _PLAIN.fullmatch(digits):
        plain = digits
    elif _EITHER.fullmatch(digits):
        return None
    elif _GROUPED_BY_COMMA.fullmatch(digits):
        plain = digits.replace(",", "")
    elif _GROUPED_BY_POINT.fullmatch(digits):
        plain = digits.replace(".", "").replace(",", ".")
    elif _DECIMAL_COMMA.fullmatch(digits):
        plain = digits.replace(",", ".")
    else:
        return None
    try:
        return float(plain)
    except ValueError:
        return None
