"""Copying all rows of a library into another one of either database, and showing that they are the same."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, String, collate, func, insert, select, text, tuple_, update

from tsr_agent.store import note_tables  # noqa: F401  (its tables join the metadata)
from tsr_agent.store.column_types import to_microseconds
from tsr_agent.store.service_tables import change_counter, changes
from tsr_agent.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection, Table
    from sqlalchemy.engine import Row

    from tsr_agent.store.contents import Contents

    Progress = Callable[[str, int, int], None]
    """Told the name of the step, how much of it is done, and how much there is."""

BATCH_ROWS = 500
BATCH_BYTES = 16 * 1024 * 1024
"""Most bytes of documents that are in memory at once; a larger document comes alone."""

TABLES = tuple(table for table in metadata.sorted_tables if table is not change_counter)
"""Every table whose rows are copied, those that others refer to first."""

_EXACT = 2**53


@dataclass(frozen=True)
class TableDigest:
    """The rows of one table, to be compared with those of another library."""

    rows: int
    sha256: str


def copy_rows(
    source: Connection, target: Connection, progress: Progress | None = None
) -> dict[str, TableDigest]:
    """Copies every row of every table but the change counter.

    Args:
        source: In one transaction that sees one state.
        target: In a transaction; its tables are empty.
        progress: Told how many rows were copied.

    Returns:
        The digest of each table as it was read, by its name.
    """
    total = sum(source.execute(select(func.count()).select_from(table)).scalar_one() for table in TABLES)
    done = 0
    digests = {}
    for table in TABLES:
        digest = _Digest(table)
        for batch in batches(source, table):
            digest.add(batch)
            target.execute(insert(table), [row._asdict() for row in batch])
            done += len(batch)
            if progress is not None:
                progress("Copying", done, total)
        digests[table.name] = digest.value()
    return digests


def table_digests(connection: Connection) -> dict[str, TableDigest]:
    """The digest of each table that ``copy_rows`` copies, by its name."""
    return {table.name: _digest_of(connection, table) for table in TABLES}


def feed_digest(connection: Connection, head: int) -> TableDigest:
    """The digest of the change feed up to a number."""
    return _digest_of(connection, changes, until=head)


def take_time(connection: Connection) -> None:
    """Lifts the limits of this transaction that keep a server's own statements short."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")


def set_counter(connection: Connection, state: Contents, *, epoch: str | None = None) -> None:
    """Makes the change feed end where that state's does.

    Args:
        connection: In a transaction that may write.
        state: What was copied.
        epoch: The history that it shall be from now on; None keeps the state's own.
    """
    values = {"epoch": epoch or state.epoch, "last": state.head}
    connection.execute(update(change_counter).values(values))


def set_row_numbers(connection: Connection) -> None:
    """Lets the numbers that the database gives out go on behind those that were copied."""
    if connection.dialect.name != "postgresql":
        return  # SQLite follows the largest number by itself.
    for table in TABLES:
        key = next(iter(table.primary_key.columns))
        if key.name == "id" and isinstance(key.type, BigInteger):
            last = connection.execute(select(func.max(key))).scalar_one()
            connection.execute(
                text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last, :used)"),
                {"table": table.name, "last": last or 1, "used": last is not None},
            )


def batches(
    connection: Connection, table: Table, *, until: int | None = None
) -> Iterator[Sequence[Row[Any]]]:
    """All rows of a table in the order of its key, a bounded number of bytes at a time.

    Args:
        connection: In one transaction, so that all batches are of one state.
        table: Which.
        until: The last key that is wanted, for a table whose key is a number.
    """
    walk = _Walk.along(table, connection.dialect.name)
    last: Sequence[Any] | None = None
    while (end := _end_of_batch(connection, table, walk, last)) is not None:
        query = select(table).where(walk.compared(end, "<=")).order_by(*walk.key)
        if last is not None:
            query = query.where(walk.compared(last, ">"))
        if until is not None:
            query = query.where(walk.key[0] <= until)
        found = connection.execute(query).all()
        if not found:
            return
        yield found
        last = end


@dataclass(frozen=True)
class _Walk:
    """The order in which a table is read: the same on every database."""

    key: tuple[ColumnElement[Any], ...]

    @classmethod
    def along(cls, table: Table, dialect: str) -> _Walk:
        columns = table.primary_key.columns
        if dialect != "postgresql":
            return cls(tuple(columns))
        # PostgreSQL would sort a text by the language of the machine.
        return cls(tuple(collate(each, "C") if isinstance(each.type, String) else each for each in columns))

    def compared(self, values: Sequence[Any], how: str) -> ColumnElement[bool]:
        if len(self.key) == 1:
            return self.key[0].op(how, is_comparison=True)(values[0])
        return tuple_(*self.key).op(how, is_comparison=True)(tuple_(*values))


def _end_of_batch(
    connection: Connection, table: Table, walk: _Walk, last: Sequence[Any] | None
) -> Sequence[Any] | None:
    """The key of the last row of the next batch; None behind the last one."""
    size = func.length(table.c.body) if "body" in table.c else func.length("")
    query = select(size, *table.primary_key.columns).order_by(*walk.key).limit(BATCH_ROWS)
    rows = connection.execute(query if last is None else query.where(walk.compared(last, ">"))).all()
    if not rows:
        return None
    total = 0
    for row, following in pairwise(rows):
        total += row[0]
        if total + following[0] > BATCH_BYTES:
            return row[1:]
    return rows[-1][1:]


def _digest_of(connection: Connection, table: Table, *, until: int | None = None) -> TableDigest:
    digest = _Digest(table)
    for batch in batches(connection, table, until=until):
        digest.add(batch)
    return digest.value()


class _Digest:
    """The digest of rows in the order of their keys, the same whichever database they come from."""

    def __init__(self, table: Table) -> None:
        self._rows = 0
        self._digest = hashlib.sha256("\0".join(column.name for column in table.c).encode())

    def add(self, batch: Sequence[Row[Any]]) -> None:
        for row in batch:
            line = json.dumps([_plain(value) for value in row], sort_keys=True, separators=(",", ":"))
            self._digest.update(line.encode("ascii") + b"\n")
        self._rows += len(batch)

    def value(self) -> TableDigest:
        return TableDigest(self._rows, self._digest.hexdigest())


def _plain(value: Any) -> Any:
    """A column's value as JSON has it, the same from every database."""
    plain = value
    if isinstance(value, bytes):
        plain = {"sha256": hashlib.sha256(value).hexdigest()}
    elif isinstance(value, datetime):
        plain = to_microseconds(value)
    elif isinstance(value, dict):
        plain = {name: _plain(each) for name, each in value.items()}
    elif isinstance(value, list):
        plain = [_plain(each) for each in value]
    elif isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
        plain = int(value)
    elif isinstance(value, int) and abs(value) > _EXACT:
        # PostgreSQL writes a large number without the exponent that it came with.
        plain = float(value)
    return plain
