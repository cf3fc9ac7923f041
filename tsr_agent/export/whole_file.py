"""Files and folders that have their names only once all of them is on the disk."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tsr_agent.errors import StoreError, UsageError
from tsr_agent.folder_sync import try_sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

CONTENTS = "contents.csv"
"""Lists the files of an exported folder; such a folder is known by it."""
_NAMED = 40
"""Characters of a name that are kept in the name until then."""
_NO_ROOM = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


@contextmanager
def whole_file(target: Path, *, replace: bool = False, part: Path | None = None) -> Iterator[BinaryIO]:
    """A stream whose file gets the target's name if the block ends well, and is gone otherwise.

    Args:
        target: Where the file goes.
        replace: Whether a file that is there may be replaced. What is no file never is.
        part: Name of the file until then, in the same folder; by default one that nobody can guess.

    Raises:
        UsageError: Something has the name already.
        StoreError: It can't be written, such as on a full disk; what was there is untouched.
    """
    refuse_taken(target, replace=replace)
    beside = part if part is not None else _beside(target)
    with written(target):
        try:
            descriptor = os.open(
                beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666
            )
            with os.fdopen(descriptor, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            _name(beside, target, replace=replace)
            try_sync_folder(target.parent)
        finally:
            beside.unlink(missing_ok=True)


@contextmanager
def whole_folder(target: Path, *, replace: bool = False, part: Path | None = None) -> Iterator[Path]:
    """A folder that gets the target's name if the block ends well, and is gone otherwise.

    Args:
        target: Where it goes; an empty folder may be there.
        replace: Whether an earlier export may be replaced, and nothing else: a folder in which all is listed
            in its own ``contents.csv``.
        part: Its name until then, in the same folder; by default one that nobody can guess.

    Raises:
        UsageError: Something else is there.
        StoreError: It can't be written; what was there is untouched.
    """
    _refuse_filled(target, replace=replace)
    _refuse_nameless(target)
    beside = part if part is not None else _beside(target)
    with written(target):
        try:
            beside.mkdir()
            yield beside
            try_sync_folder(beside)
            _change_places(beside, target, replace=replace)
            try_sync_folder(target.parent)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def refuse_taken(target: Path, *, replace: bool = False) -> None:
    """Nothing is written over unasked.

    Raises:
        UsageError: Something has the name already.
    """
    if not os.path.lexists(target) or (replace and (target.is_file() or target.is_symlink())):
        return
    next_step = "Choose another name, or give --force to replace it."
    raise UsageError(
        f"{target}: something has this name already, and it is not written over.",
        kept="what stands there, unchanged; nothing was written.",
        next_step=next_step if target.is_file() else "Choose another name.",
    )


def _refuse_nameless(target: Path) -> None:
    """A folder is written under another name first, and so needs one: ``.`` and ``..`` are none."""
    if target.name in {"", ".."}:
        raise UsageError(
            f"{target}: a folder that is written whole needs a name.",
            kept="what stands there, unchanged; nothing was written.",
            next_step="Name a folder that is not there yet, such as export/.",
        )


def _refuse_filled(target: Path, *, replace: bool) -> None:
    if not os.path.lexists(target):
        return
    is_folder = target.is_dir() and not target.is_symlink()
    names = {each.name for each in target.iterdir()} if is_folder else {""}
    if not names or (replace and is_folder and names <= _listed(target)):
        return
    is_ours = is_folder and names <= _listed(target)
    raise UsageError(
        f"{target}: there are files in this folder already."
        if is_folder
        else f"{target}: that is no folder.",
        kept="what stands there, unchanged; nothing was written.",
        next_step="Choose another folder, or give --force to replace this export."
        if is_ours
        else "Choose a folder that is empty or not there yet.",
    )


def _listed(folder: Path) -> set[str]:
    """The names that an export lists of itself; none where it is no export."""
    import csv

    try:
        with (folder / CONTENTS).open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, ValueError, csv.Error):
        return set()
    return {CONTENTS, *(str(row.get("file")) for row in rows)}


@contextmanager
def written(target: Path) -> Iterator[None]:
    """Says in words why something can't be written.

    Raises:
        StoreError: In place of an ``OSError``.
    """
    try:
        yield
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        why = "the disk is full" if error.errno in _NO_ROOM else (error.strerror or str(error)).lower()
        raise StoreError(
            f"{target}: can't be written: {why}.",
            kept="what was there before; nothing was left half-written.",
            next_step="Make room on the disk, or choose another place.",
        ) from error


def _beside(target: Path) -> Path:
    # A name as long as a file may have would grow past that.
    return target.with_name(f".{target.name[:_NAMED]}.{secrets.token_hex(6)}.part")


def _name(beside: Path, target: Path, *, replace: bool) -> None:
    if replace:
        beside.replace(target)
        return
    try:
        # Unlike renaming, this can't hide what somebody put there meanwhile.
        os.link(beside, target)
    except FileExistsError:
        refuse_taken(target)
    except OSError:
        # A file system without hard links.
        refuse_taken(target)
        beside.rename(target)


def _change_places(beside: Path, target: Path, *, replace: bool) -> None:
    if not target.exists():
        beside.rename(target)
        return
    # What somebody put there meanwhile stays.
    _refuse_filled(target, replace=replace)
    # A folder can't be put over one that is not empty.
    old = _beside(target)
    target.rename(old)
    try:
        _refuse_filled(old, replace=replace)
        beside.rename(target)
    except (OSError, UsageError):
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
