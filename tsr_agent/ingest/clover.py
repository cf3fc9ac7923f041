"""Clover XML, as OpenClover, istanbul and PHPUnit write it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from tsr_agent.ingest.bounded_text import clean, cut_name
from tsr_agent.ingest.coverage_tally import CoverageTally, coverage_parts, sum_counts
from tsr_agent.ingest.coverage_totals import lower_rate
from tsr_agent.ingest.coverage_xml import CoverageXmlReader
from tsr_agent.ingest.xml_elements import XmlElements
from tsr_agent.models.coverage import CoverageCounts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tsr_agent.ingest.heads import RootElement
    from tsr_agent.ingest.limits import Limits
    from tsr_agent.ingest.reader import Parts
    from tsr_agent.models.coverage import FileCoverage

_COBERTURA = {"line-rate", "lines-valid", "branch-rate", "branches-valid"}
_CODE = ("stmt", "cond")
_MAX_BRANCHES = 1_000_000
"""Of one line. Numbers beyond it are times, and their sum must stay one that a report holds."""
_TOTALS = {"lines": ("statements", "coveredstatements"), "branches": ("conditionals", "coveredconditionals")}


class CloverReader(CoverageXmlReader):
    """Reads statements and conditions line by line, and holds the project's metrics against them."""

    name = "Clover XML"
    file_name = "clover.xml"
    root = "coverage"

    def _mark(self, root: RootElement, head: bytes) -> str | None:
        if _COBERTURA & root.attributes.keys():
            return None
        return min({"clover", "generated"} & root.attributes.keys(), default=None)

    def _begin(self, path: str, limits: Limits) -> _Parse:
        return _Parse(path, limits)


class _Conditions:
    """Branches of one source file in both readings of ``truecount`` and ``falsecount``.

    For istanbul they are how many branches of the line ran and how many did not; for Clover itself how
    often one condition was true and how often false.
    """

    def __init__(self) -> None:
        self.as_branches = (0, 0)
        self.as_times = (0, 0)

    def add(self, true: int, false: int) -> None:
        """Adds one line."""
        covered, total = self.as_branches
        branches = min(true, _MAX_BRANCHES)
        self.as_branches = (covered + branches, total + branches + min(false, _MAX_BRANCHES))
        covered, total = self.as_times
        self.as_times = (covered + (true > 0) + (false > 0), total + 2)


class _Parse:
    """One pass over one file."""

    def __init__(self, path: str, limits: Limits) -> None:
        self.elements = XmlElements(path, "coverage", self._start, limits=limits)
        self._path = path
        self._source = ""
        self._totals: dict[str, CoverageCounts] = {}
        self._tally = CoverageTally(path, limits)
        self._conditions: dict[str, _Conditions] = {}

    def parts(self) -> Parts:
        """What the file said."""
        branches = self._branches()
        files = tuple(_with_branches(each, branches) for each in self._tally.files())
        return coverage_parts(self._path, "Clover", files, self._totals, _sum(branches.values()))

    def _branches(self) -> dict[str, tuple[int, int]]:
        """Covered and possible branches by source file, in the reading that the totals bear out.

        Where they bear out both or none, it is the reading with the lower rate.
        """
        readings = [
            {source: each.as_branches for source, each in self._conditions.items()},
            {source: each.as_times for source, each in self._conditions.items()},
        ]
        fitting = [each for each in readings if _sum(each.values()) == self._totals.get("branches")]
        lowest = lower_rate(_sum(each.values()) for each in fitting or readings)
        return next((each for each in fitting or readings if _sum(each.values()) == lowest), {})

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        above = self.elements.open
        if "testproject" in above:
            return
        if name == "file":
            self._source = cut_name(clean(attributes.get("path") or attributes.get("name") or ""), 4_096)
            self._tally.add_file(self._source)
        elif name == "line" and above[-1:] == ["file"] and attributes.get("type") in _CODE:
            self._line(attributes)
        elif name == "metrics" and above == ["coverage", "project"]:
            self._metrics(attributes)

    def _line(self, attributes: dict[str, str]) -> None:
        count = self.elements.count
        conditions = "truecount" in attributes and "falsecount" in attributes
        true, false = (count(attributes, each) if conditions else 0 for each in ("truecount", "falsecount"))
        if conditions:
            self._conditions.setdefault(self._source, _Conditions()).add(true, false)
        # Clover itself gives such a line no count of its own; istanbul does.
        alone = conditions and "count" not in attributes
        hit = true + false > 0 if alone else count(attributes, "count") > 0
        self._tally.add_line(self._source, count(attributes, "num"), hit=hit, branches=None)

    def _metrics(self, attributes: dict[str, str]) -> None:
        for measure, (total, covered) in _TOTALS.items():
            if total not in attributes or covered not in attributes:
                continue
            counts = CoverageCounts(
                covered=self.elements.count(attributes, covered), total=self.elements.count(attributes, total)
            )
            if counts.covered > counts.total:
                raise self.elements.fault(f"{covered} {counts.covered:,} of {total} {counts.total:,}")
            self._totals[measure] = counts


def _sum(pairs: Iterable[tuple[int, int]]) -> CoverageCounts:
    return sum_counts(CoverageCounts(covered=covered, total=total) for covered, total in pairs)


def _with_branches(file: FileCoverage, branches: dict[str, tuple[int, int]]) -> FileCoverage:
    covered, total = branches.get(file.path, (0, 0))
    return structs.replace(file, branch=CoverageCounts(covered=covered, total=total)) if total else file
