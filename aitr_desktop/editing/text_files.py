"""Text files that are edited: read whole with what has to stay as it is, written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import stat
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aitr_desktop.editing.hidden import first_placeholder
from tsr_agent.errors import ConflictError, InputError, StoreError
from tsr_agent.folder_sync import try_sync_folder

if TYPE_CHECKING:
    from pathlib import Path

    from aitr_desktop.editing.audited import CopiedFrom

MAX_BYTES = 2 * 1024 * 1024
"""Largest file that is edited; a policy has at most a quarter of it."""
MAX_LINE = 10_000
"""Longest line, in characters: longer ones would stand still the window at each key."""
MAX_LINES = 50_000
_KEPT = "the text in the editor, and the file as it was."
_ELSEWHERE = "Save it under another name, with Save as."


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A file as it was read or written last."""

    path: Path
    text: str
    """With line feeds at the ends of lines; where ends differ, carriage returns are characters."""
    line_end: str = "\n"
    has_bom: bool = False
    digest: str = ""
    """SHA-256 of its bytes; empty for a file that was never written."""
    is_read_only: bool = False
    link_to: Path | None = None
    """Where it really stands, where the path is a link."""
    copied: CopiedFrom | None = None
    """What it was begun as a copy of."""


class ChangedOnDiskError(ConflictError):
    """Somebody else has written the file since it was read here."""

    def __init__(self, path: Path, *, is_gone: bool) -> None:
        what = "is not there any more" if is_gone else "was changed by another program since it was read here"
        super().__init__(f"{path} {what}.", kept="the text in the editor, and the file as it is now.")
        self.path = path
        self.is_gone = is_gone


class LinkError(InputError):
    """The path is a link, and nobody said that it may be followed."""

    def __init__(self, path: Path, target: Path) -> None:
        super().__init__(f"{path} is a link to {target}.", kept=_KEPT, next_step=_ELSEWHERE)
        self.path, self.target = path, target


def read_text_file(path: Path) -> TextFile:
    """Reads a text file.

    Raises:
        InputError: Not there, no file, not UTF-8, or larger than what is edited; with what to do.
    """
    data, mode = _bytes_of(path)
    return replace(
        text_of(path, data),
        digest=hashlib.sha256(data).hexdigest(),
        is_read_only=not (mode & 0o222 and os.access(path, os.W_OK)),
        link_to=path.resolve() if path.is_symlink() else None,
    )


def text_of(path: Path, data: bytes) -> TextFile:
    """Bytes as a file that is edited and was never written.

    Raises:
        InputError: Not UTF-8, or larger than what is edited; with what to do.
    """
    if len(data) > MAX_BYTES:
        raise _not_edited(path, f"has more than {MAX_BYTES:,} bytes")
    try:
        text = data.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        raise _not_text(path, data, error) from error
    line_end = _line_end(text)
    text = text.replace("\r\n", "\n") if line_end == "\r\n" else text
    _refuse_unwieldy(path, text)
    return TextFile(path=path, text=text, line_end=line_end, has_bom=data.startswith(BOM_UTF8))


def digest_on_disk(path: Path) -> str:
    """SHA-256 of the file as it is now; empty where there is none that can be read."""
    try:
        return hashlib.sha256(_bytes_of(path)[0]).hexdigest()
    except InputError:
        return ""


def save_text_file(file: TextFile, text: str, *, replace: bool = False, follow: bool = False) -> TextFile:
    """Writes a file whole: all of the new text is there under its name, or all of the old.

    Mode and owner stay, and the kind of line ends.

    Args:
        file: Where it goes, and what was last seen there.
        text: With line feeds alone at the ends of lines.
        replace: Write over what others have written there meanwhile.
        follow: Where the path is a link, write what it leads to.

    Raises:
        ChangedOnDiskError: There is something else than what was last seen.
        LinkError: It is a link.
        InputError: It holds what no UTF-8 file can hold.
        StoreError: It can't be written: read-only, a full disk, no such folder.
    """
    path = file.path
    if path.is_symlink():
        if not follow:
            raise LinkError(path, path.resolve())
        path = path.resolve()
    if not replace:
        there = digest_on_disk(path)
        if there != file.digest:
            raise ChangedOnDiskError(file.path, is_gone=not there and not path.exists())
    data = encoded(text, line_end=file.line_end, has_bom=file.has_bom, path=path)
    _refuse_read_only(path)
    try:
        _replace(path, data)
    except OSError as error:
        raise _not_written(path, error) from error
    return TextFile(
        path=file.path,
        text=text,
        line_end=file.line_end,
        has_bom=file.has_bom,
        digest=hashlib.sha256(data).hexdigest(),
        link_to=path if path != file.path else None,
        copied=file.copied,
    )


def encoded(text: str, *, line_end: str = "\n", has_bom: bool = False, path: Path | None = None) -> bytes:
    """The bytes of a file with that text.

    Raises:
        InputError: Half of a surrogate pair, which no file holds.
    """
    written = text.replace("\n", line_end) if line_end != "\n" else text
    try:
        data = written.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise InputError(
            f"{path or 'The text'}: line {line:,} holds half of a surrogate pair, which no file can hold.",
            kept=_KEPT,
            next_step="Take it out; it is drawn with its number.",
        ) from error
    return BOM_UTF8 + data if has_bom else data


def _bytes_of(path: Path) -> tuple[bytes, int]:
    """The first bytes of a file, one more than is edited, and its mode."""
    try:
        # Whoever opens a pipe to read waits for ever where nobody writes.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError) as error:
        said = (getattr(error, "strerror", None) or str(error)).lower()
        raise InputError(
            f"{path} can't be read: {said}.", next_step="Look whether it is still there."
        ) from error
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        raise InputError(f"{path} can't be read: it is not a file.")
    with os.fdopen(handle, "rb") as stream:
        try:
            return stream.read(MAX_BYTES + 1), mode
        except OSError as error:
            raise InputError(f"{path} can't be read: {(error.strerror or str(error)).lower()}.") from error


def _not_text(path: Path, data: bytes, error: UnicodeDecodeError) -> InputError:
    line = data.count(b"\n", 0, error.start) + 1
    is_16 = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    return InputError(
        f"{path} is not UTF-8: line {line:,}, byte {error.start + 1:,}"
        f"{'; it looks like UTF-16' if is_16 else ''}.",
        kept="the file; nothing was changed.",
        next_step="Have it saved as UTF-8 by the program that wrote it, then open it again.",
    )


def _line_end(text: str) -> str:
    """What all lines end with; a line feed where they differ."""
    returns = text.count("\r\n")
    return "\r\n" if returns and returns == text.count("\n") else "\n"


def _refuse_unwieldy(path: Path, text: str) -> None:
    if text.count("\n") >= MAX_LINES:
        raise _not_edited(path, f"has more than {MAX_LINES:,} lines")
    longest = max(map(len, text.split("\n")))
    if longest > MAX_LINE:
        raise _not_edited(path, f"has a line of {longest:,} characters")
    if (place := first_placeholder(text)) >= 0:
        line, code = text.count("\n", 0, place) + 1, ord(text[place])
        raise _not_edited(path, f"has the private character U+{code:X} in line {line:,}")


def _not_edited(path: Path, what: str) -> InputError:
    return InputError(
        f"{path} {what}: it is not edited here.",
        kept="the file; nothing was changed.",
        next_step="Edit it in another program. 'tsr-agent policy lint' says what is wrong with it.",
    )


def _refuse_read_only(path: Path) -> None:
    with contextlib.suppress(OSError):
        if not (path.stat().st_mode & 0o222 and os.access(path, os.W_OK)):
            raise StoreError(f"{path} is read-only.", kept=_KEPT, next_step=_ELSEWHERE)


def _replace(path: Path, data: bytes) -> None:
    """Puts a whole new file in the place of the old one."""
    try:
        old: os.stat_result | None = path.stat()
    except FileNotFoundError:
        old = None
    part = path.with_name(f".{path.name[:80]}.{secrets.token_hex(4)}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    handle = os.open(part, flags, 0o600 if old is not None else 0o666)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            if old is not None:
                _take_owner(stream.fileno(), old)
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    try_sync_folder(path.parent)


def _take_owner(handle: int, old: os.stat_result) -> None:
    """Owner first: to change it takes special bits of the mode away."""
    if hasattr(os, "fchown"):
        with contextlib.suppress(PermissionError):
            os.fchown(handle, old.st_uid, old.st_gid)
        os.fchmod(handle, stat.S_IMODE(old.st_mode))


_WHY = {
    errno.ENOSPC: ("the disk is full", "Make room, then save it again; or save it on another disk."),
    errno.EDQUOT: ("your share of the disk is used up", "Make room, then save it again."),
    errno.EROFS: ("the disk is read-only", _ELSEWHERE),
    errno.EACCES: ("you may not write in its folder", _ELSEWHERE),
    errno.EPERM: ("you may not write in its folder", _ELSEWHERE),
    errno.ENOENT: ("its folder is not there", _ELSEWHERE),
}


def _not_written(path: Path, error: OSError) -> StoreError:
    said = re.sub(r"\s+", " ", (error.strerror or str(error)).lower())
    why, then = _WHY.get(error.errno or 0, (said, "Try it again, or save it under another name."))
    return StoreError(f"{path} can't be written: {why}.", kept=_KEPT, next_step=then)
