"""Lists of reports in any order and from any row on, and the figures that stand beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.store import paging
from tsr_agent.store.column_types import from_microseconds
from tsr_agent.store.paging import MAX_PAGE, Page, PageKey, ReportFilter
from tsr_agent.store.sorting import (
    NEWEST_FIRST,
    ListKey,
    Part,
    Piece,
    ReportOrder,
    SortBy,
    Wanted,
    given,
    statement,
)
from tsr_agent.store.statements import compiled, integer
from tsr_agent.store.tables import reports

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from tsr_agent.store.engine import Library
    from tsr_agent.store.paging import ReportRow
    from tsr_agent.store.statements import Statement

EVERYTHING = ReportFilter()
MAX_VALUES = 20_000
_PLACES = {
    by: next(place for place, column in enumerate(paging.COLUMNS) if column.name == by.column)
    for by in SortBy
}
"""Where the value stands in a row of ``paging.COLUMNS``."""


@dataclass(frozen=True, slots=True)
class VerdictCounts:
    """How many reports of a span have which verdict, approvals weighed in."""

    go: int = 0
    no_go: int = 0
    pending: int = 0
    not_judged: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.go + self.no_go + self.pending + self.not_judged


@dataclass(frozen=True, slots=True)
class _Walk:
    """A list walked one way."""

    narrowed: ReportFilter
    order: ReportOrder
    reverse: bool

    @property
    def upwards(self) -> bool:
        """Whether values go up."""
        return self.order.descending is self.reverse

    @property
    def newest_first(self) -> bool:
        """Whether times go down among equals."""
        if self.order.by is SortBy.CREATED:
            return self.order.descending is not self.reverse
        return not self.reverse

    @property
    def is_along_index(self) -> bool:
        """Whether one range of the index has the rows of several values in the order of the list."""
        return self.order.by is SortBy.CREATED or self.upwards is self.newest_first

    def piece(self, part: Part, wanted: Wanted) -> Piece:
        """A part of it."""
        shape = self.narrowed.shape
        return Piece(self.order.by, shape, part, wanted, self.upwards, self.newest_first)


class ReportLists:
    """Reads the lists of one library. May be used from several threads at once.

    Args:
        library: Open; stays the caller's to close.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._statement: Callable[[Piece], Statement] = lru_cache(maxsize=1024)(statement)
        self._count_statement = lru_cache(maxsize=512)(paging.count_statement)

    def page(
        self,
        narrowed: ReportFilter = EVERYTHING,
        order: ReportOrder = NEWEST_FIRST,
        *,
        after: ListKey | None = None,
        reverse: bool = False,
        skip: int = 0,
        limit: int = 100,
    ) -> Page:
        """Some rows of a list.

        Args:
            narrowed: Which reports the list has.
            order: How it is sorted.
            after: Where to go on from, as ``key_of`` gave it for this order; None starts at the list's
                beginning, or with ``reverse`` at its end.
            reverse: Walk towards the beginning. The rows come in list order all the same.
            skip: Rows to step over first. It costs a walk along the index, some 40 ms for half a million.
            limit: Most rows wanted, 1 to 500.

        Raises:
            ValueError: The limit or the skip is out of range.
            StoreError: The library can't be read.
        """
        if not 1 <= limit <= MAX_PAGE:
            raise ValueError(f"a page has 1 to {MAX_PAGE} rows, not {limit}")
        if skip < 0:
            raise ValueError(f"nobody can skip {skip} rows")
        walk = _Walk(narrowed, order.within(narrowed), reverse)
        found: list[Sequence[Any]] = []
        if skip == 0 or (after := self._place(walk, after, skip)) is not None:
            found = self._walked(walk, after, limit + 1)
        shown = found[:limit]
        if reverse:
            shown.reverse()
        return Page(paging.rows_of(shown), more=len(found) > limit)

    def position(self, narrowed: ReportFilter, order: ReportOrder, key: ListKey) -> int:
        """How many rows of a list stand before a place, whether there is a row at it or not.

        Raises:
            StoreError: The library can't be read.
        """
        walk = _Walk(narrowed, order.within(narrowed), reverse=True)
        before = self._count(walk, Part.REST, key)
        return before if walk.order.by is SortBy.CREATED else before + self._count(walk, Part.BEYOND, key)

    def count(self, narrowed: ReportFilter = EVERYTHING) -> int:
        """How many reports a list has."""
        ((number,),) = self._fetch(self._count_statement(narrowed.shape), narrowed.parameters)
        return int(number)

    def row_at(self, narrowed: ReportFilter, order: ReportOrder, position: int) -> ReportRow | None:
        """The row that has so many before it."""
        return next(iter(self.page(narrowed, order, skip=position, limit=1).rows), None)

    def span(self, narrowed: ReportFilter = EVERYTHING) -> tuple[datetime, datetime] | None:
        """When the oldest and the newest report of a list were made; None of an empty one."""
        newest = self.page(narrowed, limit=1).rows
        oldest = self.page(narrowed, reverse=True, limit=1).rows
        return (oldest[0].created_at, newest[0].created_at) if oldest and newest else None

    def verdicts(
        self,
        narrowed: ReportFilter,
        bounds: Sequence[datetime],
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> tuple[VerdictCounts, ...]:
        """How many reports of a list have which verdict, for each span between two bounds.

        Args:
            narrowed: Which reports the list has; its own times hold as well.
            bounds: Moments in order. A span has its first and not its last.
            is_wanted: Asked before each span; the rest is left out once it says no.

        Raises:
            StoreError: The library can't be read.
        """
        found = []
        for start, end in pairwise(bounds):
            if not is_wanted():
                break
            found.append(self._verdicts_of(_cut(narrowed, start, end)))
        return tuple(found)

    def values(self, by: SortBy, limit: int = MAX_VALUES) -> tuple[str, ...]:
        """The distinct values of a column of text, sorted: one jump through its index for each.

        Raises:
            ValueError: The column has no text.
        """
        if by is SortBy.CREATED:
            raise ValueError("times are no choices")
        found = self._fetch(_distinct(by.column), {"limit": limit})
        return tuple(value for (value,) in found)

    def _verdicts_of(self, narrowed: ReportFilter) -> VerdictCounts:
        numbers = {
            each: self.count(replace(narrowed, standing=each))
            for each in GoNoGoDecision
            if narrowed.standing in (None, each)
        }
        waiting = numbers.get(GoNoGoDecision.PENDING_REVIEW, 0)
        unjudged = 0
        if waiting and narrowed.judged is not True:
            pending = replace(narrowed, standing=GoNoGoDecision.PENDING_REVIEW, judged=False)
            unjudged = waiting if narrowed.judged is False else self.count(pending)
        return VerdictCounts(
            go=numbers.get(GoNoGoDecision.GO, 0),
            no_go=numbers.get(GoNoGoDecision.NO_GO, 0),
            pending=waiting - unjudged,
            not_judged=unjudged,
        )

    def _walked(self, walk: _Walk, after: ListKey | None, limit: int) -> list[Sequence[Any]]:
        """Rows from a place on, in walking direction."""
        if walk.order.by is SortBy.CREATED:
            return self._rows(walk, Part.ALL if after is None else Part.REST, after, limit)
        found = [] if after is None else self._rows(walk, Part.REST, after, limit)
        if len(found) < limit:
            found += self._beyond(walk, after, limit - len(found))
        return found

    def _beyond(self, walk: _Walk, after: ListKey | None, limit: int) -> list[Sequence[Any]]:
        """Rows whose value follows a place's."""
        found = self._rows(walk, Part.ALL if after is None else Part.BEYOND, after, limit)
        if walk.is_along_index:
            return found
        # The index has them in turn by value, each value from its other end: those that are here whole
        # are turned round, the last, of which there may be more, is asked for by itself.
        place = _PLACES[walk.order.by]
        groups = [(value, list(rows)) for value, rows in groupby(found, key=lambda row: row[place])]
        last = groups.pop() if len(found) == limit else None
        turned = [row for _, rows in groups for row in reversed(rows)]
        if last is None:
            return turned
        at = ListKey(last[0], PageKey(from_microseconds(0), ""))
        return turned + self._rows(walk, Part.EQUAL, at, limit - len(turned))

    def _place(self, walk: _Walk, after: ListKey | None, skip: int) -> ListKey | None:
        """The place of the last row that is stepped over; None where the list has no more."""
        if walk.order.by is SortBy.CREATED:
            return self._key(walk, Part.ALL if after is None else Part.REST, after, skip)
        if after is not None:
            rest = self._count(walk, Part.REST, after)
            if skip <= rest:
                return self._key(walk, Part.REST, after, skip)
            skip -= rest
        found = self._key(walk, Part.ALL if after is None else Part.BEYOND, after, skip)
        if found is None or walk.is_along_index:
            return found
        # The value is the right one; among its rows the index goes the other way.
        before = self._count_before(walk, after, found)
        return self._key(walk, Part.EQUAL, found, skip - before)

    def _count_before(self, walk: _Walk, after: ListKey | None, found: ListKey) -> int:
        """Rows beyond a place whose value comes before that of another."""
        if after is not None:
            return self._count(walk, Part.BETWEEN, after, until=found.value)
        back = _Walk(walk.narrowed, walk.order, not walk.reverse)
        return self._count(back, Part.BEYOND, found)

    def _rows(self, walk: _Walk, part: Part, after: ListKey | None, limit: int) -> list[Sequence[Any]]:
        piece = walk.piece(part, Wanted.ROWS)
        return self._fetch(self._statement(piece), given(walk.narrowed, after, limit=limit, skip=0))

    def _key(self, walk: _Walk, part: Part, after: ListKey | None, number: int) -> ListKey | None:
        """The place of the row of that number, from 1 on."""
        piece = walk.piece(part, Wanted.KEYS)
        found = self._fetch(self._statement(piece), given(walk.narrowed, after, limit=1, skip=number - 1))
        return next(
            (ListKey(str(value), PageKey(from_microseconds(at), key)) for value, at, key in found), None
        )

    def _count(self, walk: _Walk, part: Part, after: ListKey, **others: Any) -> int:
        piece = walk.piece(part, Wanted.COUNT)
        ((number,),) = self._fetch(self._statement(piece), given(walk.narrowed, after, **others))
        return int(number)

    def _fetch(self, asked: Statement, parameters: dict[str, Any]) -> list[Sequence[Any]]:
        with self._library.read() as connection:
            return asked.rows(connection, parameters)


def _cut(narrowed: ReportFilter, start: datetime, end: datetime) -> ReportFilter:
    """The filter within a span."""
    first = start if narrowed.created_from is None else max(start, narrowed.created_from)
    last = end if narrowed.created_to is None else min(end, narrowed.created_to)
    return replace(narrowed, created_from=first, created_to=last)


@lru_cache(maxsize=16)
def _distinct(column: str) -> Statement:
    """Each value from the one before, so that not a row is read for it."""
    first = select(func.min(reports.c[column]).label("value")).cte("distinct_values", recursive=True)
    following = select(func.min(reports.c[column])).where(reports.c[column] > first.c.value).scalar_subquery()
    found = first.union_all(select(following).where(first.c.value.is_not(None)))
    return compiled(select(found.c.value).where(found.c.value.is_not(None)).limit(integer("limit")))
