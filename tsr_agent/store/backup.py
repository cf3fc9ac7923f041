"""Backing a library up into one file, which counts only after it was opened and checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.errors import IntegrityError
from tsr_agent.store.connections import Access
from tsr_agent.store.contents import Contents, contents
from tsr_agent.store.engine import BUSY_TIMEOUT, open_library
from tsr_agent.store.file_copy import copy_file, new_file
from tsr_agent.store.integrity import IntegrityResult, check
from tsr_agent.store.row_copy import copy_rows, feed_digest, set_counter, table_digests, take_time

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tsr_agent.store.engine import Library
    from tsr_agent.store.row_copy import Progress

NAMED = 20
"""Most damages that an error names."""


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A backup that was made and checked."""

    path: Path
    size: int
    """Bytes."""
    contents: Contents


def back_up(library: Library, target: Path, progress: Progress | None = None) -> Backup:
    """Writes one consistent state of a library into a new SQLite library file, while others go on writing.

    The file is checked before it gets its name: every document, and that it is the history of the
    library up to its own newest change, and not less than there was at the beginning.

    Args:
        library: Of either database.
        target: Where no file is yet. Only its owner may read it: it holds the hashes of the tokens.
        progress: Told the step, how much of it is done and how much there is.

    Raises:
        UsageError: Something has the target's name already.
        StoreError: The library can't be read or the file not be written; nothing has the target's name.
        IntegrityError: The copy is not sound, or not what the library holds; it is not kept.
    """
    with library.snapshot() as connection:
        before = contents(connection)
    with new_file(target) as scratch:
        if library.dialect == "sqlite":
            access = Access(path=library.path, read_only=True, busy_timeout=BUSY_TIMEOUT)
            copy_file(access, scratch, progress)
        else:
            _copy_database(library, scratch, progress)
        held = _shown_sound(scratch, library, before, progress)
        size = scratch.stat().st_size
    return Backup(path=target, size=size, contents=held)


def _copy_database(library: Library, scratch: Path, progress: Progress | None) -> None:
    """Copies one state of a database that is no file into a new library file."""
    scratch.unlink()
    with (
        open_library(scratch, create=True) as copy,
        library.snapshot() as source,
        copy.write() as target,
    ):
        take_time(source)
        state = contents(source)
        read = copy_rows(source, target, progress)
        set_counter(target, state)
        if table_digests(target) != read:
            raise not_the_same(library.name, ["the rows that were written are not those that were read"])


def _shown_sound(scratch: Path, library: Library, before: Contents, progress: Progress | None) -> Contents:
    """What the finished copy holds, after every part of it was read.

    Raises:
        IntegrityError: It is not sound, or not the library's history.
    """
    with open_library(scratch, read_only=True) as copy:
        with copy.snapshot() as connection:
            held = contents(connection)
            feed = feed_digest(connection, held.head)
        refuse_damaged(
            checked(copy, held, progress),
            f"The copy of {library.name} is damaged, most likely as the library itself is.",
            kept="the library as it is; no backup was written.",
            next_step="Check the library with tsr-agent db check, and keep the backups that you have.",
        )
    # Numbers are only ever added to a feed, so that what others write meanwhile changes nothing here.
    with library.read() as connection:
        differences = _differences(held, before, contents(connection))
        if feed_digest(connection, held.head) != feed:
            differences.append("the change feed is not that of the library")
    if differences:
        raise not_the_same(library.name, differences)
    return held


def _differences(held: Contents, before: Contents, now: Contents) -> list[str]:
    """What keeps a copy from being the history of its library up to some moment after it was begun."""
    differences = []
    if held.epoch is None or held.epoch != now.epoch:
        differences.append("it is another history")
    if held.head < before.head:
        differences.append(f"it ends at change {held.head:,}; {before.head:,} was there before it was begun")
    if held.head > now.head:
        differences.append(f"it goes on to change {held.head:,}; the library ends at {now.head:,}")
    return differences


def checked(
    library: Library,
    held: Contents | None,
    progress: Progress | None,
    stop: Callable[[], bool] | None = None,
) -> IntegrityResult:
    """The whole check of a library, with its progress told.

    Args:
        library: Open.
        held: What there is; None where it could not be counted.
        progress: Told how many reports were looked at.
        stop: Asked after each report whether to end here.
    """
    reports = 0 if held is None else held.counts["reports"]
    return check(
        library, None if progress is None else lambda done: progress("Checking", done, reports), stop
    )


def refuse_damaged(found: IntegrityResult, message: str, *, kept: str, next_step: str) -> None:
    """Refuses what a check found to be damaged.

    Raises:
        IntegrityError: With the first damages.
    """
    if not found.sound:
        named = [f"{each.report_id}: {each.what}" if each.report_id else each.what for each in found.damages]
        raise IntegrityError(message, kept=kept, next_step=next_step, details=first(named))


def not_the_same(name: str, differences: Sequence[str]) -> IntegrityError:
    """The error for a copy that holds something else than what it was made from."""
    return IntegrityError(
        f"The copy of {name} does not hold what the library holds.",
        kept="the library as it is; no backup was written.",
        next_step="Try again. If it is said again, look at the disk and check the library.",
        details=first(differences),
    )


def first(lines: Sequence[str]) -> list[str]:
    """The first lines, and how many more there are."""
    more = len(lines) - NAMED
    return [*lines[:NAMED], *([f"and {more:,} more"] if more > 0 else [])]
