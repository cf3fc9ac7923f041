"""Results files that are older than the test run they are handed in with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tsr_agent.models.results import RunnerRun, TestType

_SECOND = 1_000_000_000
TOLERANCE = 2 * _SECOND
"""Nanoseconds by which a time of a file may be too early: FAT keeps even seconds, others whole ones."""


def first_starts(runs: Iterable[RunnerRun]) -> dict[TestType, datetime]:
    """By test type, when its first run began; runs that were only stated have no start."""
    starts: dict[TestType, datetime] = {}
    for run in runs:
        if run.started_at is not None:
            starts[run.test_type] = min(run.started_at, starts.get(run.test_type, run.started_at))
    return starts


def why_stale(test_type: TestType, modified: int, starts: Mapping[TestType, datetime]) -> str:
    """Why no run of its type can have written a results file; empty where one can.

    Only the first start counts: several runs of one type may each have left files. The times that stand
    in a file are not asked. Most have no zone, and what was left behind must not excuse itself.

    Args:
        test_type: Of the tests in the file.
        modified: When the file was last written, in nanoseconds since 1970.
        starts: When the first run of each type began.
    """
    first = starts.get(test_type)
    if first is None or modified + TOLERANCE >= round(first.timestamp() * 1_000_000) * 1_000:
        return ""
    return (
        f"last written {_moment(modified)}, before the {test_type.value} tests began at {_shown(first)}, so "
        "it is left from something else; empty the results directory before the tests, and run each "
        "command that writes into it with tsr-agent exec"
    )


def _moment(modified: int) -> str:
    try:
        return f"at {_shown(datetime.fromtimestamp(modified // _SECOND, UTC))}"
    except (OverflowError, ValueError, OSError):
        return "at an impossible time"


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
