"""Opening a library on a PostgreSQL server: whose schema it is, which version, and bringing it up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.errors import StoreError
from tsr_agent.store.engine import Library
from tsr_agent.store.failures import store_errors
from tsr_agent.store.file_header import refuse_newer
from tsr_agent.store.migrate import SHIPPED, apply
from tsr_agent.store.postgres_connections import Limits, PostgresAccess
from tsr_agent.store.postgres_schema import library_version, refuse_occupied, refuse_strange_schema
from tsr_agent.store.tables import APPLICATION_ID

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tsr_agent.store.migrate import Migrations
    from tsr_agent.store.postgres_address import PostgresAddress

_LIMITS = Limits()
_MIGRATING = Limits(statement=0, lock=60.0, idle_in_transaction=0, writers=1, readers=1)
"""A migration may rewrite tables, and the second of two processes waits for the first."""


def open_postgres_library(
    address: PostgresAddress,
    *,
    create: bool = False,
    read_only: bool = False,
    limits: Limits = _LIMITS,
    migrations: Migrations = SHIPPED,
) -> Library:
    """Opens a library on a server, brought up to date where it may be written.

    Args:
        address: Where it is. The database itself has to be there.
        create: Make the tables in a schema that has none of ours.
        read_only: Never write, not even to upgrade.
        limits: How long anything may take.
        migrations: The migrations to bring it up to date with.

    Raises:
        StoreError: Not reached, no library there, another program's, newer, older and read-only, altered.
    """
    access = PostgresAccess(address=address, read_only=read_only, limits=limits)
    library = Library(access)
    try:
        _bring_up_to_date(library, access, migrations, create=create)
        with library.read() as connection:
            refuse_strange_schema(library.name, connection)
        library.check_writable()
    except StoreError:
        library.close()
        raise
    return library


def _bring_up_to_date(
    library: Library, access: PostgresAccess, migrations: Migrations, *, create: bool
) -> None:
    with library.read() as connection:
        version = library_version(connection)
    if version == migrations.newest:
        return
    if version is None and (library.read_only or not create):
        raise StoreError(
            f"There is no library in {library.name}.",
            next_step="Make one with tsr-agent db migrate, or name another database.",
        )
    refuse_newer(library.name, version or 0, migrations.newest)
    if library.read_only:
        raise StoreError(
            f"The library {library.name} is of version {version}; this build reads version "
            f"{migrations.newest}.",
            kept="the database, unchanged.",
            next_step="Open it once for writing, which upgrades it.",
        )
    upgrade(access.address, migrations)


def upgrade(address: PostgresAddress, migrations: Migrations = SHIPPED) -> bool:
    """Brings a schema up to the newest version, from nothing too, in one transaction.

    Of processes that do so at once one upgrades, and the others wait and find it done.

    Returns:
        Whether anything was to be done.

    Raises:
        StoreError: Nothing was changed.
    """
    access = PostgresAccess(address=address, read_only=False, limits=_MIGRATING)
    engine = access.writer()
    try:
        with store_errors(access.name), engine.begin() as connection:
            return _upgrade(connection, access.name, migrations)
    finally:
        engine.dispose()


def _upgrade(connection: Connection, name: str, migrations: Migrations) -> bool:
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (APPLICATION_ID,))
    version = library_version(connection)
    if version == migrations.newest:
        return False
    if version is None:
        refuse_occupied(name, connection)
    refuse_newer(name, version or 0, migrations.newest)
    apply(connection, migrations)
    reached = library_version(connection)
    if reached != migrations.newest:
        raise StoreError(f"The migrations end at version {reached}, not at {migrations.newest}.")
    return True
