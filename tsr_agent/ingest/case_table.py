"""The cases of one results file as a sequence that makes each case when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, overload

from tsr_agent.models.results import TestCase

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tsr_agent.ingest.case_block import CaseBlock


class CaseTable(Sequence[TestCase]):
    """Packed cases, with what merging made of some of them.

    Walking over it unpacks a block at a time, so that a file of a million cases is never held as a
    million objects by its reader. Cases are equal, not identical, from one walk to the next.

    Args:
        blocks: The cases in the file's order.
        changed: By position in the file, the case that stands there instead; None where there is none.
        further: Cases behind those of the file.
    """

    def __init__(
        self,
        blocks: Sequence[CaseBlock],
        changed: Mapping[int, TestCase | None],
        further: tuple[TestCase, ...] = (),
    ) -> None:
        self._blocks = blocks
        self._changed = changed
        self._further = further
        gone = sum(case is None for case in changed.values())
        self._length = sum(block.size for block in blocks) - gone + len(further)

    def __len__(self) -> int:
        """How many cases there are after merging."""
        return self._length

    def __iter__(self) -> Iterator[TestCase]:
        """One walk over the cases."""
        start = 0
        for block in self._blocks:
            cases = block.cases()
            yield from self._as_changed(start, cases) if self._changed else cases
            start += block.size
        yield from self._further

    def _as_changed(self, start: int, cases: list[TestCase]) -> Iterator[TestCase]:
        for position, case in enumerate(cases, start):
            standing = self._changed.get(position, case)
            if standing is not None:
                yield standing

    @overload
    def __getitem__(self, place: int) -> TestCase: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[TestCase, ...]: ...
    def __getitem__(self, place: int | slice) -> TestCase | tuple[TestCase, ...]:
        """One case or some. It walks from the start: to take all, walk over the table once."""
        if isinstance(place, slice):
            return tuple(self)[place]
        index = place + self._length if place < 0 else place
        if not 0 <= index < self._length:
            raise IndexError(f"no case {place} among {self._length}")
        return next(islice(self, index, None))

    def __eq__(self, other: object) -> bool:
        """Whether another table, or a tuple, holds equal cases in the same order."""
        if not isinstance(other, (CaseTable, tuple)):
            return NotImplemented
        return len(self) == len(other) and all(mine == its for mine, its in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # as of a list: it is compared by what it holds

    def __repr__(self) -> str:
        """All cases, for a person who looks for a fault."""
        return f"CaseTable({list(self)!r})"
