"""What every request passes before it is routed: limits, origin, host and authentication.

It stands around the router, so that an address that nothing answers at is behind it as well: without
a token there is no telling which addresses exist.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from litestar.enums import ScopeType

from tsr_agent.models.api import PROBLEM_TYPE
from tsr_agent.server.problems import Kind, RefusalError, busy, problem_bytes, refusal_of

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Message, Receive, Scope, Send

    from tsr_agent.clock import Clock
    from tsr_agent.server.authentication import Authenticator
    from tsr_agent.server.bodies import BodyBudget
    from tsr_agent.server.metrics import Metrics
    from tsr_agent.server.request_log import RequestLog
    from tsr_agent.server.settings import ServerSettings

SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)
_FAULTS = (Kind.FAULT, Kind.UNAVAILABLE, Kind.RECORD_ALTERED)


class FrontDoor:
    """The application's outermost layer.

    Args:
        app: What is behind it.
        settings: The limits.
        authenticator: Who is let in.
        open_paths: Paths that need no token.
        clock: The time.
        log: Where requests and faults are written.
        metrics: Where requests are counted.
        budget: What bodies are counted to, given back with the answer.
        asks_in_thread: Look tokens up in a thread: the database is another process.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        settings: ServerSettings,
        authenticator: Authenticator,
        open_paths: frozenset[str],
        clock: Clock,
        log: RequestLog,
        metrics: Metrics,
        budget: BodyBudget,
        asks_in_thread: bool,
    ) -> None:
        self._app = app
        self._settings = settings
        self._authenticator = authenticator
        self._open_paths = open_paths
        self._clock = clock
        self._log = log
        self._metrics = metrics
        self._budget = budget
        self._asks_in_thread = asks_in_thread
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] == ScopeType.WEBSOCKET:
            await send({"type": "websocket.close", "code": 1008, "reason": "no WebSockets here"})
            return
        exchange = _Exchange(send)
        state = scope["state"]
        state["request_id"] = exchange.request_id
        self._inside += 1
        try:
            try:
                await self._admit(scope)
            except Exception as error:  # noqa: BLE001  (each has an answer)
                await self._refuse(error, exchange)
            else:
                await self._app(scope, receive, exchange.send)
        finally:
            self._inside -= 1
            self._budget.give_back(state)
            self._write(scope, exchange)

    async def _admit(self, scope: Any) -> None:
        if self._inside > self._settings.requests_at_once:
            raise busy()
        headers = scope["headers"]
        if sum(len(name) + len(value) for name, value in headers) > self._settings.header_bytes:
            raise RefusalError(
                Kind.HEADERS, f"The headers may have {self._settings.header_bytes:,} bytes together."
            )
        if _has_two_lengths(headers):
            raise RefusalError(Kind.MALFORMED, "The length of the body is given in two ways.")
        self._check_host(headers)
        _check_origin(scope["scheme"], headers)
        if scope["method"] == "OPTIONS":
            raise RefusalError(Kind.METHOD, "OPTIONS is not answered.")
        if scope["path"] not in self._open_paths:
            await self._authenticate(scope)

    def _check_host(self, headers: Any) -> None:
        allowed = self._settings.allowed_hosts
        if allowed and _host_name(_header(headers, b"host")) not in allowed:
            raise RefusalError(Kind.WRONG_HOST, "The Host header names another server.")

    async def _authenticate(self, scope: Any) -> None:
        now = self._clock.now()
        ask = self._authenticator.principal
        headers = scope["headers"]
        if self._asks_in_thread:
            principal = await asyncio.to_thread(ask, headers, now)
        else:
            principal = ask(headers, now)
        if principal is None:
            self._metrics.authentication_failed()
            raise self._authenticator.refused(self._address(scope), now)
        scope["state"]["principal"] = principal

    def _address(self, scope: Any) -> str:
        """Where a request comes from; behind a proxy the last hop of its header, which the proxy adds."""
        if self._settings.behind_proxy:
            hops = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
            if hops:
                return str(hops[-1].decode("latin-1").rpartition(",")[2].strip()[:64])
        client = scope.get("client")
        return client[0] if client else ""

    async def _refuse(self, error: Exception, exchange: _Exchange) -> None:
        refusal = refusal_of(error)
        if refusal.kind in _FAULTS and error is not refusal:
            self._log.fault(at=self._clock.now(), request_id=exchange.request_id, error=error)
        body = problem_bytes(refusal, exchange.request_id)
        headers = [(b"content-type", PROBLEM_TYPE.encode()), (b"content-length", str(len(body)).encode())]
        headers += [(name.lower().encode(), value.encode()) for name, value in refusal.headers.items()]
        await exchange.send(
            {"type": "http.response.start", "status": refusal.kind.status, "headers": headers}
        )
        await exchange.send({"type": "http.response.body", "body": body, "more_body": False})

    def _write(self, scope: Any, exchange: _Exchange) -> None:
        principal = scope["state"].get("principal")
        seconds = time.perf_counter() - exchange.began
        route = scope.get("path_template", "(none)")
        self._metrics.request(_known_method(scope["method"]), route, exchange.status, seconds)
        self._log.request(
            at=self._clock.now(),
            request_id=exchange.request_id,
            method=scope["method"],
            route=route,
            status=exchange.status,
            milliseconds=seconds * 1_000,
            subject=None if principal is None else principal.subject,
            token_id=None if principal is None else principal.token_id,
        )


class _Exchange:
    """One request and its answer: adds the headers that every answer has and remembers the status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.request_id = secrets.token_hex(8)
        self.began = time.perf_counter()
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = list(message["headers"])
            names = {name.lower() for name, _ in given}
            given += [(name, value) for name, value in SECURITY_HEADERS if name not in names]
            given.append((b"x-request-id", self.request_id.encode()))
            message["headers"] = given
        await self._send(message)


def _known_method(method: str) -> str:
    """The method, or one word for all that nobody has heard of: each label of a metric is kept for ever."""
    return method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "(other)"


def _has_two_lengths(headers: Any) -> bool:
    """A proxy that believes one of the two and a server that believes the other see different requests."""
    names = {name for name, _ in headers}
    return b"transfer-encoding" in names and b"content-length" in names


def _header(headers: Any, wanted: bytes) -> str:
    """The value of a header that stands once; empty where it is missing or stands twice."""
    found = [value for name, value in headers if name == wanted]
    return found[0].decode("latin-1") if len(found) == 1 else ""


def _host_name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _check_origin(scheme: str, headers: Any) -> None:
    """Pages of other origins get nothing, and no header that lets them read anything."""
    origins = [value.decode("latin-1") for name, value in headers if name == b"origin"]
    host = _header(headers, b"host")
    own = {f"{scheme}://{host}", f"https://{host}"} if host else set()
    if any(each not in own for each in origins):
        raise RefusalError(Kind.FOREIGN_ORIGIN, "The request comes from a page of another origin.")
