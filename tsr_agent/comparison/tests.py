"""Test cases of two reports: which fail now, which are mended, which are gone or no longer run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.models.base import Count, LongText, Record
from tsr_agent.models.results import CaseStatus, TestCase, TestType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tsr_agent.models.results import TestTypeResult

SLOWER_FACTOR = 2.0
"""A test is slower that takes so many times as long as it did …"""
SLOWER_BY_MS = 1_000.0
"""… and at least so many milliseconds more."""

_FAILING = frozenset(status.value for status in (CaseStatus.FAILED, CaseStatus.ERROR, CaseStatus.XPASSED))
# Strings and not members: an enum's hash is Python code, and every case of both reports is looked at.
_FAILS, _FLAKY, _PASSES, _XFAILS, _SKIPPED = range(5)


class TestChange(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One test case in both reports. Cases that share an id are told apart by how they ended."""

    __test__ = False

    test_type: TestType
    id: LongText
    old: TestCase | None = None
    """None where the old report has no such case."""
    new: TestCase | None = None
    """None where the new report has no such case."""


class UnlistedTests(Record, frozen=True, kw_only=True):
    """Cases of a type that a report counts and does not list, so that nobody can tell what became of them."""

    __test__ = False

    test_type: TestType
    old: Count
    new: Count


class TestChanges(Record, frozen=True, kw_only=True):
    """What became of the test cases, each list ordered by type and id.

    A case that *fails* has failed, broken, or passed although a failure was expected. A change can
    stand in two lists: a test that is new and fails is in ``newly_failing`` and in ``new``.
    """

    __test__ = False

    newly_failing: tuple[TestChange, ...] = ()
    """Fail now and did not: they passed, were skipped, were expected to fail, or were not there."""
    fixed: tuple[TestChange, ...] = ()
    """Failed, and pass now at the first attempt. What is skipped, gone or expected to fail is not fixed."""
    vanished: tuple[TestChange, ...] = ()
    """Were there, whatever their outcome, and are gone; those of types that are gone included."""
    new: tuple[TestChange, ...] = ()
    """Were not there, whatever their outcome."""
    newly_skipped: tuple[TestChange, ...] = ()
    """Are skipped now and ran before."""
    newly_xfailed: tuple[TestChange, ...] = ()
    """Fail now as expected, and ended otherwise before."""
    newly_flaky: tuple[TestChange, ...] = ()
    """Pass now only after a failure, and did not before: they passed at once, failed, or were not there."""
    newly_passing: tuple[TestChange, ...] = ()
    """Pass now at the first attempt, and were skipped, flaky or expected to fail before."""
    slower: tuple[TestChange, ...] = ()
    """Passed both times and took at least ``SLOWER_FACTOR`` times as long and ``SLOWER_BY_MS`` more."""
    vanished_types: tuple[TestType, ...] = ()
    """Types that the old report has, and the new one does not have at all."""
    new_types: tuple[TestType, ...] = ()
    """Types that the old report does not have at all."""
    unlisted: tuple[UnlistedTests, ...] = ()
    """Types of which a report counts more cases than it lists. The lists above miss those cases."""
    unchanged: Count = 0
    """Cases that are in none of the lists."""


def changes(old: Sequence[TestTypeResult], new: Sequence[TestTypeResult]) -> TestChanges:
    """What became of the test cases from one report to the other. Linear in their number.

    A test is known by its type and id. Of several cases with one id those that ended alike are the
    same; of the others the worst is held against the worst, and what is left over has vanished or
    is new. So a duplicate that vanishes is seen, and order never matters.

    Args:
        old: Test results of the report to compare with, types in any order and any number.
        new: Those of the report that is looked at.
    """
    before, after = _by_type(old), _by_type(new)
    found: dict[str, list[TestChange]] = {
        name: []
        for name in (
            "newly_failing",
            "fixed",
            "vanished",
            "new",
            "newly_skipped",
            "newly_xfailed",
            "newly_flaky",
            "newly_passing",
            "slower",
        )
    }
    unchanged = 0
    for test_type in TestType:
        for one, other in _matched(before.get(test_type, {}), after.get(test_type, {})):
            kinds = _kinds(one, other)
            unchanged += not kinds
            for kind in kinds:
                case = other or one
                if case is not None:
                    found[kind].append(TestChange(test_type=test_type, id=case.id, old=one, new=other))
    return TestChanges(
        **{name: _ordered(each) for name, each in found.items()},
        vanished_types=tuple(each for each in TestType if each in before and each not in after),
        new_types=tuple(each for each in TestType if each in after and each not in before),
        unlisted=_unlisted(old, new),
        unchanged=unchanged,
    )


def unchanged_tests(old: Sequence[TestTypeResult], new: Sequence[TestTypeResult]) -> list[TestChange]:
    """The cases that are in none of the lists of ``changes``, by type and id. Linear but for the order."""
    before, after = _by_type(old), _by_type(new)
    found = []
    for test_type in TestType:
        matched = _matched(before.get(test_type, {}), after.get(test_type, {}))
        pairs = ((one, other) for one, other in matched if one is not None and other is not None)
        same = [
            TestChange(test_type=test_type, id=other.id, old=one, new=other)
            for one, other in pairs
            if not _kinds(one, other)
        ]
        found += sorted(same, key=lambda each: each.id)
    return found


def fails(case: TestCase) -> bool:
    """Whether a case failed, broke, or passed although a failure was expected."""
    return case.status.value in _FAILING


def _by_type(results: Sequence[TestTypeResult]) -> dict[TestType, dict[str, list[TestCase]]]:
    """The cases of each type by their id."""
    found: dict[TestType, dict[str, list[TestCase]]] = {}
    for result in results:
        cases = found.setdefault(result.test_type, {})
        for case in result.test_cases:
            known = cases.get(case.id)
            if known is None:
                cases[case.id] = [case]
            else:
                known.append(case)
    return found


def _matched(
    old: dict[str, list[TestCase]], new: dict[str, list[TestCase]]
) -> Iterator[tuple[TestCase | None, TestCase | None]]:
    """The cases of one type in pairs, one of which can be missing."""
    for name, after in new.items():
        before = old.get(name)
        if before is None:
            yield from ((None, case) for case in after)
        elif len(before) == len(after) == 1:
            yield before[0], after[0]
        else:
            yield from _matched_by_outcome(before, after)
    for name, before in old.items():
        if name not in new:
            yield from ((case, None) for case in before)


def _matched_by_outcome(
    old: list[TestCase], new: list[TestCase]
) -> Iterator[tuple[TestCase | None, TestCase | None]]:
    """Cases that share an id: those that ended alike first, then the worst with the worst."""
    before, after = _by_outcome(old), _by_outcome(new)
    left_old: list[TestCase] = []
    left_new: list[TestCase] = []
    for outcome in range(5):
        ones, others = before[outcome], after[outcome]
        both = min(len(ones), len(others))
        yield from zip(ones[:both], others[:both], strict=True)
        left_old += ones[both:]
        left_new += others[both:]
    both = min(len(left_old), len(left_new))
    yield from zip(left_old[:both], left_new[:both], strict=True)
    yield from ((case, None) for case in left_old[both:])
    yield from ((None, case) for case in left_new[both:])


def _by_outcome(cases: list[TestCase]) -> list[list[TestCase]]:
    found: list[list[TestCase]] = [[], [], [], [], []]
    for case in sorted(cases, key=_order_of_equals):
        found[_outcome(case)].append(case)
    return found


def _order_of_equals(case: TestCase) -> tuple[str, float, str, str]:
    return case.status.value, -1.0 if case.duration_ms is None else case.duration_ms, case.message, case.name


def _outcome(case: TestCase) -> int:
    """How a case ended, the worst first."""
    status = case.status
    if status is CaseStatus.PASSED:
        return _FLAKY if case.flaky else _PASSES
    if status is CaseStatus.SKIPPED:
        return _SKIPPED
    return _XFAILS if status is CaseStatus.XFAILED else _FAILS


def _kinds(old: TestCase | None, new: TestCase | None) -> tuple[str, ...]:
    """The lists of ``TestChanges`` in which a pair stands."""
    if new is None:
        return ("vanished",)
    ended = _outcome(new)
    if old is None:
        return {_FAILS: ("newly_failing", "new"), _FLAKY: ("newly_flaky", "new")}.get(ended, ("new",))
    began = _outcome(old)
    if began == ended:
        return ("slower",) if ended == _PASSES and _is_slower(old, new) else ()
    if ended == _PASSES:
        return ("fixed",) if began == _FAILS else ("newly_passing",)
    if ended == _SKIPPED:
        return ("newly_skipped",)
    return ({_FAILS: "newly_failing", _FLAKY: "newly_flaky"}.get(ended, "newly_xfailed"),)


def _is_slower(old: TestCase, new: TestCase) -> bool:
    if old.duration_ms is None or new.duration_ms is None:
        return False
    return (
        new.duration_ms >= old.duration_ms * SLOWER_FACTOR
        and new.duration_ms - old.duration_ms >= SLOWER_BY_MS
    )


def _ordered(found: list[TestChange]) -> tuple[TestChange, ...]:
    """By id within each type; the types are in their order already, and sorting keeps equals apart."""
    place = {each: number for number, each in enumerate(TestType)}
    return tuple(sorted(found, key=lambda each: (place[each.test_type], each.id)))


def _unlisted(old: Sequence[TestTypeResult], new: Sequence[TestTypeResult]) -> tuple[UnlistedTests, ...]:
    found = []
    for test_type in TestType:
        before, after = _missing(old, test_type), _missing(new, test_type)
        if before or after:
            found.append(UnlistedTests(test_type=test_type, old=before, new=after))
    return tuple(found)


def _missing(results: Sequence[TestTypeResult], test_type: TestType) -> int:
    return sum(max(0, each.total - len(each.test_cases)) for each in results if each.test_type is test_type)
