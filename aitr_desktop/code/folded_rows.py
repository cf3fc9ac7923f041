"""Which rows of a difference are shown: changes with some lines around them, the rest folded away."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

AROUND = 5
"""Equal rows that are shown above and below a change."""
LEAST_FOLDED = 4
"""Fewer rows are not worth a fold."""


class Change(NamedTuple):
    """Rows next to each other that differ, from 0."""

    first: int
    last: int


class Place(NamedTuple):
    """What stands at a place of the screen: a row of the difference, or a fold."""

    row: int
    """The row; of a fold its first one."""
    folded: int = 0
    """Rows that are folded away here; 0 where it is a row."""


@dataclass(frozen=True, slots=True)
class _Part:
    first: int
    count: int
    is_folded: bool

    @property
    def places(self) -> int:
        return 1 if self.is_folded else self.count


class FoldedRows:
    """Rows by their place on the screen, both from 0. Work only for changes, never for rows.

    Args:
        count: Rows of the difference.
        changes: In order.
        folds: Whether anything is folded at all.
    """

    def __init__(self, count: int, changes: Sequence[Change], *, folds: bool) -> None:
        self._parts = _parts(count, changes) if folds and changes else _all(count)
        self._lay()

    def _lay(self) -> None:
        self._places = list(accumulate((each.places for each in self._parts), initial=0))
        self._rows = [each.first for each in self._parts]
        self.count = self._places[-1]
        """Places."""

    @property
    def has_folds(self) -> bool:
        """Whether anything is folded away."""
        return any(each.is_folded for each in self._parts)

    def at(self, place: int) -> Place:
        """What stands at a place.

        Raises:
            IndexError: There is no such place.
        """
        if not 0 <= place < self.count:
            raise IndexError(place)
        number = bisect_right(self._places, place) - 1
        part = self._parts[number]
        if part.is_folded:
            return Place(part.first, part.count)
        return Place(part.first + place - self._places[number])

    def place_of(self, row: int) -> int:
        """Where a row stands; of one that is folded away the place of its fold."""
        if not self._parts:
            return 0
        number = max(0, bisect_right(self._rows, row) - 1)
        part = self._parts[number]
        within = 0 if part.is_folded else min(max(0, row - part.first), part.count - 1)
        return self._places[number] + within

    def unfold(self, row: int) -> bool:
        """Shows what is folded away with a row.

        Returns:
            Whether there was anything.
        """
        number = bisect_right(self._rows, row) - 1
        if number < 0 or not self._parts[number].is_folded:
            return False
        part = self._parts[number]
        self._parts[number] = _Part(part.first, part.count, is_folded=False)
        self._lay()
        return True


def _all(count: int) -> list[_Part]:
    return [_Part(0, count, is_folded=False)] if count else []


def _parts(count: int, changes: Sequence[Change]) -> list[_Part]:
    found: list[_Part] = []
    shown = 0
    """Rows up to here are in a part."""

    def close(until: int, *, is_last: bool = False) -> None:
        """Puts the rows up to a change, or the end, into parts: those near changes are shown."""
        nonlocal shown
        above = shown + AROUND if found else shown
        below = until if is_last else max(until - AROUND, above)
        if below - above >= LEAST_FOLDED:
            add(above - shown, is_folded=False)
            add(below - above, is_folded=True)
            add(until - below, is_folded=False)
        else:
            add(until - shown, is_folded=False)

    def add(rows: int, *, is_folded: bool) -> None:
        nonlocal shown
        if rows <= 0:
            return
        last = found[-1] if found else None
        if last is not None and not last.is_folded and not is_folded:
            found[-1] = _Part(last.first, last.count + rows, is_folded=False)
        else:
            found.append(_Part(shown, rows, is_folded=is_folded))
        shown += rows

    for change in changes:
        close(change.first)
        add(change.last + 1 - shown, is_folded=False)
    close(count, is_last=True)
    return found
