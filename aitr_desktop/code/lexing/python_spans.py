"""What spans lines in Python, as the lexer of Pygments reads it.

A text in three quotes that stands first in its line ends at the next three, whatever stands before them; any
other one knows escapes, unless it is raw. An f-string has expressions with strings of their own in it, and
where one of these is left open at the end of a line, the lexer begins anew.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from aitr_desktop.code.lexing.spans import NOWHERE, Construct, Family, Scanned, Span, Within

DOC, TEXT, SHORT = range(3)
"""Three quotes that stand first in their line; other three; one quote with lines that are continued."""
_CONSTRUCTS = tuple(
    Construct(opens=f"(?P<w>{quotes})", ends="(?P<end>{w})", closer="{w}", lead=lead, is_lasting=True)
    for quotes, lead in (
        ("\"\"\"|'''", "{opener}\n"),
        ("\"\"\"|'''", "_={opener}\n"),
        ("[\"']", "_={opener}\\\n"),
    )
)
_SINGLE = "'"
_BODY = r"[^{0}\\\n]*+(?:\\[\s\S][^{0}\\\n]*+)*{0}?"
_PREFIX = re.compile(rb"(?:[0-9][0-9_]*+)?(?i:(f|t|rf|fr|rt|tr|b|rb|br|r|u)?)\Z")
_WORD = re.compile(rb"[0-9A-Za-z_\x80-\xff]*\Z")
_FIRST = re.compile(rb"[ \t\r\f\v]*([rRuUbB]{0,2})\Z")
_NAMED = re.compile(rb"(?:def|class|from|import)[ \t]+\Z")
_LONGEST_WORD = 64
_LONGEST_LOOK = 4096
MOST_HELD = 4 * 1024 * 1024
"""Bytes of an f-string that are read as one."""


@cache
def _root() -> re.Pattern[bytes]:
    """What begins with a quote, after all that spans no lines; compiled where files are read alone."""
    # What is passed over is passed over within the expression, which ends with something or at the end and
    # never has to go back. Where a letter stands before a quote, that may be an f-string.
    passed = r"(?:[^\"'#]++|\#[^\n]*+|(?<![fFtTrR])(?:\"[^\"\\\n]++\"|'[^'\\\n]++'))*"
    quoted = '"' + _BODY.format('"') + "|'" + _BODY.format("'")
    return re.compile(f'{passed}(?:(?P<three>"""|{3 * _SINGLE})|(?P<short>{quoted})|)'.encode())


class _Opened(NamedTuple):
    construct: int
    opener: bytes
    is_raw: bool
    is_f: bool


def scan(data: bytes, at: int, within: Within, is_last: bool) -> Scanned:
    """What spans lines in a chunk, see ``Family.read``."""
    spans: list[Span] = []
    root = _root()
    place = 0
    if within.construct != NOWHERE:
        ended = _end_of(data, 0, within.construct, within.opener)
        if ended is None:
            return _unended(data, at, within, is_last, spans)
        spans.append(Span(within.start, at + ended, len(within.opener), within.construct))
        place = ended
    while True:
        found = root.match(data, place)
        kind = found.lastgroup if found is not None else None
        if found is None or kind is None:
            return Scanned(spans, at + len(data), Within())
        quote = found.start(kind)
        opened = _opened(data, quote, is_three=kind == "three")
        inner = quote + (3 if kind == "three" else 1)
        begin = inner - len(opened.opener)
        if opened.is_f:
            ended = f_string_end(data, inner, data[quote:inner], is_raw=opened.is_raw)
        elif kind == "short":
            ended = found.end()
        else:
            ended = _end_of(data, inner, opened.construct, opened.opener)
        is_cut = ended is None if opened.is_f else kind == "short" and ended == len(data)
        if is_cut and not is_last and len(data) - begin < MOST_HELD:
            return Scanned(spans, at + begin, Within())
        if ended is None:
            return _unended(data, at, Within(opened.construct, at + begin, 1, opened.opener), is_last, spans)
        if data.find(b"\n", inner, ended) >= 0:
            spans.append(Span(at + begin, at + ended, len(opened.opener), opened.construct))
        place = ended


def _unended(data: bytes, at: int, within: Within, is_last: bool, spans: list[Span]) -> Scanned:
    end = at + len(data)
    if not is_last:
        # Three quotes may be cut by the end of a chunk that does not end with a line.
        return Scanned(spans, end, within)
    # Without an end it is no docstring to the lexer, but a text that lasts.
    spans.append(Span(within.start, end, len(within.opener), TEXT))
    return Scanned(spans, end, Within())


def _opened(data: bytes, quote: int, *, is_three: bool) -> _Opened:
    """What opens at a quote, with the letters before it that belong to it."""
    quotes = data[quote : quote + (3 if is_three else 1)]
    start = max(0, quote - _LONGEST_LOOK)
    line = data.rfind(b"\n", start, quote) + 1
    before = data[max(line, start) : quote]
    first = _FIRST.match(before) if is_three and (line or not start) else None
    if first is not None:
        return _Opened(DOC, first[1] + quotes, is_raw=True, is_f=False)
    word = _WORD.search(before[-_LONGEST_WORD:])
    found = _PREFIX.match(word[0]) if word is not None else None
    prefix = (found[1] or b"") if found is not None else b""
    if prefix and _NAMED.search(before[: -len(prefix)]):
        # The letters are a name to the lexer, which looks for one there.
        prefix = b""
    letters = prefix.lower()
    return _Opened(
        TEXT if is_three else SHORT,
        prefix + quotes,
        is_raw=b"r" in letters,
        is_f=b"f" in letters or b"t" in letters,
    )


@cache
def _ends(quotes: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"\\[\s\S]|(?P<end>" + quotes + rb")")


def _end_of(data: bytes, place: int, construct: int, opener: bytes) -> int | None:
    """Where three quotes are closed; None where they are not in this chunk."""
    quotes = opener[-3:]
    if construct == DOC or b"r" in opener.lower():
        found = data.find(quotes, place)
        return found + 3 if found >= 0 else None
    for each in _ends(quotes).finditer(data, place):
        if each.lastgroup == "end":
            return each.end()
    return None


def _end_in_text(quotes: bytes) -> bytes:
    """A string in one quote ends with its line, too: the lexer begins anew there."""
    return rb"(?P<end>" + quotes + rb")" + (rb"|(?P<cut>\n)" if len(quotes) == 1 else b"")


def _escapes_of_raw(quotes: bytes) -> bytes:
    return rb"\\\\|\\" + quotes + rb"|\\\n|" if len(quotes) == 1 else b""


@cache
def _in_f(quotes: bytes, *, is_raw: bool) -> re.Pattern[bytes]:
    """What matters within an f-string."""
    escapes = rb"" if is_raw else rb"\\N\{[^}\n]*+\}|\\[\\abfnrtv\"'\n]|"
    return re.compile(
        rb"\{\{|\}\}|" + escapes + _escapes_of_raw(quotes) + rb"(?P<open>\{)|" + _end_in_text(quotes)
    )


@cache
def _in_text(quotes: bytes, *, is_raw: bool) -> re.Pattern[bytes]:
    """What matters within a string."""
    escapes = _escapes_of_raw(quotes) if is_raw else rb"\\[\s\S]|"
    return re.compile(escapes + _end_in_text(quotes))


@cache
def _in_expression() -> re.Pattern[bytes]:
    """What matters within an expression of an f-string."""
    return re.compile(
        rb"(?P<string>(?P<prefix>\b(?i:f|t|rf|fr|rt|tr|b|rb|br|r|u))?(?P<quotes>\"\"\"|'''|[\"']))"
        rb"|(?P<word>[A-Za-z_\x80-\xff][0-9A-Za-z_\x80-\xff]*+)"
        rb"|(?P<open>[{(\[])|(?P<close>[\])}])|(?P<spec>:)"
    )


def f_string_end(data: bytes, place: int, quotes: bytes, *, is_raw: bool) -> int | None:
    """Where an f-string ends, or the lexer begins anew; None where that is not in this chunk.

    Args:
        data: The chunk.
        place: After its quotes.
        quotes: What opened it.
        is_raw: Whether it knows no escapes.
    """
    # What is open, the innermost last: text of an f-string, expressions in it, brackets in them, strings.
    stack = [("f", _in_f(quotes, is_raw=is_raw))]
    while stack:
        kind, pattern = stack[-1]
        found = pattern.search(data, place)
        if found is None:
            return None
        place = found.end()
        which = found.lastgroup
        if which == "cut":
            return found.start()
        if which == "open":
            stack.append(("e" if kind == "f" else "i", _in_expression()))
        elif which == "string":
            stack.append(_string_in_expression(found))
        elif which == "end" or _closes(kind, which, found[0]):
            stack.pop()
    return place


def _string_in_expression(found: re.Match[bytes]) -> tuple[str, re.Pattern[bytes]]:
    letters, quotes = (found["prefix"] or b"").lower(), found["quotes"]
    if b"f" in letters or b"t" in letters:
        return "f", _in_f(quotes, is_raw=b"r" in letters)
    return "s", _in_text(quotes, is_raw=b"r" in letters)


def _closes(kind: str, which: str | None, sign: bytes) -> bool:
    """Whether a sign ends an expression, or brackets in it. The lexer takes any bracket for any other."""
    return (which == "close" and (kind == "i" or sign == b"}")) or (which == "spec" and kind == "e")


PYTHON = Family(
    starts="",
    skips="",
    constructs=_CONSTRUCTS,
    likely=(r"(?:async def|def|class|import|from|@|if __name__)\b",),
    is_flat=True,
    scan=scan,
)
