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
