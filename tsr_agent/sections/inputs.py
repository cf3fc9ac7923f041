"""Every file that was handed in, what became of it, and coverage and scans read from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.models.coverage import FileCoverage
from tsr_agent.models.findings import Finding, FindingLevel
from tsr_agent.models.report import InputStatus
from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import count, counted, share, short_sha, size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.models.coverage import CodeCoverage, CoverageCounts
    from tsr_agent.models.findings import StaticAnalysis
    from tsr_agent.models.report import InputFile, TestSummaryReport

_STATUSES = {
    InputStatus.READ: Mark("✓", "read", Tone.GO),
    InputStatus.NOT_TAKEN: Mark("–", "not taken", Tone.MUTED),
    InputStatus.UNREADABLE: Mark("✕", "unreadable", Tone.NO_GO),
    InputStatus.STALE: Mark("✕", "stale", Tone.NO_GO),
}
MOST_RANGES = 12
"""Ranges of uncovered lines that are named in one row."""
_LEVELS = {
    FindingLevel.ERROR: Mark("✕", "error", Tone.NO_GO),
    FindingLevel.WARNING: Mark("▲", "warning", Tone.PENDING),
    FindingLevel.NOTE: Mark("–", "note", Tone.MUTED),
    FindingLevel.NONE: Mark("–", "no level", Tone.MUTED),
}
_ORDER = tuple(_LEVELS)
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


class FindingRow(msgspec.Struct, frozen=True):
    """One finding of a scan. Its words are made when they are asked for: a scan may have 10,000."""

    finding: Finding
    path: str
    """Of the file of the scan."""

    @property
    def mark(self) -> Mark:
        """How bad it is."""
        return _LEVELS[self.finding.level]

    @property
    def rule(self) -> str:
        """On one line."""
        return one_line(self.finding.rule_id)

    @property
    def place(self) -> str:
        """``file:line`` as the tool wrote it; empty where it wrote none."""
        return one_line(self.written)

    @property
    def written(self) -> str:
        """The same in full."""
        finding = self.finding
        return f"{finding.file}:{finding.line}" if finding.file and finding.line else finding.file

    @property
    def message(self) -> str:
        """On one line."""
        return one_line(self.finding.message)

    @property
    def target(self) -> Target:
        """The finding, within its scan."""
        return finding_target(self.finding, self.path)


class CoveredFileRow(msgspec.Struct, frozen=True):
    """A source file with lines that no test ran."""

    file: FileCoverage
    within: str
    """The file of the coverage."""

    @property
    def path(self) -> str:
        """On one line."""
        return one_line(self.file.path)

    @property
    def lines(self) -> str:
        """``15–16, 19 and 40 more``."""
        return _ranges_words(self.file.missing_lines)

    @property
    def covered(self) -> str:
        """Share and counts of its lines."""
        return _counts(self.file.line)

    @property
    def first(self) -> int:
        """The first line that no test ran."""
        return min((each for each in self.file.missing_lines if each > 0), default=1)

    @property
    def target(self) -> Target:
        """The file, within its coverage."""
        return Target(Kind.COVERED_FILE, self.file.path, self.within)


class CoverageRow(msgspec.Struct, frozen=True, kw_only=True):
    """Code coverage that one file reports; line and branch are never mixed."""

    path: str
    tool: str
    line: str
    branch: str
    target: Target
    """The file it was read from."""
    files: tuple[CoveredFileRow, ...] = ()
    """Source files with lines that no test ran, those with the most first."""


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
    listed: tuple[FindingRow, ...] = ()
    """Those that the report holds, the worst first."""


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
        files=tuple(
            CoveredFileRow(file, coverage.path)
            for file in sorted(coverage.files, key=lambda each: (-len(each.missing_lines), each.path))
            if file.missing_lines
        ),
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
        listed=tuple(
            FindingRow(each, scan.path)
            for each in sorted(scan.findings, key=lambda each: _ORDER.index(each.level))
        ),
    )


def finding_target(finding: Finding, path: str) -> Target:
    """A finding of the scan in a file."""
    return Target(Kind.FINDING, f"{finding.rule_id} {finding.file}:{finding.line or 0}", path)


def _ranges_words(lines: Sequence[int]) -> str:
    found: list[tuple[int, int]] = []
    for line in sorted(set(lines)):
        if found and line == found[-1][1] + 1:
            found[-1] = found[-1][0], line
        else:
            found.append((line, line))
    said = [f"{first:,}" if first == last else f"{first:,}–{last:,}" for first, last in found[:MOST_RANGES]]
    more = len(found) - MOST_RANGES
    return ", ".join(said) + (f" and {more:,} more" if more > 0 else "")
