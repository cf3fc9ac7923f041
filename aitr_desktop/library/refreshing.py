"""A list that is looked at while reports come in: where what the person sees stands now.

Everything is asked on the worker thread and handed over at once, so that nothing on screen moves or
flickers but what has really changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from aitr_desktop.library.listing import Query
from aitr_desktop.library.paging import ReportPages

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aitr_desktop.library.listing import ListedReport
    from aitr_desktop.library.paging import Step

MAX_PAGES = 8
"""Pages that are fetched along: those that are seen and those of selected rows near by."""


class Listing(Protocol):
    """What a list is read from; called on worker threads."""

    def page(self, query: Query, step: Step, now: datetime) -> tuple[ListedReport, ...]:
        """One page in list order."""

    def count(self, query: Query) -> int:
        """Length of the list."""

    def position(self, query: Query, key: Any) -> int:
        """How many rows stand before a key, whether its row is there or not."""

    def find(self, query: Query, report_id: str) -> int | None:
        """The row of a report; None where the list has it not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a person looks at: rows with their lines, as far as they were here."""

    total: int
    """Rows that the list had."""
    top: tuple[int, ListedReport] | None = None
    """The first row that is seen; None where the list is at its top and is to stay there."""
    current: tuple[int, ListedReport] | None = None
    selected: tuple[tuple[int, ListedReport], ...] = ()
    rows_seen: int = 0
    """How many fit the screen."""
    find: str = ""
    """Id of a report that is to be found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """The list now, in terms of the one before."""

    pages: ReportPages
    moved: tuple[tuple[int, int], ...]
    """Rows before and now, both ascending."""
    library_total: int
    found: int | None = None
    """Row of the report that was to be found."""
    top: int = 0
    """Row of what was seen first."""
    kept: frozenset[int] = field(default_factory=frozenset)
    """Rows, as they are now, whose reports were selected and still are known to be those."""

    @property
    def total(self) -> int:
        """Rows of the list."""
        return self.pages.total

    def changes(self, before: int) -> list[tuple[int, int]]:
        """Where rows are to be put in, or taken out where it is fewer, one after the other.

        Args:
            before: Rows that the list had.

        Returns:
            A row, and how many come in before it; a negative number of rows goes from that row on.
        """
        found, shift = [], 0
        for old, new in (*self.moved, (before, self.total)):
            difference, place = new - old - shift, old + shift
            if difference:
                found.append((min(place, place + difference), difference))
            shift += difference
        return found


def refreshed(listing: Listing, query: Query, now: datetime, seen: Seen) -> Refreshed:
    """Reads what a person looks at anew.

    Raises:
        StoreError: The library can't be read.
    """
    total = listing.count(query)
    pages = ReportPages()
    pages.set_total(total)
    moved = [(each[0], listing.position(query, each[1].key)) for each in (seen.top, seen.current) if each]
    top = moved[0][1] if seen.top else 0
    found = listing.find(query, seen.find) if seen.find else None
    wanted = [top, top + seen.rows_seen, *(new for _, new in moved), *([] if found is None else [found])]
    wanted += [row + _shift(moved, row) for row, _ in seen.selected]
    here = _fetch(listing, query, now, pages, wanted)
    moved += [(row, here[line.id]) for row, line in seen.selected if line.id in here]
    return Refreshed(
        pages=pages,
        moved=_ascending(moved, seen.total, total),
        library_total=total if query.is_everything else listing.count(Query()),
        found=found,
        top=top,
        kept=frozenset(here[line.id] for _, line in seen.selected if line.id in here),
    )


def _shift(moved: Sequence[tuple[int, int]], row: int) -> int:
    """How far the nearest row that was asked for has moved."""
    nearest = min(moved, key=lambda each: abs(each[0] - row), default=(0, 0))
    return nearest[1] - nearest[0]


def _fetch(
    listing: Listing, query: Query, now: datetime, pages: ReportPages, rows: Sequence[int]
) -> dict[str, int]:
    """Fetches the pages of some rows; gives the row of each report that is here then."""
    here: dict[str, int] = {}
    numbers = dict.fromkeys(pages.page_of(row) for row in rows if 0 <= row < pages.total)
    for number in list(numbers)[:MAX_PAGES]:
        step = pages.step_to(number)
        lines = listing.page(query, step, now)
        if pages.is_consistent(step, lines):
            pages.store(step, lines)
            here |= {line.id: number * pages.page_size + place for place, line in enumerate(lines)}
    return here


def _ascending(moved: Sequence[tuple[int, int]], before: int, now: int) -> tuple[tuple[int, int], ...]:
    """The rows in order; one that overtook another is left out, for rows are put in and taken out only."""
    kept: list[tuple[int, int]] = []
    for old, new in sorted(set(moved)):
        fits = old < before and new < now and (not kept or (old > kept[-1][0] and new > kept[-1][1]))
        if fits:
            kept.append((old, new))
    return tuple(kept)
