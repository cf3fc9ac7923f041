"""Fifteen ways in which a server fails, twenty times each: a report is on record once, or waits."""

from __future__ import annotations

import gzip
import json
import random
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.factories.raw_server import JSON, RawServer, answer, reset
from tests.factories.reports import report
from tsr_agent.client.address import ServerAddress
from tsr_agent.client.outbox import Outbox
from tsr_agent.clock import SystemClock
from tsr_agent.models import codec

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.factories.commands_in_process import Ran, VirtualWaiting
    from tests.factories.raw_server import Asked
    from tests.factories.upstream import Upstream

    Fault = Callable[[socket.socket, Asked, "Upstream"], None]


def hang(connection: socket.socket, _asked: Asked, _upstream: Upstream) -> None:
    connection.recv(1)


def slow(connection: socket.socket, asked: Asked, upstream: Upstream) -> None:
    for each in upstream.forward(asked):
        connection.sendall(bytes([each]))
        time.sleep(0.05)


def reset_before(connection: socket.socket, _asked: Asked, _upstream: Upstream) -> None:
    reset(connection)


def reset_within(connection: socket.socket, asked: Asked, upstream: Upstream) -> None:
    connection.sendall(upstream.forward(asked)[:-10])
    reset(connection)


def reset_after_commit(connection: socket.socket, asked: Asked, upstream: Upstream) -> None:
    upstream.forward(asked)
    reset(connection)


def saying(reply: bytes) -> Fault:
    def play(connection: socket.socket, _asked: Asked, _upstream: Upstream) -> None:
        connection.sendall(reply)

    return play


def truncated(connection: socket.socket, asked: Asked, upstream: Upstream) -> None:
    head, _, body = upstream.forward(asked).partition(b"\r\n\r\n")
    assert head
    connection.sendall(answer(201, body[: len(body) // 2]))


def wrong_id(connection: socket.socket, asked: Asked, upstream: Upstream) -> None:
    body = json.loads(upstream.forward(asked).partition(b"\r\n\r\n")[2])
    connection.sendall(answer(201, json.dumps({**body, "id": "TSR-of-somebody-else"}).encode()))


def twice(connection: socket.socket, asked: Asked, upstream: Upstream) -> None:
    upstream.forward(asked)
    connection.sendall(upstream.forward(asked))


BOMB = answer(201, gzip.compress(b" " * 50_000_000), JSON, "Content-Encoding: gzip")

# A definite answer is not asked for again; what it is about waits for the next command.
FAULTS: dict[str, tuple[Fault | None, bool]] = {
    "refuse": (None, True),
    "accept and hang": (hang, True),
    "slow": (slow, True),
    "reset before the body": (reset_before, True),
    "reset within the answer": (reset_within, True),
    "reset after the commit": (reset_after_commit, True),
    "500": (saying(answer(500, b"{}")), True),
    "502 in HTML": (saying(answer(502, b"<html>", "text/html")), True),
    "503 with Retry-After": (saying(answer(503, b"", None, "Retry-After: 9")), True),
    "429": (saying(answer(429, b"", None, "Retry-After: 3")), True),
    "truncated JSON": (truncated, False),
    "wrong id": (wrong_id, False),
    "redirect": (saying(answer(307, b"", None, "Location: https://elsewhere.example/")), False),
    "gzip bomb": (saying(BOMB), False),
    "duplicate delivery": (twice, True),
}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@dataclass
class FaultyServer:
    """The application behind something that fails the first few requests."""

    upstream: Upstream
    met: Fault | None
    """None is not there at all."""
    failing: int

    def upload(self, command: Callable[..., Ran], port: int, what: str) -> tuple[Ran, int]:
        """Uploads through it; what came of it, and how often it was asked."""
        url = f"http://127.0.0.1:{port}"
        if self.met is None:
            return command("upload", what, "--server", url), 0
        with RawServer(self._play, port=port) as server:
            self._server = server
            return command("upload", what, "--server", url), len(server.asked)

    def _play(self, connection: socket.socket, asked: Asked) -> None:
        if self.met is not None and len(self._server.asked) <= self.failing:
            self.met(connection, asked, self.upstream)
        else:
            connection.sendall(self.upstream.forward(asked))


@pytest.fixture
def road(here: Path, upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> Outbox:
    """The outbox of commands that have a token of the server."""
    monkeypatch.setenv("AITR_TOKEN", upstream.token)
    monkeypatch.setenv("AITR_OUTBOX", str(here / "outbox"))
    return Outbox(here / "outbox", SystemClock())


@pytest.mark.parametrize("fault", FAULTS)
def test_a_report_is_on_record_once_or_waits(
    fault: str, upstream: Upstream, command: Callable[..., Ran], waiting: VirtualWaiting, road: Outbox
) -> None:
    met, is_tried_again = FAULTS[fault]
    delivered = 0
    for seed in range(20):
        chance = random.Random(f"{fault} {seed}")
        failing, waiting.chance = chance.randint(1, 6), chance.random()
        waiting.slept.clear()
        one = report(id=f"TSR-{fault.replace(' ', '-')}-{seed}")
        document = codec.encode(one)
        Path("tsr.json").write_bytes(document)
        port = free_port()
        here = ServerAddress.parse(f"http://127.0.0.1:{port}")
        began = waiting.monotonic()
        ran, asked = FaultyServer(upstream, met, failing).upload(command, port, "tsr.json")
        assert waiting.monotonic() - began <= 60.0
        assert asked <= 5
        left = road.look(here).entries
        if ran.code == 0:
            delivered += 1
            assert (left, upstream.rows(one.id)) == ((), [document])
        else:
            assert ran.code == (5 if fault == "wrong id" else 4), ran
            assert [road.document(each) for each in left] == [document]
            assert upstream.rows(one.id) in ([], [document])
            assert "Kept:" in ran.err
            assert not is_tried_again or failing >= 5 or met is None
        sound = FaultyServer(upstream, twice, 0)
        assert sound.upload(command, port, "--drain" if seed % 2 else "tsr.json")[0].code == 0
        assert upstream.rows(one.id) == [document]
        assert road.look(here).entries == ()
    assert (delivered > 0) is (is_tried_again and met is not None)


def test_there_are_enough_faults() -> None:
    assert len(FAULTS) >= 14
