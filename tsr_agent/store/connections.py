"""Connections to a library file: how each is set up, and how transactions begin."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool

from tsr_agent.errors import StoreError
from tsr_agent.store.failures import LOST_CONNECTION, primary_code

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine.interfaces import ExceptionContext

WAL_IS_SOUND_FROM = (3, 51, 3)
"""SQLite before this can corrupt a WAL database when two connections commit and checkpoint at once."""

READ_CONNECTIONS = 8
_BEGIN_ATTEMPTS = 3


def journal_mode(sqlite_version: tuple[int, ...] = sqlite3.sqlite_version_info) -> str:
    """The journal that this SQLite can be trusted with: ``wal`` or the rollback journal ``delete``."""
    return "wal" if sqlite_version >= WAL_IS_SOUND_FROM else "delete"


@dataclass(frozen=True, kw_only=True)
class Access:
    """How a library file is reached."""

    path: Path
    read_only: bool
    busy_timeout: float
    """Seconds to wait for another program's lock."""

    dialect = "sqlite"
    begin_snapshot = "BEGIN"

    @property
    def name(self) -> str:
        """What messages call the library."""
        return str(self.path)

    def check_rights(self) -> None:
        """Looks whether the file may be written.

        Raises:
            StoreError: It may not.
        """
        if not os.access(self.path, os.W_OK):
            raise StoreError(
                f"The library {self.path} can't be written with the rights of this user.",
                kept="the file, unchanged.",
                next_step="Open it for reading only, or open a copy.",
            )

    def connect(self, *, for_writing: bool) -> sqlite3.Connection:
        """One new connection, set up; transactions are begun by hand.

        Raises:
            sqlite3.Error: As SQLite says it.
            StoreError: The journal can't be set to one that is safe.
        """
        mode = "ro" if self.read_only else "rw"
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=self.busy_timeout,
            isolation_level=None,
            # A pool hands a connection to one thread at a time, not always to the same one.
            check_same_thread=False,
        )
        try:
            _set_up(connection)
            if for_writing:
                self._set_journal(connection)
            else:
                connection.execute("PRAGMA query_only = ON")
        except (sqlite3.Error, UnicodeDecodeError, StoreError):
            connection.close()
            raise
        return connection

    def _set_journal(self, connection: sqlite3.Connection) -> None:
        wanted = journal_mode()
        (found,) = connection.execute(f"PRAGMA journal_mode = {wanted}").fetchone()
        if found != wanted:
            raise StoreError(
                f"The library {self.path} keeps its journal as {found}, and this SQLite "
                f"({sqlite3.sqlite_version}) is safe only with {wanted}.",
                kept="the file, unchanged.",
                next_step="Close every other program that has it open, then try again.",
            )

    def writer(self) -> Engine:
        """An engine with the one connection that writes; others of this process wait for it."""
        engine = create_engine(
            "sqlite://",
            creator=lambda: self.connect(for_writing=True),
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=0,
            pool_timeout=_BEGIN_ATTEMPTS * self.busy_timeout + 5.0,
        )
        event.listen(engine, "begin", _begin_immediate)
        event.listen(engine, "handle_error", _drop_after_io_error)
        return engine

    def reader(self) -> Engine:
        """An engine whose connections can't write; each statement sees one state of the library."""
        engine = create_engine(
            "sqlite://",
            creator=lambda: self.connect(for_writing=False),
            poolclass=QueuePool,
            pool_size=READ_CONNECTIONS,
            max_overflow=0,
            pool_timeout=_BEGIN_ATTEMPTS * self.busy_timeout + 5.0,
        )
        event.listen(engine, "handle_error", _drop_after_io_error)
        return engine


def _set_up(connection: sqlite3.Connection) -> None:
    for pragma in (
        "foreign_keys = ON",
        "synchronous = FULL",
        "trusted_schema = OFF",
        "cell_size_check = ON",
        "secure_delete = ON",
        "mmap_size = 0",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    """Takes the write lock at once: a lock upgraded later fails however long one is ready to wait."""
    for attempt in range(1, _BEGIN_ATTEMPTS + 1):
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError as error:
            if attempt == _BEGIN_ATTEMPTS or primary_code(error.orig) != sqlite3.SQLITE_BUSY:
                raise
        else:
            return


def _drop_after_io_error(context: ExceptionContext) -> None:
    if primary_code(context.original_exception) in LOST_CONNECTION:
        context.is_disconnect = True
