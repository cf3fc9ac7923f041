"""Restoring a backup into a database that holds nothing yet."""

from __future__ import annotations

import secrets
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from tsr_agent.errors import IntegrityError, UsageError
from tsr_agent.store.backup import checked, first, refuse_damaged
from tsr_agent.store.connections import Access
from tsr_agent.store.contents import Contents, contents
from tsr_agent.store.engine import BUSY_TIMEOUT, open_library
from tsr_agent.store.file_copy import copy_file, new_file
from tsr_agent.store.file_header import read_header, refuse_newer
from tsr_agent.store.row_copy import copy_rows, set_counter, set_row_numbers, table_digests, take_time
from tsr_agent.store.service_tables import change_counter, tokens
from tsr_agent.store.tables import LIBRARY_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from tsr_agent.store.engine import Library
    from tsr_agent.store.row_copy import Progress


@dataclass(frozen=True, kw_only=True)
class RestoreTerms:
    """How a backup is taken back."""

    now: datetime
    same_history: bool = False
    """Nothing was filed since the backup was made, as when a stopped server moves to another database.

    Otherwise the history gets a new name: whoever synchronised with what came after the backup must
    notice that it is gone, and numbers of the feed are going to mean other documents."""
    revoke_tokens: bool = False
    """No token of the backup is good any more; also none that was revoked only after it was made."""


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What a restore did."""

    contents: Contents
    epoch_before: str
    """Of the backup."""
    usable_tokens: int
    """Tokens of the backup that are good now, also such as were revoked after it was made."""


def restore_file(
    backup: Path, target: Path, terms: RestoreTerms, progress: Progress | None = None
) -> Restored:
    """Restores a backup as a new library file.

    Args:
        backup: A library file; of an older build, too. It is only read.
        target: Where no file is yet.
        terms: How.
        progress: Told the step, how much of it is done and how much there is.

    Raises:
        UsageError: Something has the target's name already.
        StoreError: The backup can't be read or the file not be written; nothing has the target's name.
        IntegrityError: The backup is damaged, or what was restored is not what it holds.
    """
    with new_file(target) as scratch, _current(backup) as source:
        held = _refuse_damaged_backup(source, backup, progress)
        with open_library(source, read_only=True) as library, library.snapshot() as connection:
            read = table_digests(connection)
        copy_file(Access(path=source, read_only=True, busy_timeout=BUSY_TIMEOUT), scratch, progress)
        with open_library(scratch) as library:
            with library.write() as connection:
                if table_digests(connection) != read:
                    raise _other_rows(backup)
                restored = _take_over(connection, held, terms)
            _refuse_damaged_result(library, backup, restored.contents, progress)
    return restored


def restore_rows(
    backup: Path, library: Library, terms: RestoreTerms, progress: Progress | None = None
) -> Restored:
    """Restores a backup into an open library that holds nothing, all of it or nothing.

    Args:
        backup: A library file; of an older build, too. It is only read.
        library: Of either database, open for writing.
        terms: How.
        progress: Told the step, how much of it is done and how much there is.

    Raises:
        UsageError: The library holds something.
        StoreError: The backup can't be read or the library not be written; nothing was restored.
        IntegrityError: The backup is damaged, or what was restored is not what it holds.
    """
    with library.write() as connection:
        _refuse_used(connection, library.name)
    with _current(backup) as source:
        held = _refuse_damaged_backup(source, backup, progress)
        with (
            open_library(source, read_only=True) as opened,
            opened.snapshot() as reading,
            library.write() as connection,
        ):
            take_time(connection)
            # From here on nobody else can file anything: the counter's row is held until the commit.
            _refuse_used(connection, library.name)
            read = copy_rows(reading, connection, progress)
            if table_digests(connection) != read:
                raise _other_rows(backup)
            set_row_numbers(connection)
            restored = _take_over(connection, held, terms)
    _refuse_damaged_result(library, backup, restored.contents, progress)
    return restored


@contextmanager
def _current(backup: Path) -> Iterator[Path]:
    """A library file of this version with what the backup has: itself, or an upgraded copy.

    Raises:
        StoreError: It is no library, a newer build made it, or the copy can't be written.
    """
    header = read_header(backup)
    refuse_newer(backup, header.user_version, LIBRARY_VERSION)
    if header.user_version == LIBRARY_VERSION:
        yield backup
        return
    with tempfile.TemporaryDirectory(prefix="aitr-") as folder:
        copy = Path(folder) / "backup.db"
        with new_file(copy) as scratch:
            copy_file(Access(path=backup, read_only=True, busy_timeout=BUSY_TIMEOUT), scratch)
        open_library(copy).close()
        yield copy


def _refuse_damaged_backup(source: Path, backup: Path, progress: Progress | None) -> Contents:
    with open_library(source, read_only=True) as library:
        with library.snapshot() as connection:
            held = contents(connection)
        refuse_damaged(
            checked(library, held, progress),
            f"The backup {backup} is damaged.",
            kept="the backup as it is; nothing was restored.",
            next_step="Take an older backup.",
        )
    return held


def _refuse_used(connection: Connection, name: str) -> None:
    """Refuses to mix what is restored with what is there.

    Raises:
        UsageError: Something was filed in the library.
    """
    # Writing the row, though with what it holds, keeps every other writer away from it until the commit.
    connection.execute(update(change_counter).values(last=change_counter.c.last))
    there = contents(connection)
    if there.empty:
        return
    raise UsageError(
        f"{name} is in use: a backup is restored only into a database that holds nothing.",
        kept="the database, unchanged.",
        next_step="Make a new database and restore into that, then start the server with it.",
        details=[f"{count:,} rows of {word}" for word, count in there.counts.items() if count],
    )


def _take_over(connection: Connection, held: Contents, terms: RestoreTerms) -> Restored:
    """Names the history, and says which tokens are good."""
    set_counter(connection, held, epoch=None if terms.same_history else secrets.token_hex(16))
    still_good = (tokens.c.revoked_at.is_(None), tokens.c.expires_at > terms.now)
    if terms.revoke_tokens:
        revoked = {"revoked_at": terms.now, "revoked_by": "restore of a backup"}
        connection.execute(update(tokens).where(tokens.c.revoked_at.is_(None)).values(revoked))
    usable = connection.execute(select(func.count()).select_from(tokens).where(*still_good)).scalar_one()
    return Restored(contents=contents(connection), epoch_before=held.epoch or "", usable_tokens=usable)


def _refuse_damaged_result(library: Library, backup: Path, held: Contents, progress: Progress | None) -> None:
    refuse_damaged(
        checked(library, held, progress),
        f"What was restored from {backup} into {library.name} is damaged, and the backup is not.",
        kept="the backup as it is.",
        next_step="Do not use this database. Look at its disk, and restore into a new one.",
    )


def _other_rows(backup: Path) -> IntegrityError:
    return IntegrityError(
        f"What was written is not what {backup} holds.",
        kept="the backup as it is; nothing was restored.",
        next_step="Look at the disk of the new database, then try again.",
        details=first(["a table reads otherwise than the backup's"]),
    )
