"""``--database`` of the commands that work on a server's database, and what it names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlsplit

from tsr_agent.cli.options import text
from tsr_agent.errors import StoreError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from tsr_agent.store.engine import Library

VARIABLE = "AITR_DATABASE"
"""Names the database where no option does; the place for a URL that holds a password."""
PASSWORD_FILE = "AITR_DATABASE_PASSWORD_FILE"  # noqa: S105  (a name, not a secret)
"""Names a file with the password of a PostgreSQL user, as containers and systemd hand secrets over."""
_MOST_BYTES = 4_096
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

    Returns:
        A path or an address; the address has the password in it where a file of it is named.

    Raises:
        UsageError: A variable is empty, the file of the password can't be used, or the command line holds
            a password, which every process of the machine could read there.
    """
    if option is not None and is_postgresql(option) and _holds_password(option):
        raise UsageError(
            "A password on the command line can be read by everybody on this machine.",
            kept="the database, which was not asked for.",
            next_step=f"Put the URL into {VARIABLE}, or the password into PGPASSWORD or PGPASSFILE. "
            "Change the password if others use this machine.",
        )
    named = option if option is not None else environ.get(VARIABLE)
    if named is not None and not named.strip():
        raise UsageError(f"{VARIABLE} is empty.", next_step="Set it, or unset it and give --database.")
    file = environ.get(PASSWORD_FILE)
    if named is None or file is None or not is_postgresql(named):
        return named
    if _holds_password(named):
        raise UsageError(
            f"{VARIABLE} holds a password, and {PASSWORD_FILE} names another.",
            next_step="Take the one out that is not meant.",
        )
    return f"{named}{'&' if '?' in named else '?'}password={quote(_password(file), safe='')}"


def _password(file: str) -> str:
    """The password in a file.

    Raises:
        UsageError: There is none.
    """
    try:
        # Through a handle that does not wait: a pipe would never end.
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
        password = content.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        why = (
            "is no text" if isinstance(error, UnicodeDecodeError) else (error.strerror or str(error)).lower()
        )
        raise UsageError(
            f"{PASSWORD_FILE} {file}: can't be read: {why}.", next_step="Look at the path and its rights."
        ) from None
    if not password.strip() or not password.isprintable() or len(content) > _MOST_BYTES:
        raise UsageError(
            f"{PASSWORD_FILE} {file}: holds no password.",
            next_step="Write the password into it, on one line and nothing else.",
        )
    return password


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


def open_named(where: str, *, create: bool = False, read_only: bool = False) -> Library:
    """Opens the database that was named.

    Raises:
        UsageError: Not an address of one.
        StoreError: It can't be opened, or what that takes is not installed.
    """
    try:
        from tsr_agent.store.database import open_database
    except ModuleNotFoundError as error:
        raise store_missing(error) from error
    return open_database(where, create=create, read_only=read_only)


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
