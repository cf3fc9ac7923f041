"""Random access to a list that can only be walked: pages, and the keys from which pages start.

The store gives the page that follows a key, in either direction. A view asks for any row. This holds
the keys learnt so far, plans the next page to fetch on the way to the wanted one, and keeps only the
pages used last. Both ends are one step away; the middle costs a walk from the nearest known key.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aitr_desktop.library.listing import ListedReport

PAGE_SIZE = 200
KEPT_PAGES = 50


@dataclass(frozen=True, slots=True)
class Step:
    """A page to fetch."""

    page: int
    after: Any
    """Key to go on from; None for an end of the list."""
    limit: int
    reverse: bool
    """From the end of the list upwards."""


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
        self._down: dict[int, Any] = {0: None}
        self._up: dict[int, Any] = {}
        self.total = 0

    def set_total(self, total: int) -> None:
        """How many rows the list has; makes its end reachable."""
        self.total = total
        self._up = {self.page_of(total - 1): None} if total else {}

    def page_of(self, row: int) -> int:
        """The page that holds a row."""
        return row // self.page_size

    def row(self, row: int) -> ListedReport | None:
        """The row, or None where its page is not here."""
        page = self._pages.get(self.page_of(row))
        place = row % self.page_size
        if page is None or place >= len(page):
            return None
        self._pages.move_to_end(self.page_of(row))
        return page[place]

    def has(self, page: int) -> bool:
        """Whether a page is here."""
        return page in self._pages

    def step_to(self, page: int) -> Step:
        """The next page to fetch on the way to ``page``; it is ``page`` itself where its key is known."""
        down = max((known for known in self._down if known <= page), default=0)
        up = min((known for known in self._up if known >= page), default=None)
        if up is None or page - down <= up - page:
            return Step(down, self._down[down], self.page_size, reverse=False)
        return Step(up, self._up[up], self._length(up), reverse=True)

    def store(self, step: Step, rows: tuple[ListedReport, ...]) -> None:
        """Takes a fetched page in; ``rows`` are in list order whichever way they were fetched."""
        self._pages[step.page] = rows
        self._pages.move_to_end(step.page)
        while len(self._pages) > self._kept:
            self._pages.popitem(last=False)
        if not rows:
            return
        if len(rows) == self.page_size:
            self._down.setdefault(step.page + 1, rows[-1].key)
        if step.page > 0:
            self._up.setdefault(step.page - 1, rows[0].key)

    def is_consistent(self, step: Step, rows: tuple[ListedReport, ...]) -> bool:
        """Whether a page has as many rows as the total promises; if not, the list changed meanwhile."""
        return len(rows) == self._length(step.page)

    def _length(self, page: int) -> int:
        return max(0, min(self.page_size, self.total - page * self.page_size))
