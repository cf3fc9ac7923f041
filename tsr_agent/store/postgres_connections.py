"""Connections to a PostgreSQL library: how each is set up, and when one is not used again."""

from __future__ import annotations

import select
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import QueuePool

from tsr_agent.errors import StoreError
from tsr_agent.store.postgres_failures import is_lost

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy import Engine
    from sqlalchemy.engine.interfaces import ExceptionContext

    from tsr_agent.store.postgres_address import PostgresAddress

OLDEST_SERVER = 140_000
"""PostgreSQL 14, as ``server_version_num`` says it."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long anything may take, in seconds, and how many connections a process may have."""

    connect: int = 10
    statement: float = 30.0
    """Longest that one statement may run; 0 for any time."""
    lock: float = 5.0
    """Longest wait for another's lock."""
    idle_in_transaction: float = 60.0
    """Longest that a transaction may do nothing: a stuck process must not hold its locks."""
    checkout: float = 20.0
    """Longest wait for a connection of the pool."""
    readers: int = 8
    writers: int = 4


# One statement, so that a new connection costs one further round trip. The search path is narrowed to the
# one schema that holds the library: nobody's table in another schema, or a temporary one, can hide ours.
_SET_UP = """
SELECT current_setting('server_encoding'), current_setting('client_encoding'), current_schema(),
  set_config('search_path', quote_ident(current_schema()) || ', pg_temp', false),
  set_config('statement_timeout', %(statement)s, false),
  set_config('lock_timeout', %(lock)s, false),
  set_config('idle_in_transaction_session_timeout', %(idle_in_transaction)s, false),
  set_config('default_transaction_read_only', %(read_only)s, false),
  set_config('row_security', 'off', false),
  set_config('synchronous_commit', CASE current_setting('synchronous_commit')
    WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)
"""


@dataclass(frozen=True, kw_only=True)
class PostgresAccess:
    """How a PostgreSQL library is reached."""

    address: PostgresAddress
    read_only: bool
    limits: Limits = field(default_factory=Limits)

    dialect = "postgresql"
    begin_snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

    @property
    def name(self) -> str:
        """What messages call the library."""
        return self.address.name

    def check_rights(self) -> None:
        """Nothing to look at before the server is asked."""

    def connect(self, *, for_writing: bool) -> psycopg.Connection[Any]:
        """One new connection, set up; each statement is a transaction of its own until told otherwise.

        Raises:
            psycopg.Error: As PostgreSQL says it.
            StoreError: The server is too old, keeps text in something other than UTF-8, or has no schema.
        """
        import psycopg

        wanted: dict[str, Any] = {
            "application_name": "aitr",
            "connect_timeout": self.limits.connect,
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": 30_000,
            **self.address.parameters,
            "client_encoding": "utf8",
        }
        connection = psycopg.connect(**wanted, autocommit=True)
        try:
            self._set_up(connection, for_writing=for_writing)
        except BaseException:
            connection.close()
            raise
        return connection

    def _set_up(self, connection: psycopg.Connection[Any], *, for_writing: bool) -> None:
        values = {
            "statement": _milliseconds(self.limits.statement),
            "lock": _milliseconds(self.limits.lock),
            "idle_in_transaction": _milliseconds(self.limits.idle_in_transaction),
            "read_only": "off" if for_writing else "on",
        }
        if connection.info.server_version < OLDEST_SERVER:
            found = connection.info.parameter_status("server_version")
            raise self._unfit(f"is on PostgreSQL {found}", "Use PostgreSQL 14 or newer.")
        row = connection.execute(_SET_UP, values).fetchone()
        server, client, schema = row[:3] if row else ("", "", None)
        if (server, client) != ("UTF8", "UTF8"):
            raise self._unfit(f"keeps text as {server}", "Create the database with ENCODING 'UTF8'.")
        if schema is None:
            raise self._unfit(
                "has no schema for its tables", "Create the schema that the user's search_path names."
            )

    def _unfit(self, what: str, then: str) -> StoreError:
        return StoreError(f"The library {self.name} {what}.", kept="the database, unchanged.", next_step=then)

    def writer(self) -> Engine:
        """An engine whose transactions write; several may at once, and rows are locked where it matters."""
        return self._engine(for_writing=True, size=self.limits.writers, isolation="READ COMMITTED")

    def reader(self) -> Engine:
        """An engine whose connections can't write; each statement sees the state of its own moment."""
        return self._engine(for_writing=False, size=self.limits.readers, isolation="AUTOCOMMIT")

    def _engine(self, *, for_writing: bool, size: int, isolation: Any) -> Engine:
        engine = create_engine(
            "postgresql+psycopg://",
            creator=lambda: self.connect(for_writing=for_writing),
            isolation_level=isolation,
            use_native_hstore=False,
            hide_parameters=True,
            poolclass=QueuePool,
            pool_size=size,
            max_overflow=0,
            pool_timeout=self.limits.checkout,
        )
        event.listen(engine, "checkout", _refuse_stale)
        event.listen(engine, "handle_error", _drop_after_fault)
        return engine


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))


def _refuse_stale(connection: psycopg.Connection[Any], record: object, proxy: object) -> None:
    """Has a connection replaced that the server has closed while it lay in the pool.

    A server that goes down says so, or the socket ends; an idle one that is well says nothing. Looking
    costs a microsecond where asking would cost a round trip, and a transaction is never tried twice.
    """
    if connection.closed or _has_something_to_say(connection.fileno()):
        raise DisconnectionError


def _has_something_to_say(socket: int) -> bool:
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([socket], [], [], 0)[0])
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))


def _drop_after_fault(context: ExceptionContext) -> None:
    if is_lost(context.original_exception):
        context.is_disconnect = True
