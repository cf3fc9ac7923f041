"""Members of a ZIP archive that somebody else made: looked up by name, unpacked in memory within bounds.

Nothing is ever written to a disk under a member's name, so names that are absolute or climb mean nothing.
The directory at the end is believed only as far as the archive's bytes agree with it.
"""

from __future__ import annotations

import os
import struct
import zlib
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from tsr_agent.errors import InputError
from tsr_agent.ingest.limits import MEBIBYTE, Limits, beyond
from tsr_agent.ingest.zip_inflate import ENCRYPTED, inflated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

MAGIC = b"PK\x03\x04"
MAX_DIRECTORY_BYTES = 64 * MEBIBYTE
"""The directory is held in memory; a hundred thousand members take a fifth of this."""

_LOCAL = struct.Struct("<4s5H3L2H")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_NO_16, _NO_32 = 0xFFFF, 0xFFFFFFFF
_UTF_8 = 1 << 11


class Member(NamedTuple):
    """One entry of the directory."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int


class _Directory(NamedTuple):
    """Where the directory lies and how many members it names."""

    offset: int
    size: int
    members: int


def first_member(head: bytes) -> str | None:
    """The name of the member that a ZIP archive begins with; None where the bytes are no archive's.

    Args:
        head: The first bytes of the file.
    """
    if len(head) < _LOCAL.size or not head.startswith(MAGIC):
        return None
    length = _LOCAL.unpack_from(head)[9]
    return head[_LOCAL.size : _LOCAL.size + length].decode("utf-8", "replace")


class ZipMembers:
    """The members of an archive.

    Args:
        archive: The whole archive, seekable; it stays the caller's to close.
        path: What to call it in messages.
        limits: Bounds on the number of members and on what they unpack to.

    Raises:
        InputError: No archive, cut off, damaged, in several parts or beyond a bound.
    """

    def __init__(self, archive: BinaryIO, path: str, limits: Limits) -> None:
        self._archive, self._path, self._limits = archive, path, limits
        self._unpacked = 0
        try:
            directory = self._find_directory(archive.seek(0, os.SEEK_END))
            if directory.members > limits.zip_members:
                raise beyond(limits, "zip_members", path)
            self._end = directory.offset
            self._members = list(self._entries(directory))
        except struct.error as error:
            raise self._refusal("it is cut off") from error
        self._starts = sorted(each.offset for each in self._members)

    def names(self) -> Iterator[str]:
        """Names as the directory has them; the same name may come twice."""
        return (each.name for each in self._members)

    def read(self, name: str) -> bytes | None:
        """What a member unpacks to; None where no member has that name.

        Raises:
            InputError: Several members of that name, encrypted, packed in a way that is not known,
                damaged, overlapping another one, or beyond a bound.
        """
        found = [each for each in self._members if each.name == name]
        if not found:
            return None
        if len(found) > 1:
            raise self._refusal(f"{len(found)} members are called {name}")
        member = found[0]
        self._refuse_bomb(member)
        try:
            return self._unpack(member, self._packed(member))
        except zlib.error as error:
            raise self._refusal(f"{name} is damaged: {error}") from error
        except struct.error as error:
            raise self._refusal(f"{name} is cut off") from error

    def _refusal(self, reason: str) -> InputError:
        return InputError(f"{self._path}: not a sound ZIP archive: {reason}.")

    def _at(self, offset: int, length: int) -> bytes:
        self._archive.seek(offset)
        return self._archive.read(length)

    def _find_directory(self, size: int) -> _Directory:
        """The directory as the last bytes of the archive describe it."""
        place = size - _END.size
        if place < 0:
            raise self._refusal("it is cut off")
        mark, disk, start, here, members, length, offset, comment = _END.unpack(self._at(place, _END.size))
        if mark != b"PK\x05\x06" or comment:
            raise self._refusal("it does not end as one: it is cut off, or something follows it")
        wide = self._find_wide_directory(place)
        if wide is not None:
            found, place = wide
        elif disk or start or here != members:
            raise self._refusal("it is one part of several")
        else:
            found = _Directory(offset, length, members)
        if found.offset + found.size != place:
            raise self._refusal("its directory is not where its end says")
        if found.size > MAX_DIRECTORY_BYTES:
            raise self._refusal(f"its directory has {found.size:,} bytes; {MAX_DIRECTORY_BYTES:,} are read")
        return found

    def _find_wide_directory(self, end: int) -> tuple[_Directory, int] | None:
        """The directory of a large archive (ZIP64) and the place after it."""
        locator = self._at(end - _LOCATOR.size, _LOCATOR.size) if end >= _LOCATOR.size else b""
        if not locator.startswith(b"PK\x06\x07"):
            return None
        _, disk, place, disks = _LOCATOR.unpack(locator)
        if place + _END_64.size > end - _LOCATOR.size:
            raise self._refusal("its large directory is not where its end says")
        mark, _, _, _, own, start, here, members, length, offset = _END_64.unpack(
            self._at(place, _END_64.size)
        )
        if mark != b"PK\x06\x06":
            raise self._refusal("its large directory is not where its end says")
        if disk or disks > 1 or own or start or here != members:
            raise self._refusal("it is one part of several")
        return _Directory(offset, length, members), place

    def _entries(self, directory: _Directory) -> Iterator[Member]:
        raw, place = self._at(directory.offset, directory.size), 0
        for number in range(directory.members):
            (mark, _, _, flags, method, _, _, crc, packed, size, name, extra, comment, _, _, _, offset) = (
                _ENTRY.unpack_from(raw, place)
            )
            after = place + _ENTRY.size + name + extra + comment
            if mark != b"PK\x01\x02" or after > len(raw):
                raise self._refusal(f"entry {number + 1:,} of its directory is damaged")
            place += _ENTRY.size
            text = self._name(raw[place : place + name], flags, number)
            fields = raw[place + name : place + name + extra]
            size, packed, offset = _wide(fields, size, packed, offset)
            if offset + _LOCAL.size > self._end:
                raise self._refusal(f"entry {number + 1:,} of its directory leads out of it")
            yield Member(text, flags, method, crc, packed, size, offset)
            place = after
        if place != len(raw):
            raise self._refusal("its directory holds more than the members that it counts")

    def _name(self, raw: bytes, flags: int, number: int) -> str:
        try:
            return raw.decode("utf-8" if flags & _UTF_8 else "cp437")
        except UnicodeDecodeError as error:
            raise self._refusal(f"the name of entry {number + 1:,} of its directory is not UTF-8") from error

    def _packed(self, member: Member) -> Iterator[bytes]:
        """A member's bytes as they are packed, in pieces."""
        header = _LOCAL.unpack(self._at(member.offset, _LOCAL.size))
        mark, flags, method, name, extra = header[0], header[2], header[3], header[9], header[10]
        start = member.offset + _LOCAL.size + name + extra
        if mark != MAGIC or method != member.method or (flags ^ member.flags) & ENCRYPTED:
            raise self._refusal(f"{member.name} is not what the directory says")
        said = self._name(self._at(member.offset + _LOCAL.size, name), flags, 0)
        following = bisect_right(self._starts, member.offset)
        end = self._starts[following] if following < len(self._starts) else self._end
        shared = following > 1 and self._starts[following - 2] == member.offset
        if said != member.name:
            raise self._refusal(f"{member.name} is not what the directory says")
        if shared or start + member.packed > end:
            raise self._refusal(f"{member.name} overlaps another member")
        return self._pieces(start, member.packed)

    def _pieces(self, start: int, length: int) -> Iterator[bytes]:
        end = start + length
        while start < end:
            piece = self._at(start, min(MEBIBYTE, end - start))
            if not piece:
                raise self._refusal("it is cut off")
            start += len(piece)
            yield piece

    def _refuse_bomb(self, member: Member) -> None:
        """Judges by what the directory says, before anything is unpacked."""
        if self._unpacked + member.size > self._limits.zip_bytes:
            raise beyond(self._limits, "zip_bytes", self._path, member.name)
        if _is_bomb(member.size, member.packed, self._limits):
            raise beyond(self._limits, "zip_ratio", self._path, member.name)

    def _unpack(self, member: Member, pieces: Iterator[bytes]) -> bytes:
        found, crc = bytearray(), 0
        for piece in inflated(member.method, member.flags, pieces, f"{self._path}: {member.name}"):
            found += piece
            crc = zlib.crc32(piece, crc)
            if len(found) > member.size:
                raise self._refusal(f"{member.name} unpacks to more than the directory says")
        if len(found) != member.size or crc != member.crc:
            raise self._refusal(
                f"{member.name} is damaged: length or checksum is not what the directory says"
            )
        self._unpacked += len(found)
        return bytes(found)


def _is_bomb(size: int, packed: int, limits: Limits) -> bool:
    """Whether a member grows out of all proportion; what is small can't do harm."""
    return size > MEBIBYTE and size > packed * limits.zip_ratio


def _wide(fields: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """The three figures of an entry, those that need more than four bytes taken from its extra field."""
    if _NO_32 not in (size, packed, offset):
        return size, packed, offset
    place = 0
    while place + 4 <= len(fields):
        kind, length = struct.unpack_from("<2H", fields, place)
        if kind == 1:
            wide = struct.iter_unpack("<Q", fields[place + 4 : place + 4 + length - length % 8])
            known = [each if each != _NO_32 else next(wide, (each,))[0] for each in (size, packed, offset)]
            return known[0], known[1], known[2]
        place += 4 + length
    return size, packed, offset
