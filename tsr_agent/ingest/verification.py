"""Which tests belong to which requirement, and whether they bear it out."""

from __future__ import annotations

import fnmatch
import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tsr_agent.models.requirements import (
    CoverageStatus,
    RequirementCoverage,
    UnknownRequirement,
    VerificationStatus,
)
from tsr_agent.models.results import CaseStatus, TestCase

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tsr_agent.models.requirements import RequirementEntry

_WILDCARD = re.compile(r"[*?]")


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What the tests say about the requirements."""

    coverage: tuple[RequirementCoverage, ...]
    """One entry a requirement, in the order of the requirements file."""
    unknown: tuple[UnknownRequirement, ...]
    """Sorted by id."""


def verify(
    entries: Sequence[RequirementEntry],
    cases: Sequence[TestCase],
    original_ids: Mapping[str, str] | None = None,
) -> Verification:
    """Holds requirements and test cases against each other.

    A case belongs to a requirement when it names it, or when the requirement names it by id, by name,
    by ``classname.name`` or by the node id that pytest prints, each with or without the parameters in
    brackets. ``*`` and ``?`` are wildcards; brackets are not, because test ids contain them.

    A requirement is verified only if at least one of its tests ran, every one that ran passed at once,
    and everything that it names was found. A flaky pass, an expected failure and an unexpected pass
    are not such a pass. Skipped tests alone mean not run.

    Args:
        entries: The requirements.
        cases: All test cases of the report.
        original_ids: By id in the report, the id that the tool gave where the two differ.
    """
    by_name = any(entry.tests for entry in entries)
    index = _Index(cases, original_ids or {}, by_name=by_name)
    known = {entry.id for entry in entries}
    unknown = tuple(
        UnknownRequirement(requirement_id=name, test_ids=_ids(index.naming[name]))
        for name in sorted(index.naming.keys() - known)
    )
    return Verification(coverage=tuple(_cover(entry, index) for entry in entries), unknown=unknown)


def _cover(entry: RequirementEntry, index: _Index) -> RequirementCoverage:
    found: dict[int, TestCase] = {id(case): case for case in index.naming.get(entry.id, ())}
    missing = []
    for wanted in entry.tests:
        matched = index.find(wanted)
        if not matched:
            missing.append(wanted)
        found.update((id(case), case) for case in matched)
    cases = sorted(found.values(), key=lambda case: case.id)
    return RequirementCoverage(
        requirement_id=entry.id,
        requirement_text=entry.text,
        test_ids=_ids(cases),
        coverage_status=_coverage_status(cases, missing),
        verification_status=_verification_status(cases, missing),
        missing_tests=tuple(missing),
    )


def _coverage_status(cases: Sequence[TestCase], missing: Sequence[str]) -> CoverageStatus:
    if not cases:
        return CoverageStatus.UNCOVERED
    return CoverageStatus.PARTIAL if missing else CoverageStatus.COVERED


def _verification_status(cases: Sequence[TestCase], missing: Sequence[str]) -> VerificationStatus:
    ran = [case for case in cases if case.status is not CaseStatus.SKIPPED]
    if any(case.status is not CaseStatus.PASSED or case.flaky for case in ran):
        return VerificationStatus.FAILED
    return VerificationStatus.VERIFIED if ran and not missing else VerificationStatus.NOT_RUN


def _ids(cases: Iterable[TestCase]) -> tuple[str, ...]:
    """Ids without repetition: two test types may use one id."""
    return tuple(sorted({case.id for case in cases}))


class _Index:
    """Test cases by the requirements they name and by every name that a requirement may use for them."""

    def __init__(self, cases: Iterable[TestCase], original_ids: Mapping[str, str], *, by_name: bool) -> None:
        self.naming: dict[str, list[TestCase]] = defaultdict(list)
        self._by_name: dict[str, list[TestCase]] = defaultdict(list)
        for case in cases:
            for requirement in dict.fromkeys(case.requirement_ids):
                self.naming[requirement].append(case)
            if by_name:
                for name in _names(case, original_ids.get(case.id, case.id)):
                    self._by_name[name].append(case)

    @cached_property
    def _sorted_names(self) -> list[str]:
        return sorted(self._by_name)

    def find(self, wanted: str) -> list[TestCase]:
        """Cases of that name, or matching it as a pattern."""
        forms = [wanted, _dotted(wanted)]
        exact = [case for form in dict.fromkeys(forms) for case in self._by_name.get(form, ())]
        if exact or not _WILDCARD.search(wanted):
            return exact
        if "::" not in wanted:
            # A folder of tests such as tests/unit/* is a package in the names that pytest writes.
            forms.append(wanted.replace("/", "."))
        return [
            case
            for form in dict.fromkeys(forms)
            for name in self._matching(form)
            for case in self._by_name[name]
        ]

    def _matching(self, pattern: str) -> list[str]:
        """Names that match; only those that begin like the pattern are looked at."""
        beginning = _WILDCARD.split(pattern, maxsplit=1)[0]
        names = self._sorted_names
        start = bisect_left(names, beginning)
        # fnmatch's expressions do not backtrack over stars, however many a hostile file strings together.
        form = re.compile(fnmatch.translate(pattern.replace("[", "[[]")))
        found = []
        for place in range(start, len(names)):
            if not names[place].startswith(beginning):
                break
            if form.match(names[place]):
                found.append(names[place])
        return found


def _names(case: TestCase, tool_id: str) -> set[str]:
    whole = {case.id, tool_id, case.name, _dotted(tool_id)}
    if case.classname:
        whole.add(f"{case.classname}.{case.name}")
    if case.file:
        whole.add(f"{case.file}::{case.name}")
    return whole | {_without_parameters(name) for name in whole}


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
