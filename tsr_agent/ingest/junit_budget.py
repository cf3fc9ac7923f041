"""What reading one JUnit XML file may cost: counted while it is read, refused where it gets too much."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tsr_agent.ingest.junit_case import shortened, text_length
from tsr_agent.ingest.limits import beyond

if TYPE_CHECKING:
    from collections.abc import Callable

    from tsr_agent.ingest.limits import Limits
    from tsr_agent.models.results import TestCase

_LEAST_TEXT = 128
# What takes longer than an element of a case, which takes 3 microseconds, counts as so many.
AN_ONLY_RESULT = 4
A_TREE = 4
A_SUITE = 4
A_CASE_OF_A_HEADER = 3


class Cost(NamedTuple):
    """What a pass had to do."""

    cases: int = 0
    elements: int = 0
    """Other than plain cases and what they printed, each as often as it takes the time of one."""


class Budget:
    """The bounds on one file and what was spent of them.

    Args:
        path: What to call the file in messages.
        limits: The bounds.
        position: Says where in the file the reader is.
        before: An earlier pass over the same file; what it cost counts, too.
    """

    def __init__(self, path: str, limits: Limits, position: Callable[[], str], before: Cost) -> None:
        self._path = path
        self._limits = limits
        self._position = position
        self._before = before
        self.names = 0
        """Characters of all names so far."""
        self._weighed = 0
        self.elements = before.elements
        self._requirements = 0
        self._text = 0
        self._shortened_text = 0
        self.shortened = 0
        """Cases whose texts were cut."""

    def weigh(self, chunk: bytes) -> None:
        """Counts the names since the last call by the memory that they take, now that their chunk is read."""
        # One byte is looked for ten times faster than two.
        if not chunk.isascii() or (b"#" in chunk and b"&#" in chunk):
            # One character beyond ASCII makes Python hold the whole text in up to four bytes each.
            self.names += 3 * (self.names - self._weighed)
        self._weighed = self.names

    def check(self, listed: int, more_names: int) -> None:
        """Refuses more cases or longer names than are held.

        Args:
            listed: Cases so far.
            more_names: Characters of names that were counted elsewhere.
        """
        if self.names + more_names > self._limits.kept_names:
            raise beyond(self._limits, "kept_names", self._path, self._position())
        if self._before.cases + listed > self._limits.cases:
            raise beyond(self._limits, "cases", self._path, self._position())

    def check_header(self, count: int) -> None:
        """Refuses a suite of which more failures stand in its header alone than can be made cases of.

        Fewer cases than failures would make a share of failures look smaller than it is.

        Raises:
            InputError: There are more.
        """
        if count > self._limits.header_only_cases:
            raise beyond(self._limits, "header_only_cases", self._path, self._position())

    def count_elements(self, number: int = 1) -> None:
        """Counts elements, and what takes as long as so many of them.

        Raises:
            InputError: More than are read.
        """
        self.elements += number
        if self.elements > self._limits.junit_elements:
            raise beyond(self._limits, "junit_elements", self._path, self._position())

    def count_requirements(self, case: TestCase) -> None:
        """Counts what a case names."""
        named = len(case.requirement_ids) + len(case.tags)
        self._requirements += named
        self.count_elements(named)
        if named > self._limits.case_requirements:
            raise beyond(self._limits, "case_requirements", self._path, self._position())
        if self._requirements > self._limits.file_requirements:
            raise beyond(self._limits, "file_requirements", self._path, self._position())

    def fitted(self, case: TestCase) -> TestCase:
        """The case, its texts shortened where the file as a whole has too much text."""
        length = text_length(case)
        if self._text + length <= self._limits.kept_text:
            self._text += length
            return case
        self.shortened += 1
        enough = self._shortened_text > self._limits.kept_text
        case = shortened(case, _LEAST_TEXT) if enough else shortened(case)
        self._shortened_text += text_length(case)
        return case
