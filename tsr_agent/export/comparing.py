"""What changed between two reports of a library, by the decisions on record."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from tsr_agent.sections.comparison import ComparisonSection
    from tsr_agent.sections.document.filed import FiledReport
    from tsr_agent.store.engine import Library


def compared(
    library: Library,
    one: FiledReport,
    other: FiledReport,
    now: datetime,
    zone: tzinfo | None = None,
    *,
    as_given: bool = False,
) -> ComparisonSection:
    """What changed from the older of two reports to the newer, and why the verdict did; every line of it.

    Args:
        library: Has both, and the texts of policies.
        one: A report.
        other: The other, in either order.
        now: When they are judged, where one of them never was.
        zone: Where the reader is; None for the zone of this machine.
        as_given: Whether the first is A, whichever is the older.
    """
    from tsr_agent.gate.side_by_side import side_by_side
    from tsr_agent.sections.comparison import comparison
    from tsr_agent.store.side_by_side import policy_difference

    old, new = (one, other) if as_given else sorted((one, other), key=lambda each: each.report.created_at)
    both = side_by_side(old, new, now, partial(policy_difference, library))
    return comparison(both.found, few=None, left_out=both.left_out, zone=zone, on_trial=both.on_trial)
