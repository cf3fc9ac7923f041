"""A library, and a server's, for each test of synchronisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tsr_agent.store.engine import Library, open_library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    NewLibrary = Callable[[str], Library]


@pytest.fixture
def new_library(empty_library: Path, tmp_path: Path) -> Iterator[NewLibrary]:
    """Makes libraries of the test's own, each with a history of its own."""
    opened: list[Library] = []

    def make(name: str) -> Library:
        path = tmp_path / f"{name}.db"
        path.write_bytes(empty_library.read_bytes())
        library = open_library(path)
        opened.append(library)
        with library.write() as connection:
            connection.exec_driver_sql("UPDATE change_counter SET epoch = ?", (f"epoch-of-{name}",))
        return library

    yield make
    for each in opened:
        each.close()


@pytest.fixture
def library(new_library: NewLibrary) -> Library:
    """The library that follows."""
    return new_library("mine")


@pytest.fixture
def server(new_library: NewLibrary) -> Library:
    """The library that is followed."""
    return new_library("server")
