"""What the window and the process that lexes say to each other: frames of plain numbers and text.

Nothing is unpickled and nothing is believed: what comes back is held against what was asked, and is
garbage where it is anything else.
"""

from __future__ import annotations

import struct
from array import array
from enum import IntEnum
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from aitr_desktop.code.styling import Piece, Style

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAGIC = b"aiLx"
_HEAD = struct.Struct("<4sBII")
MOST_BYTES = 32 * 1024 * 1024
"""Of a frame. What claims to be longer is garbage."""
ENCODING = "utf-8"
LENIENT = "surrogatepass"
"""Halves of a pair go through the pipe as they are: they come to the lexer, and to nobody else."""
_U32 = "I"
_STYLES = len(Style)


class Kind(IntEnum):
    """What a frame is."""

    READY = 0
    """The process has started."""
    PAGE = 1
    """Lex these lines; and its answer, the pieces of those that were asked for."""
    BEGIN = 2
    """Lex this whole text in slices; its answer is the first of them."""
    GO_ON = 3
    """The next slice; and its answer."""
    SCAN = 4
    """Find what spans lines in these bytes; and its answer."""
    WARM = 5
    """Load this lexer; its answer is empty."""
    FAILED = 6
    """The lexer raised something: what, in words."""


class Frame(NamedTuple):
    """One message."""

    kind: Kind
    number: int
    """Of the text it is about."""
    payload: bytes


class GarbageError(Exception):
    """What came through the pipe is no frame, or not the one that was asked for."""


def write_frame(pipe: BinaryIO, frame: Frame) -> None:
    """Sends a frame.

    Raises:
        OSError: Nobody reads at the other end.
    """
    pipe.write(_HEAD.pack(_MAGIC, frame.kind, frame.number, len(frame.payload)))
    pipe.write(frame.payload)
    pipe.flush()


def read_frame(pipe: BinaryIO) -> Frame | None:
    """The next frame; None where the pipe has ended.

    Raises:
        GarbageError: What came is none.
        OSError: The pipe can't be read.
    """
    head = pipe.read(_HEAD.size)
    if not head:
        return None
    if len(head) < _HEAD.size:
        raise GarbageError("a frame that ends in its head")
    magic, kind, number, length = _HEAD.unpack(head)
    if magic != _MAGIC or kind not in Kind.__members__.values() or length > MOST_BYTES:
        raise GarbageError("no frame")
    payload = pipe.read(length)
    if len(payload) < length:
        raise GarbageError("a frame that is cut short")
    return Frame(Kind(kind), number, payload)


_ASKED = struct.Struct("<HII")


def pack_text(language: str, skipped: int, count: int, text: str) -> bytes:
    """Text to be lexed.

    Args:
        language: Its name.
        skipped: Lines at its top that nobody wants the pieces of.
        count: Lines after them whose pieces are wanted.
        text: The lines.
    """
    name = language.encode()
    return _ASKED.pack(len(name), skipped, count) + name + text.encode(ENCODING, LENIENT)


def unpack_text(payload: bytes) -> tuple[str, int, int, str]:
    """What ``pack_text`` made."""
    length, skipped, count = _ASKED.unpack_from(payload)
    start = _ASKED.size + length
    return payload[_ASKED.size : start].decode(), skipped, count, payload[start:].decode(ENCODING, LENIENT)


_PACKED = struct.Struct("<BII")


def pack_pieces(lines: Sequence[Sequence[tuple[int, int, int]]], *, is_last: bool) -> bytes:
    """Pieces of lines, one after another.

    Args:
        lines: Of each line start, length and style of its pieces.
        is_last: Whether the text has no more lines.
    """
    counts = array(_U32, map(len, lines))
    places = array(_U32)
    styles = bytearray()
    for line in lines:
        for start, length, style in line:
            places.append(start)
            places.append(length)
            styles.append(style)
    return _PACKED.pack(is_last, len(counts), len(styles)) + counts.tobytes() + places.tobytes() + styles


class Pieces:
    """Pieces of lines one after another, as they came: small, and made into objects line by line.

    Args:
        payload: What ``pack_pieces`` made.

    Raises:
        GarbageError: It is anything else.
    """

    def __init__(self, payload: bytes) -> None:
        if len(payload) < _PACKED.size:
            raise GarbageError("pieces that end in their head")
        is_last, lines, pieces = _PACKED.unpack_from(payload)
        wide = array(_U32).itemsize
        places_at = _PACKED.size + lines * wide
        styles_at = places_at + 2 * pieces * wide
        if len(payload) != styles_at + pieces:
            raise GarbageError("pieces of another length than they say")
        counts, self._places = array(_U32), array(_U32)
        counts.frombytes(payload[_PACKED.size : places_at])
        self._places.frombytes(payload[places_at:styles_at])
        self._styles = payload[styles_at:]
        if sum(counts) != pieces or any(each >= _STYLES for each in self._styles):
            raise GarbageError("pieces that are none")
        self.is_last = bool(is_last)
        self._before = array(_U32, [0])
        for each in counts:
            self._before.append(self._before[-1] + each)

    def __len__(self) -> int:
        """Lines."""
        return len(self._before) - 1

    def line(self, index: int) -> tuple[Piece, ...]:
        """The pieces of one line, from 0; what overlaps or runs backwards is left out."""
        found = []
        end = 0
        for at in range(self._before[index], self._before[index + 1]):
            start, length = self._places[2 * at], self._places[2 * at + 1]
            if length and start >= end:
                found.append(Piece(start, length, Style(self._styles[at])))
                end = start + length
        return tuple(found)

    def lines(self, first: int = 0, last: int | None = None) -> list[tuple[Piece, ...]]:
        """The pieces of several lines, from one index up to another."""
        return [self.line(index) for index in range(first, len(self) if last is None else last)]
