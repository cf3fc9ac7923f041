"""Test cases by every name that a requirement may use for them, found with a bounded amount of work."""

from __future__ import annotations

import fnmatch
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from tsr_agent.models.results import TestCase

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from tsr_agent.models.limits import Limits

_WILDCARD = re.compile(r"[*?]")
_ANY_CLASS = "::**::"
_LAST = chr(0x10FFFF)
_LONGEST_CLUE = 8
# What each step costs, in nanoseconds as measured; a character of a name costs half of one.
_A_PATTERN, _A_NAME, _A_CASE, _AN_EXPRESSION = 2_000, 15, 150, 200_000


class Match(NamedTuple):
    """The cases of a name or pattern, or why they were not looked for to the end."""

    cases: Sequence[TestCase]
    refused: str = ""


class CaseNames:
    """Test cases by the requirements they name and by every name that a requirement may use for them.

    Args:
        cases: All test cases of the report.
        original_ids: By id in the report, the id that the tool gave where the two differ.
        by_name: Some requirement names tests.
        known: Ids of all requirements; a tag that is one of them names it.
        limits: Bounds on everything that is asked of it.
    """

    def __init__(
        self,
        cases: Iterable[TestCase],
        original_ids: Mapping[str, str],
        *,
        by_name: bool,
        limits: Limits,
        known: Container[str] = (),
    ) -> None:
        self.naming: dict[str, list[TestCase]] = defaultdict(list)
        self._by_name: dict[str, TestCase | list[TestCase]] = {}
        """The case of a name or, where there are several, a list: a list for each would fill the memory."""
        self._limits = limits
        self._work_left = limits.matching_steps
        self._known: dict[str, Match] = {}
        self._likely: tuple[tuple[int, int, str], list[str]] = ((0, 0, ""), [])
        for case in cases:
            tags = [tag for tag in case.tags if tag in known] if case.tags else ()
            for requirement in dict.fromkeys((*case.requirement_ids, *tags)):
                self.naming[requirement].append(case)
            if by_name:
                self._index(case, original_ids.get(case.id, case.id))

    def _index(self, case: TestCase, tool_id: str) -> None:
        for name in _names(case, tool_id):
            held = self._by_name.setdefault(name, case)
            if held is case:
                continue
            if isinstance(held, list):
                held.append(case)
            else:
                self._by_name[name] = [held, case]

    def _named(self, name: str) -> Sequence[TestCase]:
        held = self._by_name.get(name, ())
        return (held,) if isinstance(held, TestCase) else held

    def find(self, wanted: str) -> Match:
        """Cases of that name, or matching it as a pattern. Equal patterns are looked for once.

        ``file::**::name`` is the test of that name in any class of the file, or in none.
        """
        if _ANY_CLASS in wanted:
            forms = (wanted.replace(_ANY_CLASS, "::"), wanted.replace(_ANY_CLASS, "::*::"))
            return _joined(self._find(form) for form in forms)
        return self._find(wanted)

    def _find(self, wanted: str) -> Match:
        exact = [self._named(form) for form in {wanted, _dotted(wanted)} if form in self._by_name]
        if exact or not _WILDCARD.search(wanted):
            # Before they are put together: to repeat that for each of many requirements takes as long.
            if not self._spend(_A_CASE * sum(map(len, exact))):
                return self._exhausted()
            return Match([case for cases in exact for case in cases])
        known = self._known.get(wanted)
        if known is None:
            known = self._search(wanted)
            if self._work_left > 0:
                self._known[wanted] = known
        return self._charged(known)

    def _charged(self, match: Match) -> Match:
        return match if self._spend(_A_CASE * len(match.cases)) else self._exhausted()

    def _spend(self, work: int) -> bool:
        """Whether there was so much work left; if not, there is none any more."""
        self._work_left = max(0, self._work_left - work)
        return self._work_left > 0

    def _exhausted(self) -> Match:
        return Match((), "not looked for; the requirements have too many patterns for this many tests")

    def _search(self, wanted: str) -> Match:
        forms = [wanted, _dotted(wanted)]
        if "::" not in wanted:
            # A folder of tests such as tests/unit/* is a package in the names that pytest writes.
            forms.append(wanted.replace("/", "."))
        found: dict[int, TestCase] = {}
        for form in dict.fromkeys(forms):
            names = self._matching(form)
            if names is None:
                return self._exhausted()
            for name in names:
                found.update((id(case), case) for case in self._named(name))
                if len(found) > self._limits.requirement_tests:
                    return Match((), f"matches more than {self._limits.requirement_tests:,} tests")
        return Match(tuple(found.values()))

    @cached_property
    def _sorted_names(self) -> list[str]:
        return sorted(self._by_name)

    @cached_property
    def _lengths(self) -> list[int]:
        """Before each of the sorted names, the characters of all names in front of it."""
        return list(accumulate(map(len, self._sorted_names), initial=0))

    def _matching(self, pattern: str) -> list[str] | None:
        """Names that match; None where that would be too much work.

        Only those are held against it that begin like it and hold the end of its longest piece without
        a wildcard.
        """
        pieces = _WILDCARD.split(pattern)
        piece = max(pieces, key=len)
        if not self._spend(_A_PATTERN + len(pattern)):
            return None
        likely = self._holding(pieces[0], piece[-_LONGEST_CLUE:])
        if not likely:
            return likely
        if not self._spend(_AN_EXPRESSION + sum(map(len, likely)) * len(pattern)):
            return None
        # fnmatch's expressions do not backtrack over stars, however many a hostile file strings together.
        matches = re.compile(fnmatch.translate(pattern.replace("[", "[[]"))).match
        return [name for name in likely if matches(name)]

    def _holding(self, beginning: str, clue: str) -> list[str] | None:
        """Names with a beginning that hold a clue somewhere; None where that would be too much work."""
        names = self._sorted_names
        start = bisect_left(names, beginning)
        end = bisect_right(names, beginning + _LAST, start)
        if self._likely[0] != (start, end, clue):
            if not self._spend(_A_NAME * (end - start) + (self._lengths[end] - self._lengths[start]) // 2):
                return None
            self._likely = (start, end, clue), [name for name in names[start:end] if clue in name]
        return self._likely[1]


def _joined(matches: Iterable[Match]) -> Match:
    """The cases of all matches, each once, or the first reason why they were not looked for."""
    found: dict[int, TestCase] = {}
    for match in matches:
        if match.refused:
            return match
        found.update((id(case), case) for case in match.cases)
    return Match(tuple(found.values()))


def _names(case: TestCase, tool_id: str) -> set[str]:
    """Every name of a case; made for each of hundreds of thousands."""
    whole = {case.id, tool_id, case.name, _dotted(tool_id)}
    if case.classname:
        whole.add(f"{case.classname}.{case.name}")
    if case.file:
        whole.add(f"{case.file}::{case.name}")
    if any("[" in each for each in whole):
        whole |= {_without_parameters(name) for name in whole}
    return whole


def _without_parameters(name: str) -> str:
    bracket = name.find("[")
    return name[:bracket] if bracket > 0 and name.endswith("]") else name


def _dotted(node_id: str) -> str:
    """A pytest node id such as ``tests/test_x.py::TestC::test_y`` in the form ``classname.name``."""
    bracket = node_id.find("[")
    name, parameters = (node_id[:bracket], node_id[bracket:]) if bracket > 0 else (node_id, "")
    if "::" not in name:
        return node_id
    return name.replace(".py::", ".").replace("::", ".").replace("/", ".") + parameters
