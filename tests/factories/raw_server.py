"""A server on loopback that answers with whatever bytes a test wants, and remembers what it was asked."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from types import TracebackType

JSON = "application/json"


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> bytes:
        """The body as it was before it was packed."""
        packed = self.headers.get("content-encoding") == "gzip"
        return gzip.decompress(self.body) if packed else self.body


@dataclass
class RawServer:
    """Listens on loopback until its block ends.

    Args:
        play: Is called once a request, and writes to the connection whatever it likes. The connection is
            closed behind it.
    """

    play: Callable[[socket.socket, Asked], None]
    port: int = 0
    """0 takes any that is free."""
    tls: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = int(self._listener.getsockname()[1])
        self._open: set[socket.socket] = set()
        self._closed = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    @property
    def url(self) -> str:
        """Its address."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def wait(self, seconds: float) -> bool:
        """Waits until the server is closed, or so long; whether it is closed."""
        return self._closed.wait(seconds)

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        if self.tls is not None:
            try:
                connection = self.tls.wrap_socket(connection, server_side=True)
            except OSError:
                connection.close()
                return
        self._open.add(connection)
        try:
            with connection, suppress(OSError):
                asked = read_request(connection)
                if asked is not None:
                    self.asked.append(asked)
                    self.play(connection, asked)
                    with suppress(OSError):
                        connection.shutdown(socket.SHUT_WR)
        finally:
            self._open.discard(connection)


def read_request(connection: socket.socket) -> Asked | None:
    """The next request of a connection; None where it ends before."""
    with connection.makefile("rb") as stream:
        line = stream.readline().decode("latin-1").split()
        if len(line) != 3:
            return None
        headers = {}
        while (header := stream.readline().decode("latin-1").strip()) != "":
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        body = stream.read(int(headers.get("content-length", "0")))
        return Asked(line[0], line[1], headers, body)


def answer(
    status: int, body: bytes = b"", kind: str | None = JSON, *more: str, length: int | None = None
) -> bytes:
    """The bytes of an answer."""
    lines = [f"HTTP/1.1 {status} Word", f"Content-Length: {len(body) if length is None else length}"]
    lines += [] if kind is None else [f"Content-Type: {kind}"]
    return "\r\n".join([*lines, *more, "Connection: close", "", ""]).encode("latin-1") + body


def reset(connection: socket.socket) -> None:
    """Breaks a connection off as a crashed machine does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
