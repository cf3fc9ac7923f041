"""Requests byte by byte, for those that no client of HTTP would send, and their answers."""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from tsr_agent.models.api import PROBLEM_TYPE, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class RawAnswer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    def hold(self, method: str = "GET") -> RawAnswer:
        """It is no fault, and where it is no success, it is a problem of the one form."""
        assert self.status < 500, self
        if self.status >= 400 and method != "HEAD":
            assert self.headers["content-type"] == PROBLEM_TYPE, self
            assert msgspec.json.decode(self.body, type=Problem).status == self.status
        return self


def head(method: str, target: str | bytes, *headers: str | bytes, version: str = "HTTP/1.1") -> bytes:
    """The head of a request, with ``Host`` and whatever else is given; nothing is checked or escaped."""
    first = b" ".join([_bytes(method), _bytes(target), version.encode()])
    return b"\r\n".join([first, b"Host: 127.0.0.1", *map(_bytes, headers), b"", b""])


def with_body(method: str, target: str, body: bytes, *headers: str | bytes) -> bytes:
    """A request with a JSON body of its right length."""
    more = ("Content-Type: application/json", f"Content-Length: {len(body)}")
    return head(method, target, *headers, *more) + body


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def asked(port: int, sent: bytes, *, finished: bool = False) -> RawAnswer:
    """The first answer to some bytes."""
    return answers(port, sent, [sent.partition(b" ")[0].decode("latin-1")], finished=finished)[0]


def answers(port: int, sent: bytes, methods: Iterable[str], *, finished: bool = False) -> list[RawAnswer]:
    """As many answers as methods are given, to bytes that are sent together.

    Args:
        port: Of the server.
        sent: Sent as they are, even where the server answers and closes before it has all of it.
        methods: Of each request in them: HEAD has answers without a body.
        finished: Nothing will follow, and the server is told.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        # A server that refuses a large body may close before it is sent; what it said is there to read.
        with suppress(ConnectionError):
            connection.sendall(sent)
            if finished:
                connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as stream:
            return [_answer(stream, method) for method in methods]


def _answer(stream: BinaryIO, method: str) -> RawAnswer:
    first = stream.readline()
    if not first:
        raise ConnectionError("the server closed the connection without an answer")
    status = int(first.split(b" ")[1])
    headers: dict[str, str] = {}
    while line := stream.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    if status < 200:
        return _answer(stream, method)
    length = 0 if method == "HEAD" or status == 304 else int(headers["content-length"])
    body = stream.read(length)
    assert len(body) == length
    return RawAnswer(status, headers, body)
