"""How many findings of a scan a report holds, and which: the worst."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.models.findings import FindingLevel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tsr_agent.models.limits import Limits

MAX_MESSAGE = 2_000
"""Characters of one finding's message that a report holds."""
MAX_FILE = 4_096
_RANKS = {level: rank for rank, level in enumerate(FindingLevel)}


def worst(levels: Iterable[tuple[FindingLevel, int]], limits: Limits) -> list[int]:
    """The numbers of the findings that are held: worst level first, otherwise in their order.

    Args:
        levels: Each finding's level and its number.
        limits: How many are held.
    """
    ranked = sorted((_RANKS[level], number) for level, number in levels)
    return [number for _, number in ranked[: limits.findings]]


def bound_remark(found: int, limits: Limits) -> tuple[str, ...]:
    """A sentence where more was found than is held; nothing where all is held."""
    if found <= limits.findings:
        return ()
    return (f"{found:,} findings; the report holds the worst {limits.findings:,}.",)
