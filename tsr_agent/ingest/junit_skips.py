"""Tests that a file lists like passed ones although its own header does not count them as such."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from tsr_agent.ingest.junit_suite import header_totals
from tsr_agent.models.results import CaseStatus, TestCase

if TYPE_CHECKING:
    from tsr_agent.ingest.junit_suite import Suite

NOT_RUN = "It took no time, and the totals of its suite leave it out of the passed tests."


def take_unshown_skips(suite: Suite) -> list[int]:
    """The cases without time that a closed suite's header leaves out of the passed ones.

    jest-junit writes ``test.todo`` as a case without children, so that it looks like a pass. Which case
    is meant is told by its time alone: a test that ran may take no time as well, the number is right.

    Args:
        suite: With its own cases and those of the suites in it. The cases are taken out of ``idle``
            and counted as skipped.

    Returns:
        Their positions in the file.
    """
    if not suite.idle:
        return []
    totals = header_totals(suite)
    more = _more_skipped(suite, totals)
    count = min(max(more, _left_out_by_jest(suite, totals) if suite.by_jest else 0), len(suite.idle))
    if count <= 0:
        return []
    skipped = suite.tallies["skipped"]
    skipped.cases += min(max(more, 0), count)
    skipped.outcomes += count
    in_order = sorted(suite.idle)
    taken, suite.idle = in_order[:count], in_order[count:]
    return taken


def as_skipped(case: TestCase) -> TestCase:
    """The case as one that did not run."""
    return structs.replace(case, status=CaseStatus.SKIPPED, message=NOT_RUN)


def _more_skipped(suite: Suite, totals: dict[str, int]) -> int:
    """By how much the header counts more skipped tests than its elements and its missing cases explain."""
    shown = suite.tallies["skipped"].outcomes
    absent = max(0, totals.get("tests", 0) - suite.tests.outcomes)
    return totals.get("skipped", 0) - shown - absent - max(0, suite.explained.get("skipped", 0))


def _left_out_by_jest(suite: Suite, totals: dict[str, int]) -> int:
    """By how much there are more passed cases than jest counts; it counts no ``todo`` at all."""
    others = ("failures", "errors", "skipped")
    if any(totals.get(each) != suite.tallies[each].cases for each in others):
        return 0
    return suite.tests.cases - totals.get("tests", suite.tests.cases)
