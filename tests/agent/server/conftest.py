"""A server in this process for each test of the server: over a file, or over each database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories.servers import InProcess, in_process
from tsr_agent.store.database import open_database
from tsr_agent.store.engine import Library, open_library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def library(library_path: Path) -> Iterator[Library]:
    """An empty library file of the test's own, open."""
    with open_library(library_path) as opened:
        yield opened


@pytest.fixture
def server(library: Library) -> Iterator[InProcess]:
    """The application over it."""
    with in_process(library) as running:
        yield running


@pytest.fixture
def server_on_each(database: str) -> Iterator[InProcess]:
    """The application over a library of its own: a test that asks for it runs once on each database."""
    with open_database(database) as opened, in_process(opened) as running:
        yield running
