"""Cobertura XML, as coverage.py, istanbul, vitest, gcovr and others write it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO
from xml.parsers import expat

from tsr_agent.errors import InputError
from tsr_agent.ingest.coverage_tally import CoverageTally, settle, sum_counts
from tsr_agent.ingest.heads import local_name, root_element
from tsr_agent.ingest.limits import MEBIBYTE
from tsr_agent.ingest.reader import Parts
from tsr_agent.models.coverage import CodeCoverage, CoverageCounts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import PurePath

FILE_NAME = "coverage.xml"
MAX_DEPTH = 64
MAX_ATTRIBUTE = 65_536
_CONDITIONS = re.compile(r"^\s*\d+(?:[.,]\d+)?\s*%\s*\(\s*(\d{1,9})\s*/\s*(\d{1,9})\s*\)\s*$")
_MAX_NUMBER = 2**53


class CoberturaReader:
    """Reads line and branch counts from the lines of each class, and holds the totals against them."""

    name = "Cobertura XML"

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
        parse = _Parse(path)
        parse.run(stream)
        return parse.parts()


class _Parse:
    """One pass over one file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._open: list[str] = []
        self._source: str | None = None
        self._totals: dict[str, str] = {}
        self._tool = "Cobertura"
        self._tally = CoverageTally(path)
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CommentHandler = self._comment
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._entity
        self._parser.UnparsedEntityDeclHandler = self._entity
        # Without a handler for external entities expat skips them: no DTD is ever fetched.
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def run(self, stream: BinaryIO) -> None:
        """Parses the whole stream."""
        try:
            while chunk := stream.read(MEBIBYTE):
                self._parser.Parse(chunk, False)
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            what = expat.errors.messages.get(error.code, str(error.code))
            raise InputError(
                f"{self._path}: line {error.lineno}, column {error.offset + 1}: not well-formed XML: {what}."
            ) from error
        except (ValueError, LookupError) as error:
            raise self._fault(f"can't be decoded: {error}") from error

    def parts(self) -> Parts:
        """What the file said."""
        files = self._tally.files()
        lines, branches = self._header("lines"), self._header("branches")
        line, about_lines = settle("lines", lines, sum_counts(each.line for each in files))
        branch, about_branches = settle("branches", branches, sum_counts(each.branch for each in files))
        if line is None and branch is None:
            raise InputError(f"{self._path}: it counts neither lines nor branches: nothing was measured.")
        coverage = CodeCoverage(path=self._path, tool=self._tool, line=line, branch=branch, files=files)
        return Parts(code_coverage=(coverage,), remarks=tuple(filter(None, (about_lines, about_branches))))

    def _header(self, measure: str) -> CoverageCounts | None:
        covered, total = (self._totals.get(f"{measure}-{end}") for end in ("covered", "valid"))
        if covered is None or total is None:
            return None
        return CoverageCounts(
            covered=self._count(covered, f"{measure}-covered"), total=self._count(total, f"{measure}-valid")
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local_name(tag)
        if len(self._open) >= MAX_DEPTH:
            raise self._fault(f"nested more than {MAX_DEPTH} levels deep")
        if any(len(value) > MAX_ATTRIBUTE for value in attributes.values()):
            raise self._fault(f"an attribute longer than {MAX_ATTRIBUTE:,} characters")
        if not self._open:
            self._root(name, attributes)
        elif name == "class":
            self._source = attributes.get("filename") or attributes.get("name") or ""
            self._tally.add_file(self._source)
        elif name == "line" and self._open[-2:] == ["class", "lines"]:
            # Lines of methods repeat lines of their class, or stand beside its total: only these count.
            self._line(attributes)
        self._open.append(name)

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        if name != "coverage":
            raise self._fault(f"the root element is {name[:60]!r}, not 'coverage'")
        self._totals = attributes

    def _line(self, attributes: Mapping[str, str]) -> None:
        number = self._count(attributes.get("number", ""), "number")
        hits = self._count(attributes.get("hits", ""), "hits")
        branches = self._branches(attributes)
        self._tally.add_line(self._source or "", number, hit=hits > 0, branches=branches)

    def _branches(self, attributes: Mapping[str, str]) -> tuple[int, int] | None:
        if attributes.get("branch", "false").strip().lower() != "true":
            return None
        written = attributes.get("condition-coverage")
        if written is None:
            return None
        found = _CONDITIONS.match(written)
        if found is None or int(found[1]) > int(found[2]):
            raise self._fault(f"condition-coverage is {written[:60]!r}, not like '50% (1/2)'")
        return int(found[1]), int(found[2])

    def _count(self, written: str, attribute: str) -> int:
        digits = written.strip()
        if not digits.isdecimal() or not digits.isascii() or len(digits) > 16 or int(digits) > _MAX_NUMBER:
            raise self._fault(f"{attribute} is {written[:60]!r}, not a count")
        return int(digits)

    def _comment(self, text: str) -> None:
        # coverage.py and its like name themselves only in a comment.
        if "coverage.py" in text[:200]:
            self._tool = "coverage.py"

    def _doctype(self, _name: str, _system: str | None, _public: str | None, has_internal: int) -> None:
        if has_internal:
            raise self._fault("a DOCTYPE with declarations of its own is not allowed")

    def _entity(self, *_declaration: object) -> None:
        raise self._fault("entity declarations are not allowed")

    def _fault(self, what: str) -> InputError:
        line, column = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1
        return InputError(f"{self._path}: line {line}, column {column}: {what}.")
