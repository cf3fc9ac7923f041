"""The walk over a results directory: regular files inside it, in a fixed order, and nothing else.

Test code may have written anything there, so nothing is opened by a path that could be exchanged
under our hands: folders and files are opened relative to the descriptor of their parent, without
following links and without waiting for a writer.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from tsr_agent.errors import InputError
from tsr_agent.ingest.limits import beyond_reason
from tsr_agent.ingest.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tsr_agent.ingest.limits import Limits

_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_OPEN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, kw_only=True)
class OpenedFile:
    """A regular file, open for reading. Whoever receives it closes the descriptor."""

    path: str
    """Relative to the results directory, printable, with forward slashes."""
    descriptor: int
    identity: tuple[int, int] | str
    """Device and inode, equal for two names of one file; the whole path on a file system without inodes."""


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Something in the directory that is not read."""

    path: str
    reason: str
    broken: bool
    """It should have been readable; otherwise it is of a kind that is never read."""


def walk(directory: Path, limits: Limits) -> Iterator[OpenedFile | LeftOut]:
    """Everything in a results directory, sorted by name within each folder, folders in their place.

    Args:
        directory: The results directory; may itself be a link, because a person named it.
        limits: Bounds on the number of files and the depth of folders.

    Raises:
        InputError: The directory does not exist, is no directory or can't be listed.
    """
    try:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise InputError(
            f"{printable(str(directory))}: the results directory can't be opened: {error.strerror}.",
            next_step="Name the directory that the test tools wrote to with --results-dir.",
        ) from error
    found = 0
    whole = os.path.realpath(directory)
    try:
        for each in _walk_folder(descriptor, PurePosixPath(), 0, limits):
            found += 1
            if found > limits.files:
                if isinstance(each, OpenedFile):
                    os.close(each.descriptor)
                reason = f"{beyond_reason(limits, 'files')}; this one and all that follow were not read"
                yield LeftOut(path=each.path, reason=reason, broken=True)
                return
            yield (
                _told_apart(each, f"{whole.rstrip(os.sep)}/{each.path}")
                if isinstance(each, OpenedFile)
                else each
            )
    finally:
        os.close(descriptor)


def open_named(path: Path) -> OpenedFile:
    """A file that a person named by itself; links are followed, because the person chose them.

    Raises:
        InputError: It does not exist, can't be opened or is not a regular file.
    """
    shown = printable(str(path))
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"{shown}: can't be opened: {why}.") from error
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode):
        os.close(descriptor)
        raise InputError(f"{shown}: not a regular file.")
    opened = OpenedFile(
        path=printable(path.name), descriptor=descriptor, identity=(about.st_dev, about.st_ino)
    )
    return _told_apart(opened, os.path.realpath(path))


def _told_apart(opened: OpenedFile, whole_path: str) -> OpenedFile:
    """The file, known by its path where the file system (FUSE, 9p) gives every file the inode 0."""
    if opened.identity[1] != 0:
        return opened
    return replace(opened, identity=printable(whole_path))


def _walk_folder(
    folder: int, place: PurePosixPath, depth: int, limits: Limits
) -> Iterator[OpenedFile | LeftOut]:
    try:
        names = sorted(os.listdir(folder), key=os.fsencode)
    except OSError as error:
        yield LeftOut(path=printable(f"{place}/"), reason=f"can't be listed: {error.strerror}", broken=True)
        return
    for name in names:
        yield from _walk_entry(folder, name, place / name, depth, limits)


def _walk_entry(
    folder: int, name: str, place: PurePosixPath, depth: int, limits: Limits
) -> Iterator[OpenedFile | LeftOut]:
    path = printable(str(place))
    try:
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
        if not stat.S_ISDIR(mode):
            yield _open_entry(folder, name, path, mode)
            return
        if depth >= limits.depth:
            reason = f"{beyond_reason(limits, 'depth')}; what is in it was not read"
            yield LeftOut(path=f"{path}/", reason=reason, broken=True)
            return
        inner = os.open(name, _OPEN_FOLDER, dir_fd=folder)
    except OSError as error:
        yield LeftOut(path=path, reason=f"can't be opened: {error.strerror}", broken=True)
        return
    try:
        yield from _walk_folder(inner, place, depth + 1, limits)
    finally:
        os.close(inner)


def _open_entry(folder: int, name: str, path: str, mode: int) -> OpenedFile | LeftOut:
    if stat.S_ISLNK(mode):
        target = printable(os.readlink(name, dir_fd=folder))
        return LeftOut(
            path=path, reason=f"a link to {target}; links in the results are not followed", broken=False
        )
    if not stat.S_ISREG(mode):
        return LeftOut(path=path, reason=f"{_kind(mode)}, not a regular file", broken=False)
    descriptor = os.open(name, _OPEN_FILE, dir_fd=folder)
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode):
        os.close(descriptor)
        return LeftOut(path=path, reason="it was exchanged while it was opened", broken=True)
    return OpenedFile(path=path, descriptor=descriptor, identity=(about.st_dev, about.st_ino))


def _kind(mode: int) -> str:
    kinds = (
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a character device"),
        (stat.S_ISBLK, "a block device"),
    )
    return next((word for test, word in kinds if test(mode)), "a special file")
