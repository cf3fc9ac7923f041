"""Option values that are checked while the command line is read."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def text(value: str) -> str:
    """A value with something in it.

    An empty one is nearly always a variable that is not set, and must not quietly mean the default.
    """
    if not value.strip():
        raise argparse.ArgumentTypeError("is empty; is a variable not set?")
    if not value.isprintable():
        raise argparse.ArgumentTypeError("holds characters that can't be printed")
    return value


def path(value: str) -> Path:
    """A path with something in it."""
    from pathlib import Path

    return Path(text(value))


_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def duration(value: str) -> float:
    """Seconds from a number and its unit, such as ``90s``, ``30m``, ``24h`` or ``2d``."""
    text(value)
    digits, unit = value[:-1], value[-1]
    if unit not in _UNITS or not (digits.isascii() and digits.isdigit()) or len(digits) > 6:
        raise argparse.ArgumentTypeError("is not a number with s, m, h or d behind it, such as 30m")
    return float(int(digits) * _UNITS[unit])


def object_id(value: str) -> str:
    """A whole git object id or SHA-256, in lower case."""
    text(value)
    if len(value) not in (40, 64) or not set(value) <= set("0123456789abcdef"):
        raise argparse.ArgumentTypeError("is not 40 or 64 lower-case hexadecimal digits")
    return value
