"""Random access to a list that can only be walked: pages, and the keys from which pages start.

The store gives the page that follows a key, in either direction, and can step over rows on the way. A
view asks for any row. This holds the keys learnt so far, plans the step from the nearest of them, and
keeps only the pages used last.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aitr_desktop.library.listing import ListedReport

PAGE_SIZE = 100
KEPT_PAGES = 100


@dataclass(frozen=True, slots=True)
class Step:
    """A page to fetch."""

    page: int
    after: Any
    """Key to go on from; None for an end of the list."""
    limit: int
    reverse: bool
    """From the end of the list upwards."""
    skip: int = 0
    """Rows to step over first."""


class ReportPages:
    """The pages of one list.

    Args:
        page_size: Rows of a page.
        kept: Pages kept at once.
    """

    def __init__(self, page_size: int = PAGE_SIZE, kept: int = KEPT_PAGES) -> None:
        self.page_size = page_size
        self._kept = kept
        self._pages: OrderedDict[int, tuple[ListedReport, ...]] = OrderedDict()
        self._down = _Keys()
        self._down.learn(0, None)
        self._up = _Keys()
        self.total = 0

    def set_total(self, total: int) -> None:
        """How many rows the list has; makes its end reachable."""
        self.total = total
        self._up = _Keys()
        if total:
            self._up.learn(self.page_of(total - 1), None)

    def page_of(self, row: int) -> int:
        """The page that holds a row."""
        return row // self.page_size

    def row(self, row: int) -> ListedReport | None:
        """The row, or None where its page is not here."""
        number, place = divmod(row, self.page_size)
        page = self._pages.get(number)
        if page is None or place >= len(page):
            return None
        self._pages.move_to_end(number)
        return page[place]

    def has(self, page: int) -> bool:
        """Whether a page is here."""
        return page in self._pages

    def step_to(self, page: int) -> Step:
        """How to fetch a page: from the nearest key that is known, stepping over what lies between."""
        down = self._down.below(page)
        up = self._up.above(page)
        if up is None or page - down[0] <= up[0] - page:
            skip = (page - down[0]) * self.page_size
            return Step(page, down[1], self.page_size, reverse=False, skip=skip)
        skip = self._end(up[0]) - self._end(page)
        return Step(page, up[1], self._length(page), reverse=True, skip=skip)

    def store(self, step: Step, rows: tuple[ListedReport, ...]) -> None:
        """Takes a fetched page in; ``rows`` are in list order whichever way they were fetched."""
        self._pages[step.page] = rows
        self._pages.move_to_end(step.page)
        while len(self._pages) > self._kept:
            self._pages.popitem(last=False)
        if not rows:
            return
        if len(rows) == self.page_size:
            self._down.learn(step.page + 1, rows[-1].key)
        if step.page > 0:
            self._up.learn(step.page - 1, rows[0].key)

    def is_consistent(self, step: Step, rows: tuple[ListedReport, ...]) -> bool:
        """Whether a page has as many rows as the total promises; if not, the list changed meanwhile."""
        return len(rows) == self._length(step.page)

    def _end(self, page: int) -> int:
        """Number of the row after a page's last."""
        return min(self.total, (page + 1) * self.page_size)

    def _length(self, page: int) -> int:
        return max(0, self._end(page) - page * self.page_size)


class _Keys:
    """Keys by page, and the nearest on either side of one."""

    def __init__(self) -> None:
        self._pages: list[int] = []
        self._keys: dict[int, Any] = {}

    def learn(self, page: int, key: Any) -> None:
        if page not in self._keys:
            insort(self._pages, page)
            self._keys[page] = key

    def below(self, page: int) -> tuple[int, Any]:
        found = self._pages[bisect_right(self._pages, page) - 1]
        return found, self._keys[found]

    def above(self, page: int) -> tuple[int, Any] | None:
        place = bisect_left(self._pages, page)
        if place == len(self._pages):
            return None
        return self._pages[place], self._keys[self._pages[place]]
