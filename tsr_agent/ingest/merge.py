"""Cases of several results files become the results of one test type."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from tsr_agent.ingest.case_table import CaseTable
from tsr_agent.models.results import HeaderDifference, TestCase, TestType, TestTypeResult

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MAX_DURATION = 2**53
"""Milliseconds: the most that a report can hold, some 285,000 years."""
_MAX_ID = 32_000
"""Characters of an id that are kept where a path must follow; the two together fit into a report."""


@dataclass(frozen=True)
class FileCases:
    """The cases of one results file."""

    path: str
    cases: Sequence[TestCase]
    header_differences: tuple[HeaderDifference, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Merged:
    """Results by test type, in the order of the enum."""

    results: tuple[TestTypeResult, ...]
    original_ids: dict[str, str]
    """By id in the results, the tool's own id where the two differ."""


def merge_cases(by_type: Mapping[TestType, Sequence[FileCases]]) -> Merged:
    """Puts the files of each type together.

    Cases of different files that share an id are different tests: each gets the path of its file
    behind its id, whichever file came first. A type whose files hold no case is kept, with nothing
    run.
    """
    original_ids: dict[str, str] = {}
    results = []
    for test_type in TestType:
        files = by_type.get(test_type)
        if not files:
            continue
        cases = _distinct(files, original_ids)
        differences = [each for file in files for each in file.header_differences]
        result = TestTypeResult.from_cases(test_type, cases, differences)
        results.append(msgspec.structs.replace(result, duration_ms=min(result.duration_ms, _MAX_DURATION)))
    return Merged(results=tuple(results), original_ids=original_ids)


def _distinct(files: Sequence[FileCases], original_ids: dict[str, str]) -> Sequence[TestCase]:
    if len(files) == 1 and isinstance(files[0].cases, CaseTable):
        return files[0].cases  # no id stands in a table twice
    shared = Counter(case.id for file in files for case in file.cases)
    taken = {identity for identity, count in shared.items() if count == 1}
    numbers: Counter[str] = Counter()
    cases = []
    for file in files:
        for case in file.cases:
            if shared[case.id] == 1:
                cases.append(case)
                continue
            identity = _free(f"{case.id[:_MAX_ID]} [{file.path}]", taken, numbers)
            taken.add(identity)
            original_ids[identity] = case.id
            cases.append(msgspec.structs.replace(case, id=identity))
    return cases


def _free(wanted: str, taken: set[str], numbers: Counter[str]) -> str:
    """The wanted id, or with a number behind it where a test already has that id."""
    identity = wanted
    while identity in taken:
        numbers[wanted] += 1
        identity = f"{wanted} ({numbers[wanted] + 1})"
    return identity
