"""The marks of a file by line: which is heaviest, how many there are, and which lines they span."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from aitr_desktop.code.line_marks import MarkKind
from aitr_desktop.item_models.cells import plain_tooltip
from aitr_desktop.translation import translate
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.code.line_marks import LineMark

MOST_SAID = 12
"""Marks of one line that hovering names."""
_WEIGHT = {kind: place for place, kind in enumerate(MarkKind)}
"""The smaller, the heavier."""


class MarkedLines:
    """Looks marks up by line, however many there are and however many lines they span."""

    def __init__(self, marks: Sequence[LineMark] = ()) -> None:
        self._marks = sorted(marks, key=lambda each: (each.first, _WEIGHT[each.kind]))
        self._firsts = [each.first for each in self._marks]
        self._reach = list(accumulate((each.last for each in self._marks), max))
        """The last line that any mark up to this one reaches."""

    def at(self, line: int) -> list[LineMark]:
        """The marks of a line, the heaviest first."""
        found = self.between(line, line)
        return sorted(found, key=lambda each: _WEIGHT[each.kind])

    def between(self, first: int, last: int) -> list[LineMark]:
        """The marks that touch some lines, in their order."""
        found = []
        for place in range(bisect_right(self._firsts, last) - 1, -1, -1):
            if self._reach[place] < first:
                break
            if self._marks[place].last >= first:
                found.append(self._marks[place])
        return found[::-1]

    def beginning(self, first: int, last: int) -> dict[int, list[LineMark]]:
        """The marks that begin on each of some lines, the heaviest first."""
        found: dict[int, list[LineMark]] = {}
        for mark in self._marks[bisect_right(self._firsts, first - 1) : bisect_right(self._firsts, last)]:
            found.setdefault(mark.first, []).append(mark)
        return found

    def words(self, line: int) -> str:
        """What is known of a line, a row each, as plain text; empty where nothing is."""
        found = self.at(line)
        return "\n".join(mark_words(each) for each in found[:MOST_SAID]) + _more(len(found) - MOST_SAID)

    def tooltip(self, line: int) -> str:
        """The same, to be shown on hover."""
        return plain_tooltip(self.words(line))


def mark_words(mark: LineMark) -> str:
    """A mark as sign, word and what it says."""
    said = one_line(mark.words)
    word = translate("LineMark", mark.kind.word)
    return f"{mark.kind.sign} {word}: {said}" if said else f"{mark.kind.sign} {word}"


def _more(count: int) -> str:
    if count <= 0:
        return ""
    return "\n" + translate("LineMark", "and {count} more").format(count=f"{count:,}")
