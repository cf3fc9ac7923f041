"""The JSON report of coverage.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import msgspec

from tsr_agent.errors import InputError
from tsr_agent.ingest.coverage_tally import difference_remark, sum_counts
from tsr_agent.ingest.heads import top_level_keys
from tsr_agent.ingest.limits import MAX_JSON_BYTES
from tsr_agent.ingest.reader import Parts
from tsr_agent.ingest.whole_file import read_bounded
from tsr_agent.models.base import Count
from tsr_agent.models.coverage import CodeCoverage, CoverageCounts, FileCoverage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import PurePath


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

    def recognise(self, head: bytes, path: PurePath) -> str | None:
        """Takes JSON whose top has ``meta`` and ``files``, as coverage.py writes it; totals stand last."""
        keys = top_level_keys(head)
        return "JSON with meta and files at the top" if {"meta", "files"} <= keys else None

    def read(self, stream: BinaryIO, path: str) -> Parts:
        """Reads the whole report.

        Raises:
            InputError: Not strict JSON, counts missing or impossible, or nothing counted.
        """
        from tsr_agent.models import strict_json

        tree = strict_json.load_tree(read_bounded(stream, path, MAX_JSON_BYTES), source=path)
        try:
            report = msgspec.convert(tree, _Report)
        except msgspec.ValidationError as error:
            raise InputError(f"{path}: not a coverage.py report: {error}.") from error
        _refuse_impossible(report, path)
        files = tuple(_file(source, report.files[source]) for source in sorted(report.files))
        line, branch = _total(each.line for each in files), _total(each.branch for each in files)
        if line is None and branch is None:
            raise InputError(f"{path}: it counts neither lines nor branches: nothing was measured.")
        coverage = CodeCoverage(path=path, tool="coverage.py", line=line, branch=branch, files=files)
        return Parts(code_coverage=(coverage,), remarks=_differences(report, files))


def _refuse_impossible(report: _Report, path: str) -> None:
    for place, summary in [("$.totals", report.totals)] + [
        (f"$.files[{source!r}].summary", each.summary) for source, each in report.files.items()
    ]:
        for counts in (summary.line(), summary.branch()):
            if counts is not None and counts.covered > counts.total:
                raise InputError(f"{path}: {place}: {counts.covered:,} covered of {counts.total:,}.")


def _total(counts: Iterable[CoverageCounts | None]) -> CoverageCounts | None:
    total = sum_counts(counts)
    return total if total.total else None


def _file(source: str, each: _File) -> FileCoverage:
    return FileCoverage(
        path=source,
        line=each.summary.line(),
        branch=each.summary.branch(),
        missing_lines=tuple(sorted(set(each.missing_lines))),
    )


def _differences(report: _Report, files: tuple[FileCoverage, ...]) -> tuple[str, ...]:
    found = [difference_remark("lines", report.totals.line(), sum_counts(each.line for each in files))]
    branch = report.totals.branch()
    if branch is not None:
        found.append(difference_remark("branches", branch, sum_counts(each.branch for each in files)))
    return tuple(each for each in found if each)
