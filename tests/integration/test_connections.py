"""Connections that take their time: each is ended, and nobody else notices.

The server's deadlines are half a second here. A test waits until the server ends the connection, however
long that takes on a busy machine; without the deadline it would wait for ever, and fail by its own.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest
import requests

from tests.factories.servers import bearer, new_token
from tsr_agent.clock import SystemClock
from tsr_agent.models.access import Role
from tsr_agent.store.engine import open_library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOR_EVER = 60.0


class Impatient(NamedTuple):
    url: str
    token: str
    process: subprocess.Popen[str]

    def connection(self) -> socket.socket:
        host, _, port = self.url.rpartition("/")[2].rpartition(":")
        return socket.create_connection((host, int(port)), timeout=FOR_EVER)

    def head(self, length: int) -> bytes:
        return (
            f"POST /api/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        ).encode()

    def is_well(self) -> bool:
        return requests.get(f"{self.url}/api/whoami", headers=bearer(self.token), timeout=FOR_EVER).ok


@pytest.fixture
def server(library_path: Path, project_dir: Path) -> Iterator[Impatient]:
    with open_library(library_path) as library:
        token = new_token(library, Role.ADMIN, now=SystemClock().now())
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.impatient_server", str(library_path)],
        cwd=project_dir,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield Impatient(process.stdout.readline().strip(), token, process)
        process.terminate()
        assert process.wait(timeout=FOR_EVER) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def until_closed(connection: socket.socket) -> bytes:
    """All that comes until the server ends the connection; a time-out fails the test."""
    came = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65_536):
            came += piece
    return came


def test_whoever_says_nothing_is_not_waited_for(server: Impatient) -> None:
    with server.connection() as silent:
        assert until_closed(silent) == b""
    assert server.is_well()


def test_a_head_that_never_ends_is_cut_off(server: Impatient) -> None:
    with server.connection() as slow:
        slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
        until_closed(slow)
    assert server.is_well()


def test_an_idle_connection_is_closed_after_its_answer(server: Impatient) -> None:
    with server.connection() as idle:
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert until_closed(idle).endswith(b"ok\n")


def test_a_body_that_does_not_come_is_answered_and_given_up(server: Impatient) -> None:
    with server.connection() as slow:
        slow.sendall(server.head(100) + b"{")
        came = until_closed(slow)
    assert came.startswith(b"HTTP/1.1 408")
    assert b"urn:aitr:problem:too-slow" in came
    assert server.is_well()


def test_the_rest_of_a_refused_body_is_not_taken_for_ever(server: Impatient) -> None:
    with server.connection() as refused:
        refused.sendall(server.head(10**9))
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            refused.sendall(b" " * 1_000)
        assert until_closed(refused).startswith(b"HTTP/1.1 413")


def test_whoever_does_not_take_the_answers_is_let_go(server: Impatient) -> None:
    with server.connection() as greedy:
        greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        asked = (
            f"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\n\r\n"
        ).encode()
        # Asked for over and over and never read: the answers fill what the two systems hold for it.
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            while True:
                greedy.sendall(asked * 50)
    assert server.is_well()


def test_there_are_only_so_many_connections(server: Impatient) -> None:
    with contextlib.ExitStack() as opened:
        kept = [opened.enter_context(server.connection()) for _ in range(8)]
        for each in kept:
            until_closed(each)
    assert server.is_well()
