"""A server on a real socket in a thread of this process: every byte on the wire, and any settings."""

from __future__ import annotations

import io
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import uvicorn

from tests.factories.servers import HandClock, new_token
from tsr_agent.server.app import build_app
from tsr_agent.server.request_log import RequestLog, forwarded
from tsr_agent.server.serving import _config, bound_socket
from tsr_agent.server.settings import ServerSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tsr_agent.models.access import Role
    from tsr_agent.store.engine import Library


@dataclass(frozen=True)
class Served:
    """A server that listens."""

    port: int
    library: Library
    clock: HandClock
    log: io.StringIO

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def token(self, role: Role, **wanted: Any) -> str:
        """A new token."""
        return new_token(self.library, role, now=self.clock.now(), **wanted)

    def faults(self) -> list[dict[str, Any]]:
        """Errors that the client was not told the cause of."""
        lines = (json.loads(line) for line in self.log.getvalue().splitlines())
        return [each for each in lines if each["event"] == "fault"]


@contextmanager
def served_in_thread(library: Library, settings: ServerSettings | None = None) -> Iterator[Served]:
    """Serves an open library until the block ends; a fault fails the test."""
    settings = settings or ServerSettings(port=0)
    clock, log, listening = HandClock(), io.StringIO(), threading.Event()
    listener = bound_socket(settings)
    app = build_app(settings, library, clock, log=RequestLog(log))

    class Announcing(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets=sockets)
            listening.set()

    server = Announcing(_config(settings, app))
    with forwarded(RequestLog(log), clock):
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert listening.wait(30)
            served = Served(listener.getsockname()[1], library, clock, log)
            yield served
        finally:
            server.should_exit = True
            thread.join(60)
            listener.close()
    assert not thread.is_alive()
    assert served.faults() == []
