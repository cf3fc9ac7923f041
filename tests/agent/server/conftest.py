"""A server in this process for each test of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories.servers import InProcess, in_process
from tests.libraries import databases  # noqa: F401  (a fixture)
from tsr_agent.store.engine import Library, open_library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def empty_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty library that tests copy, so that each need not run the migrations."""
    path = tmp_path_factory.mktemp("library") / "empty.db"
    open_library(path, create=True).close()
    return path


@pytest.fixture
def library(empty_library: Path, tmp_path: Path) -> Iterator[Library]:
    """An empty library of the test's own, open."""
    path = tmp_path / "library.db"
    path.write_bytes(empty_library.read_bytes())
    with open_library(path) as opened:
        yield opened


@pytest.fixture
def server(library: Library) -> Iterator[InProcess]:
    """The application over it."""
    with in_process(library) as running:
        yield running
