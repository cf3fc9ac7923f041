"""Doing to a library what nobody may: its guards are dropped first, as somebody with the rights could."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection


def drop_guard(connection: Connection, table: str, verb: str) -> None:
    """Drops the trigger that refuses ``update`` or ``delete`` of a documents table."""
    place = f" ON {table}" if connection.dialect.name == "postgresql" else ""
    connection.exec_driver_sql(f"DROP TRIGGER {table}_no_{verb}{place}")


def drop_guards(connection: Connection, *tables: str) -> None:
    """Drops both triggers of each table."""
    for table in tables:
        drop_guard(connection, table, "update")
        drop_guard(connection, table, "delete")


def drop_check(connection: Connection, table: str, name: str) -> None:
    """Stops a check of a table from being held: on SQLite, all of them, on this connection."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
    else:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def drop_all_checks(connection: Connection, table: str) -> None:
    """Drops every check of a table on PostgreSQL."""
    found = connection.exec_driver_sql(
        "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = %s::regclass", (table,)
    )
    for name in found.scalars().all():
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
