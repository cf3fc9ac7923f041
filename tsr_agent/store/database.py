"""The one door to a library, wherever it is: a file, or a schema of a PostgreSQL server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tsr_agent.errors import UsageError
from tsr_agent.store.engine import open_library
from tsr_agent.store.postgres_address import holds_password, is_postgres_address, read_address

if TYPE_CHECKING:
    from tsr_agent.store.engine import Library

__all__ = ["holds_password", "is_postgres_address", "open_database"]

_SQLITE = "sqlite:///"


def open_database(where: str, *, create: bool = False, read_only: bool = False) -> Library:
    """Opens a library, brought up to date where it may be written.

    Args:
        where: A path, ``sqlite:///PATH`` (a fourth slash begins an absolute one), or
            ``postgresql://[USER@]HOST[:PORT]/DATABASE``.
        create: Make a new library where none is: a new file, or the tables in an existing database.
        read_only: Never write, not even to upgrade.

    Raises:
        UsageError: Not an address; the message does not repeat what may hold a password.
        StoreError: Missing, foreign, newer, older and read-only, damaged, locked or unreachable.
    """
    if is_postgres_address(where):
        # Its modules cost time that no command on a file should spend.
        from tsr_agent.store.postgres_opening import open_postgres_library

        return open_postgres_library(read_address(where), create=create, read_only=read_only)
    return open_library(library_file(where), create=create, read_only=read_only)


def library_file(where: str) -> Path:
    """The path of a library that is a file.

    Raises:
        UsageError: The address of something else, or nothing.
    """
    if where.lower().startswith(_SQLITE):
        where = unquote(where[len(_SQLITE) :])
    elif "://" in where:
        raise UsageError(
            f"A library is not reached by {where.partition('://')[0]!r}.",
            next_step="Name a path, sqlite:///PATH or postgresql://USER@HOST/DATABASE.",
        )
    if not where or "\0" in where:
        raise UsageError("No library is named.", next_step="Name a path or an address.")
    return Path(where)
