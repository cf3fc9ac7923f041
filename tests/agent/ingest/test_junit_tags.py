"""Tags of test cases, and when one of them names a requirement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories.inputs import read
from tsr_agent.errors import InputError
from tsr_agent.ingest.junit import JUnitReader
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.verification import Verification, verify
from tsr_agent.models.requirements import RequirementEntry, VerificationStatus

if TYPE_CHECKING:
    from pathlib import Path


def case(*properties: tuple[str, str], name: str = "a", inner: str = "") -> str:
    written = "".join(f'<property name="{key}" value="{value}"/>' for key, value in properties)
    return f'<testcase classname="c" name="{name}"><properties>{written}</properties>{inner}</testcase>'


def suite(*cases: str) -> str:
    return f'<testsuite name="s">{"".join(cases)}</testsuite>'


def tags(document: str) -> tuple[str, ...]:
    return read(JUnitReader(), document).cases[0].tags


def verification(document: str | bytes, *known: str) -> Verification:
    return verify([RequirementEntry(id=each) for each in known], read(JUnitReader(), document).cases)


@pytest.mark.parametrize(
    "name", ["tag", "tags", "Tag", "Category", "TestCategory", "labels", "cmake_labels", "Trait"]
)
def test_names_of_properties_that_are_tags(name: str) -> None:
    assert tags(suite(case((name, "R-1"), ("owner", "R-2")))) == ("R-1",)


def test_several_tags_of_a_case_stand_once_each_and_without_their_sign() -> None:
    document = suite(case(("tags", "@smoke, R-1;slow"), ("tag", "@R-1"), ("tag", " @ ")))
    assert tags(document) == ("smoke", "R-1", "slow")


def test_a_tag_names_a_requirement_that_is_known() -> None:
    found = verification(suite(case(("tag", "@R-1"), ("tag", "smoke"))), "R-1", "R-2")
    assert [(each.requirement_id, each.verification_status.value) for each in found.coverage] == [
        ("R-1", "verified"),
        ("R-2", "not_run"),
    ]
    assert found.unknown == ()


def test_a_failed_case_with_the_tag_speaks_against_the_requirement() -> None:
    document = suite(case(("tag", "R-1")), case(("tag", "R-1"), name="b", inner="<failure/>"))
    assert verification(document, "R-1").coverage[0].verification_status is VerificationStatus.FAILED


@pytest.mark.parametrize("tag", ["requirement:R-9", "req:R-9", "@req:R-9", "Req=R-9", "REQUIREMENT=R-9"])
def test_a_tag_that_says_it_is_a_requirement_is_one_known_or_not(tag: str) -> None:
    (only,) = read(JUnitReader(), suite(case(("tag", tag)))).cases
    assert (only.requirement_ids, only.tags) == (("R-9",), ())
    assert [each.requirement_id for each in verification(suite(case(("tag", tag))), "R-1").unknown] == ["R-9"]


@pytest.mark.parametrize("tag", ["request:R-9", "req", "req:", "required:R-9", "REQ-9"])
def test_other_tags_are_no_unknown_requirements(tag: str) -> None:
    assert verification(suite(case(("tag", tag))), "R-1").unknown == ()


def test_a_requirement_that_a_property_and_a_tag_name_has_the_test_once() -> None:
    found = verification(suite(case(("requirement", "R-1"), ("tag", "R-1"))), "R-1")
    assert found.coverage[0].test_ids == ("c::a",)


def test_names_of_tests_are_not_searched_for_tags() -> None:
    assert tags(suite(case(name="asks @R-1 #R-2 [R-3]"))) == ()


def test_tags_among_what_a_case_printed() -> None:
    printed = "<system-out>[[PROPERTY|tag=R-1]]\n</system-out>"
    assert tags(suite(f'<testcase classname="c" name="a" time="1">{printed}</testcase>')) == ("R-1",)


def test_the_tags_that_behave_prints_above_a_scenario(data_dir: Path) -> None:
    document = (data_dir / "behave" / "TESTS-rag.xml").read_bytes()
    by_name = {case.name: case.tags for case in read(JUnitReader(), document).cases}
    assert by_name["Answer is grounded"] == ("smoke", "REQ-102")
    assert by_name["Undefined step"] == ()
    found = verification(document, "REQ-102", "REQ-103")
    assert [(each.requirement_id, len(each.test_ids)) for each in found.coverage] == [
        ("REQ-102", 1),
        ("REQ-103", 3),
    ]
    assert [each.verification_status.value for each in found.coverage] == ["verified", "failed"]


def test_attempts_of_a_test_keep_the_tags_of_all() -> None:
    document = suite(case(("tag", "R-1"), inner="<failure/>"), case(("tag", "R-2")))
    (only,) = read(JUnitReader(), document).cases
    assert only.tags == ("R-1", "R-2")
    assert verification(document, "R-1").coverage[0].verification_status is VerificationStatus.FAILED


def test_tags_count_towards_the_bounds() -> None:
    document = suite(case(("tags", "a b c"), ("requirement", "R-1")))
    assert len(read(JUnitReader(Limits(case_requirements=4)), document).cases) == 1
    with pytest.raises(InputError, match=r"more than 3 requirements and tags .* raise case_requirements"):
        read(JUnitReader(Limits(case_requirements=3)), document)
    with pytest.raises(InputError, match="raise kept_names"):
        read(JUnitReader(Limits(kept_names=100)), suite(case(("tag", "t" * 200))))
