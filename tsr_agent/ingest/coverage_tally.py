"""Lines and branches of source files, added up as a coverage file is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.errors import InputError
from tsr_agent.ingest.limits import beyond
from tsr_agent.ingest.reader import Parts
from tsr_agent.models.coverage import CodeCoverage, CoverageCounts, FileCoverage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tsr_agent.ingest.limits import Limits


OF_A_FILE = 4
"""What a source file costs, in lines."""


class CoverageTally:
    """What each line of each source file says; a line that is named twice counts once.

    Args:
        path: What to call the coverage file in messages.
        limits: The bounds in force.
    """

    def __init__(self, path: str, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        self._lines: dict[str, dict[int, bool]] = {}
        self._branches: dict[str, dict[int, tuple[int, int]]] = {}
        self._size = 0

    def add_file(self, source: str) -> None:
        """Notes a source file, even if no line of it follows.

        Raises:
            InputError: More files and lines than are held in memory.
        """
        if source not in self._lines:
            self._lines[source] = {}
            self._branches[source] = {}
            self._grow(OF_A_FILE)

    def add_line(self, source: str, number: int, *, hit: bool, branches: tuple[int, int] | None) -> None:
        """Notes one line.

        Args:
            source: The source file.
            number: Line number from 1.
            hit: It ran at least once.
            branches: Covered and possible branches that start at it.

        Raises:
            InputError: More files and lines than are held in memory.
        """
        self.add_file(source)
        lines = self._lines[source]
        self._grow()
        lines[number] = lines.get(number, False) or hit
        if branches is not None:
            earlier = self._branches[source].get(number, (0, 0))
            self._branches[source][number] = (max(earlier[0], branches[0]), max(earlier[1], branches[1]))

    def _grow(self, by: int = 1) -> None:
        # A line that is named again counts again: it costs the same time.
        self._size += by
        if self._size > self._limits.coverage_lines:
            raise beyond(self._limits, "coverage_lines", self._path)

    def files(self) -> tuple[FileCoverage, ...]:
        """Each source file with its own counts, sorted by path."""
        return tuple(self._file(source) for source in sorted(self._lines))

    def _file(self, source: str) -> FileCoverage:
        lines, branches = self._lines[source], self._branches[source]
        return FileCoverage(
            path=source,
            line=CoverageCounts(covered=sum(lines.values()), total=len(lines)),
            branch=CoverageCounts(
                covered=sum(each[0] for each in branches.values()),
                total=sum(each[1] for each in branches.values()),
            )
            if branches
            else None,
            missing_lines=tuple(sorted(number for number, hit in lines.items() if not hit)),
        )


def sum_counts(counts: Iterable[CoverageCounts | None]) -> CoverageCounts:
    """All counts added up; those that are None add nothing."""
    known = [each for each in counts if each is not None]
    return CoverageCounts(
        covered=sum(each.covered for each in known), total=sum(each.total for each in known)
    )


def settle(
    measure: str, header: CoverageCounts | None, counted: CoverageCounts
) -> tuple[CoverageCounts | None, str]:
    """What a file covers by one measure, where its own totals may say something else than its elements.

    Of two that disagree the lower share counts, so that a contradiction never helps.

    Args:
        measure: What is counted, in the plural.
        header: The totals; None where the file has none.
        counted: The sum of the elements.

    Returns:
        The counts, None where the elements count nothing, and a sentence about a difference.
    """
    kept = counted if counted.total else None
    if header is None or header == counted:
        return kept, ""
    lower = kept is not None and header.covered * counted.total < counted.covered * header.total
    counts = "totals" if lower else "elements"
    remark = (
        f"The totals say {header.covered:,} of {header.total:,} {measure}, "
        f"the elements {counted.covered:,} of {counted.total:,}; the {counts} count."
    )
    return (header if lower else kept), remark


def coverage_parts(
    path: str,
    tool: str,
    files: tuple[FileCoverage, ...],
    totals: Mapping[str, CoverageCounts],
    branches: CoverageCounts | None = None,
) -> Parts:
    """What a coverage file says, its own totals held against what its elements add up to.

    Args:
        path: The input.
        tool: What wrote it.
        files: Counts of each source file.
        totals: The file's own, by ``lines`` and ``branches``.
        branches: Branches of all files together; None to add up those of ``files``.

    Raises:
        InputError: It counts neither lines nor branches.
    """
    line, about_lines = settle("lines", totals.get("lines"), sum_counts(each.line for each in files))
    summed = branches if branches is not None else sum_counts(each.branch for each in files)
    branch, about_branches = settle("branches", totals.get("branches"), summed)
    if line is None and branch is None:
        raise InputError(f"{path}: it counts neither lines nor branches: nothing was measured.")
    coverage = CodeCoverage(path=path, tool=tool, line=line, branch=branch, files=files)
    return Parts(code_coverage=(coverage,), remarks=tuple(filter(None, (about_lines, about_branches))))
