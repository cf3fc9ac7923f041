"""Every file that was handed in, what became of it, and coverage and scans read from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.models.findings import FindingLevel
from tsr_agent.models.report import InputStatus
from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import count, counted, share, short_sha, size

if TYPE_CHECKING:
    from tsr_agent.models.coverage import CodeCoverage, CoverageCounts
    from tsr_agent.models.findings import StaticAnalysis
    from tsr_agent.models.report import InputFile, TestSummaryReport

_STATUSES = {
    InputStatus.READ: Mark("✓", "read", Tone.GO),
    InputStatus.NOT_TAKEN: Mark("–", "not taken", Tone.MUTED),
    InputStatus.UNREADABLE: Mark("✕", "unreadable", Tone.NO_GO),
    InputStatus.STALE: Mark("✕", "stale", Tone.NO_GO),
}
_FIRST = frozenset({InputStatus.UNREADABLE, InputStatus.STALE})


class InputRow(msgspec.Struct, frozen=True, kw_only=True):
    """One file."""

    mark: Mark
    path: str
    size: str
    reader: str
    test_type: str
    sha256: str
    """Short; empty where the file could not be read at all."""
    sha256_whole: str
    reason: str
    remarks: tuple[str, ...]
    target: Target


class CoverageRow(msgspec.Struct, frozen=True, kw_only=True):
    """Code coverage that one file reports; line and branch are never mixed."""

    path: str
    tool: str
    line: str
    branch: str
    target: Target
    """The file it was read from."""


class ScanRow(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a static analyser."""

    mark: Mark
    path: str
    tool: str
    errors: str
    warnings: str
    notes: str
    suppressed: str
    reason: str
    findings: int
    """Of all levels; those that the report does not hold are not among them."""
    not_run: bool
    target: Target
    """The file it was read from."""


def inputs(report: TestSummaryReport) -> tuple[InputRow, ...]:
    """All files in the order they were read, those first that could not be used."""
    ordered = sorted(report.inputs, key=lambda each: each.status not in _FIRST)
    return tuple(_input_row(each) for each in ordered)


def _input_row(file: InputFile) -> InputRow:
    return InputRow(
        mark=_STATUSES[file.status],
        path=one_line(file.path),
        size=size(file.size),
        reader=one_line(file.reader),
        test_type=file.test_type.value if file.test_type else "",
        sha256=short_sha(file.sha256 or ""),
        sha256_whole=file.sha256 or "",
        reason=one_line(file.reason, 1000),
        remarks=tuple(one_line(each, 1000) for each in file.remarks),
        target=Target(Kind.INPUT, file.path),
    )


def code_coverage(report: TestSummaryReport) -> tuple[CoverageRow, ...]:
    """Line and branch coverage by input file."""
    return tuple(_coverage_row(each) for each in report.code_coverage)


def _coverage_row(coverage: CodeCoverage) -> CoverageRow:
    return CoverageRow(
        path=one_line(coverage.path),
        tool=one_line(coverage.tool),
        line=_counts(coverage.line),
        branch=_counts(coverage.branch),
        target=Target(Kind.INPUT, coverage.path),
    )


def _counts(counts: CoverageCounts | None) -> str:
    if counts is None or counts.rate is None:
        return share(None)
    return f"{share(counts.rate)} ({counts.covered:,} of {counts.total:,})"


def scans(report: TestSummaryReport) -> tuple[ScanRow, ...]:
    """Static analyses with their findings by level."""
    return tuple(_scan_row(each) for each in report.static_analysis)


def _scan_row(scan: StaticAnalysis) -> ScanRow:
    levels = [finding.level for finding in scan.findings]
    errors, warnings = levels.count(FindingLevel.ERROR), levels.count(FindingLevel.WARNING)
    left_out = f"{counted(scan.left_out, 'further finding')} not held" if scan.left_out else ""
    if not scan.executed:
        mark = Mark("○", "not run", Tone.MUTED)
    elif errors:
        mark = Mark("✕", "errors found", Tone.NO_GO)
    elif warnings:
        mark = Mark("▲", "warnings found", Tone.PENDING)
    else:
        mark = Mark("✓", "ran", Tone.GO)
    return ScanRow(
        mark=mark,
        path=one_line(scan.path),
        tool=one_line(scan.tool),
        errors=count(errors),
        warnings=count(warnings),
        notes=count(len(levels) - errors - warnings),
        suppressed=count(scan.suppressed),
        reason=one_line("; ".join(filter(None, (scan.reason, left_out)))),
        findings=len(scan.findings),
        not_run=not scan.executed,
        target=Target(Kind.INPUT, scan.path),
    )
