"""Connections of the server: how long each may take, how many there are, and a problem for what is no HTTP.

uvicorn closes a connection that is idle between two requests, and waits for ever for one that never says
anything, that sends its head byte by byte or that does not take its answer.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from tsr_agent.models.api import PROBLEM_TYPE
from tsr_agent.server.problems import Kind, RefusalError, problem_bytes

if TYPE_CHECKING:
    import asyncio

    from uvicorn.protocols.http.h11_impl import RequestResponseCycle

    from tsr_agent.server.settings import ServerSettings


def protocol_for(settings: ServerSettings) -> type[H11Protocol]:
    """The protocol of each connection under these settings; uvicorn makes the instances."""

    class Bounded(BoundedProtocol):
        limits = settings

    return Bounded


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 with a deadline for whatever the other side has to do."""

    limits: ServerSettings
    _deadline: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection is there; its first request has to follow in time."""
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections_at_once:
            transport.abort()
            return
        self._expect_request(self.limits.header_seconds)

    def handle_events(self) -> None:
        """Something came; where it completed the head of a request, the deadline was kept."""
        super().handle_events()
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            self._forget_deadline()

    def on_response_complete(self) -> None:
        """An answer was given; the rest of a body that was not wanted, and then a request, has to follow."""
        unread = self.conn.their_state is h11.SEND_BODY
        self._expect_request(self.limits.body_seconds if unread else self.limits.header_seconds)
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone, and what was waited for with it."""
        self._forget_deadline()
        self._forget_stuck()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The other side does not take its answer as fast as it is written."""
        super().pause_writing()
        self._forget_stuck()
        self._stuck = self.loop.call_later(self.limits.answer_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It does again."""
        self._forget_stuck()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answers what is no HTTP with a problem, as everything else is."""
        refusal = RefusalError(Kind.MALFORMED, "This is no valid HTTP request.")
        body = problem_bytes(refusal, secrets.token_hex(8))
        headers = [
            ("content-type", PROBLEM_TYPE),
            ("content-length", str(len(body))),
            ("connection", "close"),
        ]
        try:
            for event in (
                h11.Response(status_code=refusal.kind.status, headers=headers, reason=b"Bad Request"),
                h11.Data(data=body),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        except h11.LocalProtocolError:
            # An answer is under way already: there is no second one to give.
            pass
        self.transport.close()

    def _expect_request(self, seconds: float) -> None:
        self._forget_deadline()
        self._deadline = self.loop.call_later(seconds, self.transport.abort)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _forget_stuck(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None
