"""What is known of a file's spans so far, and what a page that begins or ends in one needs around it."""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from aitr_desktop.code.lexing.frames import GarbageError
from aitr_desktop.code.lexing.spans import NOWHERE, Scanned, Span, Within

if TYPE_CHECKING:
    from aitr_desktop.code.text_lines import TextLines

CHUNK = 128 * 1024
"""Bytes that are read at a time: 4 ms."""
MOST_CHUNK = 8 * 1024 * 1024
"""Bytes of a chunk where less does not do."""
_ASKED = struct.Struct("<BBQbQIIH")
_FOUND = struct.Struct("<QbQIIHI")
_SPAN = struct.Struct("<QQIb")


def pack_chunk(family: str, at: int, within: Within, *, is_last: bool, data: bytes) -> bytes:
    """A chunk for the process that reads it."""
    name = family.encode()
    head = _ASKED.pack(
        len(name),
        is_last,
        at,
        within.construct,
        within.start,
        within.depth,
        within.never,
        len(within.opener),
    )
    return b"".join((head, name, within.opener, data))


def unpack_chunk(payload: bytes) -> tuple[str, int, Within, bool, bytes]:
    """What ``pack_chunk`` made: family, place, where the reading stood, whether it is the last, the chunk."""
    length, is_last, at, construct, start, depth, never, opener = _ASKED.unpack_from(payload)
    place = _ASKED.size + length
    begun = payload[place : place + opener]
    within = Within(construct, start, depth, begun, never)
    return payload[_ASKED.size : place].decode(), at, within, bool(is_last), payload[place + opener :]


def pack_scanned(found: Scanned) -> bytes:
    """What came of a chunk."""
    within = found.within
    opener = within.opener[:1000]
    head = _FOUND.pack(
        found.reached,
        within.construct,
        within.start,
        within.depth,
        within.never,
        len(opener),
        len(found.spans),
    )
    return b"".join((head, opener, *(_SPAN.pack(*each) for each in found.spans)))


def unpack_scanned(payload: bytes) -> Scanned:
    """What ``pack_scanned`` made.

    Raises:
        GarbageError: It is anything else.
    """
    try:
        reached, construct, start, depth, never, length, count = _FOUND.unpack_from(payload)
        place = _FOUND.size + length
        if len(payload) != place + count * _SPAN.size:
            raise GarbageError("spans of another length than they say")
        opener = payload[_FOUND.size : place]
        spans = [Span(*each) for each in _SPAN.iter_unpack(payload[place:])]
    except struct.error as error:
        raise GarbageError("no spans") from error
    return Scanned(spans, reached, Within(construct, start, depth, opener, never))


class KnownSpans:
    """The spans of one file, as far as it has been read.

    Args:
        lines: The file.
    """

    def __init__(self, lines: TextLines) -> None:
        self._lines = lines
        self._starts, self._ends = array("Q"), array("Q")
        self._openers, self._constructs = array("I"), array("b")
        self._within = Within()
        self._chunk = CHUNK
        self.reached = 0
        """Up to this byte all spans are known."""

    def __len__(self) -> int:
        """Spans."""
        return len(self._starts)

    @property
    def is_complete(self) -> bool:
        """Whether the whole file has been read."""
        return self.reached >= len(self._lines.content)

    @property
    def is_exact_to(self) -> int:
        """Up to this byte it is known what every line begins in."""
        return self.reached if self._within.construct == NOWHERE else min(self.reached, self._within.start)

    def next_chunk(self, family: str) -> bytes:
        """What to have read next."""
        content = self._lines.content
        end = self.reached + self._chunk
        if end < len(content):
            line = content.rfind(b"\n", self.reached, end) + 1
            end = line if line > self.reached else end
        data = content[self.reached : end]
        return pack_chunk(family, self.reached, self._within, is_last=end >= len(content), data=data)

    def take(self, found: Scanned) -> None:
        """Takes in what came of the last chunk.

        Raises:
            GarbageError: It can't have come of it.
        """
        size, before = len(self._lines.content), self._ends[-1] if self._ends else 0
        goes_back = found.within.never > self._within.never
        if not (0 <= found.reached <= size) or (found.reached < self.reached and not goes_back):
            raise GarbageError("a place outside of the file")
        for span in found.spans:
            if not before <= span.start < span.end <= size or span.opener > span.end - span.start:
                raise GarbageError("spans that overlap")
            before = span.end
        if found.reached == self.reached and not found.spans and not goes_back:
            if self._chunk >= MOST_CHUNK:
                raise GarbageError("no end of a line")
            self._chunk = min(MOST_CHUNK, self._chunk * 4)
        else:
            self._chunk = CHUNK
        for span in found.spans:
            self._starts.append(span.start)
            self._ends.append(span.end)
            self._openers.append(span.opener)
            self._constructs.append(span.construct)
        self.reached, self._within = found.reached, found.within

    def give_up(self) -> None:
        """Nothing more will be known."""
        self.reached, self._within = len(self._lines.content), Within()

    def around(self, offset: int) -> Span | None:
        """The span that a byte stands in, neither as its first nor behind its end."""
        index = bisect_left(self._starts, offset) - 1
        if index < 0 or self._ends[index] <= offset:
            return None
        return Span(self._starts[index], self._ends[index], self._openers[index], self._constructs[index])

    def count_before(self, offset: int) -> int:
        """Spans that begin before a byte."""
        return bisect_right(self._starts, offset)
