"""The cases of a report by what rules ask of them, and whether they bear out a requirement."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tsr_agent.models.requirements import CoverageStatus, RequirementCoverage
from tsr_agent.models.results import CaseStatus, TestCase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tsr_agent.models.results import TestTypeResult


NOT_PASSED = (CaseStatus.FAILED, CaseStatus.ERROR, CaseStatus.XPASSED)
"""What speaks against a release, whatever the attempts before it."""


class CaseIndex:
    """Test cases by id and those that did not simply pass, each looked up once for all rules.

    Two test types may use the same id; then all of them count. Each half is made with the first question
    for it: a report without requirements asks none, and a million lists are spared.
    """

    def __init__(self, results: Iterable[TestTypeResult]) -> None:
        self._results = tuple(results)

    @cached_property
    def _by_id(self) -> dict[str, list[TestCase]]:
        by_id: dict[str, list[TestCase]] = {}
        for result in self._results:
            for case in result.test_cases:
                by_id.setdefault(case.id, []).append(case)
        return by_id

    @cached_property
    def _doubtful(self) -> dict[int, tuple[TestCase, ...]]:
        return {
            id(result): tuple(case for case in result.test_cases if case.flaky or case.status in NOT_PASSED)
            for result in self._results
        }

    def doubtful(self, result: TestTypeResult) -> tuple[TestCase, ...]:
        """The cases of one of the results that failed, broke, passed unexpectedly or only after a failure."""
        return self._doubtful[id(result)]

    def named(self, test_id: str) -> list[TestCase]:
        """All cases of that id; empty where the report has none."""
        return self._by_id.get(test_id, [])


def objection(requirement: RequirementCoverage, index: CaseIndex) -> str:
    """Why the cases do not verify a requirement, in a few words; empty where they do.

    Verified means: it names tests, all of them are in the report, at least one ran, and every one that
    ran passed at once. An expected failure is not a pass, nor is an unexpected or a flaky one.
    """
    if requirement.coverage_status is not CoverageStatus.COVERED or requirement.missing_tests:
        return "tests that it names are missing"
    if not requirement.test_ids:
        return "it names no test"
    cases = [case for test_id in requirement.test_ids for case in index.named(test_id)]
    if any(not index.named(test_id) for test_id in requirement.test_ids):
        return "tests that it names are not in the report"
    ran = [case for case in cases if case.status is not CaseStatus.SKIPPED]
    if not ran:
        return "none of its tests ran"
    if any(case.status is not CaseStatus.PASSED or case.flaky for case in ran):
        return "a test of it did not pass at once"
    return ""
