"""Which lines have colours, and for which they are still to be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.code.styling import Piece

MOST_KEPT = 20_000
"""Lines whose pieces are kept."""


class PiecesKept:
    """The pieces of lines that were seen, and of the page after them."""

    def __init__(self) -> None:
        self._pieces: dict[int, Sequence[Piece]] = {}
        self._asked: set[int] = set()

    def of(self, line: int) -> Sequence[Piece]:
        """The pieces of a line; none where nobody has brought any."""
        return self._pieces.get(line, ())

    def take(self, first: int, pieces: Sequence[Sequence[Piece]]) -> None:
        """Keeps the pieces of lines that follow each other."""
        self._asked.update(range(first, first + len(pieces)))
        self._pieces.update(enumerate(pieces, first))

    def forget(self) -> None:
        """Knows nothing any more, and asks for everything again."""
        self._pieces.clear()
        self._asked.clear()

    def wanted(self, first: int, last: int, page: int, count: int) -> list[tuple[int, int]]:
        """The lines to ask for now: those in sight with a page after them, then the page before.

        Nothing while half a page on both sides is known, so that one step asks for no single line.
        A line is asked for once.

        Args:
            first: The first line in sight.
            last: The last one.
            page: Lines of a page.
            count: Lines of the file.
        """
        self._make_room(first - 2 * page, last + 2 * page)
        found = []
        for near, start, end in (
            (last + page // 2, first, last + page),
            (first - 1, first - page, first - 1),
        ):
            near_first = first if start == first else first - page // 2
            if self._is_known(max(1, near_first), min(near, count)):
                continue
            unknown = [line for line in range(max(1, start), min(end, count) + 1) if line not in self._asked]
            self._asked.update(unknown)
            if unknown:
                found.append((unknown[0], unknown[-1]))
        return found

    def _is_known(self, first: int, last: int) -> bool:
        return all(line in self._asked for line in range(first, last + 1))

    def _make_room(self, first: int, last: int) -> None:
        if len(self._asked) <= MOST_KEPT:
            return
        self._asked = {line for line in self._asked if first <= line <= last}
        self._pieces = {line: each for line, each in self._pieces.items() if first <= line <= last}
