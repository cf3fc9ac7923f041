"""A coverage file's own totals held against what its elements add up to: they never raise a rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tsr_agent.models.coverage import CoverageCounts


def lower_rate(counts: Iterable[CoverageCounts | None]) -> CoverageCounts | None:
    """The counts with the lowest rate, the larger total of equals; None where all count nothing."""
    known = [each for each in counts if each is not None and each.total > 0]
    return min(known, key=lambda each: (each.covered / each.total, -each.total), default=None)


def reconciled(
    measure: str, header: CoverageCounts | None, counted: CoverageCounts
) -> tuple[CoverageCounts | None, str | None]:
    """The counts that hold, and a sentence where the totals and the elements disagree.

    Args:
        measure: ``lines`` or ``branches``, for the sentence.
        header: What the file's own totals say; None where it has none.
        counted: What its elements add up to.

    Returns:
        The lower rate of both, None where neither counts anything; and the remark.
    """
    lower = lower_rate((header, counted))
    if header is None or header == counted:
        return lower, None
    which = "the lower rate counts" if min(header.total, counted.total) else "the only figures count"
    return lower, (
        f"The totals say {header.covered:,} of {header.total:,} {measure}, "
        f"the elements {counted.covered:,} of {counted.total:,}; {which}."
    )
