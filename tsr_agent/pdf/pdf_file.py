"""The file itself: numbered objects, streams, and the table of where they stand.

Everything is written as soon as it is known, so that a file of a thousand pages needs the memory of a
few. Objects that are no streams are packed 200 at a time, as PDF has it since version 1.5.
"""

from __future__ import annotations

import hashlib
import sys
import zlib
from array import array
from itertools import accumulate, chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

PACKED = 200
"""Objects that are packed together."""
_LEVEL = 2
"""Of compression: a fifth larger than the smallest, in a third of the time."""
_PLAIN, _IN_PACK = 1 << 56, 2 << 56
"""How an object is stored: the highest byte of its entry in the table."""


class PdfFile:
    """Writes one file front to back.

    Args:
        target: Where to. Nothing is ever read back or written twice.
    """

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._digest = hashlib.sha256()
        self._position = 0
        # Of each object by its number, as the table has it: 1 byte how it is stored, 5 where, 2 its place
        # in a pack. A large report has 400,000 of them.
        self._entries = array("Q", [0])
        self._numbers: list[int] = []
        self._bodies: list[bytes] = []
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def reserve(self, many: int = 1) -> int:
        """The first of so many numbers in a row, for objects that are written later."""
        first = len(self._entries)
        self._entries.extend((0,) * many)
        return first

    def put(self, number: int, body: bytes) -> None:
        """Writes an object that is no stream under its number."""
        self._numbers.append(number)
        self._bodies.append(body)
        if len(self._bodies) >= PACKED:
            self._flush()

    def put_many(self, first: int, bodies: Sequence[bytes]) -> None:
        """Writes objects under numbers in a row."""
        self._numbers.extend(range(first, first + len(bodies)))
        self._bodies.extend(bodies)
        if len(self._bodies) >= PACKED:
            self._flush()

    def add(self, body: bytes) -> int:
        """Writes an object that is no stream and gives its number."""
        number = self.reserve()
        self.put(number, body)
        return number

    def put_stream(self, number: int, data: bytes, entries: bytes = b"") -> None:
        """Writes a stream under its number, packed where that makes it smaller."""
        packed = zlib.compress(data, _LEVEL)
        if len(packed) + 20 < len(data):
            data, entries = packed, entries + b"/Filter/FlateDecode"
        self._entries[number] = _PLAIN | self._position << 16
        self._write(b"%d 0 obj\n<<%b/Length %d>>stream\n" % (number, entries, len(data)))
        self._write(data)
        self._write(b"\nendstream\nendobj\n")

    def add_stream(self, data: bytes, entries: bytes = b"") -> int:
        """Writes a stream and gives its number."""
        number = self.reserve()
        self.put_stream(number, data, entries)
        return number

    def finish(self, root: int, info: int) -> None:
        """Writes the table of all objects and the end of the file.

        The file's id is made from its own bytes: equal files have equal ids, and no others.
        """
        self._flush()
        table = self.reserve()
        self._entries[table] = _PLAIN | self._position << 16
        if sys.byteorder == "little":
            self._entries.byteswap()
        data, total = self._entries.tobytes(), len(self._entries)
        if sys.byteorder == "little":
            self._entries.byteswap()
        name = self._digest.hexdigest()[:32].encode()
        start = self._position
        self.put_stream(
            table,
            data,
            b"/Type/XRef/Size %d/W[1 5 2]/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]"
            % (total, root, info, name, name),
        )
        self._write(b"startxref\n%d\n%%%%EOF\n" % start)

    def _flush(self) -> None:
        """Writes the objects that wait to be packed."""
        if not self._bodies:
            return
        numbers, bodies = self._numbers, self._bodies
        self._numbers, self._bodies = [], []
        holder = self.reserve()
        packed = _IN_PACK | holder << 16
        for index, number in enumerate(numbers):
            self._entries[number] = packed | index
        # Where each begins: behind those before it, and one sign between two.
        begins = accumulate(map(len, bodies), lambda before, length: before + length + 1, initial=0)
        pairs = chain.from_iterable(zip(numbers, begins, strict=False))
        first = (b"%d %d " * len(bodies)) % tuple(pairs)
        data = first + b"\n".join(bodies)
        self.put_stream(holder, data, b"/Type/ObjStm/N %d/First %d" % (len(bodies), len(first)))

    def _write(self, data: bytes) -> None:
        self._target.write(data)
        self._digest.update(data)
        self._position += len(data)


def text_string(text: str) -> bytes:
    """A text as PDF writes it outside of pages, such as a title."""
    if text.isascii() and text.isprintable():
        return b"(" + escaped(text.encode()) + b")"
    return b"<feff" + text.encode("utf-16-be", "replace").hex().encode() + b">"


def escaped(data: bytes) -> bytes:
    """Bytes that may stand between the brackets of a string."""
    if b"(" in data or b")" in data or b"\\" in data or b"\r" in data:
        data = data.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)").replace(b"\r", rb"\r")
    return data
