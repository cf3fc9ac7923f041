"""Making a library and bringing an older one up to date, each in one transaction."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tsr_agent.errors import StoreError
from tsr_agent.folder_sync import sync_folder
from tsr_agent.store.connections import Access
from tsr_agent.store.failures import store_errors
from tsr_agent.store.file_header import refuse_newer
from tsr_agent.store.tables import APPLICATION_ID, LIBRARY_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection


@dataclass(frozen=True)
class Migrations:
    """A folder of Alembic migrations and the number of the newest, known without importing Alembic."""

    location: Path
    newest: int


SHIPPED = Migrations(Path(__file__).parent / "migrations", LIBRARY_VERSION)
_BUILD_TIMEOUT = 5.0


def user_version(connection: Connection) -> int:
    """The library's version as SQLite's header has it within this transaction."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def create(path: Path, migrations: Migrations) -> None:
    """Makes a new library at a path where nothing is; whole or not at all.

    It is built beside the path and given its name when it is complete. Where another process was
    faster, its library stays and ours is dropped.

    Raises:
        StoreError: The folder is missing or can't be written, or the disk is full.
    """
    if not path.parent.is_dir():
        raise StoreError(
            f"There is no folder {path.parent} to make the library {path.name} in.",
            next_step="Make the folder first, or name another path.",
        )
    with _scratch_file(path) as scratch, store_errors(path):
        _build(scratch, migrations)
        _give_name(scratch, path)


def _build(scratch: Path, migrations: Migrations) -> None:
    engine = Access(path=scratch, read_only=False, busy_timeout=_BUILD_TIMEOUT).writer()
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
            _apply(connection, migrations)
    finally:
        engine.dispose()


@contextmanager
def _scratch_file(path: Path) -> Iterator[Path]:
    """An empty file beside the path that only its owner may read; gone afterwards."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
        os.close(handle)
        scratch = Path(name)
        try:
            yield scratch
        finally:
            for leftover in (scratch, Path(f"{name}-journal"), Path(f"{name}-wal"), Path(f"{name}-shm")):
                leftover.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            f"The library {path} could not be made: {error.strerror}.",
            next_step="Look at the rights to the folder and at the space on the disk.",
        ) from error


def _give_name(scratch: Path, path: Path) -> None:
    try:
        os.link(scratch, path)
    except FileExistsError:
        return
    except OSError:
        # A file system without hard links; the small race that is left here ends in one sound library.
        if not path.exists():
            scratch.rename(path)
    sync_folder(path.parent)


def upgrade(access: Access, migrations: Migrations) -> Path | None:
    """Brings a library up to the newest version, after a copy of it was made beside it.

    Args:
        access: The library, writable.
        migrations: Where the migrations are.

    Returns:
        The copy; None where another process had upgraded it in the meantime.

    Raises:
        StoreError: Nothing was changed; the copy, where one was made, stays.
    """
    with store_errors(access.path):
        engine = access.writer()
        try:
            with engine.begin() as connection:
                version = user_version(connection)
                refuse_newer(access.path, version, migrations.newest)
                if version == migrations.newest:
                    return None
                copy = _back_up(access, version)
                _apply(connection, migrations)
                return copy
        finally:
            engine.dispose()


def _back_up(access: Access, version: int) -> Path:
    """Copies the library as it is under the write lock that the caller holds."""
    target = _free_name(access.path, version)
    with _scratch_file(target) as scratch:
        with (
            closing(access.connect(for_writing=False)) as source,
            closing(sqlite3.connect(scratch, isolation_level=None)) as copy,
        ):
            source.backup(copy)
            (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise StoreError(
                f"The library {access.path} is damaged ({verdict}) and was not upgraded.",
                kept="the file, unchanged.",
                next_step="Check the library and restore a backup.",
            )
        _give_name(scratch, target)
    return target


def _free_name(path: Path, version: int) -> Path:
    target = path.with_name(f"{path.name}.v{version}.backup")
    number = 2
    while target.exists():
        target = path.with_name(f"{path.name}.v{version}.{number}.backup")
        number += 1
    return target


def apply(connection: Connection, migrations: Migrations) -> None:
    """Runs every migration that the database of a connection has not seen, in its open transaction."""
    # Alembic costs more than half a second to import and is needed only here.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations.location).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _apply(connection: Connection, migrations: Migrations) -> None:
    apply(connection, migrations)
    reached = user_version(connection)
    if reached != migrations.newest:
        raise StoreError(f"The migrations end at version {reached}, not at {migrations.newest}.")
