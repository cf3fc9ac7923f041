"""A real HTTP server on this machine that takes webhooks, and misbehaves as it is told."""

from __future__ import annotations

import contextlib
import json
import socketserver
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tsr_agent.server.webhooks.targets import Address, Event, Webhook

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


def status(code: int, *headers: str, body: bytes = b"") -> bytes:
    """An answer of this status."""
    lines = [f"HTTP/1.1 {code} Said So", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def webhook(name: str = "chat", port: int = 443) -> Webhook:
    """A target that hears of everything; on this machine, where a port is given."""
    host = name if port == 443 else "127.0.0.1"
    address = Address(secure=False, host=host, port=port, path="/s3cr3t", private=True)
    return Webhook(name=name, address=address, events=frozenset(Event), repositories=())


@dataclass
class Receiver:
    """What came in, and what is answered to it."""

    port: int = 0
    answers: list[bytes | Callable[[socket.socket], None]] = field(default_factory=list)
    """What the next requests are answered; 200 once there is none left."""
    heads: list[str] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    came: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    stopped: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """Its address, with a secret in it as Slack's have."""
        return f"http://127.0.0.1:{self.port}/services/T0/B0/secret"

    def take(self, connection: socket.socket) -> None:
        """One request."""
        head, _, body = _received(connection)
        with self.lock:
            self.heads.append(head)
            self.bodies.append(json.loads(body))
            answer = self.answers.pop(0) if self.answers else OK
        self.came.release()
        if callable(answer):
            answer(connection)
        else:
            connection.sendall(answer)


def _received(connection: socket.socket) -> tuple[str, int, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65_536)
        if not more:
            raise ConnectionError
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    while len(body) < length:
        body += connection.recv(65_536)
    return head.decode("latin-1"), length, body


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = False
    allow_reuse_address = True


@contextlib.contextmanager
def receiver() -> Iterator[Receiver]:
    """One that listens; its threads are gone when the block ends."""
    there = Receiver()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                there.take(self.request)

    with _Server(("127.0.0.1", 0), Handler) as server:
        there.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield there
        finally:
            there.stopped.set()
            server.shutdown()
            thread.join()
