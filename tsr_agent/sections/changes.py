"""What changed between two reports as lines: what each is about, what both reports say, what became of it.

A line reads in one sentence, for a terminal, and in columns beside each other, for a screen or a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, overload

import msgspec

from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.targets import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

WORSE = Mark("✕", "worse", Tone.NO_GO)
DOUBTFUL = Mark("▲", "to look at", Tone.PENDING)
BETTER = Mark("✓", "better", Tone.GO)
OTHER = Mark("–", "changed", Tone.MUTED)
SAME = Mark("=", "the same", Tone.MUTED)
MARKS = (WORSE, DOUBTFUL, BETTER, OTHER, SAME)
"""The heaviest first."""


class SideCell(msgspec.Struct, frozen=True, kw_only=True):
    """What one of the two reports says about what a line is about."""

    text: str
    mark: Mark | None = None
    """Its state, where it has one."""
    target: Target | None = None
    """Where it stands in that report."""

    def __str__(self) -> str:
        """State and text, ``✕ fail · 0.297``."""
        return " · ".join(each for each in (str(self.mark or ""), self.text) if each)


NOT_THERE = SideCell(text="not there")


class ChangeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One change in a line, with what explains it below."""

    mark: Mark
    text: str
    """All of it in one sentence."""
    details: tuple[str, ...] = ()
    name: str = ""
    """What it is about; empty where it can only be said in the sentence."""
    old: SideCell = NOT_THERE
    new: SideCell = NOT_THERE
    note: str = ""
    """What became of it, in a few words."""
    below: tuple[str, ...] = ()
    """What is left to be said where name, sides and note are shown."""


class ChangeGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Changes of one kind."""

    mark: Mark
    title: str
    """How many of what, in a few words."""
    rows: Sequence[ChangeRow] = ()
    more: int = 0
    """Changes beyond those that have a row."""


class Rows(Sequence[ChangeRow]):
    """Lines that are made when somebody looks at them: two reports may have 100,000.

    Args:
        items: What there is a line of.
        make: Makes the line.
    """

    def __init__(self, items: Sequence[Any], make: Callable[[Any], ChangeRow]) -> None:
        self._items = items
        self._make = make

    def __len__(self) -> int:
        """How many there are."""
        return len(self._items)

    @overload
    def __getitem__(self, place: int) -> ChangeRow: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[ChangeRow]: ...
    def __getitem__(self, place: int | slice) -> ChangeRow | Sequence[ChangeRow]:
        """One of them, or a part of them."""
        if isinstance(place, slice):
            return Rows(self._items[place], self._make)
        return self._make(self._items[place])


def group(
    mark: Mark, title: str, rows: Iterable[ChangeRow], total: int, few: int | None
) -> tuple[ChangeGroup, ...]:
    """One group with as many rows as are wanted; none where nothing changed."""
    if not total:
        return ()
    shown = tuple(islice(rows, few))
    return (ChangeGroup(mark=mark, title=title, rows=shown, more=total - len(shown)),)


def together(rows: Sequence[ChangeRow], most: int = 1_000) -> Mark:
    """The heaviest mark among the first lines."""
    marks = {row.mark for row in islice(rows, most)}
    return next((each for each in MARKS if each in marks), SAME)
