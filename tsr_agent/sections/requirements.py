"""Requirements and the tests that bear them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.models.requirements import CoverageStatus, VerificationStatus
from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.plain_text import one_line, visible
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import NO_DATA, count, counted, share

if TYPE_CHECKING:
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.models.requirements import RequirementCoverage, UnknownRequirement

_VERIFIED = {
    VerificationStatus.VERIFIED: Mark("✓", "verified", Tone.GO),
    VerificationStatus.FAILED: Mark("✕", "failed", Tone.NO_GO),
    VerificationStatus.NOT_RUN: Mark("○", "not run", Tone.MUTED),
}
_COVERED = {
    CoverageStatus.COVERED: "covered",
    CoverageStatus.PARTIAL: "partial",
    CoverageStatus.UNCOVERED: "uncovered",
}


class RequirementRow(msgspec.Struct, frozen=True, kw_only=True):
    """One requirement."""

    mark: Mark
    id: str
    text: str
    coverage: str
    tests: str
    """How many tests of this report bear on it."""
    test_ids: tuple[str, ...]
    missing: tuple[str, ...]
    """Ids and patterns it names that match no test of this report."""
    untested: bool
    """No test names it, and it names none."""
    is_verified: bool
    whole_text: str
    """All of the requirement's text."""
    tests_as_written: tuple[str, ...]
    """The ids of ``test_ids`` as the report writes them."""
    target: Target


class UnknownRow(msgspec.Struct, frozen=True, kw_only=True):
    """An id that tests name and no requirements file has."""

    id: str
    test_ids: tuple[str, ...]
    tests_as_written: tuple[str, ...]
    """The ids of ``test_ids`` as the report writes them."""
    target: Target


class RequirementsSection(msgspec.Struct, frozen=True, kw_only=True):
    """The requirements of a report."""

    summary: str
    """``19 of 20 verified (95.0 %)``, or ``no data``."""
    rows: tuple[RequirementRow, ...]
    unknown: tuple[UnknownRow, ...]
    loose_ends: str
    """``1 without any test, 2 with missing tests, 3 unknown ids named by tests``; empty without any."""


def requirements(report: TestSummaryReport) -> RequirementsSection:
    """Requirements in the order of their file, unknown ids after them."""
    rows = tuple(_row(each) for each in report.requirement_coverage)
    unknown = tuple(_unknown(each) for each in report.unknown_requirements)
    return RequirementsSection(
        summary=_summary(report.requirement_coverage),
        rows=rows,
        unknown=unknown,
        loose_ends=_loose_ends(rows, len(unknown)),
    )


def _loose_ends(rows: tuple[RequirementRow, ...], unknown: int) -> str:
    untested, missing = sum(row.untested for row in rows), sum(bool(row.missing) for row in rows)
    parts = (
        f"{untested:,} without any test" if untested else "",
        f"{missing:,} with missing tests" if missing else "",
        f"{counted(unknown, 'unknown id')} named by tests" if unknown else "",
    )
    return ", ".join(part for part in parts if part)


def _summary(rows: tuple[RequirementCoverage, ...]) -> str:
    if not rows:
        return NO_DATA
    verified = sum(each.verification_status is VerificationStatus.VERIFIED for each in rows)
    return f"{verified:,} of {counted(len(rows), 'requirement')} verified ({share(verified / len(rows))})"


def _row(requirement: RequirementCoverage) -> RequirementRow:
    return RequirementRow(
        mark=_VERIFIED[requirement.verification_status],
        id=one_line(requirement.requirement_id),
        text=one_line(requirement.requirement_text, 1000),
        coverage=_COVERED[requirement.coverage_status],
        tests=count(len(requirement.test_ids)),
        test_ids=tuple(one_line(each) for each in requirement.test_ids),
        missing=tuple(one_line(each) for each in requirement.missing_tests),
        untested=not requirement.test_ids and not requirement.missing_tests,
        is_verified=requirement.verification_status is VerificationStatus.VERIFIED,
        whole_text=visible(requirement.requirement_text),
        tests_as_written=requirement.test_ids,
        target=Target(Kind.REQUIREMENT, requirement.requirement_id),
    )


def _unknown(unknown: UnknownRequirement) -> UnknownRow:
    return UnknownRow(
        id=one_line(unknown.requirement_id),
        test_ids=tuple(one_line(each) for each in unknown.test_ids),
        tests_as_written=unknown.test_ids,
        target=Target(Kind.REQUIREMENT, unknown.requirement_id),
    )
