"""Code coverage of two reports: by measure as the gate judges it, and by source file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.models.base import LongText, Record
from tsr_agent.models.coverage import CoverageCounts, CoverageMeasure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tsr_agent.models.coverage import CodeCoverage, FileCoverage


class CoverageChange(Record, frozen=True, kw_only=True):
    """One measure, of the whole or of one source file."""

    measure: CoverageMeasure
    file: LongText
    """Empty for the whole: the coverage file with the lowest share, which is what the gate judges."""
    old: CoverageCounts | None
    """None where the old report has no such figure."""
    new: CoverageCounts | None

    @property
    def difference(self) -> float | None:
        """New share minus old; None unless both are known."""
        old = self.old.rate if self.old is not None else None
        new = self.new.rate if self.new is not None else None
        return None if old is None or new is None else new - old


class CoverageChanges(Record, frozen=True, kw_only=True):
    """What became of the code coverage."""

    measures: tuple[CoverageChange, ...] = ()
    files: tuple[CoverageChange, ...] = ()
    """Source files of which the covered share differs or that only one report has; most units lost first."""


def coverage_changes(old: Iterable[CodeCoverage], new: Iterable[CodeCoverage]) -> CoverageChanges:
    """Every measure and source file whose covered share is another."""
    before, after = tuple(old), tuple(new)
    measures, files = [], []
    for measure in CoverageMeasure:
        one, other = _lowest(before, measure), _lowest(after, measure)
        if _rate(one) != _rate(other):
            measures.append(CoverageChange(measure=measure, file="", old=one, new=other))
        files += _file_changes(_by_file(before, measure), _by_file(after, measure), measure)
    return CoverageChanges(
        measures=tuple(measures),
        files=tuple(sorted(files, key=lambda each: (-_newly_uncovered(each), each.file, each.measure.value))),
    )


def measured(coverage: Iterable[CodeCoverage]) -> list[tuple[CoverageMeasure, str, CoverageCounts]]:
    """Every measure of the whole, with no file, and of each source file."""
    files = tuple(coverage)
    found: list[tuple[CoverageMeasure, str, CoverageCounts]] = []
    for measure in CoverageMeasure:
        whole = _lowest(files, measure)
        found += [(measure, "", whole)] if whole is not None else []
    for measure in CoverageMeasure:
        by_file = _by_file(files, measure)
        found += [(measure, path, by_file[path]) for path in sorted(by_file)]
    return found


def _file_changes(
    old: dict[str, CoverageCounts], new: dict[str, CoverageCounts], measure: CoverageMeasure
) -> list[CoverageChange]:
    found = []
    for path in old.keys() | new.keys():
        one, other = old.get(path), new.get(path)
        if _rate(one) != _rate(other) or (one is None) != (other is None):
            found.append(CoverageChange(measure=measure, file=path, old=one, new=other))
    return found


def _lowest(coverage: Iterable[CodeCoverage], measure: CoverageMeasure) -> CoverageCounts | None:
    found = [counts for each in coverage if (counts := _counts(each, measure)) is not None and counts.total]
    return min(found, key=lambda counts: (counts.rate or 0.0, counts.total, counts.covered), default=None)


def _by_file(coverage: Iterable[CodeCoverage], measure: CoverageMeasure) -> dict[str, CoverageCounts]:
    """By source file, the lowest of what several coverage files say of it."""
    found: dict[str, CoverageCounts] = {}
    for each in coverage:
        for file in each.files:
            counts = _counts(file, measure)
            known = found.get(file.path)
            if counts is not None and (known is None or (counts.rate or 0.0) < (known.rate or 0.0)):
                found[file.path] = counts
    return found


def _counts(coverage: CodeCoverage | FileCoverage, measure: CoverageMeasure) -> CoverageCounts | None:
    return coverage.line if measure is CoverageMeasure.LINE else coverage.branch


def _rate(counts: CoverageCounts | None) -> float | None:
    return counts.rate if counts is not None else None


def _newly_uncovered(change: CoverageChange) -> int:
    old = change.old.total - change.old.covered if change.old is not None else 0
    new = change.new.total - change.new.covered if change.new is not None else 0
    return new - old
