"""Cobertura XML, as coverage.py, istanbul, vitest, gcovr and others write it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from tsr_agent.ingest.coverage_tally import CoverageTally, coverage_parts
from tsr_agent.ingest.heads import root_element
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.xml_elements import XmlElements
from tsr_agent.models.coverage import CoverageCounts

if TYPE_CHECKING:
    from pathlib import PurePath

    from tsr_agent.ingest.reader import Parts

FILE_NAME = "coverage.xml"
_CONDITIONS = re.compile(r"^\s*\d+(?:[.,]\d+)?\s*%\s*\(\s*(\d{1,9})\s*/\s*(\d{1,9})\s*\)\s*$")


class CoberturaReader:
    """Reads line and branch counts from the lines of each class, and holds the totals against them."""

    name = "Cobertura XML"

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def recognise(self, head: bytes, path: PurePath) -> str | None:
        """Takes XML with the root ``coverage`` and a Cobertura rate or count; clover has another.

        Takes any ``coverage.xml`` too, so that a damaged one is unreadable and not overlooked.
        """
        root = root_element(head)
        if root is not None and root.name == "coverage":
            marks = {"line-rate", "lines-valid", "branch-rate", "branches-valid"} & root.attributes.keys()
            if marks:
                return f"root element coverage with {min(marks)}"
        return f"named {FILE_NAME}" if path.name.lower() == FILE_NAME else None

    def read(self, stream: BinaryIO, path: str) -> Parts:
        """Reads the file in chunks.

        Raises:
            InputError: Malformed, an entity or internal DOCTYPE, nested too deeply, a number that is
                none, or neither lines nor branches in it.
        """
        parse = _Parse(path, self._limits)
        parse.elements.run(stream)
        return parse.parts()


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
