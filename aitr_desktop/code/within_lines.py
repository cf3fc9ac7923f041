"""What changed within a line, by words, and which old line stands beside which new one."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from aitr_desktop.code.line_matching import Match, matching

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.code.text_lines import TextLines

MAX_LENGTH = 4_000
MAX_WORDS = 400
"""Characters and words of a line that are compared; of longer lines only the beginning and the end."""
STEPS = 3_000
"""Budget of one line: they are compared when they come into sight."""
MAX_PAIRS = 20_000
"""Pairs of lines whose likeness is weighed in one comparison; further ones are put together in order."""
MAX_COMPARED = 300
"""Characters of a line by which its likeness is weighed."""
ALIKE = 0.35
"""Share of a line's characters that has to be the same for its differences to be marked."""
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")


class Span(NamedTuple):
    """A part of one line."""

    start: int
    """In characters (code points) of the shown line."""
    length: int


def spans(old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """What changed within a line that became another; none on both sides where next to nothing stayed.

    Args:
        old: The line as it is shown.
        new: The other.
    """
    if old == new:
        return (), ()
    # Which side comes first decides between answers of the same length: both directions have to agree.
    if old > new:
        other, one = spans(new, old)
        return one, other
    if max(len(old), len(new)) > MAX_LENGTH:
        return _ends(old, new)
    words, other_words = _WORDS.findall(old), _WORDS.findall(new)
    if max(len(words), len(other_words)) > MAX_WORDS:
        return _ends(old, new)
    numbers: dict[str, int] = {}
    found = matching(
        [numbers.setdefault(word, len(numbers)) for word in words],
        [numbers.setdefault(word, len(numbers)) for word in other_words],
        STEPS,
    ).matches
    same = sum(len(word) for match in found for word in words[match.old : match.old + match.length])
    spaces = sum(
        len(word) for match in found for word in words[match.old : match.old + match.length] if word.isspace()
    )
    if (same - spaces) < ALIKE * max(1, min(_ink(old), _ink(new))):
        return (), ()
    kept = [(match.old, match.length) for match in found]
    other_kept = [(match.new, match.length) for match in found]
    return _left_over(old, words, kept), _left_over(new, other_words, other_kept)


class Pairing:
    """Puts lines that were replaced beside each other, the most alike ones first.

    Args:
        old: The one text.
        new: The other.
    """

    def __init__(self, old: TextLines, new: TextLines) -> None:
        # As for ``spans``: both directions have to agree.
        self._is_turned = old.content > new.content
        self._old, self._new = (new, old) if self._is_turned else (old, new)
        self._left = MAX_PAIRS

    def runs(self, places: range, others: range) -> list[Match]:
        """Lines that stand beside each other, from 0; what lies between two runs stands alone.

        Args:
            places: Lines of the old text.
            others: Of the new one.
        """
        if self._is_turned:
            return [Match(run.new, run.old, run.length) for run in self._runs(others, places)]
        return self._runs(places, others)

    def _runs(self, places: range, others: range) -> list[Match]:
        work = len(places) * len(others)
        alike: list[tuple[int, int]] = []
        if 1 < work <= self._left and len(places) != len(others):
            self._left -= work
            alike = self._most_alike(places, others)
        found: list[Match] = []
        start, other_start = places.start, others.start
        for place, other in [*alike, (places.stop, others.stop)]:
            found.append(Match(start, other_start, min(place - start, other - other_start)))
            found.append(Match(place, other, 1))
            start, other_start = place + 1, other + 1
        return [run for run in found[:-1] if run.length]

    def _most_alike(self, places: range, others: range) -> list[tuple[int, int]]:
        """The pairs whose likeness adds up to the most."""
        left = [_counted(self._old, place) for place in places]
        right = [_counted(self._new, other) for other in others]
        likeness = [[_likeness(one, other) for other in right] for one in left]
        # From the end: the best sum that each place still has before it.
        best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
        for row in range(len(left) - 1, -1, -1):
            for column in range(len(right) - 1, -1, -1):
                together = likeness[row][column] + best[row + 1][column + 1] if likeness[row][column] else 0.0
                best[row][column] = max(together, best[row + 1][column], best[row][column + 1])
        found = []
        row = column = 0
        while row < len(left) and column < len(right):
            value = likeness[row][column]
            if value and best[row][column] == value + best[row + 1][column + 1]:
                found.append((places[row], others[column]))
                row, column = row + 1, column + 1
            elif best[row][column] == best[row + 1][column]:
                row += 1
            else:
                column += 1
        return found


def _counted(text: TextLines, place: int) -> Counter[str]:
    words = _WORDS.findall(text.line(place + 1, MAX_COMPARED).text)
    return Counter(word for word in words if not word.isspace())


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    """Share of the words that both have; nothing below the share at which differences are marked."""
    if not one or not other:
        return 0.0
    share = 2 * (one & other).total() / (one.total() + other.total())
    return share if share >= ALIKE else 0.0


def _ink(text: str) -> int:
    return sum(not each.isspace() for each in text)


def _ends(old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """What is between the common beginning and the common end."""
    most = min(len(old), len(new))
    start = bisect_left(range(1, most + 1), True, key=lambda size: old[:size] != new[:size])
    while start and _joins(old, start) | _joins(new, start):
        start -= 1
    rest = range(1, most - start + 1)
    end = bisect_left(rest, True, key=lambda size: old[-size:] != new[-size:])
    if start + end < ALIKE * most:
        return (), ()
    return _between(old, start, end), _between(new, start, end)


def _between(text: str, start: int, end: int) -> tuple[Span, ...]:
    return (Span(start, len(text) - end - start),) if len(text) > end + start else ()


def _left_over(text: str, words: Sequence[str], kept: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word))
    found: list[Span] = []
    place = 0
    for first, count in [*kept, (len(words), 0)]:
        start, end = starts[place], starts[first]
        while start and start < end and _joins(text, start):
            start -= 1
        if start < end:
            found.append(Span(start, end - start))
        place = first + count
    return tuple(found)


def _joins(text: str, place: int) -> bool:
    """Whether a character belongs to the one before it."""
    return place < len(text) and unicodedata.combining(text[place]) > 0
