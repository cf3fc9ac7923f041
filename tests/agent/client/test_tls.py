"""Encrypted connections: whom is trusted, and that deadlines and bounds hold there as well."""

from __future__ import annotations

import ssl
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.factories.raw_server import RawServer, answer
from tsr_agent.client.address import ServerAddress
from tsr_agent.client.credentials import Token
from tsr_agent.client.pace import Pace
from tsr_agent.client.proxies import way_to
from tsr_agent.client.transport import Question, Transport
from tsr_agent.errors import ServiceError

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from tests.factories.raw_server import Asked

SECRET = "aitr_ci_0123456789abcdef"
QUESTION = Question(method="GET", path=("api", "x"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1, signed by itself, with its key beside it."""
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=x"
    name = ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command.split(), *name], cwd=folder, check=True, capture_output=True)
    return folder / "cert.pem"


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    return context


def ok(connection: socket.socket, _asked: Asked) -> None:
    connection.sendall(answer(200, b"{}"))


def transport(server: RawServer, environ: dict[str, str], **pace: float) -> Transport:
    address = ServerAddress.parse(server.url)
    bounds = Pace(tries=1, **pace)  # type: ignore[arg-type]
    return Transport(address, Token(SECRET), way=way_to(address, environ), pace=bounds)


def test_certificates_that_are_named_are_trusted(tls: ssl.SSLContext, certificate: Path) -> None:
    with (
        RawServer(ok, tls=tls) as server,
        transport(server, {"AITR_CA_BUNDLE": str(certificate)}) as found,
    ):
        assert found.ask(QUESTION).body == b"{}"
        assert server.asked[0].headers["authorization"] == f"Bearer {SECRET}"


def test_nobody_else_is_and_the_token_stays_here(tls: ssl.SSLContext) -> None:
    with RawServer(ok, tls=tls) as server, transport(server, {}) as found:
        with pytest.raises(ServiceError, match="certificate can't be trusted") as error:
            found.ask(QUESTION)
        assert server.asked == []
    assert SECRET not in "".join(error.value.diagnostics())


def test_a_slow_encrypted_answer_is_cut(tls: ssl.SSLContext, certificate: Path) -> None:
    def trickle(connection: socket.socket, _asked: Asked) -> None:
        for each in answer(200, b"{}") * 100:
            connection.sendall(bytes([each]))
            time.sleep(0.02)

    began = time.monotonic()
    with RawServer(trickle, tls=tls) as server:
        bounds = {"read": 0.3, "exchange": 0.5}
        with (
            transport(server, {"AITR_CA_BUNDLE": str(certificate)}, **bounds) as found,
            pytest.raises(ServiceError),
        ):
            found.ask(QUESTION)
    assert time.monotonic() - began < 4.0
