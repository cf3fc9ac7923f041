"""What a piece of code is, for its colour: few kinds, each of which somebody can tell from the others."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Style(IntEnum):
    """The kinds. Their numbers go through a pipe and have to fit a byte."""

    PLAIN = 0
    COMMENT = 1
    KEYWORD = 2
    STRING = 3
    NUMBER = 4
    """Numbers, and constants such as ``True``."""
    DEFINITION = 5
    """A name that is being defined: of a function, a class, a section, a key."""
    BUILTIN = 6
    """Names that the language brings, decorators, tags."""
    ESCAPE = 7
    """Escapes, interpolations and regular expressions within strings."""
    SIGN = 8
    """Operators and punctuation."""
    HEADING = 9
    ADDED = 10
    """Of a difference."""
    REMOVED = 11
    ERROR = 12
    """What the language has no meaning for."""


class Piece(NamedTuple):
    """A part of one line."""

    start: int
    """In characters (code points) of the line."""
    length: int
    style: Style
