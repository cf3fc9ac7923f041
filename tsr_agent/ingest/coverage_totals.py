"""Which of several counts of the same code holds: the one that promises least."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tsr_agent.models.coverage import CoverageCounts


def lower_rate(counts: Iterable[CoverageCounts | None]) -> CoverageCounts | None:
    """The counts with the lowest rate, the larger total of equals; None where all count nothing."""
    known = [each for each in counts if each is not None and each.total > 0]
    return min(known, key=lambda each: (each.covered / each.total, -each.total), default=None)
