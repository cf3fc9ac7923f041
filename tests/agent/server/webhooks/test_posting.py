"""Posting to a real server on this machine that answers in every way that one can."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.factories.reports import NOON
from tests.factories.webhook_receivers import OK, Receiver, receiver, status
from tsr_agent.server.webhooks.posting import MAX_RETRY_AFTER, Answer, HttpPoster, may_be_reached
from tsr_agent.server.webhooks.targets import Address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BODY = b'{"text": "hello"}'
SHORT = HttpPoster(connect_seconds=2.0, total_seconds=0.5)


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as listening:
        yield listening


def address(port: int, *, host: str = "127.0.0.1", private: bool = True, secure: bool = False) -> Address:
    return Address(secure=secure, host=host, port=port, path="/services/T0/B0/secret", private=private)


def posted(there: Receiver, poster: HttpPoster = SHORT) -> Answer:
    return poster.post(address(there.port), BODY, now=NOON)


def test_a_message_arrives_as_json(there: Receiver) -> None:
    assert posted(there) == Answer(delivered=True, again=False, what="HTTP 200")
    assert there.bodies == [{"text": "hello"}]
    first, *headers = there.heads[0].split("\r\n")
    assert first == "POST /services/T0/B0/secret HTTP/1.1"
    assert f"Host: 127.0.0.1:{there.port}" in headers
    assert "Content-Type: application/json; charset=utf-8" in headers


@pytest.mark.parametrize(
    ("code", "again"),
    [
        *((code, True) for code in (408, 429, 500, 502, 503)),
        *((code, False) for code in (400, 403, 404, 410)),
    ],
)
def test_what_passes_is_tried_again_and_what_does_not_is_not(there: Receiver, code: int, again: bool) -> None:
    there.answers = [status(code, body=b"secret words of the other side")]
    assert posted(there) == Answer(delivered=False, again=again, what=f"HTTP {code}")


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(there: Receiver, code: int) -> None:
    there.answers = [status(code, f"Location: http://127.0.0.1:{there.port}/elsewhere")]
    answer = posted(there)
    assert (answer.delivered, answer.again) == (False, False)
    assert len(there.heads) == 1


@pytest.mark.parametrize(
    ("written", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("Wed, 04 Mar 2026 12:03:00 GMT", timedelta(minutes=3)),
        ("Wed, 04 Mar 2026 11:00:00 GMT", timedelta(0)),
        ("99999999999999999999", MAX_RETRY_AFTER),
        ("-5", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_heeded_within_reason(there: Receiver, written: str, wait: timedelta | None) -> None:
    there.answers = [status(429, f"Retry-After: {written}")]
    assert posted(there).retry_after == wait


def test_an_answer_that_never_comes_ends_in_time(there: Receiver) -> None:
    there.answers = [lambda connection: there.stopped.wait(30) and None]
    began = time.monotonic()
    answer = posted(there)
    assert time.monotonic() - began < 5
    there.stopped.set()
    assert answer == Answer(delivered=False, again=True, what="it did not answer in time")


def test_an_answer_of_a_byte_now_and_then_ends_in_time(there: Receiver) -> None:
    def drip(connection: socket.socket) -> None:
        for sign in b"HTTP/1.1 200 OK\r\n" + b"X-Slow: 1\r\n" * 1000:
            connection.sendall(bytes([sign]))
            if there.stopped.wait(0.02):
                return

    there.answers = [drip]
    began = time.monotonic()
    answer = posted(there)
    assert time.monotonic() - began < 5
    there.stopped.set()
    assert answer.what == "it did not answer in time"


@pytest.mark.parametrize(
    "flood",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X-More: " + b"a" * 1_000_000,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000,
        b"a" * 1_000_000,
        b"\x00\xff\r\n\r\n",
        b"",
        b"HTTP/1.1 2000000 OK\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
    ],
)
def test_an_answer_that_is_none_is_a_failure_and_nothing_of_it_is_kept(there: Receiver, flood: bytes) -> None:
    there.answers = [flood]
    answer = posted(there)
    assert (answer.delivered, answer.again) == (False, True)
    assert len(answer.what) < 60


def test_of_a_huge_body_nothing_is_read(there: Receiver) -> None:
    sent = threading.Event()

    def gush(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        try:
            while not there.stopped.is_set():
                connection.sendall(b"x" * 65_536)
        except OSError:
            sent.set()

    there.answers = [gush]
    assert posted(there).delivered
    assert sent.wait(10), "the connection was closed on it"


def test_nobody_there(there: Receiver) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        answer = SHORT.post(address(free.getsockname()[1]), BODY, now=NOON)
    assert (answer.delivered, answer.again) == (False, True)


def test_a_name_that_leads_home_is_not_followed(there: Receiver) -> None:
    home = HttpPoster(resolve=lambda host, port: ["127.0.0.1"])
    answer = home.post(address(there.port, host="hooks.slack.com", private=False), BODY, now=NOON)
    assert answer.what == "its name leads to an address that may not be posted to"
    assert there.heads == []


def test_a_name_is_resolved_once_so_that_nobody_swaps_it(there: Receiver) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    named = HttpPoster(resolve=resolve)
    assert named.post(address(there.port, host="chat.corp"), BODY, now=NOON).delivered
    assert asked == ["chat.corp"]
    assert f"Host: chat.corp:{there.port}" in there.heads[0]


def test_a_name_that_is_none_is_a_failure() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "secret resolver words")

    answer = HttpPoster(resolve=resolve).post(address(1, host="chat.corp"), BODY, now=NOON)
    assert answer == Answer(delivered=False, again=True, what="its name could not be resolved")


@pytest.mark.parametrize(
    ("written", "public", "private"),
    [
        ("3.122.4.5", True, True),
        ("2a00:1450:4001::1", True, True),
        ("127.0.0.1", False, True),
        ("10.1.2.3", False, True),
        ("192.168.0.1", False, True),
        ("100.64.0.1", False, True),
        ("::1", False, True),
        ("fd00::1", False, True),
        ("::ffff:10.0.0.1", False, True),
        ("64:ff9b::a00:1", False, True),
        ("2002:a00:1::", False, True),
        ("169.254.169.254", False, False),
        ("::ffff:169.254.169.254", False, False),
        ("64:ff9b::a9fe:a9fe", False, False),
        ("fe80::1%eth0", False, False),
        ("224.0.0.1", False, False),
        ("0.0.0.0", False, False),
        ("::", False, False),
        ("no address", False, False),
    ],
)
def test_addresses_that_may_be_posted_to(written: str, public: bool, private: bool) -> None:
    assert (may_be_reached(written, private=False), may_be_reached(written, private=True)) == (
        public,
        private,
    )


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and its certificate for chat.corp, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    key, made = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", str(key), "-out", str(made), "-days", "2", "-subj", "/CN=chat.corp",
         "-addext", "subjectAltName=DNS:chat.corp"],
        check=True, capture_output=True,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_text(key.read_text() + made.read_text())
    return both


@pytest.mark.parametrize(
    ("host", "trusted", "what"),
    [
        ("chat.corp", True, "HTTP 200"),
        ("chat.corp", False, "its certificate is not trusted"),
        ("other.corp", True, "its certificate is not trusted"),
    ],
)
def test_the_name_is_what_the_certificate_has_to_be_for(
    certificate: Path, host: str, trusted: bool, what: str
) -> None:
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(certificate)
    ours = ssl.create_default_context(cafile=str(certificate) if trusted else None)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            plain, _ = listening.accept()
            with plain:
                try:
                    with theirs.wrap_socket(plain, server_side=True) as secured:
                        secured.recv(65_536)
                        secured.sendall(OK)
                except OSError:
                    pass

        thread = threading.Thread(target=serve)
        thread.start()
        poster = HttpPoster(context=ours, resolve=lambda host, port: ["127.0.0.1"])
        answer = poster.post(address(listening.getsockname()[1], host=host, secure=True), BODY, now=NOON)
        thread.join()
    assert answer.what == what
