"""Code coverage, each measure kept apart: line, branch and combined are three different numbers."""

from __future__ import annotations

from enum import Enum

from tsr_agent.models.base import Count, LongText, Record, ShortText


class CoverageMeasure(Enum):
    """What a coverage figure counts."""

    LINE = "line"
    BRANCH = "branch"


class CoverageCounts(Record, frozen=True, kw_only=True):
    """Covered and coverable units of one measure."""

    covered: Count
    total: Count

    @property
    def rate(self) -> float | None:
        """Covered share; None when there is nothing to cover."""
        return self.covered / self.total if self.total > 0 else None


class FileCoverage(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Coverage of one source file."""

    path: LongText
    line: CoverageCounts | None = None
    branch: CoverageCounts | None = None
    missing_lines: tuple[int, ...] = ()


class CodeCoverage(Record, frozen=True, kw_only=True):
    """Coverage that one file of a coverage tool reports."""

    path: LongText
    """The input it came from, as in ``inputs``."""
    tool: ShortText
    line: CoverageCounts | None = None
    branch: CoverageCounts | None = None
    files: tuple[FileCoverage, ...] = ()
