"""Texts in YAML of several lines: below a ``|`` or ``>`` all that are deeper than the key, and in quotes."""

from __future__ import annotations

import re
from functools import cache

from aitr_desktop.code.lexing.spans import NOWHERE, Construct, Family, Scanned, Span, Within

BELOW, DOUBLE, SINGLE = range(3)
_OPENS = re.compile(
    rb"(?<=[:-] )(?P<below>[|>][-+0-9]{0,2}[ \t]*+(?:#[^\n]*+)?\r?\n)"
    # Where a value or a key begins: an apostrophe within a text opens nothing.
    rb"|^ *+(?:- ++)*(?:[\w./$-]++: ++)?(?P<quote>[\"'])",
    re.MULTILINE,
)
_IN_QUOTES = {
    DOUBLE: re.compile(rb"\\[\s\S]|(?P<end>\")"),
    SINGLE: re.compile(rb"''|(?P<end>')"),
}
_BEFORE = re.compile(rb"(?P<deep> *+(?:- +)*+)(?P<key>[^\n]?)")
_LONGEST = 1_000


@cache
def _ends(deep: int) -> re.Pattern[bytes]:
    return re.compile(b"^ {0,%d}[^ \r\n]" % deep, re.MULTILINE)


def scan(data: bytes, at: int, within: Within, is_last: bool) -> Scanned:
    """What spans lines in a chunk, see ``Family.read``. The depth of what is open is that of its key."""
    spans: list[Span] = []
    place = 0
    while True:
        if within.construct == NOWHERE:
            found = _OPENS.search(data, place)
            if found is None:
                return Scanned(spans, at + len(data), Within())
            place = found.end()
            within = _opened(data, at, found)
            if within.construct == NOWHERE:
                continue
        ended = _end(data, place, within)
        if ended is None:
            if is_last:
                spans.append(Span(within.start, at + len(data), len(within.opener), within.construct))
                within = Within()
            return Scanned(spans, at + len(data), within)
        place = ended
        if within.start < at or b"\n" in data[within.start - at : place]:
            spans.append(Span(within.start, at + place, len(within.opener), within.construct))
        within = Within()


def _opened(data: bytes, at: int, found: re.Match[bytes]) -> Within:
    """What begins there; nothing where it is part of a comment. It begins with its line."""
    if found["quote"] is not None:
        construct = DOUBLE if found["quote"] == b'"' else SINGLE
        return Within(construct, at + found.start(), 1, found[0][-_LONGEST:])
    line = data.rfind(b"\n", max(0, found.start() - _LONGEST), found.start()) + 1
    before = data[line : found.start()]
    if b"#" in before or len(before) > _LONGEST:
        return Within()
    return Within(BELOW, at + line, _depth(before), data[line : found.end() - 1].rstrip()[:_LONGEST])


def _end(data: bytes, place: int, within: Within) -> int | None:
    if within.construct == BELOW:
        deeper = _ends(min(within.depth, 200)).search(data, place)
        return deeper.start() if deeper is not None else None
    for each in _IN_QUOTES[within.construct].finditer(data, place):
        if each.lastgroup == "end":
            return each.end()
    return None


def _depth(before: bytes) -> int:
    """How deep a line may be and no longer be part of the text."""
    found = _BEFORE.match(before)
    if found is None:
        return 0
    deep = found["deep"]
    return len(deep) if found["key"] else max(0, deep.rfind(b"-"))


YAML = Family(
    starts="",
    skips="",
    constructs=3 * (Construct(opens="(?!)", ends="(?P<end>(?!))", closer="", is_lasting=True),),
    likely=(r"[A-Za-z_\"'-]",),
    scan=scan,
)
