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
_CONTROLS = bytes((*range(32), 127))
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
    found = PlainCases(
        names=columns["name"],
        classnames=columns["classname"],
        durations=array("d", map(durations.__getitem__, columns["time"])),
    )
    return found if _can_be_shown(found.names, found.classnames) else None


def _can_be_shown(names: Sequence[str], classnames: Sequence[str]) -> bool:
    """Whether none is empty, too long for a report, or holds a character that is not printable."""
    if "" in names or "" in classnames:
        return False
    if max(map(len, names)) + max(map(len, classnames)) + 2 > MAX_TEXT:
        return False
    text = "".join((*names, *dict.fromkeys(classnames)))
    if not text.isascii():
        return text.isprintable()
    plain = text.encode("ascii")
    # Five times faster than asking each character whether it is printable.
    return len(plain.translate(None, _CONTROLS)) == len(plain)
