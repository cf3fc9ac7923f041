"""Names of environments that may be slips for one another."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHORTEST_WORD = 3
_SHORTEST_FOR_ONE_SLIP = 5
_SHORTEST_FOR_TWO_SLIPS = 8
_LONGEST = 64


def look_alikes(names: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of names of which one may be meant for the other, such as ``prod`` and ``production``.

    Args:
        names: Different names, as they are compared.
    """
    return [pair for pair in combinations(sorted(names), 2) if _alike(*pair)]


def _alike(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if len(longer) > _LONGEST:
        return False
    if len(shorter) < len(longer) and longer.startswith(shorter):
        return len(shorter) >= _SHORTEST_WORD and longer.isalpha()
    # Shards and regions differ by their numbers on purpose.
    if _without_digits(one) == _without_digits(other):
        return False
    allowed = (len(shorter) >= _SHORTEST_FOR_ONE_SLIP) + (len(shorter) >= _SHORTEST_FOR_TWO_SLIPS)
    return 0 < _slips(one, other) <= allowed


def _without_digits(name: str) -> str:
    return "".join(sign for sign in name if not sign.isdigit())


def _slips(one: str, other: str) -> int:
    """Fewest signs that were left out, put in, mistaken or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, sign in enumerate(one, 1):
        older, before, row = before, row, [place]
        for column, wanted in enumerate(other, 1):
            best = min(before[column] + 1, row[-1] + 1, before[column - 1] + (sign != wanted))
            swapped = place > 1 and column > 1 and sign == other[column - 2] and wanted == one[place - 2]
            row.append(min(best, older[column - 2] + 1) if swapped else best)
    return row[-1]
