"""One request with all its tries, against a server that does what servers do on a bad day."""

from __future__ import annotations

import gzip
import random
import threading
import time
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from tests.factories.raw_server import JSON, RawServer, answer, reset
from tsr_agent.client.address import ServerAddress
from tsr_agent.client.credentials import Token
from tsr_agent.client.pace import Pace
from tsr_agent.client.refusals import RefusedError
from tsr_agent.client.transport import Question, Transport
from tsr_agent.errors import ServiceError

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from tests.factories.raw_server import Asked

    Play = Callable[[socket.socket, Asked], None]

SECRET = "aitr_ci_0123456789abcdef"
QUICK = Pace(connect=1.0, read=0.3, exchange=0.6)
PROBLEM = (
    b'{"type":"urn:aitr:problem:conflict","title":"Conflict","status":409,"detail":"Other bytes",'
    b'"instance":"","next_step":"","errors":[]}'
)


@dataclass
class VirtualWaiting:
    """Time in which a pause takes none: what was slept is added to what really passed."""

    chance: float = 0.5
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return time.monotonic() + sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def share(self) -> float:
        return self.chance


class StandingClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def asked_of(play: Play, waiting: VirtualWaiting, *, pace: Pace = QUICK, **question: object) -> bytes:
    with (
        RawServer(play) as server,
        Transport(
            ServerAddress.parse(server.url), Token(SECRET), pace=pace, waiting=waiting, clock=StandingClock()
        ) as transport,
    ):
        return transport.ask(Question(method="GET", path=("api", "x"), **question)).body  # type: ignore[arg-type]


def saying(*answers: bytes) -> Play:
    """Gives one answer after the other, the last one for ever."""
    left = list(answers)

    def play(connection: socket.socket, _asked: Asked) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return play


def test_a_plain_answer_comes_through_and_the_token_goes_out_once() -> None:
    with RawServer(saying(answer(200, b"{}"))) as server:
        with Transport(ServerAddress.parse(server.url), Token(SECRET)) as transport:
            assert transport.ask(Question(method="GET", path=("api", "x"), query={"a": "b c"})).body == b"{}"
        (asked,) = server.asked
    assert (asked.method, asked.target) == ("GET", "/api/x?a=b+c")
    assert asked.headers["authorization"] == f"Bearer {SECRET}"


def test_a_large_document_says_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    document = random.Random(1).randbytes(1_000_000)
    with RawServer(saying(answer(503), answer(200, b"{}"))) as server:
        address, waiting = ServerAddress.parse(server.url), VirtualWaiting()
        with Transport(address, None, waiting=waiting, progress=lambda *each: told.append(each)) as transport:
            transport.ask(Question(method="POST", path=("x",), document=document))
        assert [each.document for each in server.asked] == [document, document]
    sent = [each for each, _ in told]
    assert len(sent) > 20
    assert sent.count(told[0][1]) == 2
    assert sent != sorted(sent)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_passing_failure_is_tried_again_with_full_jitter(status: int) -> None:
    waiting = VirtualWaiting(chance=1.0)
    assert asked_of(saying(answer(status), answer(status), answer(200, b"{}")), waiting) == b"{}"
    assert waiting.slept == [0.5, 1.0]


def test_five_tries_and_no_more() -> None:
    waiting = VirtualWaiting(chance=1.0)
    with pytest.raises(ServiceError, match="Tried 5 times"):
        asked_of(saying(answer(503)), waiting)
    assert waiting.slept == [0.5, 1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("said", "pause"), [("7", 7.0), ("Sun, 22 Nov 2026 12:00:09 GMT", 9.0), ("soon", 0.25)]
)
def test_the_server_says_when_to_return(said: str, pause: float) -> None:
    waiting = VirtualWaiting()
    asked_of(saying(answer(503, b"", None, f"Retry-After: {said}"), answer(200, b"{}")), waiting)
    assert waiting.slept == [pause]


def test_a_wait_beyond_the_budget_is_not_begun() -> None:
    waiting = VirtualWaiting()
    with pytest.raises(ServiceError, match="asks to return in 61 s"):
        asked_of(saying(answer(503, b"", None, "Retry-After: 61")), waiting)
    assert waiting.slept == []


def test_a_refusal_is_final_and_keeps_the_servers_words() -> None:
    waiting = VirtualWaiting()
    with pytest.raises(RefusedError, match="Other bytes") as refused:
        asked_of(saying(answer(409, PROBLEM, "application/problem+json")), waiting)
    assert (refused.value.status, waiting.slept) == (409, [])


@pytest.mark.parametrize(
    "reply",
    [
        answer(409, PROBLEM),
        answer(403, PROBLEM, "application/problem+json"),
        answer(413, b"<html>", "text/html"),
        answer(501),
        answer(201, b"{}"),
        answer(204, b"", None),
        answer(302, b"", None, "Location: https://elsewhere.example/go"),
        answer(200, b"{}", JSON, "Content-Encoding: br"),
        answer(200, b"{}", JSON, "Content-Encoding: gzip"),
        answer(200, gzip.compress(b"{}")[:-6], JSON, "Content-Encoding: gzip"),
        answer(200, gzip.compress(b"{}") + b"more", JSON, "Content-Encoding: gzip"),
    ],
)
def test_what_is_no_answer_of_a_server_of_ours_is_not_tried_again(reply: bytes) -> None:
    waiting = VirtualWaiting()
    with pytest.raises(ServiceError) as error:
        asked_of(saying(reply), waiting)
    assert not isinstance(error.value, RefusedError)
    assert waiting.slept == []


def test_a_redirect_names_where_it_leads() -> None:
    with pytest.raises(ServiceError, match=r"redirect to elsewhere\.example"):
        asked_of(saying(answer(301, b"", None, "Location: https://u:p@elsewhere.example/")), VirtualWaiting())


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_is_read_up_to_its_bound_and_not_a_byte_further(packed: bool) -> None:
    def reply(size: int) -> bytes:
        body = b"1" * size
        return (
            answer(200, zlib.compress(body, wbits=31), JSON, "Content-Encoding: gzip")
            if packed
            else answer(200, body)
        )

    assert len(asked_of(saying(reply(100_000)), VirtualWaiting(), most_bytes=100_000)) == 100_000
    with pytest.raises(ServiceError, match="more than the 100,000 bytes"):
        asked_of(saying(reply(100_001)), VirtualWaiting(), most_bytes=100_000)


def trickle(connection: socket.socket, text: bytes) -> None:
    for each in text * 1_000:
        connection.sendall(bytes([each]))
        time.sleep(0.02)


@pytest.mark.parametrize("stage", ["silence", "headers", "body", "chunks"])
def test_a_slow_answer_is_cut(stage: str) -> None:
    def play(connection: socket.socket, _asked: Asked) -> None:
        if stage == "silence":
            connection.recv(1)
        elif stage == "headers":
            trickle(connection, b"HTTP/1.1 200 OK\r\nX: y")
        elif stage == "body":
            connection.sendall(answer(200, b"", length=10_000))
            trickle(connection, b"x")
        else:
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            trickle(connection, b"1\r\nx\r\n")

    began = time.monotonic()
    with pytest.raises(ServiceError, match="Tried 2 times"):
        asked_of(play, VirtualWaiting(), pace=Pace(tries=2, read=0.3, exchange=0.5))
    assert time.monotonic() - began < 3.0


def test_a_try_ends_in_time_even_while_longer_silences_are_allowed() -> None:
    began = time.monotonic()
    with pytest.raises(ServiceError):
        asked_of(
            lambda connection, _asked: connection.recv(1),
            VirtualWaiting(),
            pace=Pace(tries=1, read=9.0, exchange=0.3),
        )
    assert time.monotonic() - began < 5.0


def test_a_connection_that_breaks_is_tried_again() -> None:
    stages = [b"", b"HTTP/1.1 20", answer(200, b"{}", length=10)]

    def play(connection: socket.socket, _asked: Asked) -> None:
        if not stages:
            connection.sendall(answer(200, b"{}"))
            return
        connection.sendall(stages.pop(0))
        reset(connection)

    waiting = VirtualWaiting()
    assert asked_of(play, waiting) == b"{}"
    assert len(waiting.slept) == 3


def test_an_answer_that_is_cut_off_anywhere_never_passes_for_a_whole_one() -> None:
    whole = answer(200, b'{"whole": true}')
    for cut in range(len(whole)):
        waiting = VirtualWaiting()
        assert asked_of(saying(whole[:cut], whole), waiting) == b'{"whole": true}', cut
        assert len(waiting.slept) == 1, cut


def test_an_interrupt_that_leaves_a_lock_taken_ends_without_waiting_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(response: Any, *_: object) -> NoReturn:
        # What Ctrl+C does between taking the lock of the pool and what is done under it.
        taken.append(response.raw._pool.pool.mutex)
        taken[-1].acquire()
        raise KeyboardInterrupt

    taken: list[threading.Lock] = []

    monkeypatch.setattr("tsr_agent.client.transport.read_reply", interrupted)
    ended: list[type[BaseException]] = []

    def ask(server: RawServer) -> None:
        try:
            with Transport(ServerAddress.parse(server.url), None) as transport:
                transport.ask(Question(method="GET", path=("api", "me")))
        except KeyboardInterrupt as error:
            ended.append(type(error))

    with RawServer(lambda connection, _: connection.sendall(answer(200, b"{}", JSON))) as server:
        asking = threading.Thread(target=ask, args=(server,), daemon=True)
        asking.start()
        asking.join(20)
    assert ended == [KeyboardInterrupt]
    assert not any(each.locked() for each in taken)
