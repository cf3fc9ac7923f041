"""What became of the test cases from one report to the other."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.judged_reports import case
from tsr_agent.comparison.tests import TestChange, TestChanges, changes, fails
from tsr_agent.models.results import CaseStatus, TestCase, TestType, TestTypeResult

if TYPE_CHECKING:
    from collections.abc import Iterable

PASSED, FAILED, ERROR, SKIPPED, XFAILED, XPASSED = CaseStatus
LISTS = tuple(each for each in TestChanges.__struct_fields__ if each not in ("unlisted", "unchanged"))
CASE_LISTS = tuple(each for each in LISTS if not each.endswith("_types"))


def unit(*cases: TestCase) -> tuple[TestTypeResult, ...]:
    return (TestTypeResult.from_cases(TestType.UNIT, cases),)


def one(status: CaseStatus, **fields: Any) -> TestCase:
    return case("t", status, **fields)


def flaky() -> TestCase:
    return one(PASSED, flaky=True)


def lists_of(found: TestChanges) -> dict[str, list[str]]:
    """The ids in each list that is not empty."""
    named = {name: [each.id for each in getattr(found, name)] for name in CASE_LISTS}
    return {name: ids for name, ids in named.items() if ids}


def only(name: str) -> dict[str, list[str]]:
    return {name: ["t"]}


@pytest.mark.parametrize("now", [FAILED, ERROR, XPASSED])
@pytest.mark.parametrize("before", [PASSED, SKIPPED, XFAILED])
def test_newly_failing_is_whatever_does_not_pass_now_and_did_not_fail(
    before: CaseStatus, now: CaseStatus
) -> None:
    assert lists_of(changes(unit(one(before)), unit(one(now)))) == only("newly_failing")


def test_a_flaky_test_that_fails_now_is_newly_failing() -> None:
    assert lists_of(changes(unit(flaky()), unit(one(FAILED)))) == only("newly_failing")


def test_a_new_test_that_fails_is_newly_failing_and_new() -> None:
    found = changes((), unit(one(FAILED)))
    assert lists_of(found) == {"newly_failing": ["t"], "new": ["t"]}
    assert found.new_types == (TestType.UNIT,)


@pytest.mark.parametrize("before", [FAILED, ERROR, XPASSED])
@pytest.mark.parametrize("now", [FAILED, ERROR, XPASSED])
def test_a_test_that_goes_on_failing_is_no_news(before: CaseStatus, now: CaseStatus) -> None:
    found = changes(unit(one(before)), unit(one(now)))
    assert (lists_of(found), found.unchanged) == ({}, 1)


@pytest.mark.parametrize("before", [FAILED, ERROR, XPASSED])
def test_fixed_is_only_what_passes_at_once(before: CaseStatus) -> None:
    assert lists_of(changes(unit(one(before)), unit(one(PASSED)))) == only("fixed")
    assert lists_of(changes(unit(one(before)), unit(one(SKIPPED)))) == only("newly_skipped")
    assert lists_of(changes(unit(one(before)), unit(one(XFAILED)))) == only("newly_xfailed")
    assert lists_of(changes(unit(one(before)), unit(flaky()))) == only("newly_flaky")
    assert lists_of(changes(unit(one(before)), ())) == only("vanished")


@pytest.mark.parametrize("before", [PASSED, XFAILED])
def test_what_ran_and_is_skipped_now_is_newly_skipped(before: CaseStatus) -> None:
    assert lists_of(changes(unit(one(before)), unit(one(SKIPPED)))) == only("newly_skipped")


@pytest.mark.parametrize("before", [one(SKIPPED), one(XFAILED), flaky()])
def test_what_passes_at_once_now_and_did_not_fail_is_newly_passing(before: TestCase) -> None:
    assert lists_of(changes(unit(before), unit(one(PASSED)))) == only("newly_passing")


def test_a_new_test_that_is_skipped_is_only_new() -> None:
    assert lists_of(changes((), unit(one(SKIPPED)))) == only("new")


def test_a_whole_type_that_is_gone_has_vanished_case_by_case() -> None:
    found = changes(unit(one(PASSED), case("u")), ())
    assert lists_of(found) == {"vanished": ["t", "u"]}
    assert found.vanished_types == (TestType.UNIT,)


def test_a_type_that_is_still_named_and_empty_has_not_vanished_and_its_cases_have() -> None:
    found = changes(unit(one(PASSED)), unit())
    assert (lists_of(found), found.vanished_types) == (only("vanished"), ())


def test_the_same_id_in_another_type_is_another_test() -> None:
    security = (TestTypeResult.from_cases(TestType.SECURITY, [one(PASSED)]),)
    assert lists_of(changes(unit(one(PASSED)), security)) == {"vanished": ["t"], "new": ["t"]}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([PASSED, PASSED], [PASSED], {"vanished": ["t"]}),
        ([PASSED, FAILED], [FAILED, PASSED], {}),
        ([FAILED, PASSED], [PASSED], {"vanished": ["t"]}),
        ([PASSED, PASSED], [FAILED], {"newly_failing": ["t"], "vanished": ["t"]}),
        ([FAILED], [FAILED, FAILED], {"newly_failing": ["t"], "new": ["t"]}),
        ([FAILED, FAILED], [PASSED, FAILED], {"fixed": ["t"]}),
        ([PASSED, SKIPPED], [FAILED, SKIPPED], {"newly_failing": ["t"]}),
        ([PASSED, SKIPPED], [FAILED], {"newly_failing": ["t"], "vanished": ["t"]}),
    ],
)
def test_cases_that_share_an_id(
    before: list[CaseStatus], after: list[CaseStatus], expected: dict[str, list[str]]
) -> None:
    assert lists_of(changes(unit(*map(one, before)), unit(*map(one, after)))) == expected


def test_a_type_listed_twice_counts_as_one() -> None:
    assert lists_of(changes(unit(one(PASSED), case("u")), unit(one(PASSED)) + unit(case("u")))) == {}


@pytest.mark.parametrize(
    ("before", "now", "slower"),
    [(1000, 2000, True), (1000, 1999, False), (100, 900, False), (0, 1000, True), (None, 9e9, False)],
)
def test_slower_needs_twice_the_time_and_a_second(
    before: float | None, now: float | None, slower: bool
) -> None:
    found = changes(unit(one(PASSED, duration_ms=before)), unit(one(PASSED, duration_ms=now)))
    assert lists_of(found) == (only("slower") if slower else {})


def test_both_cases_are_kept() -> None:
    before, now = one(PASSED, duration_ms=3.0), one(FAILED, message="no", file="a.py", line=3)
    (found,) = changes(unit(before), unit(now)).newly_failing
    assert found == TestChange(test_type=TestType.UNIT, id="t", old=before, new=now)


def test_cases_that_are_counted_and_not_listed_are_told() -> None:
    import msgspec

    counted = msgspec.structs.replace(unit(one(PASSED))[0], total=5)
    (found,) = changes((counted,), ()).unlisted
    assert (found.test_type, found.old, found.new) == (TestType.UNIT, 4, 0)


OUTCOMES = [(status, False) for status in CaseStatus] + [(PASSED, True)]
A_CASE = st.builds(
    lambda name, outcome, duration: case(name, outcome[0], flaky=outcome[1], duration_ms=duration),
    st.sampled_from("abc"),
    st.sampled_from(OUTCOMES),
    st.sampled_from([None, 0.0, 1000.0, 2500.0]),
)
RESULTS = st.lists(
    st.builds(
        TestTypeResult.from_cases,
        st.sampled_from([TestType.UNIT, TestType.E2E]),
        st.lists(A_CASE, max_size=5),
    ),
    max_size=3,
)


def swapped(found: Iterable[TestChange]) -> list[tuple[Any, ...]]:
    return sorted((each.test_type.value, each.id, repr(each.new), repr(each.old)) for each in found)


def straight(found: Iterable[TestChange]) -> list[tuple[Any, ...]]:
    return sorted((each.test_type.value, each.id, repr(each.old), repr(each.new)) for each in found)


@given(RESULTS)
def test_nothing_changes_from_a_report_to_itself(results: list[TestTypeResult]) -> None:
    found = changes(results, results)
    assert lists_of(found) == {}
    assert found.unchanged == sum(len(each.test_cases) for each in results)


@given(RESULTS, RESULTS)
def test_the_way_back_mirrors_the_way_there(old: list[TestTypeResult], new: list[TestTypeResult]) -> None:
    there, back = changes(old, new), changes(new, old)
    assert straight(there.vanished) == swapped(back.new)
    assert straight(there.new) == swapped(back.vanished)
    assert there.unchanged + len(there.slower) == back.unchanged + len(back.slower)
    assert (there.vanished_types, there.new_types) == (back.new_types, back.vanished_types)
    mended = [each for each in back.newly_failing if each.old is not None and passed_at_once(each.old)]
    assert straight(there.fixed) == swapped(mended)


@given(RESULTS, RESULTS)
def test_every_case_is_in_one_pair(old: list[TestTypeResult], new: list[TestTypeResult]) -> None:
    found = changes(old, new)
    changed = [each for name in CASE_LISTS for each in getattr(found, name) if each.old and each.new]
    paired = len(changed) + found.unchanged
    assert paired + len(found.vanished) == sum(len(each.test_cases) for each in old)
    assert paired + len(found.new) == sum(len(each.test_cases) for each in new)


@given(RESULTS, RESULTS)
def test_no_more_failures_than_before_unless_some_are_listed(
    old: list[TestTypeResult], new: list[TestTypeResult]
) -> None:
    before = sum(fails(each) for result in old for each in result.test_cases)
    now = sum(fails(each) for result in new for each in result.test_cases)
    assert now - before <= len(changes(old, new).newly_failing)


@given(RESULTS, RESULTS, st.randoms(use_true_random=False))
def test_order_does_not_matter(old: list[TestTypeResult], new: list[TestTypeResult], random: Any) -> None:
    shuffled = [
        TestTypeResult.from_cases(each.test_type, random.sample(each.test_cases, len(each.test_cases)))
        for each in random.sample(new, len(new))
    ]
    assert lists_of(changes(old, shuffled)) == lists_of(changes(old, new))


def passed_at_once(found: TestCase) -> bool:
    return found.status is PASSED and not found.flaky


@pytest.mark.benchmark
def test_a_hundred_thousand_cases_a_side() -> None:
    old = unit(*(case(f"suite::test_{n}", PASSED) for n in range(100_000)))
    new = unit(*(case(f"suite::test_{n}", FAILED) for n in range(50_000, 150_000)))
    began = time.perf_counter()
    found = changes(old, new)
    took = time.perf_counter() - began
    print(f"\n100,000 cases a side: {took * 1000:.0f} ms")
    assert (len(found.newly_failing), len(found.vanished)) == (100_000, 50_000)
    assert took < 2
