"""Finds a text in a file's bytes, a slice at a time: nobody waits for more than one of them.

What is looked for is taken literally and never as a pattern, so that no text can make the search slow. Upper
and lower case are the same unless somebody wants them told apart.
"""

from __future__ import annotations

import re
from array import array

MOST_HITS = 10_000
SLICE = 256 * 1024
"""Bytes that are looked through at once: about a millisecond."""
_SLICE_FOLDED = 32 * 1024
"""The same where letters beyond ASCII are folded, which takes longer."""
_WRITTEN_OUT = re.compile(r"⟨U\+([0-9A-F]{4,6})⟩")
"""A hidden character as the code pane shows it, and so as somebody copies it."""
_ERRORS = "surrogateescape"
"""Bytes that are no UTF-8 become one character each, and so keep their place."""


class TextSearch:
    """The hits of one text in one file, which do not overlap.

    Args:
        content: The file's bytes.
        text: What to look for; a hidden character may be written as its code point.
        is_exact: Tells upper and lower case apart.
        most: Hits after which it is not looked any further.
    """

    def __init__(self, content: bytes, text: str, *, is_exact: bool = False, most: int = MOST_HITS) -> None:
        self.starts = array("Q")
        """The byte at which each hit begins, in ascending order."""
        self.ends = array("Q")
        self._content, self._most = content, most
        text = _WRITTEN_OUT.sub(_character, text)
        self._folds = not is_exact and not text.isascii()
        self._lowers = not is_exact and not self._folds
        self._folded = folded(text)
        wanted = text.encode("utf-8", "surrogatepass")
        self._wanted = wanted.lower() if self._lowers else wanted
        self._place = 0
        self.is_done = not text

    @property
    def has_more(self) -> bool:
        """Whether it was given up because there are so many."""
        return len(self.starts) >= self._most

    @property
    def looked_at(self) -> int:
        """Bytes that were looked through."""
        return self._place

    def go_on(self) -> None:
        """Looks through the next slice."""
        if self.is_done:
            return
        if self._folds:
            self._go_on_folded()
        else:
            self._go_on_bytes()
        self.is_done = self._place >= len(self._content) or self.has_more

    def _go_on_bytes(self) -> None:
        start, wanted = self._place, self._wanted
        end = min(start + SLICE, len(self._content))
        # A hit that begins in this slice may end in the next one.
        taken = self._content[start : end + len(wanted) - 1]
        if self._lowers:
            taken = taken.lower()
        place = taken.find(wanted)
        while place >= 0:
            self._add(start + place, start + place + len(wanted))
            if self.has_more:
                return
            place = taken.find(wanted, place + len(wanted))
        self._place = max(end, self._last_end())

    def _go_on_folded(self) -> None:
        start = self._place
        end = _character_start(self._content, start + _SLICE_FOLDED)
        # Folding changes how many bytes a character takes, but not by more than four times.
        beyond = _character_start(self._content, end + 4 * len(self._folded) + 4)
        text = self._content[start:beyond].decode("utf-8", _ERRORS)
        shown = folded(text)
        at, byte = 0, start
        place = shown.find(self._folded)
        while place >= 0:
            byte += len(text[at:place].encode("utf-8", _ERRORS))
            at = place
            if byte >= end:
                break
            place += len(self._folded)
            last = byte + len(text[at:place].encode("utf-8", _ERRORS))
            self._add(byte, last)
            if self.has_more:
                return
            at, byte = place, last
            place = shown.find(self._folded, place)
        self._place = max(end, self._last_end())

    def _add(self, start: int, end: int) -> None:
        self.starts.append(start)
        self.ends.append(end)

    def _last_end(self) -> int:
        return self.ends[-1] if self.ends else 0


def folded(text: str) -> str:
    """The text in lower case, with as many characters: one that becomes several stays as it is."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(each if len(each.lower()) != 1 else each.lower() for each in text)


def _character_start(content: bytes, place: int) -> int:
    """The place, or the beginning of the character that it lies in."""
    place = min(place, len(content))
    for back in range(4):
        if place - back <= 0 or place == len(content) or content[place - back] & 0xC0 != 0x80:
            return max(place - back, 0)
    return place


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return chr(code) if code <= 0x10FFFF else found[0]
