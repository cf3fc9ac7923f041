"""A library on disk for each test of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tsr_agent.store.engine import Library, open_library
from tsr_agent.store.repository import ReportRepository

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
def library_path(empty_library: Path, tmp_path: Path) -> Path:
    """An empty library of the test's own."""
    path = tmp_path / "library.db"
    path.write_bytes(empty_library.read_bytes())
    return path


@pytest.fixture
def library(library_path: Path) -> Iterator[Library]:
    """The same, open."""
    with open_library(library_path) as opened:
        yield opened


@pytest.fixture
def repository(library: Library) -> ReportRepository:
    """The reports of the open library."""
    return ReportRepository(library)
