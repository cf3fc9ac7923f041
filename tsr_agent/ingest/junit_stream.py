"""One pass over a JUnit XML file: expat finds the cases, memory does not grow with what is not kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement
from xml.parsers import expat

from tsr_agent.errors import InputError
from tsr_agent.ingest.bounded_text import MAX_TEXT, clean, cut_middle
from tsr_agent.ingest.heads import local_name
from tsr_agent.ingest.junit_budget import Budget, Cost
from tsr_agent.ingest.junit_case import (
    MEANINGFUL_TAGS,
    OUTPUT_TAGS,
    read_case,
    says_more,
)
from tsr_agent.ingest.junit_intake import CaseIntake, mapped
from tsr_agent.ingest.junit_properties import NO_NAMES, Names, PrintedProperties, SuiteRequirements
from tsr_agent.ingest.junit_skips import as_skipped, take_unshown_skips
from tsr_agent.ingest.junit_suite import Reconciliation, Suite
from tsr_agent.ingest.junit_writers import is_pytest, lists_each_test_once
from tsr_agent.ingest.limits import Limits, beyond
from tsr_agent.ingest.text_pieces import TextPieces
from tsr_agent.models.results import CaseStatus, TestCase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tsr_agent.ingest.case_ledger import CaseLedger


@dataclass
class StreamResult:
    """What one pass found."""

    ledger: CaseLedger
    by_pytest: bool = False
    one_record_a_test: bool = False
    """Records of one name are different tests."""
    root: tuple[str, str] = ("", "")
    """Tag and name of the root element."""
    reconciliation: Reconciliation = field(default_factory=lambda: Reconciliation(""))
    shortened: int = 0
    """Cases whose texts were left out because the file as a whole has too much of it."""
    header_only: int = 0
    read_as_skipped: int = 0
    """Cases without any result that the header leaves out of the passed ones."""
    suite_requirements: SuiteRequirements = field(default_factory=SuiteRequirements)
    impossible_time: str = ""
    """The first ``time`` that is no duration of a test."""


class JUnitStream:
    """Parses one file.

    Args:
        path: What to call the file in messages.
        limits: Bounds beyond which it is refused.
        before: An earlier pass over the same file; what it cost counts, too.
    """

    def __init__(self, path: str, limits: Limits, before: Cost | None = None) -> None:
        self._path = path
        self._limits = limits
        self._budget = Budget(path, limits, self._position, before or Cost())
        self._intake = CaseIntake(self._budget)
        self.result = StreamResult(ledger=self._intake.ledger, reconciliation=Reconciliation(path))
        self._bare = self._intake.bare.append
        self._open: list[Suite | None] = []
        """Elements around the cases; None for one that is no suite."""
        self._suite = Suite()
        self._attributes: list[str] | None = None
        """Names and values of the open case in turn, as expat gives them: a mapping of each costs more."""
        self._elements: list[Element] = []
        """The open case as a tree, from the case to the innermost open element; empty without children."""
        self._elements_in_case = 0
        self._tags: dict[str, int] = {}
        """How often each result tag stands in the open case."""
        self._outside = False
        """The open case was made for a result that stands outside any."""
        self._pieces = TextPieces()
        """Text of the innermost open element as expat gives it; cut after each chunk when it is long."""
        self._output = TextPieces()
        """What the open case printed, in pieces; most cases pass, and then it is not kept."""
        self._in_output = False
        self._printed = PrintedProperties()
        self._suite_property = ""
        """Name of the open property of a suite, where its text is the value."""
        self._text_left = 0
        self._unshown_skips: list[int] = []
        """Positions of cases that look passed and were not run."""
        self._parser = self._make_parser()

    def run(self, chunks: Iterable[bytes]) -> StreamResult:
        """Parses all chunks.

        Raises:
            expat.ExpatError: Not well-formed.
            InputError: Beyond a limit, a DOCTYPE, no JUnit XML, or an encoding that can't be read.
        """
        fed = 0
        try:
            for chunk in chunks:
                fed += len(chunk)
                if fed > self._limits.file_bytes:
                    raise self._beyond("file_bytes")
                self._parser.Parse(chunk, False)
                self._intake.flush(self._suite)
                self._cut_text()
                self._budget.weigh(chunk)
                self._check_size()
                if fed - self._parser.CurrentByteIndex > self._limits.xml_token_bytes:
                    raise self._beyond("xml_token_bytes")
            self._parser.Parse(b"", True)
            self._check_size()
        except (ValueError, LookupError) as error:
            raise self._fault(f"it can't be decoded: {error}") from error
        self.result.ledger.change(self._unshown_skips, as_skipped)
        self.result.read_as_skipped = len(self._unshown_skips)
        self.result.shortened = self._budget.shortened
        self.result.impossible_time = clean(self._intake.durations.impossible[:40])
        return self.result

    @property
    def cost(self) -> Cost:
        """What the pass had to do so far."""
        return Cost(self.result.ledger.listed + len(self._intake.bare), self._budget.elements)

    def _make_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = 65_536
        parser.ordered_attributes = True
        parser.StartElementHandler, parser.EndElementHandler = self._handlers()
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.EntityDeclHandler = self._refuse_doctype
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        return parser

    def _handlers(self) -> tuple[Callable[[str, list[str]], None], Callable[[str], None]]:
        """What expat calls for tags: cases without children, nearly all of a large file, end here.

        Two closures over two variables: each look at an attribute of an object, twice a case, would
        cost a tenth of the whole pass.
        """
        bare: list[str] | None = None
        ready = False
        add = self._intake.bare.append

        def start(tag: str, attributes: list[str]) -> None:
            nonlocal bare, ready
            if ready and tag == "testcase":
                bare = attributes
                ready = False
                return
            if bare is not None:  # the open case has something in it
                self._attributes, bare = bare, None
            self._start(tag, attributes)
            ready = self._attributes is None and bool(self._open)

        def end(_tag: str) -> None:
            nonlocal bare, ready
            if bare is not None:
                add(bare)
                bare = None
                ready = True
                return
            self._end()
            ready = self._attributes is None and bool(self._open)

        return start, end

    def _fault(self, what: str) -> InputError:
        return InputError(f"{self._path}: {self._position()}: {what}.")

    def _beyond(self, limit: str) -> InputError:
        return beyond(self._limits, limit, self._path, self._position())

    def _position(self) -> str:
        return f"line {self._parser.CurrentLineNumber}, column {self._parser.CurrentColumnNumber + 1}"

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        # Other codecs of Python would be asked too, and some of them warn or are none for text.
        name = (encoding or "utf-8").lower()
        if not name.startswith(("utf-8", "utf-16", "us-ascii", "ascii", "iso-8859-", "windows-125", "cp125")):
            raise self._fault(f"the encoding {name[:40]!r} is not supported; write UTF-8")

    def _refuse_doctype(self, *_declaration: object) -> None:
        raise self._fault("a DOCTYPE is not allowed: results files need none, and entities can be bombs")

    def _start(self, tag: str, attributes: list[str]) -> None:
        if ":" in tag:
            tag = local_name(tag)
        if self._attributes is None:
            if tag == "testcase" and self._open:
                self._attributes = attributes
            else:
                self._start_around(tag, mapped(attributes))
        elif tag in OUTPUT_TAGS and not self._in_output and len(self._elements) < 2:
            self._in_output = True
            self._parser.CharacterDataHandler = self._output.append
        else:
            self._start_child(tag, mapped(attributes))

    def _start_around(self, tag: str, attributes: dict[str, str]) -> None:
        """An element that is neither a case nor in one."""
        self._budget.count_element()
        if len(self._open) >= self._limits.xml_depth:
            raise self._beyond("xml_depth")
        if not self._open:
            self._start_root(tag, attributes)
        if tag in ("testsuite", "testsuites"):
            self._intake.flush(self._suite)
            self._suite = Suite.opened(tag, attributes, self._suite)
            self._open.append(self._suite)
            if is_pytest(tag, attributes):
                self.result.by_pytest = True
                self._intake.first_line = 0  # pytest writes the line as it counts it, from 0
            elif lists_each_test_once(tag, attributes):
                self.result.one_record_a_test = True
        elif tag in MEANINGFUL_TAGS:
            # A failure outside any case must not get lost; it becomes a case of its own.
            self._outside = True
            self._attributes = ["name", f"<{tag}> outside a test case", "classname", self._suite.name]
            self._start_child(tag, attributes)
        else:
            self._open.append(None)
            if tag == "property":
                self._start_suite_property(attributes.get("name", ""), attributes.get("value"))

    def _start_root(self, tag: str, attributes: dict[str, str]) -> None:
        if tag not in ("testsuites", "testsuite"):
            raise self._fault(f"the root element is {tag[:60]!r}, not 'testsuites' or 'testsuite'")
        self.result.root = (tag, attributes.get("name", "")[:MAX_TEXT])

    def _start_suite_property(self, name: str, value: str | None) -> None:
        if value is None:
            self._suite_property = name
            self._parser.CharacterDataHandler = self._pieces.append
        else:
            self.result.suite_requirements.add(self._suite, name, value)

    def _end_suite_property(self) -> None:
        self.result.suite_requirements.add(self._suite, self._suite_property, self._pieces.text)
        self._suite_property = ""
        self._pieces.clear()
        self._parser.CharacterDataHandler = None

    def _start_child(self, tag: str, attributes: dict[str, str]) -> None:
        """An element in a case, other than what the case printed."""
        elements = self._elements
        if not elements:
            elements.append(Element("testcase"))
            self._elements_in_case = 0
            self._text_left = self._limits.case_text
        if not self._in_output:
            self._parser.CharacterDataHandler = self._pieces.append
        self._budget.count_element()
        self._elements_in_case += 1
        if self._elements_in_case > self._limits.case_elements:
            raise self._beyond("case_elements")
        if len(self._open) + len(elements) >= self._limits.xml_depth:
            raise self._beyond("xml_depth")
        if tag in MEANINGFUL_TAGS:
            self._tags[tag] = self._tags.get(tag, 0) + 1
        self._flush_text()
        length = sum(map(len, attributes.values()))
        self._text_left -= length
        if length > MAX_TEXT or self._text_left < 0:
            attributes = {name: self._bounded(value) for name, value in attributes.items()}
        elements.append(SubElement(elements[-1], tag, attributes))

    def _bounded(self, text: str, left_out: int = 0) -> str:
        """As much of a text as the case has room for."""
        return cut_middle(text, MAX_TEXT if self._text_left >= len(text) else 128, left_out)

    def _flush_text(self) -> None:
        """Gives the text so far to the innermost open element; between the children it is only layout."""
        if not self._pieces:
            return
        if len(self._elements) > 1:
            owner, text = self._elements[-1], self._pieces.text
            owner.text = self._bounded((owner.text or "") + text, self._pieces.left_out)
            self._text_left -= len(text)
        self._pieces.clear()

    def _cut_text(self) -> None:
        """Drops the middle of texts that grow over many chunks."""
        if len(self._pieces) * self._parser.buffer_size > 4 * MAX_TEXT:
            self._pieces.drop_middle()
        if len(self._output) * self._parser.buffer_size > 4 * MAX_TEXT:
            self._printed.scan(self._output.text)
            self._output.drop_middle()

    def _end(self) -> None:
        attributes = self._attributes
        elements = self._elements
        if attributes is None:
            self._end_around()
        elif self._in_output and len(elements) < 2:
            self._in_output = False
            self._parser.CharacterDataHandler = None
        elif not elements:
            self._attributes = None
            self._end_printing_case(attributes)
        elif len(elements) > 1:
            self._flush_text()
            elements.pop()
            if self._outside and len(elements) == 1:
                self._end_case(attributes)
        else:
            self._end_case(attributes)

    def _end_printing_case(self, attributes: list[str]) -> None:
        """A case with nothing in it but what it printed, which may name requirements."""
        self._printed.scan(self._output.text)
        printed = self._printed.taken()
        if printed or "status" in attributes or "result" in attributes:
            self._add_read(mapped(attributes), Element("testcase"), printed)
        else:
            self._bare(attributes)
        self._output.clear()

    def _end_case(self, attributes: list[str]) -> None:
        """A case with children other than what it printed."""
        element = self._elements[0]
        self._elements.clear()
        self._pieces.clear()
        self._parser.CharacterDataHandler = None
        self._attributes = None
        if self._output:
            self._printed.scan(self._output.text)
        printed = self._printed.taken()
        if self._tags or printed or says_more(element):
            self._add_read(mapped(attributes), element, printed)
        else:
            self._bare(attributes)
        self._output.clear()
        self._tags = {}
        self._outside = False

    def _add_read(self, attributes: dict[str, str], element: Element, printed: Names = NO_NAMES) -> None:
        output = cut_middle(self._output.text, left_out=self._output.left_out) if self._output else ""
        tags, suite = self._tags, self._suite
        case = read_case(
            attributes,
            element,
            suite,
            tags=tags,
            first_line=self._intake.first_line,
            duration=self._intake.durations.known(attributes.get("time", "")),
            output=output,
            printed=printed,
        )
        self._budget.count_requirements(case)
        suite.count_case(case.status, tags, in_case=not self._outside)
        says_nothing = not (tags or "status" in attributes or "result" in attributes)
        self._intake.add_read(case, suite, may_be_idle=says_nothing)

    def _check_size(self) -> None:
        self._budget.check(self.result.ledger.listed, self.result.suite_requirements.characters)

    def _end_around(self) -> None:
        self._intake.flush(self._suite)
        suite = self._open.pop()
        if suite is None:
            if self._suite_property:
                self._end_suite_property()
            return
        if not self.result.by_pytest:  # its headers count subtests
            self._unshown_skips += take_unshown_skips(suite)
        self._add_header_only(suite, self.result.reconciliation.close(suite))
        self._suite = next((each for each in reversed(self._open) if each is not None), Suite())
        self._suite.add_inner(suite)

    def _add_header_only(self, suite: Suite, count: int) -> None:
        """Cases for failures that the header counts and no element explains.

        gotestsum leaves nothing but ``errors="1"`` of a package that did not compile.
        """
        self.result.header_only += count
        if count:
            self._check_size()
        for number in range(1, min(count, self._limits.header_only_cases) + 1):
            name = "(counted in the header only)" + (f" #{number}" if number > 1 else "")
            case = TestCase(
                id=f"{suite.name or self.result.root[1] or self.result.root[0]}::{name}",
                name=name,
                status=CaseStatus.ERROR,
                suite=suite.name,
                host=suite.host,
                message=f"The header counts {count:,} more failures or errors than the test cases show.",
            )
            self.result.ledger.add(case)
