"""What stands in front of several servers: a proxy of our own, and nginx as we ship its configuration."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import threading
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
NAME = "aitr.example.org"


class Front(NamedTuple):
    """Where clients ask."""

    url: str
    certificate: str | None
    """Of the authority to believe; None without TLS."""


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def round_robin(servers: Sequence[str], _folder: Path) -> Iterator[Front]:
    """Hands each connection to the next server, or to the one after it where nobody takes it."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    targets = [(parts.hostname or "", parts.port or 0) for parts in map(urlsplit, servers)]
    turns = count()
    threads: list[threading.Thread] = []

    def take() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=_carry, args=(client, targets, next(turns))))
            threads[-1].start()

    taker = threading.Thread(target=take)
    taker.start()
    try:
        yield Front(f"http://127.0.0.1:{listener.getsockname()[1]}", None)
    finally:
        # Closing alone does not wake the thread that waits for a connection.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        taker.join()
        for each in threads:
            each.join()


def _carry(client: socket.socket, targets: Sequence[tuple[str, int]], turn: int) -> None:
    for place in range(len(targets)):
        try:
            server = socket.create_connection(targets[(turn + place) % len(targets)], timeout=5)
        except OSError:
            continue
        # A killed server or a client that went away ends both halves.
        server.settimeout(60)
        client.settimeout(60)
        back = threading.Thread(target=_pump, args=(server, client))
        back.start()
        _pump(client, server)
        back.join()
        server.close()
        break
    client.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65_536):
            target.sendall(chunk)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def nginx_text(shipped: str, servers: Sequence[str], certificate: Path, http: int, https: int) -> str:
    """The shipped configuration with these servers, this certificate and these ports."""
    text = shipped
    for old, server in zip(("127.0.0.1:8470", "127.0.0.1:8471"), servers, strict=True):
        assert old in text
        text = text.replace(old, urlsplit(server).netloc)
    for old, new in {
        "listen 80;": f"listen 127.0.0.1:{http};",
        "listen [::]:80;": "",
        "listen 443 ssl": f"listen 127.0.0.1:{https} ssl",
        "listen [::]:443 ssl http2;": "",
        "/etc/ssl/aitr/chain.pem": str(certificate / "chain.pem"),
        "/etc/ssl/aitr/key.pem": str(certificate / "key.pem"),
        "aitr.example.org": f"{NAME} localhost",
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def whole_nginx(server_text: str, folder: Path) -> Path:
    """A configuration file that needs no root and writes into a folder alone."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\n"
        f"events {{ worker_connections 1024; }}\nhttp {{\n"
        f"log_format short '$msec $upstream_addr $upstream_status $upstream_response_time $status';\n"
        f"access_log {folder}/access.log short;\n{places}{server_text}\n}}\n"
    )
    return path


def make_certificate(folder: Path) -> None:
    """A certificate of this machine's name, signed by itself."""
    openssl = shutil.which("openssl")
    assert openssl is not None
    options = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "chain.pem")]
    subprocess.run([openssl, "req", *options, *names, *files], check=True, capture_output=True)


@contextmanager
def nginx(servers: Sequence[str], folder: Path, shipped: str) -> Iterator[Front]:
    """nginx with the shipped configuration, over TLS."""
    assert NGINX is not None
    place = folder / "nginx"
    place.mkdir()
    make_certificate(place)
    https = free_port()
    path = whole_nginx(nginx_text(shipped, servers, place, free_port(), https), place)
    process = subprocess.Popen([NGINX, "-p", str(place), "-c", str(path)], stderr=subprocess.DEVNULL)
    try:
        _wait_for(https, process, place / "error.log")
        yield Front(f"https://localhost:{https}", str(place / "chain.pem"))
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    while process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError(log.read_text())
