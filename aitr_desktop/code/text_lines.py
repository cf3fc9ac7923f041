"""The lines of a file of any size: where each begins, and the text of the few that are looked at.

Only the ends of lines in each block are counted when a file comes: 18 ms for a million lines. A line's place
is found in its block when somebody wants it, and nothing but what is looked at is ever decoded. The bytes are
held and not mapped: a file that somebody cuts short while it is mapped ends the whole program.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate

BLOCK = 16 * 1024
"""Bytes of a block: what is searched through for one line."""
MOST_SHOWN = 10_000
"""Characters of a line that are shown; what is beyond is counted."""
_WIDEST = 4
"""Bytes that a character of UTF-8 takes at most."""
_END = b"\n"


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is shown."""

    text: str
    """Without its end; a byte that is no UTF-8 is U+FFFD."""
    left_out: int = 0
    """Bytes beyond what is shown."""
    end: str = "\n"
    r"""What ends it: ``\n``, ``\r\n``, or nothing at the end of a file."""


class TextLines:
    r"""A file as lines, which end with ``\n`` and nothing else, as git counts them. Numbers begin with 1.

    Args:
        content: The file's bytes.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        size = len(content)
        counts = (content.count(_END, start, start + BLOCK) for start in range(0, size, BLOCK))
        self._before = array("Q", accumulate(counts, initial=0))
        """Ends of lines before each block."""
        ends = self._before[-1]
        self.count = ends + (1 if size and not content.endswith(_END) else 0)
        """Lines; none in an empty file. An end at the very end begins no line."""

    def offset(self, number: int) -> int:
        """The byte at which a line begins; the file's size for the line after the last.

        Raises:
            IndexError: There is no such line.
        """
        if not 1 <= number <= self.count + 1:
            raise IndexError(number)
        if number == 1:
            return 0
        ends = number - 1
        block = bisect_left(self._before, ends) - 1
        if ends > self._before[-1]:
            return len(self.content)
        place = block * BLOCK - 1
        for _ in range(ends - self._before[block]):
            place = self.content.find(_END, place + 1)
        return place + 1

    def number_at(self, offset: int) -> int:
        """The line that holds a byte; the last one for a place behind the end.

        Raises:
            IndexError: The place is negative.
        """
        if offset < 0:
            raise IndexError(offset)
        offset = min(offset, max(0, len(self.content) - 1))
        block = offset // BLOCK
        return 1 + self._before[block] + self.content.count(_END, block * BLOCK, offset)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """The bytes of lines, from and to, the last one's end included.

        Raises:
            IndexError: There are no such lines.
        """
        return self.offset(first), self.offset(last + 1)

    def bytes_of(self, first: int, last: int) -> bytes:
        """Lines as the file has them.

        Raises:
            IndexError: There are no such lines.
        """
        start, end = self.span(first, last)
        return self.content[start:end]

    def page(self, first: int, last: int, most: int = MOST_SHOWN) -> list[Line]:
        """Lines to be shown, as far as there are any; bounded work however long they are.

        Args:
            first: The first one, from 1.
            last: The last one.
            most: Characters of each that are shown.
        """
        first, last = max(1, first), min(last, self.count)
        if first > last:
            return []
        found, start = [], self.offset(first)
        for _ in range(first, last + 1):
            end = self.content.find(_END, start)
            end = len(self.content) if end < 0 else end
            found.append(self._line(start, end, most))
            start = end + 1
        return found

    def line(self, number: int, most: int = MOST_SHOWN) -> Line:
        """One line to be shown.

        Raises:
            IndexError: There is no such line.
        """
        start, end = self.span(number, number)
        return self._line(start, end - 1 if self.content[end - 1 : end] == _END else end, most)

    def _line(self, start: int, end: int, most: int) -> Line:
        ending = "\n" if end < len(self.content) else ""
        if end > start and self.content[end - 1 : end] == b"\r":
            end -= 1
            ending = "\r" + ending
        taken = min(end, start + most * _WIDEST)
        text = self.content[start:taken].decode("utf-8", "replace")
        if len(text) <= most and taken == end:
            return Line(text, 0, ending)
        shown = text[:most]
        # What bytes that are no UTF-8 took is not known to the byte: the count says how much more there is.
        return Line(shown, max(1, end - start - len(shown.encode("utf-8", "replace"))), ending)
