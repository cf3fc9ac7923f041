"""What spans lines in a file, found without a lexer: from where on a lexer's state is known at any line.

A file is read in chunks that end with a line, and what is known at the end of one is handed to the next, so
that whoever reads may do something else between them. Each regular expression takes its time in proportion to
what it reads: it has no group that is repeated possessively, which Python up to 3.11.4 matches wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

_DEEPEST = 400
"""Bytes before what stands first in its line."""
NOWHERE = -1
"""Index of no construct."""


class Span(NamedTuple):
    """Something that spans lines, as bytes of the file."""

    start: int
    end: int
    """After what closes it; the end of the file where nothing does."""
    opener: int
    """Length of what opens it."""
    construct: int
    """Which one it is, as an index."""


class Within(NamedTuple):
    """Where the reading stands: in nothing, or in something that has begun in an earlier chunk."""

    construct: int = NOWHERE
    start: int = 0
    depth: int = 1
    opener: bytes = b""
    never: int = 0
    """A bit for each construct that is known not to be closed any more in this file."""


class Scanned(NamedTuple):
    """What came of a chunk."""

    spans: list[Span]
    reached: int
    """The byte of the file at which the next chunk begins. It is that chunk's first where there is too little
    in it to know what it is; then a longer one is wanted."""
    within: Within


Scan = Callable[[bytes, int, Within, bool], Scanned]
"""A chunk, the byte of the file at which it begins, where the reading stood, whether nothing follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Construct:
    """Something that may span lines. ``{w}`` stands for what the group ``w`` of its opener has."""

    opens: str
    """Expression for what opens it, with a group ``w`` for what returns in the closer."""
    ends: str
    """Expression for what is to be looked at within it: a group ``end`` closes it, a group ``more`` opens one
    more of it, and anything else is passed over, as an escape is."""
    closer: str
    """What closes it where a page ends within it."""
    lead: str = "{opener}\n"
    """What opens it where a page begins within it."""
    is_first: bool = False
    """Whether it is nothing where anything but blanks stands before it in its line."""
    is_lasting: bool = False
    """Whether it lasts to the end of the file where nothing closes it; else it is nothing then."""


@dataclass(frozen=True)
class Family:
    """What languages that are alike have."""

    starts: str
    """Bytes, as in a class of an expression, with one of which begins whatever is looked at."""
    skips: str
    """Expression for what spans no lines and is passed over: comments of one line, strings, characters."""
    constructs: tuple[Construct, ...]
    likely: tuple[str, ...] = (r"[A-Za-z_#@<{\[]",)
    """How a line begins that most probably stands in nothing else; the surest one first."""
    is_flat: bool = False
    """Whether a lexer is in its first state at each line that begins in none of the constructs."""
    preamble: str = ""
    """What has to stand before a page for its lexer to see code at all."""
    scan: Scan | None = None
    """How it is read where the constructs alone don't say it."""

    @cached_property
    def _root(self) -> re.Pattern[bytes]:
        """What begins a construct, after all that begins none. Compiled where files are read."""
        openers = [
            f"(?P<c{index}>{_numbered(each.opens, index)})" for index, each in enumerate(self.constructs)
        ]
        either = "|".join([*openers, *([f"(?:{self.skips})"] if self.skips else [])]) or "(?!)"
        # What is nothing is one byte of what begins something: the reading goes on behind it.
        pattern = f"[^{self.starts}]*+(?:{either}|[{self.starts}])" if self.starts else "(?!)"
        return re.compile(pattern.encode(), re.MULTILINE)

    @cached_property
    def _words(self) -> tuple[re.Pattern[bytes], ...]:
        # What stands around an opener is no part of it.
        bare = (re.sub(r"\(\?<?=[^)]*\)", "", each.opens) for each in self.constructs)
        return tuple(re.compile(each.encode()) for each in bare)

    @cached_property
    def _inner(self) -> dict[tuple[int, bytes], re.Pattern[bytes]]:
        return {}

    def read(self, data: bytes, at: int, within: Within, is_last: bool) -> Scanned:
        """What spans lines in a chunk.

        Args:
            data: The chunk, which ends with a line unless that would make it too long.
            at: The byte of the file at which it begins.
            within: Where the reading stood.
            is_last: Whether the file ends with it.
        """
        if self.scan is not None:
            return self.scan(data, at, within, is_last)
        spans: list[Span] = []
        place = 0
        while True:
            if within.construct == NOWHERE:
                found = self._root.match(data, place)
                if found is None or found.end() == place:
                    return Scanned(spans, at + len(data), within)
                if found.end() == len(data) and not is_last and found.start() + len(found[0]) > place:
                    # It may go on in the next chunk.
                    begun = _begun(found, self.starts)
                    return Scanned(spans, at + begun, within)
                place = found.end()
                which = found.lastgroup
                if which is None:
                    continue
                index = next(each for each in range(len(self.constructs)) if found[f"c{each}"] is not None)
                opener = found[f"c{index}"]
                if within.never >> index & 1 or not self._stands(index, data, place - len(opener)):
                    continue
                within = within._replace(
                    construct=index, start=at + place - len(opener), depth=1, opener=opener
                )
            place, within = self._inside(data, at, place, within, spans)
            if within.construct != NOWHERE:
                return self._open_ended(data, at, within, is_last, spans)

    def _stands(self, index: int, data: bytes, start: int) -> bool:
        if not self.constructs[index].is_first:
            return True
        before = data[max(0, start - _DEEPEST) : start]
        return not before[before.rfind(b"\n") + 1 :].strip()

    def _inside(
        self, data: bytes, at: int, place: int, within: Within, spans: list[Span]
    ) -> tuple[int, Within]:
        """Reads on to the end of a construct; whether it came to it, says where it stands then."""
        depth = within.depth
        for found in self._inner_of(within).finditer(data, place):
            if found.lastgroup == "end":
                depth -= 1
            elif found.lastgroup == "more":
                depth += 1
            if not depth:
                end = at + found.end("end")
                if data.find(b"\n", max(0, within.start - at), end - at) >= 0 or within.start < at:
                    spans.append(Span(within.start, end, len(within.opener), within.construct))
                return found.end("end"), Within(never=within.never)
        return len(data), within._replace(depth=depth)

    def _open_ended(self, data: bytes, at: int, within: Within, is_last: bool, spans: list[Span]) -> Scanned:
        end = at + len(data)
        if not is_last:
            return Scanned(spans, end, within)
        if self.constructs[within.construct].is_lasting:
            spans.append(Span(within.start, end, len(within.opener), within.construct))
            return Scanned(spans, end, Within(never=within.never))
        # Nothing closes it, so it is nothing; and no other of its kind is anything from here on.
        never = within.never | 1 << within.construct
        return Scanned(spans, within.start + len(within.opener), Within(never=never))

    def _inner_of(self, within: Within) -> re.Pattern[bytes]:
        word = self.word(within.construct, within.opener)
        key = within.construct, word
        if key not in self._inner:
            if len(self._inner) > 200:
                self._inner.clear()
            source = self.constructs[within.construct].ends.encode()
            self._inner[key] = re.compile(source.replace(b"{w}", re.escape(word)), re.MULTILINE)
        return self._inner[key]

    def word(self, construct: int, opener: bytes) -> bytes:
        """What returns in the closer."""
        found = self._words[construct].search(opener)
        return (found["w"] or b"") if found is not None and "w" in found.re.groupindex else b""


def _numbered(opens: str, index: int) -> str:
    return opens.replace("(?P<w>", f"(?P<w{index}>").replace("(?P=w)", f"(?P=w{index})")


def _begun(found: re.Match[bytes], starts: str) -> int:
    """Where what was found begins, after the bytes that begin nothing."""
    plain = re.compile(f"[^{starts}]*+".encode())
    passed = plain.match(found.string, found.start())
    return passed.end() if passed is not None else found.start()


def family_of(name: str) -> Family | None:
    """The family of that name; None for what is not known well enough."""
    from aitr_desktop.code.lexing.families import FAMILIES

    found: Mapping[str, Family] = FAMILIES
    return found.get(name)
