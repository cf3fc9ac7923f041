"""A real server beside the desk: what the tests of synchronising are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.library.servers import Servers, address_of
from tests.desktop.fakes import MemoryTokens
from tests.factories.histories import upload
from tsr_agent.store.engine import open_library

if TYPE_CHECKING:
    from pathlib import Path

    from aitr_desktop.library.servers import Connection


def history(path: Path, number: int, first: int = 0) -> None:
    """A server's library with so many reports, each with a decision."""
    with open_library(path, create=not path.exists()) as library:
        for place in range(first, first + number):
            upload(library, f"r-{place:04d}", waits=place % 2 == 0)


def desk(folder: Path, tokens: MemoryTokens | None = None) -> Servers:
    """The way to servers, with nothing of this account's."""
    return Servers(tokens or MemoryTokens(), {"AITR_OUTBOX": str(folder / "outbox")})


def connection(servers: Servers, url: str, token: str) -> Connection:
    """A server with a token that was typed in."""
    return servers.connection(address_of(url), token)
