"""What the ``tsr-agent token`` commands share: the database they work on and how a moment is given."""

from __future__ import annotations

import argparse
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tsr_agent.cli.database_options import open_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tsr_agent.store.engine import Library

CREATED_BY = "command line"
"""Who makes and ends tokens with the commands."""


@contextmanager
def opened_database(where: str, *, create: bool = False) -> Iterator[Library]:
    """A database as the command line names it, brought up to date.

    Raises:
        StoreError: It can't be opened, or the extra for it is missing.
    """
    with open_named(where, create=create) as library:
        yield library


def lifetime(value: str) -> timedelta | datetime:
    """``90d`` for so many days from now on, or the first day, UTC, on which it is no longer good."""
    number = value.removesuffix("d")
    if number != value and number.isascii() and number.isdecimal() and 0 < len(number) <= 4:
        return timedelta(days=int(number))
    try:
        return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError("is neither a number of days such as 90d nor a date") from None
