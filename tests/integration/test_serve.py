"""A real server process: how it listens, what it refuses to start with, how it ends, what it never shows."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from tests.factories.reports import report
from tests.factories.servers import RunningServer, bearer, running_server
from tsr_agent.models import codec
from tsr_agent.models.access import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Agent

PROBLEM = b"application/problem+json"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningServer]:
    with running_server(tmp_path / "aitr.db", tmp_path) as server:
        yield server


def exchange(server: RunningServer, sent: bytes, *, wait: float = 30.0) -> bytes:
    """Sends bytes and returns all that comes back until the server closes the connection."""
    host, _, port = server.url.rpartition("/")[2].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=wait) as connection:
        connection.sendall(sent)
        came = b""
        try:
            while piece := connection.recv(65_536):
                came += piece
        except ConnectionResetError:
            pass
        return came


def test_it_serves_on_either_database(database: str, tmp_path: Path) -> None:
    with running_server(database, tmp_path) as server:
        assert requests.get(f"{server.url}/readyz", timeout=30).text == "ready\n"
        token = server.token(Role.AGENT)
        document = codec.encode(report())
        sent = {"headers": bearer(token) | {"Content-Type": "application/json"}, "timeout": 60}
        assert requests.post(f"{server.url}/api/tsr", data=document, **sent).status_code == 201
        assert requests.post(f"{server.url}/api/tsr", data=document, **sent).status_code == 200
        assert server.stop() == 0
    with running_server(database, tmp_path) as server:
        answer = requests.get(
            f"{server.url}/api/tsr/{report().id}/document", headers=bearer(token), timeout=30
        )
        assert answer.content == document
        assert server.stop(signal.SIGINT) == 0


def test_a_revoked_token_is_none_on_every_instance(database: str, tmp_path: Path) -> None:
    with running_server(database, tmp_path) as one, running_server(database, tmp_path) as other:
        admin, viewer = one.token(Role.ADMIN), one.token(Role.VIEWER)
        for server in (one, other):
            assert requests.get(f"{server.url}/api/whoami", headers=bearer(viewer), timeout=30).ok
        key = viewer.split("_")[2][:8]
        requests.delete(f"{one.url}/api/tokens/{key}", headers=bearer(admin), timeout=30).raise_for_status()
        for server in (one, other):
            answer = requests.get(f"{server.url}/api/whoami", headers=bearer(viewer), timeout=30)
            assert answer.status_code == 401


def test_a_request_under_way_is_finished(running: RunningServer) -> None:
    token = running.token(Role.ADMIN)
    host, _, port = running.url.rpartition("/")[2].rpartition(":")
    body = b'{"role":"viewer","subject":"Ada Lovelace"}'
    head = (
        f"POST /api/tokens HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    ).encode()
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(head)
        # The server asks for the body: the request is being worked on.
        assert connection.recv(65_536).startswith(b"HTTP/1.1 100")
        running.process.send_signal(signal.SIGTERM)
        refused = threading.Event()
        while not refused.is_set():
            with socket.socket() as probe:
                if probe.connect_ex((host, int(port))) != 0:
                    refused.set()
        connection.sendall(body)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 201")
    assert running.process.wait(timeout=60) == 0


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--host", "0.0.0.0"], "in the clear"),
        (["--host", "::"], "in the clear"),
        (["--host", "aitr.example"], "in the clear"),
        (["--host", "127.0.0.1.nip.example"], "in the clear"),
        (["--tls-cert", "there.pem"], "--tls-key"),
        (["--port", "70000"], "is no port"),
        (["--port", "-1"], "is no port"),
        (["--host", ""], "is empty"),
        (["--database", "postgresql://ada:secret@db/aitr"], "password"),
        (["--database", "oracle://db"], "oracle"),
        (["--behind-proxy", "--host", "192.0.2.1"], "Can't listen"),
        (["--tls-cert", "missing.pem", "--tls-key", "missing.pem"], "missing.pem"),
    ],
)
def test_what_can_not_be_is_refused_at_once(agent: Agent, options: list[str], word: str) -> None:
    done = agent("serve", "--port", "0", *options)
    assert done.returncode == 2, done.stderr
    assert word in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_port_in_use_is_refused(running: RunningServer, agent: Agent) -> None:
    port = running.url.rpartition(":")[2]
    done = agent("serve", "--port", port)
    assert (done.returncode, "in use" in done.stderr) == (2, True)


def test_it_says_where_it_listens_and_how_to_begin(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tsr_agent", "serve", "--port", "0"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = "".join(next(process.stdout) for _ in range(5))
    finally:
        process.terminate()
        assert process.wait(timeout=60) == 0
        process.stdout.close()
    assert "aitr listens on http://127.0.0.1:" in said
    assert "aitr-server.db" in said
    assert "authentication  on" in said
    assert "tsr-agent token create --role admin" in said
    assert (tmp_path / "aitr-server.db").is_file()


def test_tls_is_spoken_with_a_certificate(tmp_path: Path) -> None:
    pair = tmp_path / "pair.pem"
    certificate = tmp_path / "cert.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(pair), "-out", str(certificate)]
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, *files],
        capture_output=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    options = ["--tls-cert", str(certificate), "--tls-key", str(pair)]
    with running_server(tmp_path / "aitr.db", tmp_path, *options) as server:
        assert server.url.startswith("https://127.0.0.1:")
        trusted = str(certificate)
        assert requests.get(f"{server.url}/healthz", verify=trusted, timeout=30).text == "ok\n"
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"{server.url}/healthz", timeout=30)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
        b"POST /api/tsr HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
        b"POST /api/tsr HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\na",
    ],
    ids=range(7),
)
def test_what_is_no_http_is_answered_with_a_problem(running: RunningServer, sent: bytes) -> None:
    came = exchange(running, sent)
    assert came.split(b"\r\n")[0].split(b" ")[1] in (b"400", b"431"), came
    assert PROBLEM in came
    assert "Traceback" not in running.log()
    assert requests.get(f"{running.url}/healthz", timeout=30).text == "ok\n"


def test_a_body_that_breaks_off_is_no_fault(running: RunningServer) -> None:
    token = running.token(Role.ADMIN)
    head = (
        f"POST /api/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\n"
    ).encode()
    smuggled = exchange(
        running,
        head + b"Connection: close\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    )
    assert smuggled.startswith(b"HTTP/1.1 400")
    assert exchange(running, head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n").startswith(b"HTTP/1.1 400")
    host, _, port = running.url.rpartition("/")[2].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(head + b"Content-Length: 300\r\n\r\n{")
    answer = requests.get(f"{running.url}/api/whoami", headers=bearer(token), timeout=30)
    assert answer.status_code == 200
    assert running.stop() == 0
    assert [json.loads(line) for line in running.log().splitlines() if '"fault"' in line] == []


def test_a_token_is_nowhere_but_where_it_was_shown(running: RunningServer, tmp_path: Path) -> None:
    tokens = [running.token(role) for role in (Role.AGENT, Role.ADMIN)]
    for token in tokens:
        for path in ("/api/whoami", "/api/nothing", f"/api/tsr/{token}", f"/api/tsr?token={token}"):
            for headers in (bearer(token), {"Authorization": token}, {"X-Token": token, "User-Agent": token}):
                requests.get(f"{running.url}{path}", headers=headers, timeout=30)
        sent = {"headers": bearer(token) | {"Content-Type": "application/json"}, "timeout": 30}
        requests.post(f"{running.url}/api/tokens", data=json.dumps({"role": token, token: token}), **sent)
    shown = requests.get(f"{running.url}/metrics", headers=bearer(tokens[1]), timeout=30).text
    listed = requests.get(f"{running.url}/api/tokens", headers=bearer(tokens[1]), timeout=30).text
    command_line = Path(f"/proc/{running.process.pid}/cmdline").read_text(encoding="utf-8")
    assert running.stop() == 0
    kept = [path.read_bytes().decode("latin-1") for path in tmp_path.glob("*.db*")]
    assert kept
    for token in tokens:
        secret = token.split("_")[2][8:]
        for text in (shown, listed, command_line, running.log(), *kept):
            assert secret not in text
