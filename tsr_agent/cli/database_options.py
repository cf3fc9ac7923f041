"""``--database`` of the commands that work on a server's database, and what it names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from tsr_agent.cli.options import text
from tsr_agent.errors import StoreError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

VARIABLE = "AITR_DATABASE"
"""Names the database where no option does; the place for a URL that holds a password."""
POSTGRESQL = ("postgresql", "postgres")
_NAME = "Give --database FILE.db or --database postgresql://HOST/NAME, or set AITR_DATABASE."


def add_database_option(parser: argparse.ArgumentParser) -> None:
    """Declares ``--database``."""
    parser.add_argument(
        "--database",
        metavar="URL",
        type=text,
        help="a file, sqlite:///PATH or postgresql://HOST/NAME (default: AITR_DATABASE)",
    )


def named_database(option: str | None, environ: Mapping[str, str] = os.environ) -> str | None:
    """The database that the command line names, else the environment; None where neither does.

    Raises:
        UsageError: The variable is empty, or the command line holds a password, which every process of
            the machine could read there.
    """
    if option is not None:
        if is_postgresql(option) and _holds_password(option):
            raise UsageError(
                "A password on the command line can be read by everybody on this machine.",
                kept="the database, which was not asked for.",
                next_step=f"Put the URL into {VARIABLE}, or the password into PGPASSWORD or PGPASSFILE. "
                "Change the password if others use this machine.",
            )
        return option
    named = environ.get(VARIABLE)
    if named is not None and not named.strip():
        raise UsageError(f"{VARIABLE} is empty.", next_step="Set it, or unset it and give --database.")
    return named


def required_database(option: str | None, environ: Mapping[str, str] = os.environ) -> str:
    """The database that a command was told to work on.

    Raises:
        UsageError: None is named, or ``named_database`` refuses it.
    """
    named = named_database(option, environ)
    if named is None:
        raise UsageError("No database is named.", next_step=_NAME)
    return named


def is_postgresql(where: str) -> bool:
    """Whether a database is named that is not a file."""
    return where.partition(":")[0].partition("+")[0].lower() in POSTGRESQL


def store_missing(error: ModuleNotFoundError) -> StoreError:
    """The error where the extra that reads databases is not installed."""
    return StoreError(
        f"Databases need a part of aitr that is not installed here: {error.name}.",
        next_step="Install aitr[server], and aitr[postgres] for PostgreSQL.",
    )


def _holds_password(url: str) -> bool:
    try:
        parts = urlsplit(url)
        asked = {name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    except ValueError:
        # Whatever can't be taken apart is not shown to be harmless.
        return True
    return parts.password is not None or bool(asked & {"password", "sslpassword"})
