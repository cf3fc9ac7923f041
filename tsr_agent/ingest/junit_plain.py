"""Test cases without children, many at once: whole columns cost a tenth of a step for each case."""

from __future__ import annotations

from array import array
from itertools import chain
from typing import TYPE_CHECKING

from tsr_agent.ingest.bounded_text import MAX_TEXT
from tsr_agent.ingest.case_block import UNKNOWN, PlainCases
from tsr_agent.ingest.durations import milliseconds

if TYPE_CHECKING:
    from collections.abc import Sequence

_NEEDED = frozenset({"name", "classname", "time"})
_HARMLESS = _NEEDED | {"timestamp"}
_BETWEEN = "\x01"
"""Stands between names in a text; XML can't hold it."""
_REMEMBERED = 10_000


class Durations(dict[str, float]):
    """Durations by their text: most cases take one of few, so each is parsed once and shared.

    In milliseconds; ``UNKNOWN`` for a text that is none.
    """

    impossible = ""
    """The first text that is no duration of a test."""

    def __missing__(self, text: str) -> float:
        """Parses a text that was not met before."""
        duration = milliseconds(text)
        if duration is None:
            if text.strip() and not self.impossible:
                self.impossible = text
            duration = UNKNOWN
        if len(self) < _REMEMBERED:
            self[text] = duration
        return duration

    def known(self, text: str) -> float | None:
        """The duration, or None."""
        duration = self[text]
        return None if duration is UNKNOWN else duration


def plain_cases(attributes: list[list[str]], durations: Durations) -> PlainCases | None:
    """The columns of neighbouring cases; None where one of them has to be looked at by itself.

    Args:
        attributes: By case, names and values in turn. They must all have the same names in the same
            order, none of which says more than that the case passed.
        durations: What their times mean.
    """
    if not attributes:
        return None
    width = len(attributes[0])
    if width > 2 * len(_HARMLESS) or set(map(len, attributes)) != {width}:
        return None
    flat = list(chain.from_iterable(attributes))
    columns = {}
    for place in range(0, width, 2):
        names = flat[place::width]
        if names.count(names[0]) != len(names):
            return None
        columns[names[0]] = flat[place + 1 :: width]
    if not _NEEDED <= columns.keys() <= _HARMLESS:
        return None
    names, classnames = columns["name"], columns["classname"]
    characters = _shown(names), _shown(classnames)
    if not all(characters):
        return None
    return PlainCases(
        names=names,
        classnames=classnames,
        durations=array("d", map(durations.__getitem__, columns["time"])),
        characters=sum(characters) + len("::") * len(names),
    )


def _shown(names: Sequence[str]) -> int:
    """Characters of all names; 0 where one is empty, may be too long, or holds what can't be shown.

    The names are looked at as one text: a look at each would take a third of a case's time.
    """
    text = _BETWEEN.join(names)
    if not text or _BETWEEN * 2 in text or _BETWEEN in (text[0], text[-1]):
        return 0
    return len(text) - len(names) + 1 if _is_clean(text) and _is_close_set(text) else 0


def _is_clean(text: str) -> bool:
    """Whether all of a text that expat gave is printable, but for what stands between the names."""
    if not text.isascii():
        return text.replace(_BETWEEN, "").isprintable()
    # XML allows no other control characters of ASCII, and one character is looked for in no time.
    return not any(each in text for each in "\t\n\r\x7f")


def _is_close_set(text: str) -> bool:
    """Whether any two names make an id that is not too long; a few that do may be taken for longer.

    Where a name ends in each stretch of a quarter of that length, none is as long as two of them.
    """
    stretch = MAX_TEXT // 4
    return all(_BETWEEN in text[start : start + stretch] for start in range(0, len(text) - stretch, stretch))
