from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.ingest.case_names import CaseNames
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.verification import verify
from tsr_agent.models.requirements import CoverageStatus, RequirementEntry, VerificationStatus
from tsr_agent.models.results import CaseStatus, TestCase

if TYPE_CHECKING:
    from collections.abc import Iterator

VERIFIED, FAILED, NOT_RUN = (
    VerificationStatus.VERIFIED,
    VerificationStatus.FAILED,
    VerificationStatus.NOT_RUN,
)


def case(
    name: str = "test_y",
    status: CaseStatus = CaseStatus.PASSED,
    *,
    classname: str = "tests.unit.test_x.TestC",
    names: tuple[str, ...] = (),
    flaky: bool = False,
    file: str = "",
) -> TestCase:
    identity = f"{classname}::{name}" if classname else name
    return TestCase(
        id=identity,
        name=name,
        classname=classname,
        status=status,
        requirement_ids=names,
        flaky=flaky,
        file=file,
    )


def one(tests: tuple[str, ...], *cases: TestCase) -> tuple[CoverageStatus, VerificationStatus]:
    (found,) = verify([RequirementEntry(id="REQ-1", tests=tests)], cases).coverage
    return found.coverage_status, found.verification_status


@pytest.mark.parametrize(
    "wanted",
    [
        "tests.unit.test_x.TestC::test_y",
        "test_y",
        "tests.unit.test_x.TestC.test_y",
        "tests/unit/test_x.py::TestC::test_y",
        "tests/unit/*",
        "tests/unit/test_x.py::*",
        "*::test_y",
        "test_?",
    ],
)
def test_the_names_that_a_requirement_may_use(wanted: str) -> None:
    assert one((wanted,), case()) == (CoverageStatus.COVERED, VERIFIED)


@pytest.mark.parametrize(
    "wanted", ["test", "est_y", "Test_y", "test_[xy]", "tests/unit/test_x.py", "tests/e2e/*"]
)
def test_the_names_that_are_another_tests(wanted: str) -> None:
    assert one((wanted,), case()) == (CoverageStatus.UNCOVERED, NOT_RUN)


def test_parameters_may_be_left_out_or_named() -> None:
    cases = (case("test_y[a/b::c]"), case("test_y[*]", CaseStatus.FAILED))
    assert one(("tests/unit/test_x.py::TestC::test_y",), *cases) == (CoverageStatus.COVERED, FAILED)
    assert one(("tests/unit/test_x.py::TestC::test_y[a/b::c]",), *cases) == (CoverageStatus.COVERED, VERIFIED)
    assert one(("test_y[*]",), *cases) == (CoverageStatus.COVERED, FAILED)


def test_files_of_other_languages_are_named_by_their_path() -> None:
    found = case("adds", classname="calculator", file="src/calc.test.js")
    assert one(("src/calc.test.js::adds",), found) == (CoverageStatus.COVERED, VERIFIED)


def test_an_id_that_was_told_apart_by_its_file_is_still_found() -> None:
    renamed = TestCase(id="x [a.xml]", name="n", status=CaseStatus.PASSED)
    (found,) = verify([RequirementEntry(id="R", tests=("x",))], [renamed], {"x [a.xml]": "x"}).coverage
    assert found.test_ids == ("x [a.xml]",)
    assert found.verification_status is VERIFIED


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        ((), NOT_RUN),
        ((case(names=("REQ-1",)),), VERIFIED),
        ((case(names=("REQ-1",), status=CaseStatus.SKIPPED),), NOT_RUN),
        ((case(names=("REQ-1",)), case("b", CaseStatus.SKIPPED, names=("REQ-1",))), VERIFIED),
        ((case(names=("REQ-1",)), case("b", CaseStatus.FAILED, names=("REQ-1",))), FAILED),
        ((case(names=("REQ-1",)), case("b", CaseStatus.ERROR, names=("REQ-1",))), FAILED),
        ((case(names=("REQ-1",), flaky=True),), FAILED),
        ((case(names=("REQ-1",), status=CaseStatus.XFAILED),), FAILED),
        ((case(names=("REQ-1",), status=CaseStatus.XPASSED),), FAILED),
        ((case(names=("REQ-2",)),), NOT_RUN),
    ],
)
def test_verified_only_if_something_ran_and_all_of_it_passed_at_once(
    cases: tuple[TestCase, ...], expected: VerificationStatus
) -> None:
    assert one((), *cases)[1] is expected


def test_a_named_test_that_is_missing_keeps_a_requirement_unverified() -> None:
    (found,) = verify([RequirementEntry(id="R", tests=("test_y", "test_gone"))], [case()]).coverage
    assert found.coverage_status is CoverageStatus.PARTIAL
    assert found.verification_status is NOT_RUN
    assert found.missing_tests == ("test_gone",)


def test_ids_that_no_requirements_file_has_are_told_with_their_tests() -> None:
    cases = [case("a", names=("REQ-9", "REQ-1")), case("b", names=("REQ-9",))]
    (unknown,) = verify([RequirementEntry(id="REQ-1")], cases).unknown
    assert unknown.requirement_id == "REQ-9"
    assert len(unknown.test_ids) == 2


def test_a_pattern_of_many_stars_does_not_hang() -> None:
    started = time.process_time()
    assert one(("*a" * 200 + "b",), case("a" * 2_000)) == (CoverageStatus.UNCOVERED, NOT_RUN)
    assert time.process_time() - started < 5


def many(count: int) -> list[TestCase]:
    return [case(f"test_{number:05}") for number in range(count)]


def test_very_many_different_patterns_are_given_up_with_the_reason_and_not_verified() -> None:
    entries = [RequirementEntry(id=f"R{n}", tests=(f"*q{n}", "test_00001")) for n in range(5_000)]
    found = verify(entries, many(2_000), limits=Limits(matching_steps=100_000_000)).coverage
    assert found[0].missing_tests == ("*q0",)
    assert found[-1].missing_tests[0].startswith("*q4999 (not looked for; the requirements have too many")
    assert {each.verification_status for each in found} == {NOT_RUN}


def test_a_name_of_very_many_tests_is_given_up_before_they_are_put_together_again() -> None:
    walks = []

    class Watched(list[TestCase]):
        def __iter__(self) -> Iterator[TestCase]:
            walks.append(1)
            return super().__iter__()

    cases = [case(f"test_a[{number}]") for number in range(1_000)]
    names = CaseNames(cases, {}, by_name=True, limits=Limits(matching_steps=350_000))
    names._by_name["test_a"] = Watched(cases)
    found = [names.find("test_a") for _ in range(50)]
    assert [len(each.cases) for each in found] == [1_000, 1_000, *[0] * 48]
    assert {each.refused[:14] for each in found[2:]} == {"not looked for"}
    assert len(walks) == 2


def test_the_same_pattern_again_costs_no_search() -> None:
    entries = [RequirementEntry(id=f"R{n}", tests=("*_00001",)) for n in range(5_000)]
    found = verify(entries, many(2_000), limits=Limits(matching_steps=10_000_000)).coverage
    assert {each.verification_status for each in found} == {VERIFIED}


def test_a_requirement_of_more_tests_than_it_may_keep_is_not_verified_and_says_so() -> None:
    limits = Limits(requirement_tests=10)
    (found,) = verify([RequirementEntry(id="R", tests=("test_*",))], many(11), limits=limits).coverage
    assert found.test_ids == ()
    assert found.verification_status is NOT_RUN
    assert found.missing_tests == ("test_* (matches more than 10 tests)",)
    (found,) = verify([RequirementEntry(id="R", tests=("test_*",))], many(10), limits=limits).coverage
    assert found.verification_status is VERIFIED


def test_a_requirement_that_too_many_tests_name_is_not_verified_and_says_so() -> None:
    cases = [case(f"t{n}", names=("R",)) for n in range(11)]
    (found,) = verify([RequirementEntry(id="R")], cases, limits=Limits(requirement_tests=10)).coverage
    assert found.verification_status is NOT_RUN
    assert found.missing_tests[0].startswith("tests that name it (more than 10 tests")


@pytest.mark.parametrize("limits", [Limits(all_requirement_tests=25), Limits(all_requirement_names=25 * 36)])
def test_what_all_requirements_keep_together_is_bounded(limits: Limits) -> None:
    entries = [RequirementEntry(id=f"R{n}", tests=("test_*",)) for n in range(4)]
    found = verify(entries, many(10), limits=limits).coverage
    assert [len(each.test_ids) for each in found] == [10, 10, 0, 0]
    assert [each.verification_status for each in found] == [VERIFIED, VERIFIED, NOT_RUN, NOT_RUN]
    assert "more tests than a report has room for" in found[3].missing_tests[-1]


def test_unknown_ids_are_listed_with_as_many_tests_as_there_is_room_for() -> None:
    cases = [case(f"t{n}", names=("R1", "R2")) for n in range(1_500)]
    unknown = verify([], cases, limits=Limits(all_requirement_tests=1_999)).unknown
    assert [(each.requirement_id, len(each.test_ids)) for each in unknown] == [("R1", 1_000), ("R2", 0)]


statuses = st.lists(st.tuples(st.sampled_from(list(CaseStatus)), st.booleans()), max_size=5)
worse = {VERIFIED: 2, NOT_RUN: 1, FAILED: 0}


@given(statuses, st.sampled_from([each for each in CaseStatus if each is not CaseStatus.SKIPPED]))
def test_a_test_that_did_not_pass_never_makes_it_better(
    before: list[tuple[CaseStatus, bool]], added: CaseStatus
) -> None:
    cases = [
        case(f"t{n}", status, names=("REQ-1",), flaky=flaky and status is CaseStatus.PASSED)
        for n, (status, flaky) in enumerate(before)
    ]
    _, was = one((), *cases)
    _, becomes = one((), *cases, case("added", added, names=("REQ-1",), flaky=True))
    assert worse[becomes] <= worse[was]
    assert becomes is FAILED


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_name_and_any_pattern_have_an_answer(wanted: str, name: str) -> None:
    assert one((wanted,), case(name, classname=""))
