"""The file itself: numbered objects, streams, and the table of where they stand.

Everything is written as soon as it is known, so that a file of a thousand pages needs the memory of a
few. Objects that are no streams are packed 200 at a time, as PDF has it since version 1.5.
"""

from __future__ import annotations

import hashlib
import zlib
from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

PACKED = 200
"""Objects that are packed together."""
_LEVEL = 6
_UNWRITTEN, _PLAIN, _IN_PACK = 0, 1, 2


class PdfFile:
    """Writes one file front to back.

    Args:
        target: Where to. Nothing is ever read back or written twice.
    """

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._digest = hashlib.sha256()
        self._position = 0
        # Of each object by its number: how it is stored, where, and its place in a pack.
        self._kinds = array("B", [_UNWRITTEN])
        self._places = array("Q", [0])
        self._indexes = array("H", [0])
        self._pack: list[tuple[int, bytes]] = []
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def reserve(self) -> int:
        """A number for an object that is written later."""
        self._kinds.append(_UNWRITTEN)
        self._places.append(0)
        self._indexes.append(0)
        return len(self._kinds) - 1

    def put(self, number: int, body: bytes) -> None:
        """Writes an object that is no stream under its number."""
        self._pack.append((number, body))
        if len(self._pack) == PACKED:
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
        self._kinds[number] = _PLAIN
        self._places[number] = self._position
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
        self._kinds[table] = _PLAIN
        self._places[table] = self._position
        rows = zip(self._kinds, self._places, self._indexes, strict=True)
        data = b"".join(
            b"%c%b%b" % (kind, place.to_bytes(6, "big"), index.to_bytes(2, "big"))
            for kind, place, index in rows
        )
        name = self._digest.hexdigest()[:32].encode()
        start = self._position
        self.put_stream(
            table,
            data,
            b"/Type/XRef/Size %d/W[1 6 2]/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]"
            % (len(self._kinds), root, info, name, name),
        )
        self._write(b"startxref\n%d\n%%%%EOF\n" % start)

    def _flush(self) -> None:
        """Writes the objects that wait to be packed."""
        if not self._pack:
            return
        pack, self._pack = self._pack, []
        holder = self.reserve()
        head, offset = [], 0
        for index, (number, body) in enumerate(pack):
            self._kinds[number] = _IN_PACK
            self._places[number] = holder
            self._indexes[number] = index
            head.append(b"%d %d" % (number, offset))
            offset += len(body) + 1
        first = b" ".join(head) + b"\n"
        data = first + b"\n".join(body for _, body in pack)
        self.put_stream(holder, data, b"/Type/ObjStm/N %d/First %d" % (len(pack), len(first)))

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
