"""What a figure leads to: one thing of the report, or something outside of it, by its own id."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """What a target is."""

    RULE = "rule"
    TEST = "test"
    TEST_TYPE = "test type"
    """All tests of one type, by its value such as ``unit``."""
    REQUIREMENT = "requirement"
    FAILURE_MODE = "failure mode"
    ITERATION = "iteration"
    INPUT = "input"
    APPROVAL = "approval"
    FINDING = "finding"
    """One of a scan, by ``RULE FILE:LINE`` within the file of the scan."""
    COVERED_FILE = "covered file"
    """A source file, by its path within the file of the coverage."""
    SECTION = "section"
    """A whole section of the report, by its lasting name such as ``failure_modes``."""
    REPORT = "report"
    """Another report, by its id."""
    COMMIT = "commit"
    """A commit of the report's repository, by its whole SHA."""
    LINE = "line"
    """A place in its code: ``FILE:LINE`` at the SHA that was judged, or at the one that ``within`` names."""


OUTSIDE = frozenset((Kind.REPORT, Kind.COMMIT, Kind.LINE))
"""What is not in the report itself."""


class Target(NamedTuple):
    """Where a figure leads: a row of the same report, or something outside of it."""

    kind: Kind
    value: str
    """Its id as the report writes it, never shortened."""
    within: str = ""
    """What makes it unique: the type of a test, the file of a finding, the commit of a line; may be empty."""
    report: str = ""
    """Id of the report that has it, where that is not the one that is looked at: one of two compared ones."""
    side: str = ""
    """Which of the two that is, ``A`` or ``B``."""
