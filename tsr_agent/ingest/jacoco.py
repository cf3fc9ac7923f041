"""JaCoCo XML, as JaCoCo's Maven and Gradle plugins and Kover write it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.ingest.bounded_text import clean, cut_name
from tsr_agent.ingest.coverage_tally import CoverageTally, coverage_parts
from tsr_agent.ingest.coverage_xml import CoverageXmlReader
from tsr_agent.ingest.xml_elements import MAX_NUMBER, XmlElements
from tsr_agent.models.coverage import CoverageCounts

if TYPE_CHECKING:
    from tsr_agent.ingest.heads import RootElement
    from tsr_agent.ingest.limits import Limits
    from tsr_agent.ingest.reader import Parts

_MARKS = (b"//JACOCO//", b"<sessioninfo ", b"<sourcefile ", b" sourcefilename=")
_MAX_BRANCHES = 1_000_000
"""Of one line, so that their sum stays a number that a report holds."""
_MEASURES = {"LINE": "lines", "BRANCH": "branches"}


class JacocoReader(CoverageXmlReader):
    """Reads the lines of each source file, and holds the report's own counters against them."""

    name = "JaCoCo XML"
    file_name = "jacoco.xml"
    root = "report"

    def _mark(self, root: RootElement, head: bytes) -> str | None:
        mark = next((mark for mark in _MARKS if mark in head), None)
        return mark.decode().strip(" </=") if mark else None

    def _begin(self, path: str, limits: Limits) -> _Parse:
        return _Parse(path, limits)


class _Parse:
    """One pass over one file."""

    def __init__(self, path: str, limits: Limits) -> None:
        self.elements = XmlElements(path, "report", self._start, limits=limits)
        self._path = path
        self._folders: list[str] = []
        self._source = ""
        self._totals: dict[str, CoverageCounts] = {}
        self._tally = CoverageTally(path, limits)

    def parts(self) -> Parts:
        """What the file said."""
        return coverage_parts(self._path, "JaCoCo", self._tally.files(), self._totals)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        above = self.elements.open
        if name in ("group", "package"):
            # Groups and packages nest from the root down, so their depth is that of the open elements.
            self._folders[max(len(above) - 1, 0) :] = [attributes.get("name", "")]
        elif name == "sourcefile":
            folders = self._folders[: len(above) - 1]
            source = "/".join(each for each in (*folders, attributes.get("name", "")) if each)
            self._source = cut_name(clean(source), 4_096)
            self._tally.add_file(self._source)
        elif name == "line" and above[-1:] == ["sourcefile"]:
            self._line(attributes)
        elif name == "counter" and above == ["report"]:
            self._total(attributes)

    def _line(self, attributes: dict[str, str]) -> None:
        count = self.elements.count
        missed, covered = count(attributes, "mi"), count(attributes, "ci")
        missed_branches, covered_branches = (count(attributes, each, _MAX_BRANCHES) for each in ("mb", "cb"))
        branches = missed_branches + covered_branches
        if missed + covered + branches == 0:
            return
        self._tally.add_line(
            self._source,
            count(attributes, "nr"),
            hit=covered > 0,
            branches=(covered_branches, branches) if branches else None,
        )

    def _total(self, attributes: dict[str, str]) -> None:
        measure = _MEASURES.get(attributes.get("type", ""))
        if measure is None:
            return
        missed, covered = (
            self.elements.count(attributes, each, MAX_NUMBER // 2) for each in ("missed", "covered")
        )
        self._totals[measure] = CoverageCounts(covered=covered, total=missed + covered)
