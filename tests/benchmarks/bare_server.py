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

_ID_AT = {"GET": 3, "POST": 3}
"""Which part of the path names the report: ``/api/tsr/ID``."""


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
        self._replay(scope["path"].split("/")[_ID_AT[scope["method"]]])
        body = self._recording.answer
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": self._recording.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _replay(self, report_id: str) -> None:
        cursor = self._connection.cursor()
        returned: dict[Any, Any] = {}
        for sql, parameters, many in self._recording.statements:
            if sql == "COMMIT" and not _in_transaction(self._connection):
                continue
            given = [_with_id(each, report_id, returned) for each in parameters]
            if many:
                cursor.executemany(sql, given)
            else:
                cursor.execute(sql, given[0])
            if "RETURNING" in sql:
                # The number of a change is the one thing that the database gives out and takes back.
                returned["seq"] = cursor.fetchone()[0]
            elif sql.startswith("SELECT"):
                cursor.fetchall()


def _in_transaction(connection: Any) -> bool:
    return bool(connection.in_transaction) if isinstance(connection, sqlite3.Connection) else True


def _with_id(parameters: Any, report_id: str, returned: dict[Any, Any]) -> Any:
    if isinstance(parameters, dict):
        return {
            name: returned["seq"] if name == "seq" and "seq" in returned else _value(value, report_id)
            for name, value in parameters.items()
        }
    values = [_value(value, report_id) for value in parameters]
    if "seq" in returned and values and isinstance(values[0], int):
        values[0] = returned.pop("seq")
    return tuple(values)


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
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    serve(BareServer(pickle.loads(Path(sys.argv[1]).read_bytes()), sys.argv[2]))
