"""What is drawn of a line, and where each of its characters stands in that.

A tab becomes the columns up to its stop, what nobody would see is written out as its code point, marks that
would be stacked over the lines above are counted. Places are kept for every character, so that a click, a hit
and a colour mean the same character whatever is drawn for it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import combining, east_asian_width

from tsr_agent.sections.plain_text import HIDDEN, MAX_COMBINING

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_DRAWN = 20_000
"""Signs drawn of one line; a code point written out takes eight."""
TAB, SPACE = "→", "·"
"""What stands for a tab and a space where whitespace is shown."""
LINE_ENDS = {"\n": "¶", "\r\n": "←¶", "\r": "←", "": ""}
"""What stands for the end of a line: a carriage return before it is an arrow."""
STRONG_MARK = "\u200e"
"""Keeps what stands on both sides of a sign of code in the order of the file."""
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_RIGHT_TO_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff"
_NO_WIDTH = "\u200c\u200d\u200e\ufe0e\ufe0f"
_SPECIAL = re.compile(
    f"(?P<tab>\t)|(?P<hidden>{HIDDEN.pattern})|(?<=[{_MARKS}]{{{MAX_COMBINING}}})(?P<marks>[{_MARKS}]+)"
    f"|(?<=[{_RIGHT_TO_LEFT}])(?P<order>[!-/:-@\\[-`{{-~])"
)
_SPECIAL_OR_SPACE = re.compile(f"{_SPECIAL.pattern}|(?P<space> +)")


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line ready to be drawn."""

    drawn: str
    length: int
    """Characters of the line itself, as far as they are drawn."""
    changes: tuple[tuple[int, int, int, int], ...] = ()
    """Where the drawing differs: from and to in the line, from and to in what is drawn; in order."""
    faint: tuple[tuple[int, int], ...] = ()
    """Stretches of what is drawn that stand for whitespace."""
    boxed: tuple[tuple[int, int], ...] = ()
    """Stretches of what is drawn that are code points written out."""
    left_out: int = 0
    """Characters that are not drawn because what stands for them is too long."""

    def to_drawn(self, column: int) -> int:
        """The place in what is drawn of a character of the line, counted from 0; or of the line's end."""
        column = min(max(column, 0), self.length)
        place = bisect_right(self.changes, column, key=lambda each: each[0]) - 1
        if place < 0:
            return column
        start, end, drawn_start, drawn_end = self.changes[place]
        if column < end:
            # Marks that are counted stay their own character each, and are one in what is drawn.
            return drawn_start if column == start or end - start == 1 else drawn_end
        return drawn_end + column - end

    def to_column(self, place: int) -> int:
        """The character of the line that stands at a place of what is drawn."""
        place = min(max(place, 0), len(self.drawn))
        found = bisect_right(self.changes, place, key=lambda each: each[2]) - 1
        if found < 0:
            return min(place, self.length)
        start, end, _, drawn_end = self.changes[found]
        return start if place < drawn_end else min(end + place - drawn_end, self.length)


def shown_line(text: str, *, tab: int = 4, whitespace: bool = False) -> ShownLine:
    """What is drawn of a line.

    Args:
        text: The line without its end.
        tab: Columns between two stops.
        whitespace: Draws signs for spaces and tabs.
    """
    if text.isascii() and text.isprintable() and not whitespace:
        kept = text[:MOST_DRAWN]
        return ShownLine(kept, len(kept), left_out=len(text) - len(kept))
    writing = _Writing(tab, whitespace=whitespace)
    return writing.line(text)


class _Writing:
    """Puts together what is drawn of one line."""

    def __init__(self, tab: int, *, whitespace: bool) -> None:
        self._tab, self._whitespace = tab, whitespace
        self._parts: list[str] = []
        self._size = self._columns = 0
        self._changes: list[tuple[int, int, int, int]] = []
        self._faint: list[tuple[int, int]] = []
        self._boxed: list[tuple[int, int]] = []

    def line(self, text: str) -> ShownLine:
        taken = 0
        for found in (_SPECIAL_OR_SPACE if self._whitespace else _SPECIAL).finditer(text):
            start, end = found.span()
            taken = self._as_it_is(text, taken, start)
            if taken < start or self._size >= MOST_DRAWN:
                break
            self._special(str(found.lastgroup), start, end, found[0])
            taken = end
        else:
            taken = self._as_it_is(text, taken, len(text))
        drawn, left_out = "".join(self._parts), len(text) - taken
        return ShownLine(drawn, taken, tuple(self._changes), tuple(self._faint), tuple(self._boxed), left_out)

    def _as_it_is(self, text: str, start: int, end: int) -> int:
        """Draws characters as they are, as far as there is room; gives where it stopped."""
        end = min(end, start + MOST_DRAWN - self._size)
        if end <= start:
            return start
        signs = text[start:end]
        self._parts.append(signs)
        self._size += len(signs)
        self._columns += columns_of(signs)
        return end

    def _special(self, kind: str, start: int, end: int, signs: str) -> None:
        before = self._size
        if kind == "tab":
            width = self._tab - self._columns % self._tab
            put = TAB + " " * (width - 1) if self._whitespace else " " * width
        elif kind == "space":
            put = SPACE * (end - start)
        elif kind == "order":
            put = STRONG_MARK + signs
            self._columns -= 1
        elif kind == "marks":
            put = f"⟨{end - start:,} marks⟩"
        else:
            put = f"⟨U+{ord(signs):04X}⟩"
        self._parts.append(put)
        self._size += len(put)
        self._columns += len(put)
        if kind != "space":
            self._changes.append((start, end, before, self._size))
        if kind in ("hidden", "marks"):
            self._boxed.append((before, self._size))
        elif kind != "order" and self._whitespace:
            if self._faint and self._faint[-1][1] == before:
                before = self._faint.pop()[0]
            self._faint.append((before, self._size))


def columns_of(signs: str) -> int:
    """How many columns signs take where each has one, or two if it is wide; for the stops of tabs."""
    if signs.isascii():
        return len(signs)
    return sum(
        0 if combining(each) or each in _NO_WIDTH else 2 if east_asian_width(each) in "WF" else 1
        for each in signs
    )


def parts_between(stretches: Sequence[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """What lies within two places of some stretches, which are in order."""
    first = bisect_right(stretches, start, key=lambda each: each[1])
    found = []
    for place in range(first, len(stretches)):
        left, right = stretches[place]
        if left >= end:
            break
        found.append((max(left, start), min(right, end)))
    return found
