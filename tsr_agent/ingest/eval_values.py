"""Values that eval tools write, made fit for a report."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tsr_agent.errors import InputError
from tsr_agent.ingest.bounded_text import clean, cut_middle, cut_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAX_METRICS = 10_000
"""Metrics of one file; the largest benchmark suites have a tenth of this."""
MAX_SHOWN = 300
"""Characters of a name or an error message that is quoted in a sentence."""
_MAX_NAME = 1_000
_MAX_WORDS = 100_000
"""Characters of a name that are looked through for words: each word takes ten times its room in memory."""
_MAX_ERROR = 2_000
_MAX_REMARKS = 50


def finite(value: object) -> float | None:
    """A number that can be weighed: no text, no boolean, neither NaN nor infinite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def name_of(text: str) -> str:
    """A name as a report holds it: on one line, bounded, still different from other names."""
    return cut_name(clean(" ".join(cut_name(text, _MAX_WORDS).split())), _MAX_NAME)


def error_text(text: str) -> str:
    """A tool's error message as a report holds it with a sample."""
    return clean(cut_middle(text, _MAX_ERROR))


def in_a_sentence(text: str) -> str:
    """A tool's own words, short enough and without the full stop that ends our sentence."""
    return clean(" ".join(text[:MAX_SHOWN].split())).rstrip(".")


def different(names: Iterable[str]) -> Iterator[str]:
    """The names in their order, those that come again with a number behind them."""
    last: dict[str, int] = {}
    taken: set[str] = set()
    for name in names:
        candidate = name
        while candidate in taken:
            last[name] = last.get(name, 1) + 1
            candidate = f"{name} #{last[name]}"
        taken.add(candidate)
        yield candidate


def refuse_too_many_metrics(number: int, path: str) -> None:
    """Holds the metrics of a file to what a report can show.

    Raises:
        InputError: More than ``MAX_METRICS``.
    """
    if number > MAX_METRICS:
        raise InputError(f"{path}: {number:,} metrics; at most {MAX_METRICS:,} are read of one file.")


def first_remarks(remarks: Sequence[str]) -> tuple[str, ...]:
    """The remarks, or the first of them and how many more there are."""
    if len(remarks) <= _MAX_REMARKS:
        return tuple(remarks)
    return (*remarks[:_MAX_REMARKS], f"And {len(remarks) - _MAX_REMARKS:,} more remarks of this kind.")
