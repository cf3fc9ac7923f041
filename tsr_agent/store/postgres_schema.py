"""Whether a PostgreSQL schema is a library's: version, tables, and what keeps documents append-only."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, text

from tsr_agent.errors import DamagedError, StoreError
from tsr_agent.store import (
    note_tables,  # noqa: F401  (their tables join the metadata)
    service_tables,  # noqa: F401
)
from tsr_agent.store.tables import DOCUMENT_TABLES, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

VERSION_TABLE = "alembic_version"

_REFUSE = "aitr_append_only"
_REFUSE_WHILE_REPORTED = "aitr_append_only_with_report"

FUNCTIONS: dict[str, str] = {
    _REFUSE: "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END",
    _REFUSE_WHILE_REPORTED: (
        "BEGIN IF EXISTS (SELECT 1 FROM test_summary_reports WHERE id = OLD.report_id) "
        "THEN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END IF; RETURN OLD; END"
    ),
}
"""By name, the body of each function that a trigger calls. Deleting a whole report takes its documents
along, so the second one looks whether the report is still there."""


class Trigger(NamedTuple):
    """A trigger as PostgreSQL keeps it."""

    table: str
    name: str
    when: str
    """What it stands before: ``UPDATE``, ``DELETE`` or ``TRUNCATE``."""
    level: str
    """``ROW`` or ``STATEMENT``."""
    function: str

    @property
    def statement(self) -> str:
        """What makes it."""
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.when} ON {self.table} "
            f"FOR EACH {self.level} EXECUTE FUNCTION {self.function}()"
        )


def _triggers(table: str, on_delete: str) -> Iterator[Trigger]:
    yield Trigger(table, f"{table}_no_update", "UPDATE", "ROW", _REFUSE)
    yield Trigger(table, f"{table}_no_delete", "DELETE", "ROW", on_delete)
    yield Trigger(table, f"{table}_no_truncate", "TRUNCATE", "STATEMENT", _REFUSE)


TRIGGERS: tuple[Trigger, ...] = (
    *(each for table in DOCUMENT_TABLES for each in _triggers(table, _REFUSE_WHILE_REPORTED)),
    *_triggers("policies", _REFUSE),
)


def function_statements() -> Iterator[str]:
    """What makes the functions, in the schema that the search path begins with."""
    for name, body in FUNCTIONS.items():
        yield (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path FROM CURRENT AS $${body}$$"
        )


def library_version(connection: Connection) -> int | None:
    """Number of the newest migration that the schema has seen; None where it holds no library.

    Raises:
        StoreError: The schema is another program's.
    """
    known = connection.exec_driver_sql(f"SELECT to_regclass('{VERSION_TABLE}') IS NOT NULL").scalar_one()
    if not known:
        return None
    found = [row[0] for row in connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}")]  # noqa: S608
    if len(found) != 1 or not (found[0].isascii() and found[0].isdecimal()):
        raise StoreError(
            "The schema holds the tables of another program.",
            kept="the database, unchanged.",
            next_step="Name a database of its own for aitr.",
        )
    return int(found[0])


def refuse_occupied(name: str, connection: Connection) -> None:
    """Refuses to make a library where tables or functions of its names stand already.

    Raises:
        StoreError: They do.
    """
    tables = connection.execute(_TABLES, {"names": sorted(metadata.tables)}).all()
    functions = connection.execute(_FUNCTIONS, {"names": sorted(FUNCTIONS)}).all()
    if tables or functions:
        raise StoreError(
            f"{name} already holds tables or functions of the names that a library's have.",
            kept="the database, unchanged.",
            next_step="Name a database of its own for aitr, or a schema in its user's search_path.",
            details=sorted(row.relname for row in (*tables, *functions))[:20],
        )


def refuse_strange_schema(name: str, connection: Connection) -> None:
    """Refuses a schema in which something of ours is missing, altered, switched off or added to.

    A trigger or rule that somebody planted could turn each verdict that is filed into another, and row
    security could hide a rejection. What else stands in the schema is no business of ours.

    Args:
        name: What messages call the library.
        connection: To a library of the version that this build knows.

    Raises:
        StoreError: With what is strange in ``details``.
    """
    wrong = sorted({*_wrong_tables(connection), *_wrong_triggers(connection)})
    if wrong:
        raise DamagedError(
            f"The library {name} is damaged or was altered: its tables are not those of its version.",
            kept="the database, unchanged.",
            next_step="Restore a backup.",
            details=wrong[:20],
        )


def _wrong_tables(connection: Connection) -> Iterator[str]:
    expected = {*metadata.tables, VERSION_TABLE}
    found = {row.relname: row for row in connection.execute(_TABLES, {"names": sorted(expected)})}
    yield from (f"missing table {name}" for name in expected - found.keys())
    for name, row in found.items():
        if row.kind != "r":
            yield f"{name} is no plain table"
        if row.has_rules:
            yield f"unknown rule on table {name}"
        if row.has_row_security:
            yield f"row security on table {name}"
        if row.has_heirs:
            yield f"unknown inheritance of table {name}"


def _wrong_triggers(connection: Connection) -> Iterator[str]:
    tables = sorted({*metadata.tables, VERSION_TABLE})
    expected = {each.name: each for each in TRIGGERS}
    found = {}
    for row in connection.execute(_FOUND_TRIGGERS, {"names": tables}):
        found[row.tgname] = row
        if row.tgname not in expected:
            yield f"unknown trigger {row.tgname} on table {row.relname}"
        elif not _is_as_made(row, expected[row.tgname]):
            yield f"altered trigger {row.tgname}"
    yield from (f"missing trigger {name}" for name in expected.keys() - found.keys())


def _is_as_made(row: object, trigger: Trigger) -> bool:
    found = (
        getattr(row, name)
        for name in ("relname", "tgtype", "tgenabled", "is_conditional", "proname", "is_ours", "prosrc")
    )
    kind = {"UPDATE": 16, "DELETE": 8, "TRUNCATE": 32}[trigger.when] | 2 | (trigger.level == "ROW")
    wanted = (trigger.table, kind, "O", False, trigger.function, True, FUNCTIONS[trigger.function])
    return tuple(found) == wanted


# Internal triggers are those of foreign keys; one that is switched off would let rows be orphans.
_FOUND_TRIGGERS = text(
    "SELECT t.tgname, c.relname, t.tgtype, t.tgenabled::text AS tgenabled, "
    "t.tgqual IS NOT NULL OR cardinality(t.tgattr::int2[]) > 0 AS is_conditional, "
    "p.proname, p.pronamespace = c.relnamespace AS is_ours, p.prosrc "
    "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = current_schema() AND c.relname IN :names "
    "AND (NOT t.tgisinternal OR t.tgenabled <> 'O')"
).bindparams(bindparam("names", expanding=True))
_FUNCTIONS = text(
    "SELECT p.proname AS relname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
    "WHERE n.nspname = current_schema() AND p.proname IN :names"
).bindparams(bindparam("names", expanding=True))
_TABLES = text(
    "SELECT c.relname, c.relkind::text AS kind, c.relrowsecurity AS has_row_security, "
    "EXISTS (SELECT 1 FROM pg_rewrite w WHERE w.ev_class = c.oid) AS has_rules, "
    "EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhparent = c.oid OR i.inhrelid = c.oid) AS has_heirs "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = current_schema() AND c.relname IN :names"
).bindparams(bindparam("names", expanding=True))
