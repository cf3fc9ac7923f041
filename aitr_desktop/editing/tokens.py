"""Which stretches of a line are keys, comments, texts and constants. One line at a time, in bounded work."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 1_000
"""Characters of a line that are looked at; what stands behind them is drawn plain."""
_TOKENS = re.compile(
    r"""
    (?P<comment>(?:(?<=\s)|^)\#.*)
  | (?P<key>(?:"[^"\\]*(?:\\.[^"\\]*)*"|'[^']*+'|[A-Za-z_$][\w$./*-]*+|[*])(?=\s*+:(?:\s|$)))
  | (?P<text>"[^"\\]*(?:\\.[^"\\]*)*(?:"|$)|(?:(?<=[\s\[{,:-])|^)'[^']*(?:''[^']*)*(?:'|$))
  | (?P<constant>(?:(?<=[\s\[{,:])|^)(?:true|false|null|~|[-+]?[0-9][0-9_.eE+-]*+)(?=\s*+(?:[,\]}\#]|$)))
  | (?P<sign>^\s*+(?:-(?=\s|$)\s*+)+|[\[\]{},]|[|>][-+0-9]*+(?=\s*+$))
  | (?P<refused>(?:(?<=\s)|^)[&*!][\w!:/.-]*+)
  | (?P<word>[^\s"'\#\[\]{},:]++)
    """,
    re.VERBOSE,
)
_PROSE = re.compile(
    r"""
    (?P<comment>\{\#(?:[^\#]|\#(?!\}))*+(?:\#\}|$))
  | (?P<constant>\{\{[^{}]*+\}\}|(?<!\{)\{[A-Za-z_]\w*+\}(?!\}))
  | (?P<key>\{%(?:[^%]|%(?!\}))*+%\}|^\#{1,6}\ .*|^\s*+</?[A-Za-z_][\w.-]*+>)
  | (?P<sign>^\s*+(?:[-*+]|[0-9]{1,4}[.)])(?=\s))
  | (?P<word>[^{]++)
    """,
    re.VERBOSE,
)
_BLOCK = re.compile(r"(?:^|[:\s-])[|>][-+0-9]{0,2}\s*(?:#.*)?$")


class TokenKind(Enum):
    """What a stretch of a line is."""

    COMMENT = "comment"
    KEY = "key"
    TEXT = "text"
    CONSTANT = "constant"
    SIGN = "sign"
    REFUSED = "refused"
    """An anchor, alias or tag, which the gate takes none of."""


class Token(NamedTuple):
    """A stretch of a line, in characters."""

    start: int
    end: int
    kind: TokenKind


def tokens_of(line: str) -> Iterator[Token]:
    """The stretches of a line of YAML or JSON. Each word is taken whole, so that no line costs its square."""
    for found in _TOKENS.finditer(line[:MOST]):
        if found.lastgroup != "word":
            yield Token(found.start(), found.end(), TokenKind(found.lastgroup))


def prose_tokens_of(line: str) -> Iterator[Token]:
    """Placeholders, tags of templates, headings and points of a line of prose."""
    for found in _PROSE.finditer(line[:MOST]):
        if found.lastgroup != "word":
            yield Token(found.start(), found.end(), TokenKind(found.lastgroup))


def opens_text(line: str) -> bool:
    """Whether the deeper lines below are one text, as after ``description: |``."""
    return ("|" in line or ">" in line) and bool(_BLOCK.search(line[-200:]))
