"""Texts in YAML that stand below a ``|`` or a ``>``: all lines that are deeper than the key above them."""

from __future__ import annotations

import re
from functools import cache

from aitr_desktop.code.lexing.spans import NOWHERE, Construct, Family, Scanned, Span, Within

_OPENS = re.compile(rb"(?<=[:-] )[|>][-+0-9]{0,2}[ \t]*+(?:#[^\n]*+)?\r?\n")
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
            line = data.rfind(b"\n", 0, found.start()) + 1
            opener = data[line : found.end() - 1].rstrip()
            if b"#" in data[line : found.start()] or len(opener) > _LONGEST:
                continue
            within = Within(0, at + line, _depth(data[line : found.start()]), opener)
        ended = _ends(min(within.depth, 200)).search(data, place)
        if ended is None:
            if is_last:
                spans.append(Span(within.start, at + len(data), len(within.opener), 0))
                within = Within()
            return Scanned(spans, at + len(data), within)
        place = ended.start()
        spans.append(Span(within.start, at + place, len(within.opener), 0))
        within = Within()


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
    constructs=(Construct(opens="(?!)", ends="(?P<end>(?!))", closer="", is_lasting=True),),
    likely=(r"[A-Za-z_\"'-]",),
    scan=scan,
)
