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


def object_id(value: str) -> str:
    """A whole git object id or SHA-256, in lower case."""
    text(value)
    if len(value) not in (40, 64) or not set(value) <= set("0123456789abcdef"):
        raise argparse.ArgumentTypeError("is not 40 or 64 lower-case hexadecimal digits")
    return value
