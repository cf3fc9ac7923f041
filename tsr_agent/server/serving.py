"""The server as a process: its socket, its signals and its end."""

from __future__ import annotations

import contextlib
import ipaddress
import signal
import socket
import ssl
from typing import TYPE_CHECKING, Any

import uvicorn

from tsr_agent.errors import UsageError
from tsr_agent.server.app import build_app
from tsr_agent.server.connections import protocol_for
from tsr_agent.server.request_log import forwarded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tsr_agent.clock import Clock
    from tsr_agent.server.request_log import RequestLog
    from tsr_agent.server.settings import ServerSettings
    from tsr_agent.store.engine import Library


def serve(
    settings: ServerSettings,
    library: Library,
    clock: Clock,
    *,
    log: RequestLog,
    listening: Callable[[str], None],
) -> None:
    """Answers requests until the process is told to stop; those that are under way then are finished.

    Args:
        settings: How.
        library: Open for writing; stays the caller's to close.
        clock: The time.
        log: Where requests are written.
        listening: Told the address as soon as connections are taken.

    Raises:
        UsageError: It would be open to the network without TLS, or the address can't be had.
    """
    refuse_open_door(settings)
    listener = bound_socket(settings)
    try:
        app = build_app(settings, library, clock, log=log)
        address = _address(settings, listener)
        with forwarded(log, clock):
            _Server(_config(settings, app), lambda: listening(address)).run(sockets=[listener])
    finally:
        listener.close()


def refuse_open_door(settings: ServerSettings) -> None:
    """Tokens must not cross a network in the clear.

    Raises:
        UsageError: The address is not this machine's own, and nothing encrypts.
    """
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise UsageError("TLS needs both --tls-cert and --tls-key.")
    if settings.tls_cert is None and not settings.behind_proxy and not is_loopback(settings.host):
        raise UsageError(
            f"{settings.host} can be reached from other machines, and tokens would travel in the clear.",
            next_step="Give --tls-cert and --tls-key, or --behind-proxy where a proxy ends TLS, "
            "or listen on 127.0.0.1.",
        )


def refuse_unusable_certificate(settings: ServerSettings) -> None:
    """Looks at the certificate before anything is made or opened.

    Raises:
        UsageError: It or its key can't be read, or they do not belong together.
    """
    if settings.tls_cert is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            settings.tls_cert, settings.tls_key, password=_no_password
        )
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"The certificate {settings.tls_cert} with the key {settings.tls_key} can't be used: {cause}.",
            next_step="Give both as PEM files, the key without a password.",
        ) from error


def _no_password() -> str:
    # OpenSSL would ask on the terminal, and a service has none.
    raise ValueError("the key has a password")


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own. Any name but ``localhost`` may mean any machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def bound_socket(settings: ServerSettings) -> socket.socket:
    """The socket to listen on.

    Raises:
        UsageError: The address is in use, not this machine's, or not ours to take.
    """
    try:
        found = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, kind, protocol, _, where = found[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise _no_address(settings, error) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(where)
    except OSError as error:
        listener.close()
        raise _no_address(settings, error) from error
    return listener


def _no_address(settings: ServerSettings, error: Exception) -> UsageError:
    cause = getattr(error, "strerror", None) or "no such address"
    return UsageError(
        f"Can't listen on {settings.host} port {settings.port}: {cause}.",
        next_step="Choose another --host or --port, or stop what listens there.",
    )


def _address(settings: ServerSettings, listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"{'http' if settings.tls_cert is None else 'https'}://{shown}:{port}"


def _config(settings: ServerSettings, app: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        # Named, so that nothing that happens to be installed changes how requests are read.
        http=protocol_for(settings),
        loop="asyncio",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
        timeout_keep_alive=int(settings.header_seconds),
        timeout_graceful_shutdown=settings.graceful_seconds,
        h11_max_incomplete_event_size=settings.header_bytes,
    )


class _Server(uvicorn.Server):
    """Says when it listens, and takes a signal to stop for an order and not for a death."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listens, then says so."""
        await super().startup(sockets=sockets)
        if self.started:
            self._listening()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT end it in good order; a second SIGINT at once."""
        before = {each: signal.signal(each, self.handle_exit) for each in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
