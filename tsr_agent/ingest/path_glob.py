"""Glob patterns over paths, matched in a time that grows with pattern and path and never faster."""

from __future__ import annotations

import re
from functools import lru_cache

_PIECES = re.compile(r"\*\*/|\*\*|\*|\?|[^*?]", re.DOTALL)


def matches_path(pattern: str, path: str) -> bool:
    """Whether a pattern matches a whole path.

    ``*`` and ``?`` stay within one name, ``**`` crosses folders, ``**/`` stands for any number of
    folders, none included. Every other character means itself.

    Each bit of a number stands for a place in the path that the pattern so far can reach; a piece of
    the pattern moves all places at once.
    """
    within, at = _letters(path)
    end = 1 << len(path)
    places = 1
    for piece in _pieces(pattern):
        if piece == "*":
            places = _spread(places, within)
        elif piece == "**":
            places = (end << 1) - (places & -places)
        elif piece == "**/":
            places = _folders(places, within, at.get("/", 0))
        else:
            places = (places & (within if piece == "?" else at.get(piece, 0))) << 1
        if not places:
            return False
    return bool(places & end)


def matches_named(pattern: str, *paths: str) -> bool:
    """Whether a pattern that a person wrote for files matches any of the paths of one file.

    A pattern without a slash is held against the file name alone.
    """
    wanted = pattern.removeprefix("./")
    if "/" in pattern:
        return any(matches_path(wanted, path) for path in paths)
    return any(matches_path(wanted, path.rpartition("/")[2]) for path in paths)


def matches_name(pattern: str, name: str) -> bool:
    """Whether a pattern matches a whole name that is no path: ``*`` and ``?`` match a slash, too."""
    no_path = str.maketrans("/", "\0")
    return matches_path(pattern.translate(no_path), name.translate(no_path))


@lru_cache(maxsize=256)
def _pieces(pattern: str) -> tuple[str, ...]:
    return tuple(_PIECES.findall(pattern))


@lru_cache(maxsize=16)
def _letters(path: str) -> tuple[int, dict[str, int]]:
    """The places in a path that are no slash, and the places of each letter."""
    at: dict[str, int] = {}
    for place, letter in enumerate(path):
        at[letter] = at.get(letter, 0) | 1 << place
    return ((1 << len(path)) - 1) & ~at.get("/", 0), at


def _spread(places: int, within: int) -> int:
    """The places, and those behind them up to the next slash: an addition carries each through its name."""
    return places | (((places & within) + within) ^ within)


def _folders(places: int, within: int, slashes: int) -> int:
    """The places, and those behind one or more whole folders that begin there."""
    while True:
        behind = (_spread((places & within) << 1, within) & slashes) << 1
        if behind | places == places:
            return places
        places |= behind
