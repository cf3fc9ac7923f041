"""The JSON report of coverage.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import msgspec

from tsr_agent.errors import InputError
from tsr_agent.ingest.coverage_tally import settle, sum_counts
from tsr_agent.ingest.heads import top_level_keys
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.reader import Parts
from tsr_agent.ingest.whole_file import read_json
from tsr_agent.models.base import Count
from tsr_agent.models.coverage import CodeCoverage, CoverageCounts, FileCoverage

if TYPE_CHECKING:
    from pathlib import PurePath


FILE_NAME = "coverage.json"


class _Summary(msgspec.Struct):
    """Counts of one file or of all; other keys of the tool are passed over."""

    covered_lines: Count
    num_statements: Count
    covered_branches: Count | None = None
    num_branches: Count | None = None

    def line(self) -> CoverageCounts:
        return CoverageCounts(covered=self.covered_lines, total=self.num_statements)

    def branch(self) -> CoverageCounts | None:
        if self.covered_branches is None or self.num_branches is None:
            return None
        return CoverageCounts(covered=self.covered_branches, total=self.num_branches)


class _File(msgspec.Struct):
    summary: _Summary
    missing_lines: tuple[Count, ...] = ()


class _Meta(msgspec.Struct):
    version: str = ""


class _Report(msgspec.Struct):
    totals: _Summary
    files: dict[str, _File]
    meta: _Meta = msgspec.field(default_factory=_Meta)


class CoverageJsonReader:
    """Reads the totals and each file's counts; its combined percentage is not a measure of ours."""

    name = "coverage.py JSON"

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def recognise(self, head: bytes, path: PurePath) -> str | None:
        """Takes JSON whose top has ``meta`` and ``files``, as coverage.py writes it; totals stand last.

        Takes any ``coverage.json`` too, so that one that was cut off is unreadable and not overlooked.
        """
        if {"meta", "files"} <= top_level_keys(head):
            return "JSON with meta and files at the top"
        return f"named {FILE_NAME}" if path.name.lower() == FILE_NAME else None

    def read(self, stream: BinaryIO, path: str) -> Parts:
        """Reads the whole report.

        Raises:
            InputError: Not strict JSON, counts missing or impossible, or nothing counted.
        """
        tree = read_json(stream, path, self._limits)
        try:
            report = msgspec.convert(tree, _Report)
        except msgspec.ValidationError as error:
            raise InputError(f"{path}: not a coverage.py report: {error}.") from error
        _refuse_impossible(report, path)
        files = tuple(_file(source, report.files[source]) for source in sorted(report.files))
        totals = report.totals
        lines, branches = (sum_counts(each.line for each in files), sum_counts(each.branch for each in files))
        line, about_lines = settle("lines", totals.line(), lines)
        branch, about_branches = settle("branches", totals.branch(), branches)
        if line is None and branch is None:
            raise InputError(f"{path}: it counts neither lines nor branches: nothing was measured.")
        coverage = CodeCoverage(path=path, tool="coverage.py", line=line, branch=branch, files=files)
        return Parts(code_coverage=(coverage,), remarks=tuple(filter(None, (about_lines, about_branches))))


def _refuse_impossible(report: _Report, path: str) -> None:
    for place, summary in [("$.totals", report.totals)] + [
        (f"$.files[{source!r}].summary", each.summary) for source, each in report.files.items()
    ]:
        for counts in (summary.line(), summary.branch()):
            if counts is not None and counts.covered > counts.total:
                raise InputError(f"{path}: {place}: {counts.covered:,} covered of {counts.total:,}.")


def _file(source: str, each: _File) -> FileCoverage:
    return FileCoverage(
        path=source,
        line=each.summary.line(),
        branch=each.summary.branch(),
        missing_lines=tuple(sorted(set(each.missing_lines))),
    )
