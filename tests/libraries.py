"""Libraries for tests, on SQLite and on PostgreSQL: a test that asks for ``library`` runs on both.

``tests/conftest.py`` has these fixtures for every test. What is about one database only asks for
``sqlite_library`` or ``postgres_library``; what needs a library for a whole module asks ``databases``.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

import pytest

from tests.postgres import session_server
from tsr_agent.store.database import open_database
from tsr_agent.store.engine import Library, open_library
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgres import PostgresServer

__all__ = [
    "database",
    "databases",
    "dialect",
    "empty_library",
    "library",
    "library_path",
    "postgres_address",
    "postgres_library",
    "postgres_server",
    "repository",
    "sqlite_library",
]

DIALECTS = ("sqlite", "postgresql")


class Databases:
    """Makes empty libraries by copying: running the migrations for each test would take far longer.

    The PostgreSQL server is started by the first test that needs it.
    """

    def __init__(self, empty: Path, folders: pytest.TempPathFactory, open_until: ExitStack) -> None:
        self._empty = empty
        self._folders = folders
        self._open_until = open_until
        self._made: dict[str, str] = {}

    def new(self, dialect: str) -> str:
        """The address of an empty library of one's own, for ``open_database``."""
        if dialect == "sqlite":
            path = self._folders.mktemp("library") / "library.db"
            path.write_bytes(self._empty.read_bytes())
            return str(path)
        name = self.server.make(self._template)
        address = self.server.address_of(name)
        self._made[address] = name
        return address

    @cached_property
    def server(self) -> PostgresServer:
        """The PostgreSQL server of this test process."""
        return self._open_until.enter_context(session_server())

    @cached_property
    def _template(self) -> str:
        name = self.server.make()
        self._open_until.callback(self.server.drop, name)
        open_database(self.server.address_of(name), create=True).close()
        return name

    def drop(self, address: str) -> None:
        """Drops a library; a file stays until pytest removes its folder."""
        if address in self._made:
            self.server.drop(self._made.pop(address))

    @contextmanager
    def library(self, dialect: str) -> Iterator[Library]:
        """An empty library of one's own, open, for a fixture that serves a whole module."""
        address = self.new(dialect)
        with open_database(address) as opened:
            yield opened
        self.drop(address)


@pytest.fixture(scope="session")
def empty_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty library file that tests copy, so that each need not run the migrations."""
    path = tmp_path_factory.mktemp("library") / "empty.db"
    open_library(path, create=True).close()
    return path


@pytest.fixture(scope="session")
def databases(empty_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Makes libraries on either database."""
    with ExitStack() as open_until:
        made = Databases(empty_library, tmp_path_factory, open_until)
        yield made


@pytest.fixture(scope="session")
def postgres_server(databases: Databases) -> PostgresServer:
    """The PostgreSQL server of this test process."""
    return databases.server


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    """The database that a test runs on: once on each."""
    return str(request.param)


@pytest.fixture
def database(databases: Databases, dialect: str) -> Iterator[str]:
    """The address of an empty library of the test's own, for ``open_database`` or ``--database``."""
    address = databases.new(dialect)
    yield address
    databases.drop(address)


@pytest.fixture
def library(database: str) -> Iterator[Library]:
    """The same, open."""
    with open_database(database) as opened:
        yield opened


@pytest.fixture
def repository(library: Library) -> ReportRepository:
    """The reports of the open library."""
    return ReportRepository(library)


@pytest.fixture
def library_path(empty_library: Path, tmp_path: Path) -> Path:
    """An empty library file of the test's own."""
    path = tmp_path / "library.db"
    path.write_bytes(empty_library.read_bytes())
    return path


@pytest.fixture
def sqlite_library(library_path: Path) -> Iterator[Library]:
    """An empty library file of the test's own, open."""
    with open_library(library_path) as opened:
        yield opened


@pytest.fixture
def postgres_address(databases: Databases) -> Iterator[str]:
    """The address of an empty library on PostgreSQL."""
    address = databases.new("postgresql")
    yield address
    databases.drop(address)


@pytest.fixture
def postgres_library(postgres_address: str) -> Iterator[Library]:
    """The same, open."""
    with open_database(postgres_address) as opened:
        yield opened
