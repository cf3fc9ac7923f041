"""The limit: a bare ASGI handler that runs the very SQL of a server's request on the bare driver, no more.

The statements are those that a request of the real server sent to its database, taken down by
``recorded_sql``; only the report's id is another one each time. There is no authentication, no
validation, no judging, no encoding. Run as a process:
``python -m tests.benchmarks.bare_server RECORDING DATABASE`` prints its port when it listens.
"""

from __future__ import annotations

import pickle
import socket
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn

from tests.benchmarks.server_load import PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.benchmarks.recorded_sql import Recording

_ID_AT = 3
"""Which part of the path names the report: ``/api/tsr/ID``, for an upload too."""


class BareServer:
    """One connection, one request at a time, as fast as the driver goes."""

    def __init__(self, recording: Recording, database: str) -> None:
        self._recording = recording
        self._connection = _connect(database)

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        """Answers every request with what the real server answered to the recorded one."""
        if scope["type"] != "http":
            return
        more = True
        while more:
            more = (await receive()).get("more_body", False)
        self._replay(scope["path"].split("/")[_ID_AT])
        body = self._recording.answer
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": self._recording.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _replay(self, report_id: str) -> None:
        cursor = self._connection.cursor()
        last = 0
        for sql, parameters, many in self._recording.statements:
            if sql == "COMMIT" and not _in_transaction(self._connection):
                continue
            given = [_with_id(each, report_id) for each in parameters]
            if sql.startswith("INSERT INTO changes"):
                # The number of a change is the one thing that the database gives out and takes back.
                given = [_numbered(each, last - len(given) + place) for place, each in enumerate(given, 1)]
            if many:
                cursor.executemany(sql, given)
            else:
                cursor.execute(sql, given[0])
            if "RETURNING change_counter" in sql or sql.endswith("RETURNING last"):
                last = cursor.fetchone()[0]
            elif sql.startswith("SELECT") or "RETURNING" in sql:
                cursor.fetchall()


def _in_transaction(connection: Any) -> bool:
    return bool(connection.in_transaction) if isinstance(connection, sqlite3.Connection) else True


def _with_id(parameters: Any, report_id: str) -> Any:
    if isinstance(parameters, dict):
        return {name: _value(value, report_id) for name, value in parameters.items()}
    return tuple(_value(value, report_id) for value in parameters)


def _numbered(parameters: Any, number: int) -> Any:
    """The row of a change with its number, which is the first column."""
    if isinstance(parameters, dict):
        return parameters | {"seq": number}
    return (number, *parameters[1:])


def _value(value: Any, report_id: str) -> Any:
    return value.replace(PLACEHOLDER, report_id) if isinstance(value, str) else value


def _connect(database: str) -> Any:
    if database.startswith("postgresql"):
        import psycopg

        return psycopg.connect(database, autocommit=True)
    connection = sqlite3.connect(database, isolation_level=None)
    for pragma in ("foreign_keys = ON", "synchronous = FULL", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def serve(app: Any) -> None:
    """Serves an application on a free port of the loopback interface, and prints the port."""
    # With its protocol named, asyncio sends small answers at once.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(
        app, http="h11", loop="asyncio", log_level="warning", access_log=False, lifespan="off"
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    serve(BareServer(pickle.loads(Path(sys.argv[1]).read_bytes()), sys.argv[2]))
