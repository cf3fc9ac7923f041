"""The rights that a server needs in a PostgreSQL library that somebody else owns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from tsr_agent.errors import InputError
from tsr_agent.store import (
    note_tables,  # noqa: F401  (its tables join the metadata)
    service_tables,
)
from tsr_agent.store.postgres_schema import VERSION_TABLE
from tsr_agent.store.tables import metadata, reports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

CHANGED = (reports, service_tables.change_counter, service_tables.tokens)
"""Tables whose rows a server changes; no document is in one of them."""
EMPTIED = (service_tables.webhook_deliveries,)
"""Tables of which it also deletes."""

_ROLE = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
_SEQUENCES = text(
    "SELECT s.relname FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i') "
    "JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace n ON n.oid = s.relnamespace "
    "WHERE s.relkind = 'S' AND n.nspname = current_schema() AND t.relname = ANY(:names)"
)


def grant_to_server(connection: Connection, role: str) -> None:
    """Gives a role what a server of this version needs: to read and add, and to change what is no document.

    Args:
        connection: In a write transaction of the owner.
        role: Its name, as it is.

    Raises:
        InputError: There is no such role.
        StoreError: The user of the connection may not grant it.
    """
    if connection.execute(_ROLE, {"role": role}).one_or_none() is None:
        raise InputError(
            f"The database server has no role {role!r}.",
            kept="the rights as they were.",
            next_step="Create the role first; packaging/server/database-roles.sh shows how.",
        )
    for statement in _statements(connection, role):
        connection.exec_driver_sql(statement)


def _statements(connection: Connection, role: str) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    to = quote(role)
    schema = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
    yield f"GRANT USAGE ON SCHEMA {quote(schema)} TO {to}"
    names = sorted(metadata.tables)
    yield f"GRANT SELECT ON {quote(VERSION_TABLE)} TO {to}"
    yield f"GRANT SELECT, INSERT ON {', '.join(map(quote, names))} TO {to}"
    yield f"GRANT UPDATE ON {', '.join(quote(each.name) for each in (*CHANGED, *EMPTIED))} TO {to}"
    yield f"GRANT DELETE ON {', '.join(quote(each.name) for each in EMPTIED)} TO {to}"
    for (sequence,) in connection.execute(_SEQUENCES, {"names": names}):
        yield f"GRANT USAGE ON SEQUENCE {quote(sequence)} TO {to}"
