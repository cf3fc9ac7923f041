"""Two texts side by side: which lines are the same, changed, added or removed, and what within a line.

The rows are made from stretches when they are looked at, so a million equal lines cost nothing. Taking one
side of all rows gives that text back byte for byte. The texts may be anybody's: the work is bounded, and
where the bound is met a stretch stands as replaced as a whole, which is said.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from aitr_desktop.code.line_matching import STEPS, Match, matching
from aitr_desktop.code.within_lines import Pairing, Span, spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.code.text_lines import TextLines

MAX_LINES = 400_000
"""Lines of both sides that are compared, those before the first difference and after the last left out."""
ENDS_ONLY = "The texts differ in the ends of their lines only."
MAX_KEPT = 2_000
"""Changed lines whose comparison is kept."""
TOO_DIFFERENT = (
    "The texts differ too much to compare every line in time, "
    "so some lines stand as replaced that may be equal."
)
_BLOCK = 64 * 1024


class RowKind(Enum):
    """What a row shows."""

    EQUAL = "equal"
    CHANGED = "changed"
    """The old line stands beside the one that took its place."""
    REMOVED = "removed"
    ADDED = "added"


class Row(NamedTuple):
    """One row of both sides. Lines are numbered from 1; 0 is none."""

    kind: RowKind
    old: int
    new: int
    old_spans: tuple[Span, ...] = ()
    """What within the old line changed; none where all of it did."""
    new_spans: tuple[Span, ...] = ()
    unseen: str = ""
    """What differs where both lines look the same, a sentence."""


class _Compared(NamedTuple):
    """What within two lines differs."""

    old_spans: tuple[Span, ...]
    new_spans: tuple[Span, ...]
    unseen: str


class Hunk(NamedTuple):
    """Rows next to each other that differ. Rows are numbered from 0."""

    first_row: int
    last_row: int
    old_first: int
    """First old line from here on, whether or not the hunk has old lines."""
    old_count: int
    new_first: int
    new_count: int


@dataclass(frozen=True, slots=True)
class _Stretch:
    kind: RowKind
    row: int
    count: int
    old: int
    new: int


class Difference:
    """Rows of two texts. Made by ``difference``.

    Args:
        old: The one.
        new: The other.
        stretches: Rows of one kind each, in order.
        is_whole: Whether the work was done to its end.
    """

    def __init__(
        self, old: TextLines, new: TextLines, stretches: Sequence[_Stretch], *, is_whole: bool
    ) -> None:
        self.old = old
        self.new = new
        self._stretches = stretches
        self._starts = [each.row for each in stretches]
        self._old_starts = [each.old for each in stretches]
        self._new_starts = [each.new for each in stretches]
        self.count = stretches[-1].row + stretches[-1].count if stretches else 0
        """Rows."""
        self.hunks = _hunks(stretches)
        self.is_whole = is_whole
        """Whether nothing stands as replaced only because the work was bounded."""
        self.remark = "" if is_whole else TOO_DIFFERENT
        """What is to be known of all of it, a sentence."""
        if self.hunks and _without_ends(old.content) == _without_ends(new.content):
            self.remark = ENDS_ONLY
        self._compared: dict[int, _Compared] = {}
        """What within changed lines was found: rows are asked for at each painting."""
        self._hunk_rows = [each.first_row for each in self.hunks]

    def page(self, first: int, last: int) -> list[Row]:
        """Rows to be shown, from 0, as far as there are any; work only for what is asked for."""
        return [self.row(number) for number in range(max(0, first), min(last, self.count - 1) + 1)]

    def row(self, number: int) -> Row:
        """One row.

        Raises:
            IndexError: There is no such row.
        """
        if not 0 <= number < self.count:
            raise IndexError(number)
        stretch = self._stretches[bisect_right(self._starts, number) - 1]
        within = number - stretch.row
        old = stretch.old + within if stretch.kind is not RowKind.ADDED else 0
        new = stretch.new + within if stretch.kind is not RowKind.REMOVED else 0
        if stretch.kind is not RowKind.CHANGED:
            return Row(stretch.kind, old, new)
        if number not in self._compared:
            if len(self._compared) >= MAX_KEPT:
                self._compared.clear()
            self._compared[number] = self._compare(old, new)
        return Row(stretch.kind, old, new, *self._compared[number])

    def _compare(self, old: int, new: int) -> _Compared:
        one, other = self.old.line(old), self.new.line(new)
        if one.text != other.text:
            return _Compared(*spans(one.text, other.text), "")
        if one.left_out or other.left_out:
            return _Compared((), (), "The lines differ beyond what is shown of them.")
        if self.old.bytes_of(old, old).rstrip(b"\r\n") == self.new.bytes_of(new, new).rstrip(b"\r\n"):
            return _Compared((), (), "Only the ends of the lines differ.")
        return _Compared((), (), "The lines differ in bytes that are no text.")

    def row_of_old(self, line: int) -> int:
        """The row that shows a line of the old text; the nearest one for a line that there is not."""
        return self._row_of(line, self._old_starts, RowKind.ADDED)

    def row_of_new(self, line: int) -> int:
        """The row that shows a line of the new text; the nearest one for a line that there is not."""
        return self._row_of(line, self._new_starts, RowKind.REMOVED)

    def _row_of(self, line: int, starts: Sequence[int], without: RowKind) -> int:
        number = bisect_right(starts, line) - 1
        while number >= 0 and self._stretches[number].kind is without:
            number -= 1
        if number < 0:
            return 0
        stretch = self._stretches[number]
        return stretch.row + min(max(0, line - starts[number]), stretch.count - 1)

    def next_hunk(self, row: int) -> Hunk | None:
        """The first one that begins below a row."""
        number = bisect_right(self._hunk_rows, row)
        return self.hunks[number] if number < len(self.hunks) else None

    def previous_hunk(self, row: int) -> Hunk | None:
        """The last one that ends above a row."""
        number = bisect_right(self._hunk_rows, row) - 1
        while number >= 0 and self.hunks[number].last_row >= row:
            number -= 1
        return self.hunks[number] if number >= 0 else None


def difference(old: TextLines, new: TextLines, steps: int = STEPS) -> Difference:
    """Two texts side by side.

    Args:
        old: The one.
        new: The other.
        steps: Budget of the comparison.
    """
    # Which side comes first decides between answers of the same length: both directions have to agree.
    if old.content > new.content:
        matches, is_whole = equal_lines(new, old, steps)
        matches = [Match(match.new, match.old, match.length) for match in matches]
    else:
        matches, is_whole = equal_lines(old, new, steps)
    return Difference(old, new, _stretches(old, new, matches), is_whole=is_whole)


def equal_lines(old: TextLines, new: TextLines, steps: int = STEPS) -> tuple[list[Match], bool]:
    """Which lines are the same, from 0, in order; and whether the work was done to its end."""
    before = _common_before(old.content, new.content)
    if before == len(old.content) == len(new.content):
        return ([Match(0, 0, old.count)] if old.count else []), True
    after = _common_after(old.content, new.content, before)
    above = old.content.count(b"\n", 0, before)
    # What both end with begins with a line; without it the last line has to be counted by itself.
    below = new.count - new.number_at(len(new.content) - after) + 1 if after else 0
    differ, others = old.count - above - below, new.count - above - below
    found = [Match(0, 0, above)] if above else []
    # Counted before they are split: a file of nothing but line ends would fill the memory.
    is_whole = differ + others <= MAX_LINES
    if is_whole:
        numbers: dict[bytes, int] = {}
        pairs, is_whole = matching(
            _numbered(old.content[before : len(old.content) - after], numbers),
            _numbered(new.content[before : len(new.content) - after], numbers),
            steps,
        )
        found += [Match(above + match.old, above + match.new, match.length) for match in pairs]
    if below:
        found.append(Match(above + differ, above + others, below))
    return _whole(found), is_whole


def _common_before(old: bytes, new: bytes) -> int:
    """Bytes of the lines that both begin with."""
    most = min(len(old), len(new))
    low = 0
    while low < most and old[low : low + _BLOCK] == new[low : low + _BLOCK]:
        low += _BLOCK
    low = min(low, most)
    size = _BLOCK
    while size:
        if low + size <= most and old[low : low + size] == new[low : low + size]:
            low += size
        size //= 2
    if low == len(old) == len(new):
        return low
    return old.rfind(b"\n", 0, low) + 1


def _common_after(old: bytes, new: bytes, before: int) -> int:
    """Bytes of the lines that both end with, beyond those that both begin with."""
    most = min(len(old), len(new)) - before
    taken, size = 0, _BLOCK
    while size:
        if taken + size <= most and _end(old, taken, size) == _end(new, taken, size):
            taken += size
        else:
            size //= 2
    # A line is the same only if it begins in the same place; what stands before its first byte decides.
    start, other = len(old) - taken, len(new) - taken
    if all(
        place == before or text[place - 1 : place] == b"\n" for text, place in ((old, start), (new, other))
    ):
        return taken
    end = old.find(b"\n", start)
    return len(old) - end - 1 if end >= 0 else 0


def _end(content: bytes, taken: int, size: int) -> bytes:
    return content[len(content) - taken - size : len(content) - taken]


def _numbered(content: bytes, numbers: dict[bytes, int]) -> list[int]:
    """The lines as numbers, the same ones alike; the last one is another one if it has no end."""
    lines = content.split(b"\n")
    last = lines.pop()
    if last:
        lines.append(last + b"\n")
    return [numbers.setdefault(line, len(numbers)) for line in lines]


def _without_ends(content: bytes) -> bytes:
    """A text with one kind of line ends, and none after the last line."""
    return content.replace(b"\r\n", b"\n").removesuffix(b"\n")


def _whole(found: list[Match]) -> list[Match]:
    joined: list[Match] = []
    for match in found:
        last = joined[-1] if joined else None
        if last is not None and (last.old + last.length, last.new + last.length) == match[:2]:
            joined[-1] = Match(last.old, last.new, last.length + match.length)
        else:
            joined.append(match)
    return joined


def _stretches(old: TextLines, new: TextLines, matches: Sequence[Match]) -> list[_Stretch]:
    made: list[_Stretch] = []
    row = place = other = 0

    def add(kind: RowKind, count: int) -> None:
        nonlocal row, place, other
        if count:
            last = made[-1] if made else None
            if last is not None and last.kind is kind:
                made[-1] = replace(last, count=last.count + count)
            else:
                made.append(_Stretch(kind, row, count, place + 1, other + 1))
            row += count
            place += count if kind is not RowKind.ADDED else 0
            other += count if kind is not RowKind.REMOVED else 0

    pairing = Pairing(old, new)
    pairing = Pairing(old, new)
    for match in [*matches, Match(old.count, new.count, 0)]:
        for run in pairing.runs(range(place, match.old), range(other, match.new)):
            add(RowKind.REMOVED, run.old - place)
            add(RowKind.ADDED, run.new - other)
            add(RowKind.CHANGED, run.length)
        add(RowKind.REMOVED, match.old - place)
        add(RowKind.ADDED, match.new - other)
        add(RowKind.EQUAL, match.length)
    return made


def _hunks(stretches: Sequence[_Stretch]) -> tuple[Hunk, ...]:
    found: list[Hunk] = []
    for each in stretches:
        if each.kind is RowKind.EQUAL:
            continue
        removed = each.count if each.kind is not RowKind.ADDED else 0
        added = each.count if each.kind is not RowKind.REMOVED else 0
        last = found[-1] if found else None
        if last is not None and last.last_row + 1 == each.row:
            found[-1] = last._replace(
                last_row=each.row + each.count - 1,
                old_count=last.old_count + removed,
                new_count=last.new_count + added,
            )
        else:
            found.append(Hunk(each.row, each.row + each.count - 1, each.old, removed, each.new, added))
    return tuple(found)
