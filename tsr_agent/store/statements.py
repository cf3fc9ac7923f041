"""Statements compiled once for the driver of each database, and run without the cost of compiling."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Boolean, bindparam, func
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from tsr_agent.store.failures import LOST_CONNECTION, primary_code

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import BindParameter, ColumnElement, Connection, CursorResult, Select
    from sqlalchemy.engine import Dialect
    from sqlalchemy.sql.compiler import SQLCompiler

_BUFFERED = 8
"""Rows that are fetched ahead."""
_NOTHING_GIVEN: dict[str, Any] = {}


@dataclass(frozen=True)
class Text:
    """A statement as one driver takes it: its text, and which value goes to which place."""

    sql: str
    names: tuple[str, ...]
    constants: dict[str, Any]
    """Values that the statement brings along, such as the offset of nothing that SQLite's LIMIT has."""

    def values(self, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values in the order of their places."""
        given = {**self.constants, **parameters}
        return tuple(given[name] for name in self.names)


class Statement:
    """A query that runs on either database; each text is made when it is first needed.

    What comes back is what the driver gives: no type converts it. A moment is a number of microseconds,
    a truth is 0 or 1 on SQLite, and JSON is text there and plain values on PostgreSQL.

    Args:
        query: Parameters without a value are given with each call.
    """

    def __init__(self, query: Select[Any]) -> None:
        self._query = query

    @cached_property
    def sqlite(self) -> Text:
        """What SQLite is asked."""
        return self._written(sqlite.dialect(paramstyle="qmark"))

    @cached_property
    def postgresql(self) -> Text:
        """What PostgreSQL is asked."""
        return self._written(psycopg.dialect(paramstyle="format"))  # type: ignore[no-untyped-call]

    def _written(self, dialect: Dialect) -> Text:
        written = self._query.compile(dialect=dialect)
        constants = {name: value for name, value in written.params.items() if value is not None}
        return Text(str(written), tuple(written.positiontup or ()), constants)

    def text(self, dialect: str) -> Text:
        """What the database of a dialect, ``sqlite`` or ``postgresql``, is asked."""
        return self.sqlite if dialect == "sqlite" else self.postgresql

    def run(
        self, connection: Connection, parameters: Mapping[str, Any] = _NOTHING_GIVEN
    ) -> CursorResult[Any]:
        """Asks the database of a connection."""
        text = self.text(connection.dialect.name)
        return connection.exec_driver_sql(text.sql, text.values(parameters))

    def stream(self, connection: Connection, parameters: Mapping[str, Any]) -> CursorResult[Any]:
        """``run`` for rows that are many or large, fetched as they are read; inside a snapshot only.

        PostgreSQL's driver takes the whole answer into memory otherwise.
        """
        return self.run(
            connection.execution_options(stream_results=True, max_row_buffer=_BUFFERED), parameters
        )

    def rows(
        self, connection: Connection, parameters: Mapping[str, Any] = _NOTHING_GIVEN
    ) -> list[Sequence[Any]]:
        """All rows, columns by their place only: a third of the time of ``run`` for a short answer on SQLite.

        SQLAlchemy looks at the names of every answer anew, which costs more than SQLite's own work.
        """
        if connection.dialect.name != "sqlite":
            return list(self.run(connection, parameters).fetchall())
        try:
            with closing(connection.connection.cursor()) as cursor:
                cursor.execute(self.sqlite.sql, self.sqlite.values(parameters))
                return list(cursor.fetchall())
        except sqlite3.Error as error:
            # Nobody else sees this error who could drop the connection.
            if primary_code(error) in LOST_CONNECTION:
                connection.invalidate(error)
            raise


def compiled(query: Select[Any]) -> Statement:
    """A query as a statement; parameters without a value are given with each call."""
    return Statement(query)


def integer(name: str) -> BindParameter[Any]:
    """A place whose value comes as the database keeps it, so that no type has to convert it again."""
    return bindparam(name, type_=BigInteger)


class like_ascii(FunctionElement[bool]):  # noqa: N801  (reads as the function that it stands for)
    """Whether a column is like a pattern; letters of ASCII, and no others, are the same in either case.

    SQLite's ``LIKE`` is that. PostgreSQL's ``ILIKE`` goes by the collation, and only "C" knows no more.
    """

    inherit_cache = True
    type = Boolean()


@compiles(like_ascii, "sqlite")
def _like_on_sqlite(element: like_ascii, compiler: SQLCompiler, **options: Any) -> str:
    column, pattern = (compiler.process(each, **options) for each in element.clauses)
    return f"({column} LIKE {pattern} ESCAPE '\\')"


@compiles(like_ascii, "postgresql")
def _like_on_postgresql(element: like_ascii, compiler: SQLCompiler, **options: Any) -> str:
    column, pattern = (compiler.process(each, **options) for each in element.clauses)
    return f'({column} COLLATE "C" ILIKE {pattern})'


class starts_with(FunctionElement[bool]):  # noqa: N801  (reads as the function that it stands for)
    """Whether a column starts with hexadecimal digits, most rows expected to be walked in another order.

    SQLite must not be tempted to another index, and PostgreSQL has to see how many rows it would find.
    """

    inherit_cache = True
    type = Boolean()


@compiles(starts_with, "sqlite")
def _start_on_sqlite(element: starts_with, compiler: SQLCompiler, **options: Any) -> str:
    column, start = element.clauses
    return f"({compiler.process(func.substr(column, 1, func.length(start)) == start, **options)})"


@compiles(starts_with, "postgresql")
def _start_on_postgresql(element: starts_with, compiler: SQLCompiler, **options: Any) -> str:
    column, start = element.clauses
    return f"({compiler.process(column.like(start.concat('%')), **options)})"


class without_index(FunctionElement[Any]):  # noqa: N801  (reads as the function that it stands for)
    """A column by which SQLite must not look for an index: the list is walked in another one's order.

    PostgreSQL knows how many rows it would find either way, and chooses for itself.
    """

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(without_index, "sqlite")
def _without_index_on_sqlite(element: without_index, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = element.clauses
    return f"+{compiler.process(column, **options)}"


@compiles(without_index, "postgresql")
def _without_index_on_postgresql(element: without_index, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = element.clauses
    return str(compiler.process(column, **options))
