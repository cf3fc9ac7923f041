"""A suite that is being read, and how its header's totals are held against its elements."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tsr_agent.ingest.bounded_text import clean, cut_name
from tsr_agent.ingest.junit_writers import is_jest
from tsr_agent.models.results import CaseStatus, HeaderDifference

COUNTERS = ("tests", "failures", "errors", "skipped")
MAX_DIFFERENCES = 100
"""Rows about headers that one file gives; a remark says how many more there were."""

_COUNTED_AS = {
    "failure": ("failures", False),
    "error": ("errors", False),
    "skipped": ("skipped", False),
    "rerunFailure": ("failures", True),
    "flakyFailure": ("failures", True),
    "rerunError": ("errors", True),
    "flakyError": ("errors", True),
}
"""By result tag, the total that counts it, and whether it is one more execution of its case."""
_CLAIMED_AS = {CaseStatus.FAILED: "failures", CaseStatus.ERROR: "errors", CaseStatus.SKIPPED: "skipped"}
_WHOLE_NUMBER = re.compile(r"([+-]?)([0-9]{1,15}|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,4})(?:\.0+)?")
_MAX_HOST = 1_000
BETWEEN_NAMES = " / "
"""Between the names of nested suites."""


@dataclass(slots=True)
class Tally:
    """What was counted of one kind: as cases, and as every outcome written down.

    Tools differ in which of the two their header gives: Surefire counts each rerun, pytest each
    failure of a case that has two. A header anywhere between the two is borne out.
    """

    cases: int = 0
    outcomes: int = 0

    def count(self, number: int) -> None:
        """Counts cases that ran once."""
        self.cases += number
        self.outcomes += number

    def nearest(self, header: int) -> int:
        """The header itself where the elements bear it out, otherwise the count closest to it."""
        return min(max(header, self.cases), max(self.cases, self.outcomes))


def _tallies() -> dict[str, Tally]:
    return {counter: Tally() for counter in COUNTERS}


@dataclass(slots=True)
class Suite:
    """One open ``testsuites`` or ``testsuite`` element."""

    name: str = ""
    """Names of the suites around it and its own, separated by `` / ``."""
    host: str = ""
    file: str = ""
    header: dict[str, str] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=_tallies)
    explained: dict[str, int] = field(default_factory=dict)
    """By counter, by how much the suites inside it are known to differ from their headers."""
    header_only: int = 0
    """Failures and errors of suites inside it that only a header counts."""
    by_jest: bool = False
    watched: bool = False
    """Its header, or that of a suite around it, may leave cases out of the passed ones."""
    idle: list[int] = field(default_factory=list)
    """Positions in the file of cases of a watched suite that look passed and took no time."""

    @property
    def tests(self) -> Tally:
        """The tally of the cases themselves."""
        return self.tallies["tests"]

    @classmethod
    def opened(cls, tag: str, attributes: dict[str, str], outer: Suite | None) -> Suite:
        """The suite that a start tag opens."""
        # Tests of one name in two suites without a name are two tests if the suites have ids.
        name = attributes.get("name", "")
        own = clean(name if name.strip() else attributes.get("id", "")) if tag == "testsuite" else ""
        around = outer.name if outer else ""
        by_jest = is_jest(tag, attributes)
        counts_skipped = attributes.get("skipped", "0").strip() not in ("0", "")
        return cls(
            name=cut_name(f"{around}{BETWEEN_NAMES}{own}" if around and own else own or around),
            host=cut_name(clean(attributes.get("hostname", "")), _MAX_HOST) or (outer.host if outer else ""),
            file=cut_name(clean(attributes.get("file", ""))) or (outer.file if outer else ""),
            header={each: attributes[each][:40] for each in COUNTERS if each in attributes},
            by_jest=by_jest,
            watched=by_jest or counts_skipped or (outer is not None and outer.watched),
        )

    def count_case(self, status: CaseStatus, tags: dict[str, int], *, in_case: bool) -> None:
        """Counts a case that was read with its results.

        Args:
            status: How the case ended.
            tags: How often each result tag stands in it.
            in_case: False for a result that stands outside any case.
        """
        tallies = self.tallies
        tests = tallies["tests"]
        tests.cases += in_case
        tests.outcomes += 1
        if status is CaseStatus.XFAILED and tags.keys() & {"failure", "error"}:
            # Catch2 writes a failure that is expected like any other, and leaves it out of its totals.
            tallies["skipped"].outcomes += tags.get("skipped", 0)
            return
        for tag, number in tags.items():
            counter, repeat = _COUNTED_AS[tag]
            tallies[counter].outcomes += number
            if repeat:
                tests.outcomes += number
            else:
                tallies[counter].cases += 1
        if not tags and status in _CLAIMED_AS:
            # Nothing but the status attribute says it; a header may count it or not.
            tallies[_CLAIMED_AS[status]].outcomes += 1

    def count_only_result(self, status: CaseStatus, tag: str) -> None:
        """Counts a case with one result.

        Args:
            status: How the case ended.
            tag: That of the result.
        """
        tests = self.tallies["tests"]
        tests.cases += 1
        tests.outcomes += 1
        if status is not CaseStatus.XFAILED or tag == "skipped":
            tally = self.tallies[_COUNTED_AS[tag][0]]
            tally.cases += 1
            tally.outcomes += 1

    def add_inner(self, inner: Suite) -> None:
        """Counts what a closed suite inside this one counted."""
        for counter, tally in inner.tallies.items():
            mine = self.tallies[counter]
            mine.cases += tally.cases
            mine.outcomes += tally.outcomes
        for counter, difference in inner.explained.items():
            self.explained[counter] = self.explained.get(counter, 0) + difference
        self.header_only += inner.header_only
        if self.watched:
            self.idle += inner.idle


@dataclass
class Reconciliation:
    """What the headers of one file say against its elements."""

    path: str
    differences: list[HeaderDifference] = field(default_factory=list)
    not_listed: int = 0
    unreadable: list[str] = field(default_factory=list)

    def close(self, suite: Suite) -> int:
        """Holds a closed suite's header against what it held.

        A difference that the suites inside account for is not told a second time.

        Returns:
            Failures and errors that the header counts and no element explains, here and not further in.
        """
        totals = header_totals(suite)
        broken = 0
        for counter, written in suite.header.items():
            if counter not in totals and written.strip():
                self._note_unreadable(suite, counter, written)
                broken += counter in ("failures", "errors")
        for counter, total in totals.items():
            self._compare(suite, counter, total)
        return broken + self._unexplained(suite, totals)

    def _compare(self, suite: Suite, counter: str, total: int) -> None:
        nearest = suite.tallies[counter].nearest(total)
        difference = total - nearest
        if difference not in (0, suite.explained.get(counter, 0)):
            self._add(HeaderDifference(path=self.path, counter=counter, header=total, elements=nearest))
        suite.explained[counter] = difference

    def _unexplained(self, suite: Suite, totals: dict[str, int]) -> int:
        # The two counters together: mocha writes its failures into errors=.
        counted = max(0, totals.get("failures", 0)) + max(0, totals.get("errors", 0))
        found = sum(suite.tallies[each].outcomes for each in ("failures", "errors"))
        unexplained = max(0, counted - found - suite.header_only)
        suite.header_only += unexplained
        return unexplained

    def _add(self, difference: HeaderDifference) -> None:
        if len(self.differences) < MAX_DIFFERENCES:
            self.differences.append(difference)
        else:
            self.not_listed += 1

    def _note_unreadable(self, suite: Suite, counter: str, written: str) -> None:
        if len(self.unreadable) < 20:
            where = f"suite {suite.name[:100]!r}" if suite.name else "the root element"
            self.unreadable.append(f"The {counter} total of {where} is no number: {clean(written)!r}.")

    def remarks(self) -> list[str]:
        """One sentence each."""
        more = [f"{self.not_listed:,} more differences between headers and elements are not listed."]
        return self.unreadable + (more if self.not_listed else [])


def header_totals(suite: Suite) -> dict[str, int]:
    """The totals of a suite's header that are numbers."""
    found = {counter: _whole_number(written) for counter, written in suite.header.items()}
    return {counter: total for counter, total in found.items() if total is not None}


def _whole_number(text: str) -> int | None:
    found = _WHOLE_NUMBER.fullmatch(text.strip())
    return int(found[1] + found[2].replace(",", "")) if found else None
