"""What two sequences have in common, in order, with bounded work however they were made.

First what occurs once on either side, because people read a change by such lines (patience); between those
the fewest edits (Myers, "An O(ND) difference algorithm"). Both can be made slow on purpose, so each step
is paid from a budget. Where it is used up, a stretch is taken as replaced as a whole, which is always true
and never the best answer; the caller is told.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

STEPS = 2_000_000
"""Steps of one comparison: about a second."""
MAX_EDITS = 1_000
"""Edits that are looked for in one stretch; the memory grows with their square."""


class Match(NamedTuple):
    """A stretch that is the same on both sides. Places begin with 0."""

    old: int
    new: int
    length: int


class Matching(NamedTuple):
    """What is the same, in order, and whether the rest was looked through to its end."""

    matches: list[Match]
    is_whole: bool


def matching(old: Sequence[int], new: Sequence[int], steps: int = STEPS) -> Matching:
    """What two sequences have in common.

    Args:
        old: The one, each item as a number.
        new: The other.
        steps: The budget.
    """
    search = _Search(old, new, steps)
    search.run()
    return Matching(_joined(search.found), search.is_whole)


class _Search:
    def __init__(self, old: Sequence[int], new: Sequence[int], steps: int) -> None:
        self._old = old
        self._new = new
        self._steps = steps
        self.found: list[Match] = []
        self.is_whole = True

    def run(self) -> None:
        waiting = [(0, len(self._old), 0, len(self._new))]
        while waiting:
            low, high, new_low, new_high = self._trimmed(*waiting.pop())
            if low == high or new_low == new_high:
                continue
            self._steps -= high - low + new_high - new_low
            if self._steps <= 0:
                self.is_whole = False
                continue
            anchors = self._anchors(low, high, new_low, new_high)
            if not anchors:
                self._fewest(low, high, new_low, new_high)
                continue
            for place, other in [*anchors, (high, new_high)]:
                waiting.append((low, place, new_low, other))
                low, new_low = place, other

    def _trimmed(self, low: int, high: int, new_low: int, new_high: int) -> tuple[int, int, int, int]:
        old, new = self._old, self._new
        start, new_start = low, new_low
        while low < high and new_low < new_high and old[low] == new[new_low]:
            low += 1
            new_low += 1
        if low > start:
            self.found.append(Match(start, new_start, low - start))
        end = high
        while low < high and new_low < new_high and old[high - 1] == new[new_high - 1]:
            high -= 1
            new_high -= 1
        if high < end:
            self.found.append(Match(high, new_high, end - high))
        return low, high, new_low, new_high

    def _anchors(self, low: int, high: int, new_low: int, new_high: int) -> list[tuple[int, int]]:
        """Places of what occurs once on either side, as many as are in order."""
        old, new = self._old[low:high], self._new[new_low:new_high]
        counts, other_counts = Counter(old), Counter(new)
        places = {item: new_low + place for place, item in enumerate(new)}
        unique = [
            (low + place, places[item])
            for place, item in enumerate(old)
            if counts[item] == 1 and other_counts.get(item) == 1
        ]
        return _longest_rising(unique)

    def _fewest(self, low: int, high: int, new_low: int, new_high: int) -> None:
        """Matches a stretch in which nothing is unique with the fewest edits, or leaves it."""
        old, new = self._old, self._new
        here, there = set(old[low:high]), set(new[new_low:new_high])
        # What the other side has not can match nothing.
        left = [place for place in range(low, high) if old[place] in there]
        right = [place for place in range(new_low, new_high) if new[place] in here]
        found, cost = fewest_edits(
            [old[place] for place in left], [new[place] for place in right], min(self._steps, 1_000_000)
        )
        self._steps -= cost
        if found is None:
            self.is_whole = False
            return
        self.found += [Match(left[place], right[other], 1) for place, other in found]


def fewest_edits(
    old: Sequence[int], new: Sequence[int], steps: int
) -> tuple[list[tuple[int, int]] | None, int]:
    """The pairs that stay with the fewest edits, None if that takes too many steps; and the steps taken."""
    if not old or not new:
        return [], 0
    rows: list[list[int]] = []
    before, cost = [0], 0
    for edits in range(min(len(old) + len(new), MAX_EDITS) + 1):
        row = []
        for number in range(edits + 1):
            # Of a row each second diagonal is reached; this one stands between two of the row before.
            place = 0
            if edits:
                place = before[number] if _is_down(before, number, edits) else before[number - 1] + 1
            start, other = place, place - (2 * number - edits)
            while place < len(old) and other < len(new) and old[place] == new[other]:
                place += 1
                other += 1
            cost += place - start + 1
            row.append(place)
            if place >= len(old) and other >= len(new):
                return _walked_back([*rows, row], number), cost
        if cost > steps:
            break
        rows.append(row)
        before = row
    return None, cost


def _is_down(before: Sequence[int], number: int, edits: int) -> bool:
    """Whether a diagonal is reached furthest by an added item, and not by a removed one."""
    return number == 0 or (number != edits and before[number - 1] < before[number])


def _walked_back(rows: list[list[int]], number: int) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    for edits in range(len(rows) - 1, -1, -1):
        diagonal, place, start = 2 * number - edits, rows[edits][number], 0
        if edits:
            before = rows[edits - 1]
            down = _is_down(before, number, edits)
            number = number if down else number - 1
            start = before[number] + (0 if down else 1)
        pairs += [(each, each - diagonal) for each in range(place - 1, start - 1, -1)]
    pairs.reverse()
    return pairs


def _longest_rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The most pairs of which both places rise."""
    tails: list[int] = []
    at_tail: list[int] = []
    before: list[int] = []
    for number, (_, other) in enumerate(pairs):
        length = bisect_left(tails, other)
        before.append(at_tail[length - 1] if length else -1)
        if length == len(tails):
            tails.append(other)
            at_tail.append(number)
        else:
            tails[length] = other
            at_tail[length] = number
    found: list[tuple[int, int]] = []
    number = at_tail[-1] if at_tail else -1
    while number >= 0:
        found.append(pairs[number])
        number = before[number]
    found.reverse()
    return found


def _joined(found: list[Match]) -> list[Match]:
    joined: list[Match] = []
    for match in sorted(found):
        last = joined[-1] if joined else None
        if last is not None and (last.old + last.length, last.new + last.length) == (match.old, match.new):
            joined[-1] = Match(last.old, last.new, last.length + match.length)
        else:
            joined.append(match)
    return joined
