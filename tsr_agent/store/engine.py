"""Opening a library: whose file it is, which version, and then connections to it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, Self

from sqlalchemy.exc import SQLAlchemyError

from tsr_agent.errors import DamagedError, StoreError
from tsr_agent.store import (
    migrate,
    note_tables,  # noqa: F401  (their tables join the metadata)
    service_tables,  # noqa: F401
)
from tsr_agent.store.connections import Access
from tsr_agent.store.failures import store_error, store_errors
from tsr_agent.store.file_header import read_header, refuse_newer
from tsr_agent.store.tables import TRIGGERS, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from sqlalchemy import Connection, Engine, RootTransaction

    from tsr_agent.store.migrate import Migrations

BUSY_TIMEOUT = 5.0
"""Seconds that a connection waits for another program's lock."""


class Connects(Protocol):
    """How a library is reached: what the two databases differ in when a connection is made."""

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""

    @property
    def name(self) -> str:
        """What messages call the library, without anything secret."""

    @property
    def read_only(self) -> bool:
        """Whether writing is refused."""

    @property
    def begin_snapshot(self) -> str:
        """The statement that begins a transaction which sees one state."""

    def reader(self) -> Engine:
        """An engine whose connections can't write."""

    def writer(self) -> Engine:
        """An engine whose transactions write."""

    def check_rights(self) -> None:
        """Raises StoreError where writing is asked for and can't be granted."""


class Library:
    """An open library. May be used from several threads at once; close it when done.

    Made by ``open_library`` or ``database.open_database``, never directly: those look whose it is.
    """

    def __init__(self, access: Connects) -> None:
        self._access = access
        self._reader = access.reader()
        self._writer = None if access.read_only else access.writer()

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._access.dialect

    @property
    def name(self) -> str:
        """What messages call it: the path, or the address without anything secret."""
        return self._access.name

    @property
    def path(self) -> Path:
        """The file.

        Raises:
            StoreError: It is on a PostgreSQL server and has no file; ``dialect`` says so beforehand.
        """
        if not isinstance(self._access, Access):
            raise StoreError(f"The library {self.name} is no file.", next_step="Name a library file.")
        return self._access.path

    @property
    def read_only(self) -> bool:
        """Whether writing is refused."""
        return self._writer is None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that can't write, out of a pool; each statement sees the state of its own moment.

        Raises:
            StoreError: The library can't be read.
        """
        with store_errors(self.name), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection all of whose statements see the same state. Keep it short: it can hold writers up.

        Raises:
            StoreError: The library can't be read.
        """
        # Giving the connection back rolls the transaction back.
        with self.read() as connection:
            connection.exec_driver_sql(self._access.begin_snapshot)
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction: committed and on disk when the block ends, else as if it never began.

        Raises:
            StoreError: Opened for reading only, locked by another program, no space, damaged. Where the
                connection broke off during the commit, ``kept`` says that its outcome is not known.
        """
        if self._writer is None:
            raise StoreError(
                f"The library {self.name} was opened for reading only.",
                next_step="Open it for writing, or a copy of it.",
            )
        with store_errors(self.name), self._writer.connect() as connection:
            transaction = connection.begin()
            try:
                yield connection
            except BaseException:
                transaction.rollback()
                raise
            self._commit(transaction)

    def _commit(self, transaction: RootTransaction) -> None:
        """Commits; never twice, since a commit whose answer is lost may have been done."""
        try:
            transaction.commit()
        except SQLAlchemyError as error:
            if transaction.is_active:
                transaction.rollback()
            raise store_error(error, self.name, committing=True) from error

    def check_writable(self) -> None:
        """Makes a connection that writes, so that opening says at once what is wrong.

        Takes no write lock: another program may be in the middle of a long write.

        Raises:
            StoreError: Opened for writing, and it can't be.
        """
        if self._writer is None:
            return
        self._access.check_rights()
        # Leaving the write-ahead log needs the file alone, and our own readers would count as others.
        self._reader.dispose()
        with store_errors(self.name), self._writer.connect():
            pass

    def close(self) -> None:
        """Closes every connection that is not in use."""
        self._reader.dispose()
        if self._writer is not None:
            self._writer.dispose()

    def __enter__(self) -> Self:
        """The library itself."""
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes the library."""
        self.close()


def open_library(
    path: Path,
    *,
    create: bool = False,
    create_folder: bool = False,
    read_only: bool = False,
    busy_timeout: float = BUSY_TIMEOUT,
    migrations: Migrations = migrate.SHIPPED,
) -> Library:
    """Opens a library file, brought up to date where it may be written.

    A file that is not ours, or that a newer build made, is refused before SQLite sees it and stays
    byte for byte what it was.

    Args:
        path: The file.
        create: Make a new library where no file is.
        create_folder: Make its folder too; meant for the default library, which nobody typed.
        read_only: Never write, not even to upgrade.
        busy_timeout: Seconds to wait for another program's lock.
        migrations: The migrations to bring it up to date with.

    Raises:
        StoreError: Missing, foreign, newer, older and read-only, damaged, locked or unreachable.
    """
    if not _is_there(path):
        _make(path, create=create and not read_only, create_folder=create_folder, migrations=migrations)
    if not path.is_file():
        raise StoreError(f"{path} is no file.", next_step="Name a library file.")
    header = read_header(path)
    refuse_newer(path, header.user_version, migrations.newest)
    access = Access(path=path, read_only=read_only, busy_timeout=busy_timeout)
    library = Library(access)
    try:
        _bring_up_to_date(library, access, migrations)
        library.check_writable()
    except StoreError:
        library.close()
        raise
    return library


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise StoreError(
            f"The library {path} could not be looked for: {error.strerror}.",
            next_step="Look at the path and at the rights to its folder.",
        ) from error


def _make(path: Path, *, create: bool, create_folder: bool, migrations: Migrations) -> None:
    if not create:
        raise StoreError(
            f"There is no library {path}.",
            next_step="Name an existing library, or ask for a new one to be made.",
        )
    if create_folder:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"The folder {path.parent} could not be made: {error.strerror}.",
                next_step="Make it by hand, or name another path.",
            ) from error
    migrate.create(path, migrations)


def _bring_up_to_date(library: Library, access: Access, migrations: Migrations) -> None:
    with library.read() as connection:
        version = migrate.user_version(connection)
    # The header was looked at before; a write-ahead log or journal may have held a later one.
    refuse_newer(library.path, version, migrations.newest)
    if version < migrations.newest:
        if library.read_only:
            raise StoreError(
                f"The library {library.path} is of version {version}; this build reads version "
                f"{migrations.newest}.",
                kept="the file, unchanged.",
                next_step="Open it once for writing: it is then upgraded, and a copy is kept beside it.",
            )
        library.close()
        migrate.upgrade(access, migrations)
    with library.read() as connection:
        _refuse_strange_schema(library.path, connection)


def _refuse_strange_schema(path: Path, connection: Connection) -> None:
    """Refuses tables, views and triggers that no migration made.

    A trigger that somebody planted could turn each verdict that is filed into another.
    """
    found = {
        (kind, name): sql
        for kind, name, sql in connection.exec_driver_sql(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('table', 'view', 'trigger')"
        )
        if not name.startswith("sqlite_")
    }
    expected = {("table", name) for name in (*metadata.tables, "alembic_version")}
    expected |= {("trigger", name) for name in TRIGGERS}
    wrong = [f"missing {kind} {name}" for kind, name in expected - found.keys()]
    wrong += [f"unknown {kind} {name}" for kind, name in found.keys() - expected]
    wrong += [
        f"altered trigger {name}"
        for name, sql in TRIGGERS.items()
        if found.get(("trigger", name), sql) != sql
    ]
    if wrong:
        raise DamagedError(
            f"The library {path} is damaged or was altered: its tables are not those of its version.",
            kept="the file, unchanged.",
            next_step="Restore a backup.",
            details=sorted(wrong)[:20],
        )
