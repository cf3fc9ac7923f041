"""Requirements and tests both ways: which tests bear out a requirement, and what each test is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.sections.requirements import RequirementRow, RequirementsSection, UnknownRow
from tsr_agent.sections.tests import CaseRow, needs_a_look

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tsr_agent.models.report import TestSummaryReport


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """Both ways between requirements and tests, with the loose ends of either side."""

    cases: dict[str, CaseRow]
    """Cases by id; of equal ids the one that needs a look."""
    named: dict[str, list[RequirementRow]]
    """Requirements by the ids of their tests."""
    strays: dict[str, list[UnknownRow]]
    """Ids that no requirements file has, by the tests that name them."""
    tests: tuple[CaseRow, ...]
    """Tests that bear on a requirement, known or not; those that need a look first."""
    without: tuple[CaseRow, ...]
    """Tests that bear on none."""
    missing: tuple[tuple[str, tuple[RequirementRow, ...]], ...]
    """Ids and patterns that requirements name and no test of the report has."""
    unknown: tuple[UnknownRow, ...]
    untested: tuple[RequirementRow, ...]
    """Requirements without any test in this report."""


def matrix(report: TestSummaryReport, section: RequirementsSection) -> Matrix:
    """Goes through requirements and tests once.

    Args:
        report: Has the tests.
        section: Its requirements.
    """
    cases = _cases(report)
    named: dict[str, list[RequirementRow]] = {}
    missing: dict[str, list[RequirementRow]] = {}
    for row in section.rows:
        for test_id in dict.fromkeys(row.tests_as_written):
            named.setdefault(test_id, []).append(row)
        for absent in dict.fromkeys(row.missing):
            missing.setdefault(absent, []).append(row)
    unknown: dict[str, list[UnknownRow]] = {}
    for stray in section.unknown:
        for test_id in dict.fromkeys(stray.tests_as_written):
            unknown.setdefault(test_id, []).append(stray)
    bearing: list[CaseRow] = []
    without: list[CaseRow] = []
    for case in _every(report):
        is_bearing = case.case.id in named or case.case.id in unknown
        (bearing if is_bearing else without).append(case)
    return Matrix(
        cases=cases,
        named=named,
        strays=unknown,
        tests=tuple(sorted(bearing, key=lambda each: not needs_a_look(each.case))),
        without=tuple(without),
        missing=tuple((name, tuple(rows)) for name, rows in missing.items()),
        unknown=section.unknown,
        untested=tuple(row for row in section.rows if not row.test_ids),
    )


def _every(report: TestSummaryReport) -> Iterable[CaseRow]:
    for result in report.test_results:
        kind = result.test_type.value
        for case in result.test_cases:
            yield CaseRow(case, kind)


def _cases(report: TestSummaryReport) -> dict[str, CaseRow]:
    found: dict[str, CaseRow] = {}
    for row in _every(report):
        known = found.get(row.case.id)
        if known is None or (needs_a_look(row.case) and not needs_a_look(known.case)):
            found[row.case.id] = row
    return found
