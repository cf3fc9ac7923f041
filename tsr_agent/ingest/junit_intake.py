"""Cases on their way from the parser to the ledger: many at once, in the file's order, within bounds."""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from tsr_agent.ingest.bounded_text import clean, cut_name
from tsr_agent.ingest.case_block import Place
from tsr_agent.ingest.case_ledger import CaseLedger
from tsr_agent.ingest.junit_budget import AN_ONLY_RESULT
from tsr_agent.ingest.junit_case import identity, line_number, read_case
from tsr_agent.ingest.junit_outcomes import claims
from tsr_agent.ingest.junit_plain import Durations, plain_cases
from tsr_agent.ingest.junit_suite import Suite
from tsr_agent.models.results import CaseStatus, TestCase

if TYPE_CHECKING:
    from tsr_agent.ingest.junit_budget import Budget


def mapped(attributes: list[str]) -> dict[str, str]:
    """Attributes by name; expat gives names and values in turn."""
    if len(attributes) == 6:  # most cases have three, most results one; a loop takes four times as long
        first, one, second, two, third, three = attributes
        return {first: one, second: two, third: three}
    if len(attributes) == 2:
        return {attributes[0]: attributes[1]}
    each = iter(attributes)
    return dict(zip(each, each, strict=True))


class CaseIntake:
    """Holds the latest cases of the open suite until they are added together.

    Args:
        budget: What may be kept of the file.
    """

    def __init__(self, budget: Budget) -> None:
        self.ledger = CaseLedger()
        self.bare: list[list[str]] = []
        """Cases without children, as expat gives their attributes."""
        self._read: list[tuple[int, TestCase]] = []
        """The others, each with the number of bare ones before it."""
        self.durations = Durations()
        self.first_line = 1
        """What the writer calls the first line of a file: 1, or 0 (pytest)."""
        self.suite = Suite()
        """The suite that the cases stand in."""
        self._budget = budget

    def enter(self, suite: Suite) -> None:
        """The cases from here on stand in another suite."""
        self.flush()
        self.suite = suite

    def add_read(self, case: TestCase, *, may_be_idle: bool = False) -> None:
        """Takes a case with something in it.

        Args:
            case: The case.
            may_be_idle: Nothing in it says how it ended.
        """
        if may_be_idle and self.suite.watched and not case.duration_ms:
            self.suite.idle.append(self.ledger.listed + len(self.bare) + len(self._read))
        budget = self._budget
        budget.names += len(case.id)
        if case.requirement_ids or case.tags:
            budget.names += sum(map(len, case.requirement_ids)) + sum(map(len, case.tags))
        self._read.append((len(self.bare), budget.fitted(case)))

    def flush(self) -> None:
        """Hands all cases over to the ledger."""
        suite = self.suite
        plain = plain_cases(self.bare, self.durations)
        if plain is None:
            whole = [self._whole(number, each, suite) for number, each in enumerate(self.bare)]
            for index, case in reversed(self._read):
                whole.insert(index, case)
            for case in whole:
                self.ledger.add(case)
        else:
            suite.tests.count(len(self.bare))
            self._budget.names += plain.characters
            if suite.watched:
                suite.idle += [self._position(number) for number in plain.without_time()]
            self.ledger.add_plain(plain, Place(suite.name, suite.host, suite.file), self._read)
        self.bare.clear()
        self._read.clear()

    def _position(self, number: int) -> int:
        """Where in the file a bare case stands."""
        return self.ledger.listed + number + bisect_right(self._read, number, key=itemgetter(0))

    def _whole(self, number: int, attributes: list[str], suite: Suite) -> TestCase:
        """A bare case that has more or fewer attributes than most, or stands among such."""
        named = mapped(attributes)
        duration = self.durations.known(named.get("time", ""))
        says_status = "status" in named or "result" in named
        # Where a tool writes that each passed case passed, as GoogleTest, there is nothing more to it.
        if says_status and any(claims(named)):
            case = read_case(
                named,
                Element("testcase"),
                suite,
                tags={},
                first_line=self.first_line,
                duration=duration,
                output="",
            )
            suite.count_case(case.status, {}, in_case=True)
            self._budget.count_elements(AN_ONLY_RESULT)
            self._budget.names += len(case.id)
            return self._budget.fitted(case)
        case_id, name, classname = identity(named, suite)
        file = named.get("file")
        suite.tests.count(1)
        self._budget.names += len(case_id)
        if suite.watched and not duration and not says_status:
            suite.idle.append(self._position(number))
        return TestCase(
            id=case_id,
            name=name,
            status=CaseStatus.PASSED,
            classname=classname,
            suite=suite.name,
            host=suite.host,
            file=cut_name(clean(file)) if file else suite.file,
            line=line_number(named.get("line"), self.first_line),
            duration_ms=duration,
        )
