"""A file of the working tree, as it is now: opened without following a link, and read whole.

What lies in a checkout is anybody's, and may change between a look and the next. So each folder is opened
from the one above it, the file is asked what it is once it is open, and opening waits for nobody: a pipe, a
device or a link to a person's keys is refused and never read.
"""

from __future__ import annotations

import os
import stat
import sys
import unicodedata
from contextlib import ExitStack
from typing import TYPE_CHECKING

from tsr_agent.errors import InputError
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from pathlib import Path

MAX_PARTS = 64
_DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{name}{number}" for name in ("com", "lpt") for number in range(10)),
}


def read_working_file(top: Path, path: str, most: int) -> bytes:
    """The bytes of a regular file below a folder.

    Args:
        top: The folder.
        path: Below it, with slashes.
        most: Bytes that are read at most.

    Raises:
        InputError: There is no such file, or it may not be read.
    """
    parts = _parts(path)
    try:
        if os.open in os.supports_dir_fd:
            return _read_below(top, parts, path, most)
        return _read_checked(top, parts, path, most)
    except FileNotFoundError as error:
        raise InputError(f"The working tree has no file {one_line(path, 200)}.") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{one_line(path, 200)} can't be read: {_reason(error)}.") from error


def _parts(path: str) -> list[str]:
    parts = path.replace("\\", "/").split("/") if sys.platform == "win32" else path.split("/")
    if not path or len(parts) > MAX_PARTS or any(part in ("", ".", "..") or "\0" in part for part in parts):
        raise InputError(f"{one_line(path, 200)} is no path of a file in the working tree.")
    if any(_is_git(part) for part in parts):
        raise InputError(f"{one_line(path, 200)} belongs to git itself and to no commit.")
    if sys.platform == "win32" and any(
        ":" in part or part != part.rstrip(". ") or part.partition(".")[0].strip().lower() in _DEVICES
        for part in parts
    ):
        raise InputError(f"{one_line(path, 200)} is no name of a file on Windows.")
    return parts


def _is_git(part: str) -> bool:
    """Whether some file system takes a name for ``.git``: without case, or without what nobody sees."""
    plain = "".join(each for each in part if unicodedata.category(each) != "Cf").casefold().rstrip(". ")
    return plain in (".git", "git~1") or plain.startswith(".git:")


def _read_below(top: Path, parts: list[str], path: str, most: int) -> bytes:
    """Opens each part from the one above it, so that nothing can be put in between."""
    with ExitStack() as opened:
        folder = os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        opened.callback(os.close, folder)
        for part in parts[:-1]:
            _refuse_link(os.stat(part, dir_fd=folder, follow_symlinks=False), path)
            folder = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            opened.callback(os.close, folder)
        # Asked before it is opened too: opening a device can be an act.
        _refuse_odd(os.stat(parts[-1], dir_fd=folder, follow_symlinks=False), path, most)
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        handle = os.open(parts[-1], flags, dir_fd=folder)
        opened.callback(os.close, handle)
        return _read_open(handle, path, most)


def _read_checked(top: Path, parts: list[str], path: str, most: int) -> bytes:
    """Where files can't be opened from a folder: each part is looked at, and the open file again."""
    place = top
    for part in parts[:-1]:
        place = place / part
        _refuse_link(place.lstat(), path)
    place = place / parts[-1]
    before = place.lstat()
    _refuse_odd(before, path, most)
    handle = os.open(place, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        after = os.fstat(handle)
        if (before.st_dev, before.st_ino) != (after.st_dev, after.st_ino):
            raise _changing(path)
        if not place.resolve().is_relative_to(top.resolve()):
            raise InputError(f"{one_line(path, 200)} leads out of the working tree; it is not followed.")
        return _read_open(handle, path, most)
    finally:
        os.close(handle)


def _read_open(handle: int, path: str, most: int) -> bytes:
    before = os.fstat(handle)
    _refuse_odd(before, path, most)
    content = bytearray()
    # One byte more than it has is asked for: a file of /proc has no size and gives bytes all the same.
    while len(content) <= before.st_size:
        read = os.read(handle, min(1 << 20, before.st_size + 1 - len(content)))
        if not read:
            break
        content += read
    after = os.fstat(handle)
    if (len(content), after.st_size, after.st_mtime_ns) != (before.st_size,) * 2 + (before.st_mtime_ns,):
        raise _changing(path)
    return bytes(content)


def _refuse_link(found: os.stat_result, path: str) -> None:
    is_reparsed = getattr(found, "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_REPARSE_POINT
    if stat.S_ISLNK(found.st_mode) or is_reparsed:
        raise InputError(f"{one_line(path, 200)} is or lies behind a link; it is not followed.")


def _refuse_odd(found: os.stat_result, path: str, most: int) -> None:
    _refuse_link(found, path)
    if stat.S_ISDIR(found.st_mode):
        raise InputError(f"{one_line(path, 200)} is a folder.")
    if not stat.S_ISREG(found.st_mode):
        raise InputError(f"{one_line(path, 200)} is no regular file but a pipe, a socket or a device.")
    if found.st_size > most:
        raise InputError(f"{one_line(path, 200)} has {found.st_size:,} bytes; at most {most:,} are shown.")


def _changing(path: str) -> InputError:
    return InputError(
        f"{one_line(path, 200)} changed while it was read, or is no plain file.", next_step="Try again."
    )


def _reason(error: Exception) -> str:
    return (error.strerror or "unknown") if isinstance(error, OSError) else "its name can't be used here"
