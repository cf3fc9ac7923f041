"""Several repositories' writes in one transaction: all of them are on disk afterwards, or none is."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tsr_agent.store.engine import Library

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection


class _Joined(Library):
    """A library as one open transaction sees it."""

    def __init__(self, library: Library, connection: Connection) -> None:
        # Everything that a library says of itself holds; only what it does goes by way of the connection.
        self.__dict__.update(vars(library))
        self._connection = connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """The transaction's connection, which sees what was written in it."""
        yield self._connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """The same: nobody else writes before it ends."""
        yield self._connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A part of the transaction, undone by itself where the block fails."""
        with self._connection.begin_nested():
            yield self._connection

    def close(self) -> None:
        """Does nothing: whoever began the transaction ends it."""


@contextmanager
def together(library: Library) -> Iterator[Library]:
    """The library for as long as one write transaction, for any number of repositories over it.

    A ``write`` inside that fails is undone alone; whoever catches its error goes on with the rest. The
    whole is committed when the block ends, else as if it never began. Used by one thread.

    Raises:
        StoreError: Opened for reading only, locked by another program, no space, damaged.
    """
    with library.write() as connection:
        yield _Joined(library, connection)
