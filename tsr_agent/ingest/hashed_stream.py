"""A file that is hashed while it is read, so that the digest is of exactly the bytes that were parsed."""

from __future__ import annotations

import hashlib
import io
import os
from typing import TYPE_CHECKING, BinaryIO, cast

from tsr_agent.errors import InputError
from tsr_agent.ingest.limits import MEBIBYTE

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class _HashedFile(io.RawIOBase):
    """An open descriptor whose bytes are hashed in the order they are read; seeks only to its start."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._sha = hashlib.sha256()
        self.bytes_read = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        # The position is kept here and not in the descriptor, which others may share.
        room = memoryview(buffer).cast("B")
        piece = os.pread(self._descriptor, len(room), self.bytes_read)
        room[: len(piece)] = piece
        self._sha.update(piece)
        self.bytes_read += len(piece)
        return len(piece)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        if (offset, whence) == (0, io.SEEK_CUR) or (offset == self.bytes_read and whence == io.SEEK_SET):
            return self.bytes_read
        if (offset, whence) != (0, io.SEEK_SET):
            raise io.UnsupportedOperation("a hashed file can only be read again from its start")
        # A reader that starts again reads everything again; the digest is of what it read last.
        self._sha = hashlib.sha256()
        self.bytes_read = 0
        return 0

    def tell(self) -> int:
        return self.bytes_read

    def hexdigest(self) -> str:
        return self._sha.hexdigest()


class HashedStream:
    """One file that is read once, with the digest and size of what was read.

    Args:
        descriptor: An open regular file. It stays the caller's to close.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._before = _fingerprint(descriptor)
        self._file = _HashedFile(descriptor)
        self.stream: BinaryIO = cast("BinaryIO", io.BufferedReader(self._file, MEBIBYTE))
        """The file at its start, for a reader."""

    @property
    def size(self) -> int:
        """Bytes that the file had when it was opened."""
        return self._before[0]

    @property
    def modified(self) -> int:
        """When it was last written, in nanoseconds since 1970."""
        return self._before[1]

    def head(self, length: int) -> bytes:
        """The first bytes, without moving the stream."""
        return os.pread(self._descriptor, length, 0)

    def finish(self) -> tuple[str, int]:
        """Reads what the reader left over.

        Returns:
            SHA-256 as hexadecimal digits and the number of bytes of the whole file.

        Raises:
            InputError: The file changed while it was read, so no digest would be of what was parsed.
        """
        buffer = bytearray(MEBIBYTE)
        # Not beyond the size at the start: a file that grows for ever would never end.
        while self._file.bytes_read <= self.size and self._file.readinto(buffer):
            pass
        if _fingerprint(self._descriptor) != self._before or self._file.bytes_read != self.size:
            raise InputError("the file changed while it was read")
        return self._file.hexdigest(), self._file.bytes_read


def _fingerprint(descriptor: int) -> tuple[int, int, int]:
    about = os.fstat(descriptor)
    return about.st_size, about.st_mtime_ns, about.st_ctime_ns
