"""Servers to ask: the application in this process, and a real ``tsr-agent serve`` on a free port.

In-process::

    with in_process(library) as server:
        token = server.token(Role.AGENT, project="https://git.example.org/team/app")
        answer = server.client.get("/api/whoami", headers=bearer(token))

As a process, over a file or a PostgreSQL URL::

    with running_server(database, tmp_path) as server:
        token = server.token(Role.AGENT)
        requests.get(f"{server.url}/api/whoami", headers=bearer(token), timeout=10)
"""

from __future__ import annotations

import functools
import io
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from litestar.testing import TestClient

from tests.factories.reports import NOON
from tsr_agent.server.app import ROUTES, build_app
from tsr_agent.server.description import described
from tsr_agent.server.request_log import RequestLog
from tsr_agent.server.settings import ServerSettings
from tsr_agent.server.token_making import PERSONS, Wanted, make_token
from tsr_agent.store.tokens import TokenRepository

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    from litestar import Litestar
    from litestar.handlers import HTTPRouteHandler

    from tsr_agent.models.access import Role
    from tsr_agent.store.engine import Library


class HandClock:
    """A clock that is set by hand."""

    def __init__(self, moment: datetime = NOON) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def forward(self, span: timedelta) -> None:
        self.moment += span


def bearer(token: str) -> dict[str, str]:
    """The header that a token is sent in."""
    return {"Authorization": f"Bearer {token}"}


def new_token(
    library: Library,
    role: Role,
    *,
    now: datetime,
    subject: str | None = None,
    project: str | None = None,
    expires_at: datetime | None = None,
) -> str:
    """A token of a library; people are called after their role where no name is given."""
    named = subject or (role.value.replace("_", " ").title() if role in PERSONS else None)
    wanted = Wanted(role=role, subject=named, project=project, expires_at=expires_at)
    return make_token(TokenRepository(library), wanted, created_by="tests", now=now).text


@dataclass(frozen=True)
class InProcess:
    """The application and a client of it."""

    app: Litestar
    client: TestClient[Litestar]
    library: Library
    clock: HandClock
    log: io.StringIO

    def token(self, role: Role, **wanted: Any) -> str:
        """A new token."""
        return new_token(self.library, role, now=self.clock.now(), **wanted)

    def log_lines(self) -> list[dict[str, Any]]:
        """What the server logged."""
        return [json.loads(line) for line in self.log.getvalue().splitlines()]

    def faults(self) -> list[dict[str, Any]]:
        """Errors that the client was not told the cause of."""
        return [each for each in self.log_lines() if each["event"] == "fault"]


@contextmanager
def in_process(
    library: Library,
    *,
    settings: ServerSettings | None = None,
    clock: HandClock | None = None,
    routes: Sequence[HTTPRouteHandler] = ROUTES,
    faults_allowed: bool = False,
) -> Iterator[InProcess]:
    """The application over an open library; a fault that a test does not expect fails it."""
    clock = clock or HandClock()
    log = io.StringIO()
    app = build_app(settings or ServerSettings(), library, clock, log=RequestLog(log), routes=routes)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=True) as client:
        server = InProcess(app, client, library, clock, log)
        yield server
    assert faults_allowed or server.faults() == []
    unknown = undocumented(server.log_lines())
    assert not unknown, f"the description does not know these answers: {unknown}"


@functools.cache
def documented() -> dict[tuple[str, str], set[int]]:
    """The statuses that the API's description names, by method and path."""
    paths = described(ROUTES)["paths"]
    return {
        (method.upper(), path): set(map(int, operation["responses"]))
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def undocumented(lines: Iterable[dict[str, Any]]) -> set[tuple[str, str, int]]:
    """Answers in a log that the description does not know; a fault is never one that it should."""
    answers = {
        (each["method"], each["route"], each["status"])
        for each in lines
        if each["event"] == "request" and each["status"] != 500
    }
    known = documented()
    return {each for each in answers if each[:2] in known and each[2] not in known[each[:2]]}


@dataclass
class RunningServer:
    """A ``tsr-agent serve`` of its own."""

    process: subprocess.Popen[str]
    url: str
    database: str
    log_path: Path
    environ: dict[str, str] = field(repr=False)

    def token(self, role: Role, *options: str) -> str:
        """A new token, made as an operator makes one."""
        named = ("--subject", role.value.replace("_", " ").title()) if role in PERSONS else ()
        made = subprocess.run(
            [sys.executable, "-m", "tsr_agent", "token", "create", "--role", role.value, *named, *options],
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Tells it to stop and waits for its exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=60)

    def log(self) -> str:
        """What it wrote to standard error so far."""
        return self.log_path.read_text(encoding="utf-8")


@contextmanager
def running_server(
    database: str | Path, folder: Path, *options: str, port: int = 0, **environ: str
) -> Iterator[RunningServer]:
    """A real server on 127.0.0.1; killed in the end where the test did not stop it.

    Args:
        database: A file or a URL; it is made where it is missing. Given in ``AITR_DATABASE``.
        folder: Its working directory; its log is written there.
        options: Further options of ``serve``.
        port: 0 for a free one.
        environ: Further variables.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AITR_")}
    variables = inherited | {"AITR_DATABASE": str(database), "PYTHONWARNINGS": "error"} | environ
    log_path = folder / f"server-{len(list(folder.glob('server-*.log')))}.log"
    with log_path.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tsr_agent", "serve", "--port", str(port), "--json", *options],
            cwd=folder,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        said = _announcement(process)
        assert said, log_path.read_text(encoding="utf-8")
        yield RunningServer(process, json.loads(said)["listening"], str(database), log_path, variables)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=60)
        assert process.stdout is not None
        process.stdout.close()


def _announcement(process: subprocess.Popen[str]) -> str:
    """What a server says as soon as it listens; empty where it ended before."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if line == "}\n":
            return "".join(lines)
    return ""
