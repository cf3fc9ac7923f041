"""Connections that end in time: a server that trickles is cut, however often it says another byte."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import socket

    from tsr_agent.client.pace import Waiting

_PIECE = 65_536


class Deadline:
    """When the exchange that is under way ends, and how long it may be silent before.

    Args:
        waiting: The time that passes.
        sent: Is told how many bytes went out just now.
    """

    def __init__(self, waiting: Waiting, sent: Callable[[int], None]) -> None:
        self._waiting = waiting
        self.sent = sent
        self._until = 0.0
        self._silence = 0.0

    def begin(self, seconds: float, silence: float) -> None:
        """A new exchange begins.

        Args:
            seconds: The longest that it may take.
            silence: The longest that the server may say or take nothing.
        """
        self._until = self._waiting.monotonic() + seconds
        self._silence = silence

    def left(self) -> float:
        """How long may be waited for the next byte.

        Raises:
            TimeoutError: Not at all.
        """
        left = self._until - self._waiting.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        return min(left, self._silence)


class _TimedReader(io.RawIOBase):
    """What comes in, each piece of it waited for no longer than is left."""

    def __init__(self, sock: socket, deadline: Deadline) -> None:
        self._sock, self._deadline = sock, deadline
        # Keeps the socket open for as long as the answer is read, whoever closes the connection.
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._deadline.left())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedSocket:
    """A connected socket that keeps a deadline; all else it leaves to the socket."""

    def __init__(self, sock: socket, deadline: Deadline) -> None:
        self._sock, self._deadline = sock, deadline

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def makefile(self, *_how: object, **_more: object) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._sock, self._deadline))

    def sendall(self, data: Any) -> None:
        with memoryview(data).cast("B") as view:
            for start in range(0, len(view), _PIECE):
                self._sock.settimeout(self._deadline.left())
                self._sock.sendall(view[start : start + _PIECE])
                self._deadline.sent(min(_PIECE, len(view) - start))


class TimedAdapter(HTTPAdapter):
    """Makes requests keep a deadline; it never tries again by itself.

    Args:
        deadline: Of whatever exchange is under way.
    """

    def __init__(self, deadline: Deadline) -> None:
        self._pools = _pools(deadline)
        super().__init__(max_retries=0, pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Makes the pool, whose connections keep the deadline."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """The same for connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _pools(deadline: Deadline) -> dict[str, type[HTTPConnectionPool]]:
    """Pools whose connections keep this deadline."""

    class Plain(HTTPConnection):
        def connect(self) -> None:
            self.timeout = _sooner(self.timeout, deadline)
            super().connect()
            self.sock = _TimedSocket(self.sock, deadline)

    class Encrypted(HTTPSConnection):
        def connect(self) -> None:
            self.timeout = _sooner(self.timeout, deadline)
            super().connect()
            self.sock = _TimedSocket(self.sock, deadline)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls = Encrypted

    return {"http": PlainPool, "https": EncryptedPool}


def _sooner(timeout: Any, deadline: Deadline) -> float:
    left = deadline.left()
    return min(timeout, left) if isinstance(timeout, (int, float)) else left
