"""One pass over a JUnit XML file: expat finds the cases, memory does not grow with what is not kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tsr_agent.ingest.bounded_text import MAX_TEXT, clean
from tsr_agent.ingest.heads import local_name
from tsr_agent.ingest.junit_budget import A_CASE_OF_A_HEADER, A_SUITE, Budget, Cost
from tsr_agent.ingest.junit_case import MEANINGFUL_TAGS
from tsr_agent.ingest.junit_intake import CaseIntake, mapped
from tsr_agent.ingest.junit_parser import GuardedParser
from tsr_agent.ingest.junit_properties import SuiteRequirements
from tsr_agent.ingest.junit_skips import as_skipped, take_unshown_skips
from tsr_agent.ingest.junit_suite import Reconciliation, Suite
from tsr_agent.ingest.junit_writers import is_pytest, lists_each_test_once
from tsr_agent.ingest.open_case import OpenCase
from tsr_agent.ingest.text_pieces import TextPieces
from tsr_agent.models.results import CaseStatus, TestCase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tsr_agent.ingest.case_ledger import CaseLedger
    from tsr_agent.ingest.limits import Limits


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
    """Parses one file: what stands around the cases; plain cases go straight on, others by way of OpenCase.

    Args:
        path: What to call the file in messages.
        limits: Bounds beyond which it is refused.
        before: An earlier pass over the same file; what it cost counts, too.
    """

    def __init__(self, path: str, limits: Limits, before: Cost | None = None) -> None:
        self._limits = limits
        self._parser = GuardedParser(path, limits)
        self._budget = Budget(path, limits, self._parser.position, before or Cost())
        self._intake = CaseIntake(self._budget)
        self._case = OpenCase(self._parser, limits, self._budget, self._intake)
        self.result = StreamResult(ledger=self._intake.ledger, reconciliation=Reconciliation(path))
        self._open: list[Suite | None] = []
        """Elements around the cases; None for one that is no suite."""
        self._property = TextPieces()
        self._property_name = ""
        """Name of the open property of a suite, where its text is the value."""
        self._unshown_skips: list[int] = []
        """Positions of cases that look passed and were not run."""

    def run(self, chunks: Iterable[bytes]) -> StreamResult:
        """Parses all chunks.

        Raises:
            expat.ExpatError: Not well-formed.
            InputError: Beyond a limit, a DOCTYPE, no JUnit XML, or an encoding that can't be read.
        """
        self._parser.call(*self._handlers())
        try:
            for chunk in self._parser.parsed(chunks):
                self._intake.flush()
                self._case.cut_text()
                self._cut_property()
                self._budget.weigh(chunk)
                self._check_size()
            self._check_size()
        except (ValueError, LookupError) as error:
            raise self._parser.fault(f"it can't be decoded: {error}") from error
        finally:
            self._parser.release()
        self.result.ledger.change(self._unshown_skips, as_skipped)
        self.result.read_as_skipped = len(self._unshown_skips)
        self.result.shortened = self._budget.shortened
        self.result.impossible_time = clean(self._intake.durations.impossible[:40])
        return self.result

    @property
    def cost(self) -> Cost:
        """What the pass had to do so far."""
        return Cost(self.result.ledger.listed + len(self._intake.bare), self._budget.elements)

    def _handlers(self) -> tuple[Callable[[str, list[str]], None], Callable[[str], None]]:
        """What expat calls for tags: cases without children, nearly all of a large file, end here.

        Two closures over two variables: each look at an attribute of an object, twice a case, would
        cost a tenth of the whole pass.
        """
        bare: list[str] | None = None
        ready = False
        add = self._intake.bare.append
        case = self._case

        def start(tag: str, attributes: list[str]) -> None:
            nonlocal bare, ready
            if ready and tag == "testcase":
                bare = attributes
                ready = False
                return
            if ":" in tag:
                tag = local_name(tag)
            if bare is not None:  # the open case has something in it
                case.open(bare, len(self._open))
                bare = None
            if case.attributes is not None:
                case.start(tag, attributes)
            else:
                self._start_around(tag, attributes)
                ready = case.attributes is None

        def end(_tag: str) -> None:
            nonlocal bare, ready
            if bare is not None:
                add(bare)
                bare = None
                ready = True
            elif case.attributes is None:
                self._end_around()
                ready = bool(self._open)
            elif case.end():
                ready = True

        return start, end

    def _start_around(self, tag: str, attributes: list[str]) -> None:
        """An element that is not in a case."""
        if tag == "testcase" and self._open:  # with a prefix, or it would not get here
            self._case.open(attributes, len(self._open))
            return
        self._budget.count_elements(A_SUITE if tag in ("testsuite", "testsuites") else 1)
        if len(self._open) >= self._limits.xml_depth:
            raise self._parser.beyond("xml_depth")
        if tag in MEANINGFUL_TAGS and self._open:
            # A failure outside any case must not get lost; it becomes a case of its own.
            named = ["name", f"<{tag}> outside a test case", "classname", self._intake.suite.name]
            self._case.open(named, len(self._open), outside=True)
            self._case.start(tag, attributes)
            return
        said = mapped(attributes)
        if not self._open:
            self._start_root(tag, said)
        if tag in ("testsuite", "testsuites"):
            self._start_suite(tag, said)
            return
        self._open.append(None)
        if tag == "property":
            self._start_property(said.get("name", ""), said.get("value"))

    def _start_root(self, tag: str, attributes: dict[str, str]) -> None:
        if tag not in ("testsuites", "testsuite"):
            raise self._parser.fault(f"the root element is {tag[:60]!r}, not 'testsuites' or 'testsuite'")
        self.result.root = (tag, attributes.get("name", "")[:MAX_TEXT])

    def _start_suite(self, tag: str, attributes: dict[str, str]) -> None:
        suite = Suite.opened(tag, attributes, self._intake.suite)
        self._intake.enter(suite)
        self._open.append(suite)
        if is_pytest(tag, attributes):
            self.result.by_pytest = True
            self._intake.first_line = 0  # pytest writes the line as it counts it, from 0
        elif lists_each_test_once(tag, attributes):
            self.result.one_record_a_test = True

    def _start_property(self, name: str, value: str | None) -> None:
        if value is None:
            self._property_name = name
            self._parser.expat.CharacterDataHandler = self._property.append
        else:
            self.result.suite_requirements.add(self._intake.suite, name, value)

    def _cut_property(self) -> None:
        if sum(map(len, self._property)) > 4 * MAX_TEXT:
            self._property.drop_middle()

    def _end_property(self) -> None:
        self.result.suite_requirements.add(self._intake.suite, self._property_name, self._property.text)
        self._property_name = ""
        self._property.clear()
        self._parser.expat.CharacterDataHandler = None

    def _end_around(self) -> None:
        suite = self._open.pop()
        if suite is None:
            if self._property_name:
                self._end_property()
            return
        self._intake.flush()
        if not self.result.by_pytest:  # its headers count subtests
            self._unshown_skips += take_unshown_skips(suite)
        self._add_header_only(suite, self.result.reconciliation.close(suite))
        outer = next((each for each in reversed(self._open) if each is not None), Suite())
        self._intake.enter(outer)
        outer.add_inner(suite)

    def _check_size(self) -> None:
        self._budget.check(self.result.ledger.listed, self.result.suite_requirements.characters)

    def _add_header_only(self, suite: Suite, count: int) -> None:
        """Cases for failures that the header counts and no element explains.

        gotestsum leaves nothing but ``errors="1"`` of a package that did not compile.
        """
        self.result.header_only += count
        if count:
            self._check_size()
            self._budget.check_header(count)
        for number in range(1, count + 1):
            name = "(counted in the header only)" + (f" #{number}" if number > 1 else "")
            case = TestCase(
                id=f"{suite.name or self.result.root[1] or self.result.root[0]}::{name}",
                name=name,
                status=CaseStatus.ERROR,
                suite=suite.name,
                host=suite.host,
                message=f"The header counts {count:,} more failures or errors than the test cases show.",
            )
            self._budget.count_elements(A_CASE_OF_A_HEADER)
            self.result.ledger.add(case)
