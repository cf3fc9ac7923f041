"""What a database, its driver and SQLAlchemy raise, said as a ``StoreError`` with a cause and a next step."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import exc

from tsr_agent.errors import DamagedError, StoreError
from tsr_agent.store.postgres_failures import (
    DAMAGED_ON_POSTGRES,
    cause_on_postgres,
    is_postgres,
    said_by_postgres,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NOTHING_WRITTEN = "the library as it was before this step; nothing is half-written."
_PERHAPS_WRITTEN = (
    "all that was written before this step. Whether this step was written is not known: the connection "
    "broke off while it was; asking for it again is safe."
)
_BUSY = (
    "is in use by another program that does not let go.",
    "Close the other program, or try again in a moment.",
)
_IO = (
    "could not be read or written: the disk reported an error, is full, or lets the file grow no further.",
    "Free some space and look at the disk, then try again.",
)
_DAMAGED = (
    "is damaged.",
    "Keep the file, check it for what is still sound, and restore a backup.",
)
_UNREACHABLE = (
    "could not be opened.",
    "Look at the path, at the rights to the file and at those to its folder.",
)

_CAUSES: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_FULL: ("could not be written: the disk is full.", "Free some space, then try again."),
    sqlite3.SQLITE_IOERR: _IO,
    sqlite3.SQLITE_READONLY: (
        "can't be written.",
        "Look at the rights to the file and its folder. After a killed writer, open it once for writing.",
    ),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_CANTOPEN: _UNREACHABLE,
    sqlite3.SQLITE_PERM: _UNREACHABLE,
    sqlite3.SQLITE_AUTH: _UNREACHABLE,
    sqlite3.SQLITE_TOOBIG: ("can't hold a document of this size.", "Make the report smaller."),
    sqlite3.SQLITE_NOMEM: ("could not be read: memory ran out.", "Close other programs, then try again."),
}

LOST_CONNECTION = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
"""Primary result codes after which what the connection has in memory is not to be trusted."""


def primary_code(error: BaseException | None) -> int:
    """SQLite's primary result code of an error; ``SQLITE_ERROR`` where there is none."""
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else sqlite3.SQLITE_ERROR


def store_error(error: Exception, name: str | Path, *, committing: bool = False) -> StoreError:
    """The error that people see, for one that a driver or SQLAlchemy raised.

    Args:
        error: What was raised.
        name: What the library is called; never with a password in it.
        committing: Whether it came out of a commit, so that it may have been done all the same.
    """
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    what, then = _cause(error, cause)
    unknown = committing and isinstance(error, exc.DBAPIError) and error.connection_invalidated
    kind = DamagedError if (what, then) in {_DAMAGED, *DAMAGED_ON_POSTGRES} else StoreError
    return kind(
        f"The library {name} {what}",
        kept=_PERHAPS_WRITTEN if unknown else _NOTHING_WRITTEN,
        next_step=then,
        details=[_one_line(cause)] if cause is not None else [],
    )


def _cause(error: Exception, cause: BaseException | None) -> tuple[str, str]:
    if isinstance(error, exc.TimeoutError):
        return _BUSY
    if isinstance(error, UnicodeDecodeError):
        return _DAMAGED
    found = cause_on_postgres(cause) if is_postgres(cause) else _CAUSES.get(primary_code(cause))
    return found or (
        "could not be used as asked.",
        "Check the library; if it is sound, this is a fault of aitr.",
    )


def _one_line(cause: BaseException) -> str:
    if is_postgres(cause):
        return said_by_postgres(cause)
    name = getattr(cause, "sqlite_errorname", type(cause).__name__)
    return " ".join(f"{name}: {cause}".split())[:500]


@contextmanager
def store_errors(name: str | Path) -> Iterator[None]:
    """Everything inside raises ``StoreError`` where a driver or SQLAlchemy would raise their own.

    Raises:
        StoreError: With the database's own words in ``details``.
    """
    try:
        yield
    # Python decodes SQLite's message before it raises; one that quotes a damaged file is no UTF-8.
    except (exc.SQLAlchemyError, sqlite3.Error, UnicodeDecodeError) as error:
        raise store_error(error, name) from error
