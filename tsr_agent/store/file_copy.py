"""A consistent copy of a library file while others go on writing to it."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tsr_agent.errors import StoreError, UsageError
from tsr_agent.folder_sync import sync_folder
from tsr_agent.store.failures import store_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tsr_agent.store.connections import Access
    from tsr_agent.store.row_copy import Progress

PAGES_AT_ONCE = 2_048
"""8 MiB at the usual size of a page: between two such pieces others may write."""
MOST_BEGINNINGS = 4
"""How often a copy is begun again because somebody wrote, before writers have to wait for it."""
_MOST_WAITS = 3


def copy_file(access: Access, target: Path, progress: Progress | None = None) -> None:
    """Copies one state of a library file into an existing empty file.

    While nobody writes, or the library has a write-ahead log, nobody waits for it. Otherwise SQLite
    begins again at each write, and after some attempts the whole is copied at once: those who write wait
    as long as that takes, about a second for 300 MB.

    Args:
        access: The library.
        target: An empty file.
        progress: Told how many pages were copied.

    Raises:
        StoreError: The library can't be read, or the copy not be written.
    """
    with (
        store_errors(access.path),
        closing(access.connect(for_writing=False)) as source,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        if source.execute("PRAGMA journal_mode").fetchone() == ("wal",):
            # Others go on writing behind what this transaction sees.
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        try:
            source.backup(copy, pages=PAGES_AT_ONCE, progress=_Pieces(progress), sleep=0.05)
        except _AlwaysWrittenError:
            source.backup(copy, pages=-1, progress=_wait_only_so_often())
        # A copy with a write-ahead log would be more than one file.
        copy.execute("PRAGMA journal_mode = DELETE")


class _AlwaysWrittenError(Exception):
    """Somebody wrote each time before the copy was complete."""


class _Pieces:
    """Follows a copy piece by piece, and ends it when it never gets further."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._left: int | None = None
        self._beginnings = 0

    def __call__(self, status: int, left: int, total: int) -> None:
        if left and self._left is not None and left >= self._left:
            self._beginnings += 1
            if self._beginnings > MOST_BEGINNINGS:
                raise _AlwaysWrittenError
        self._left = left
        if self._progress is not None:
            self._progress("Copying", total - left, total)


def _wait_only_so_often() -> Callable[[int, int, int], None]:
    waits = 0

    def count(status: int, _left: int, _total: int) -> None:
        nonlocal waits
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            waits += 1
            if waits >= _MOST_WAITS:
                error = sqlite3.OperationalError("database is locked")
                error.sqlite_errorcode = sqlite3.SQLITE_BUSY
                raise error

    return count


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """An empty file beside the target, which only its owner may read.

    It gets the target's name if the block ends well, and is gone otherwise. Whatever stands at the target
    stays: nothing is ever written over.

    Raises:
        UsageError: Something has the target's name already.
        StoreError: The folder is missing or can't be written.
    """
    _refuse_taken(target)
    if not target.parent.is_dir():
        raise StoreError(
            f"There is no folder {target.parent} to write {target.name} in.",
            next_step="Make the folder first, or name another path.",
        )
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)
        os.close(handle)
        scratch = Path(name)
        try:
            yield scratch
            _sync_file(scratch)
            _name(scratch, target)
        finally:
            for end in ("", "-journal", "-wal", "-shm"):
                Path(f"{name}{end}").unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            f"{target} could not be written: {error.strerror or error}.",
            kept="what was there before; nothing stands under this name.",
            next_step="Look at the rights to the folder and at the space on the disk.",
        ) from error


def _refuse_taken(target: Path) -> None:
    if os.path.lexists(target):
        raise UsageError(
            f"{target}: something has this name already, and it is not written over.",
            kept="what stands there, unchanged.",
            next_step="Choose a name that is free, such as one with the day in it.",
        )


def _name(scratch: Path, target: Path) -> None:
    try:
        # Unlike renaming, this can't hide what somebody put there meanwhile.
        os.link(scratch, target)
    except FileExistsError:
        _refuse_taken(target)
    except OSError:
        # A file system without hard links.
        _refuse_taken(target)
        scratch.rename(target)
    sync_folder(target.parent)


def _sync_file(path: Path) -> None:
    """Waits until what another library wrote into a file is on the disk."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
