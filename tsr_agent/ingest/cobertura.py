"""Cobertura XML, as coverage.py, istanbul, vitest, gcovr and others write it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tsr_agent.ingest.coverage_tally import CoverageTally, coverage_parts
from tsr_agent.ingest.coverage_xml import CoverageXmlReader
from tsr_agent.ingest.xml_elements import XmlElements
from tsr_agent.models.coverage import CoverageCounts

if TYPE_CHECKING:
    from tsr_agent.ingest.heads import RootElement
    from tsr_agent.ingest.limits import Limits
    from tsr_agent.ingest.reader import Parts

_MARKS = {"line-rate", "lines-valid", "branch-rate", "branches-valid"}
_CONDITIONS = re.compile(r"^\s*\d+(?:[.,]\d+)?\s*%\s*\(\s*(\d{1,9})\s*/\s*(\d{1,9})\s*\)\s*$")


class CoberturaReader(CoverageXmlReader):
    """Reads line and branch counts from the lines of each class, and holds the totals against them."""

    name = "Cobertura XML"
    file_name = "coverage.xml"
    root = "coverage"

    def _mark(self, root: RootElement, head: bytes) -> str | None:
        return min(_MARKS & root.attributes.keys(), default=None)

    def _begin(self, path: str, limits: Limits) -> _Parse:
        return _Parse(path, limits)


class _Parse:
    """One pass over one file."""

    def __init__(self, path: str, limits: Limits) -> None:
        self.elements = XmlElements(path, "coverage", self._start, self._comment, limits=limits)
        self._path = path
        self._source = ""
        self._written_totals: dict[str, str] = {}
        self._tool = "Cobertura"
        self._tally = CoverageTally(path, limits)

    def parts(self) -> Parts:
        """What the file said."""
        measures = ("lines", "branches")
        totals = {each: found for each in measures if (found := self._header(each)) is not None}
        return coverage_parts(self._path, self._tool, self._tally.files(), totals)

    def _header(self, measure: str) -> CoverageCounts | None:
        covered, total = (f"{measure}-{end}" for end in ("covered", "valid"))
        if covered not in self._written_totals or total not in self._written_totals:
            return None
        count = self.elements.count
        return CoverageCounts(
            covered=count(self._written_totals, covered), total=count(self._written_totals, total)
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        above = self.elements.open
        if not above:
            self._written_totals = attributes
            if attributes.get("version", "").startswith("gcovr "):
                self._tool = "gcovr"
        elif name == "class":
            self._source = attributes.get("filename") or attributes.get("name") or ""
            self._tally.add_file(self._source)
        elif name == "line" and above[-2:] == ["class", "lines"]:
            # Lines of methods repeat lines of their class, or stand beside its total: only these count.
            self._line(attributes)

    def _line(self, attributes: dict[str, str]) -> None:
        number, hits = (self.elements.count(attributes, each) for each in ("number", "hits"))
        self._tally.add_line(self._source, number, hit=hits > 0, branches=self._branches(attributes))

    def _branches(self, attributes: dict[str, str]) -> tuple[int, int] | None:
        if attributes.get("branch", "false").strip().lower() != "true":
            return None
        written = attributes.get("condition-coverage")
        if written is None:
            return None
        found = _CONDITIONS.match(written)
        if found is None or int(found[1]) > int(found[2]):
            raise self.elements.fault(f"condition-coverage is {written[:60]!r}, not like '50% (1/2)'")
        return int(found[1]), int(found[2])

    def _comment(self, text: str) -> None:
        # coverage.py and its like name themselves only in a comment.
        if "coverage.py" in text[:200]:
            self._tool = "coverage.py"
