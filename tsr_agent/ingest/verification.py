"""Which tests belong to which requirement, and whether they bear it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.ingest.case_names import CaseNames
from tsr_agent.ingest.printable import printable
from tsr_agent.ingest.refinements import Refinements
from tsr_agent.models.limits import Limits
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

_EXPLAINED = 20
"""Names of one requirement that stand among the missing ones with the reason; the rest stand there bare.
Also lines of one kind in the explanations."""
_SHOWN_NAME = 1_000
_NAMED = 3
"""Tests that an explanation names."""
_TESTS_OF_UNKNOWN = 1_000
_NO_ROOM = "not kept; the requirements together name more tests than a report has room for"


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
    limits: Limits | None = None,
    links: Iterable[tuple[str, str]] = (),
) -> Verification:
    """Holds requirements and test cases against each other.

    A case belongs to a requirement when it names it, when one of its tags is the requirement's id, or
    when the requirement names it by id, by name, by ``classname.name`` or by the node id that pytest
    prints, each with or without the parameters in brackets. ``*`` and ``?`` are wildcards; brackets are
    not, because test ids contain them.

    A requirement is verified only if at least one of its tests ran, every one that ran passed at once,
    and everything that it names was found. A flaky pass, an expected failure and an unexpected pass
    are not such a pass. Skipped tests alone mean not run. Where a limit is met, what could not be looked
    for or kept counts as missing, with the reason.

    Args:
        entries: The requirements.
        cases: All test cases of the report.
        original_ids: By id in the report, the id that the tool gave where the two differ.
        limits: Bounds on the work and on the tests that are kept.
        links: Pairs of ids: an entry and one that it refines. What bears out the first counts for the
            second, which is not verified before each entry that refines it has tests.
    """
    bounds = limits or Limits()
    by_name = any(entry.tests for entry in entries)
    known = {entry.id for entry in entries}
    names = CaseNames(cases, original_ids or {}, by_name=by_name, limits=bounds, known=known)
    room = _Room(bounds)
    refined = Refinements(entries, links, lambda name: len(names.naming.get(name, ())))
    coverage = tuple(_cover(entry, refined, names, room) for entry in entries)
    unknown = tuple(
        UnknownRequirement(requirement_id=name, test_ids=_first_ids(names.naming[name], room))
        for name in sorted(names.naming.keys() - known)
    )
    return Verification(coverage=coverage, unknown=unknown)


class _Room:
    """What is left of the tests that all requirements together may keep."""

    def __init__(self, limits: Limits) -> None:
        self.of_one = limits.requirement_tests
        self.tests = limits.all_requirement_tests
        self._characters = limits.all_requirement_names

    def take(self, test_ids: Sequence[str]) -> bool:
        """Whether there is room for these; then it is taken."""
        characters = sum(map(len, test_ids))
        if len(test_ids) > self.tests or characters > self._characters:
            return False
        self.tests -= len(test_ids)
        self._characters -= characters
        return True


def _cover(
    entry: RequirementEntry, refined: Refinements, names: CaseNames, room: _Room
) -> RequirementCoverage:
    cases, missing = _found(entry, refined, names, room)
    test_ids = _ids(cases)
    if not room.take(test_ids):
        cases, test_ids = [], ()
        missing.append(f"tests of this requirement ({_NO_ROOM})")
    return RequirementCoverage(
        requirement_id=entry.id,
        requirement_text=entry.text,
        test_ids=test_ids,
        coverage_status=_coverage_status(cases, missing),
        verification_status=_verification_status(cases, missing),
        missing_tests=tuple(missing),
    )


def explanations(verification: Verification) -> tuple[str, ...]:
    """What does not meet, in either direction, in the files' order: at most some lines of each kind."""
    untested, missing = [], []
    for each in verification.coverage:
        name = printable(each.requirement_id)
        if each.missing_tests:
            missing.append(f"Requirement {name}: missing {_shown(each.missing_tests)}.")
        elif not each.test_ids:
            untested.append(f"Requirement {name}: no test names it, and it names none.")
    unknown = [
        f"Requirement {printable(each.requirement_id)}: in no requirements file, named by "
        f"{_shown(each.test_ids) or 'tests that are not kept'}."
        for each in verification.unknown
    ]
    return (
        *_first(untested, "requirements without any test"),
        *_first(missing, "requirements with missing tests"),
        *_first(unknown, "ids that no requirements file has"),
    )


def _first(lines: Sequence[str], what: str) -> Sequence[str]:
    further = len(lines) - _EXPLAINED
    return [*lines[:_EXPLAINED], f"And {further:,} more {what}."] if further > 0 else lines


def _shown(names: Sequence[str]) -> str:
    further = len(names) - _NAMED
    shown = ", ".join(printable(each[:_SHOWN_NAME]) for each in names[:_NAMED])
    return f"{shown} and {further:,} more" if further > 0 else shown


def _found(
    entry: RequirementEntry, refined: Refinements, names: CaseNames, room: _Room
) -> tuple[list[TestCase], list[str]]:
    """The cases of a requirement, and what it names without a case that could be found or kept.

    Cases of what refines it are its own. What refines it without a test that ran is missing one,
    unless something refines that in turn.
    """
    search = _Search(names, room)
    search.take(entry)
    refining = refined.of(entry.id)
    for each in refining.entries:
        ran = search.take(each)
        if not ran and not refined.is_refined(each.id):
            search.miss(each.id[:_SHOWN_NAME], "it refines this one, and no test of it ran")
    if not refining.whole:
        search.miss("further requirements that refine it", "not followed; there are too many links")
    return list(search.found.values()), list(search.missing)


class _Search:
    """Collects the cases of one requirement and of what refines it."""

    def __init__(self, names: CaseNames, room: _Room) -> None:
        self._names = names
        self._room = room
        self._explained = 0
        self.found: dict[int, TestCase] = {}
        self.missing: dict[str, None] = {}

    def take(self, entry: RequirementEntry) -> bool:
        """Adds the cases that name an entry or that it names; says whether any of them ran."""
        ran = False
        for wanted in (None, *dict.fromkeys(entry.tests)):
            cases, refused = (
                (self._names.naming.get(entry.id, ()), "") if wanted is None else self._names.find(wanted)
            )
            if len(cases) > self._room.tests:
                cases, refused = (), _NO_ROOM
            elif len(self.found) + len(cases) > self._room.of_one:
                most = self._room.of_one
                cases, refused = (), f"more than {most:,} tests, the most that a requirement keeps"
            self.found.update((id(case), case) for case in cases)
            ran = ran or any(case.status is not CaseStatus.SKIPPED for case in cases)
            if refused:
                self.miss("tests that name it" if wanted is None else wanted[:_SHOWN_NAME], refused)
            elif wanted is not None and not cases:
                self.missing[wanted] = None
        return ran

    def miss(self, name: str, reason: str) -> None:
        """Notes what was not found or kept: the first few with the reason, all others by name alone."""
        self._explained += 1
        self.missing[f"{name} ({reason})" if self._explained <= _EXPLAINED else name] = None


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


def _first_ids(cases: Sequence[TestCase], room: _Room) -> tuple[str, ...]:
    test_ids = _ids(cases)[:_TESTS_OF_UNKNOWN]
    return test_ids if room.take(test_ids) else ()
