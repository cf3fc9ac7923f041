"""Making or upgrading a library on purpose, where opening one does it by the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.errors import UsageError
from tsr_agent.store import migrate
from tsr_agent.store.connections import Access
from tsr_agent.store.database import is_postgres_address, library_file
from tsr_agent.store.engine import BUSY_TIMEOUT, Library, open_library
from tsr_agent.store.file_header import read_header, refuse_newer
from tsr_agent.store.postgres_address import PostgresAddress, read_address

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.store.migrate import Migrations


@dataclass(frozen=True, kw_only=True)
class Migrated:
    """What a migration did."""

    name: str
    """What messages call the library."""
    before: int | None
    """Version that was found; None where there was no library."""
    after: int
    copy: Path | None
    """The library as it was before, where one was kept beside it."""


def migrate_database(
    where: str,
    *,
    has_backup: bool,
    grant_to: str | None = None,
    migrations: Migrations = migrate.SHIPPED,
) -> Migrated:
    """Makes a library where none is, or brings an older one up to this build's version.

    Of several processes that do so at once one does it, and the others wait and find it done.

    Args:
        where: As ``database.open_database`` takes it.
        has_backup: The caller answers for a backup. A file is copied beside itself first in any case; a
            PostgreSQL database can't be, and without a backup it is not upgraded.
        grant_to: A PostgreSQL role that gets the rights of a server; None for nobody.
        migrations: The migrations to bring it up to date with.

    Raises:
        UsageError: Not an address, a PostgreSQL database would be upgraded without a backup, or rights are
            to be granted on a file.
        InputError: There is no such role.
        StoreError: Foreign, newer, damaged, locked or unreachable; nothing was changed.
    """
    if is_postgres_address(where):
        return _migrate_postgres(read_address(where), migrations, has_backup=has_backup, grant_to=grant_to)
    if grant_to is not None:
        raise UsageError("Only PostgreSQL has roles to grant something to.", next_step="Leave --grant out.")
    return _migrate_file(library_file(where), migrations)


def _migrate_file(path: Path, migrations: Migrations) -> Migrated:
    before, copy = None, None
    if path.exists():
        before = read_header(path).user_version
        refuse_newer(path, before, migrations.newest)
        if before < migrations.newest:
            access = Access(path=path, read_only=False, busy_timeout=BUSY_TIMEOUT)
            copy = migrate.upgrade(access, migrations)
    open_library(path, create=True, migrations=migrations).close()
    return Migrated(name=str(path), before=before, after=migrations.newest, copy=copy)


def _migrate_postgres(
    address: PostgresAddress, migrations: Migrations, *, has_backup: bool, grant_to: str | None
) -> Migrated:
    from tsr_agent.store.postgres_connections import PostgresAccess
    from tsr_agent.store.postgres_grants import grant_to_server
    from tsr_agent.store.postgres_opening import open_postgres_library
    from tsr_agent.store.postgres_schema import library_version

    with (
        Library(PostgresAccess(address=address, read_only=True)) as library,
        library.read() as connection,
    ):
        before = library_version(connection)
    if before is not None and before < migrations.newest and not has_backup:
        raise UsageError(
            f"{address.name} is of version {before} and would be upgraded to {migrations.newest}, which "
            "can't be taken back.",
            kept="the database, unchanged.",
            next_step="Make a backup with pg_dump, or with tsr-agent db backup of the build that it is of; "
            "then give --yes.",
        )
    with open_postgres_library(address, create=True, migrations=migrations) as library:
        if grant_to is not None:
            with library.write() as connection:
                grant_to_server(connection, grant_to)
    return Migrated(name=address.name, before=before, after=migrations.newest, copy=None)
