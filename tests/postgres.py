"""A real PostgreSQL for tests: the one of ``AITR_TEST_POSTGRES``, or one that is started for the session.

The newest server that is installed runs in a temporary folder, reached by a Unix socket only. It ends
with the test process, however that one ends.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

ADDRESS = os.environ.get("AITR_TEST_POSTGRES", "")
"""Of a server whose user may create databases; empty starts one."""

ABSENT = (
    "These tests need PostgreSQL and found no server binaries. Install them: 'apt-get install postgresql' on "
    "Debian and Ubuntu, 'dnf install postgresql-server' on Fedora, 'brew install postgresql' on macOS; or "
    "name a server in AITR_TEST_POSTGRES as postgresql://USER@HOST/DATABASE."
)
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "100",
    "autovacuum": "off",
    "log_min_messages": "fatal",
    "lc_messages": "C",
}
_START_SECONDS = 60
WITH_PASSWORD = "aitr_with_password"
"""A user who has to show a password to a server of ours; a test makes it."""

# Runs beside the tests and ends the server when its own standard input ends: even a killed test process
# leaves no server behind.
_KEEPER = """
import os, shutil, signal, subprocess, sys
folder, user, *command = sys.argv[1:]
options = {"user": user, "extra_groups": []} if user else {}
# A signal at the tests' group, such as Ctrl-C, must not end the server before they have finished.
server = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, **options)
signal.signal(signal.SIGINT, signal.SIG_IGN)
told = sys.stdin.read()
server.send_signal(signal.SIGQUIT)
server.wait()
if told != "keep":
    shutil.rmtree(folder, ignore_errors=True)
"""


def binaries() -> Path | None:
    """Folder of the newest server that is installed; None where there is none."""
    patterns = (
        "/usr/lib/postgresql/*/bin",
        "/usr/pgsql-*/bin",
        "/opt/homebrew/opt/postgresql*/bin",
        "/usr/local/opt/postgresql*/bin",
        "/usr/local/pgsql/bin",
    )
    found = [place for pattern in patterns for place in Path("/").glob(pattern[1:])]
    if (config := shutil.which("pg_config")) is not None:
        done = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        found.append(Path(done.stdout.strip()))
    if (server := shutil.which("postgres")) is not None:
        found.append(Path(server).resolve().parent)
    usable = [place for place in found if os.access(place / "postgres", os.X_OK)]
    return max(usable, key=_version, default=None)


def _version(place: Path) -> tuple[int, ...]:
    done = subprocess.run([place / "postgres", "--version"], capture_output=True, text=True, check=False)
    words = [word for word in done.stdout.split() if word[:1].isdigit()]
    return tuple(int(part) for part in (words or ["0"])[0].split(".") if part.isdigit())


class PostgresServer:
    """A server that databases can be made on; each is empty or a copy of another.

    Args:
        address: ``postgresql://`` of a database on it, as a user who may create others.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._numbers = count(1)

    def address_of(self, database: str) -> str:
        """The address of one of its databases."""
        head, mark, asked = self.address.partition("?")
        place = head.split("/", 3)
        return "/".join([*place[:3], database]) + mark + asked

    def connect(self, database: str | None = None, **options: Any) -> psycopg.Connection[Any]:
        """A connection as its administrator, each statement a transaction of its own."""
        address = self.address if database is None else self.address_of(database)
        return psycopg.connect(address, autocommit=True, **options)

    def make(self, template: str = "template0") -> str:
        """Makes a database and gives its name."""
        name = f"aitr_test_{os.getpid()}_{next(self._numbers)}"
        statement = "CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'"
        with self.connect() as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop(self, database: str) -> None:
        """Drops a database, whoever is connected to it."""
        with self.connect() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
            )


class OwnServer(PostgresServer):
    """A server in a temporary folder that can be stopped and started again."""

    def __init__(self, place: Path) -> None:
        self._place = place
        # Root may not run the server; it gets its own user, who can't look into pytest's folders.
        self._user = "postgres" if os.geteuid() == 0 else ""
        # A socket's path has at most 107 bytes, and macOS's own temporary folders are deep.
        self.folder = Path(tempfile.mkdtemp(prefix="aitr-pg-", dir="/tmp"))
        super().__init__(f"postgresql://aitr@/postgres?host={quote(str(self.folder), safe='')}")
        if self._user:
            shutil.chown(self.folder, self._user)
        self._keeper: subprocess.Popen[str] | None = None
        self._make_cluster()

    def _make_cluster(self) -> None:
        command = [self._place / "initdb", "-D", self.folder / "data", "-U", "aitr", "--auth=trust"]
        command += ["--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        options: dict[str, Any] = {"user": self._user, "extra_groups": []} if self._user else {}
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, check=False, **options
        )
        if done.returncode:
            pytest.fail(f"initdb made no PostgreSQL cluster: {done.stderr}")
        rules = self.folder / "data" / "pg_hba.conf"
        rules.write_text(f"local all {WITH_PASSWORD} scram-sha-256\n{rules.read_text()}")

    def start(self) -> None:
        """Starts the server and waits until it takes connections."""
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        server = [str(self._place / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder)]
        self._keeper = subprocess.Popen(
            [sys.executable, "-c", _KEEPER, str(self.folder), self._user, *server, *settings],
            cwd="/",
            stdin=subprocess.PIPE,
            text=True,
        )
        self._wait()

    def _wait(self) -> None:
        # pg_isready's own wait: no file says so as surely as an answer does.
        command = [
            self._place / "pg_isready",
            "-q",
            "-h",
            self.folder,
            "-U",
            "aitr",
            "-d",
            "postgres",
            "-t",
            "1",
        ]
        for _ in range(_START_SECONDS * 50):
            if subprocess.run(command, check=False, capture_output=True).returncode == 0:
                return
        pytest.fail("PostgreSQL did not start.")

    def stop(self, told: str = "keep") -> None:
        """Ends the server at once, as a crash would."""
        if self._keeper is not None:
            self._keeper.communicate(told, timeout=_START_SECONDS)
            self._keeper = None

    def restart(self) -> None:
        """Ends the server at once and starts it again; what was committed is there."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Ends the server and removes its folder."""
        self.stop("remove")
        shutil.rmtree(self.folder, ignore_errors=True)


def own_server() -> OwnServer:
    """A server of the caller's own, running; close it when done."""
    place = binaries()
    if place is None:
        pytest.fail(ABSENT)
    server = OwnServer(place)
    server.start()
    return server


@contextmanager
def session_server() -> Iterator[PostgresServer]:
    """The server of this test process: the one that is named, or one of its own."""
    if ADDRESS:
        yield PostgresServer(ADDRESS)
        return
    server = own_server()
    try:
        yield server
    finally:
        server.close()
