"""Requirements that test cases and suites name in a JUnit file, and what of its properties is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.inputs import read
from tsr_agent.errors import InputError
from tsr_agent.ingest.bounded_text import MAX_TEXT
from tsr_agent.ingest.junit import JUnitReader
from tsr_agent.ingest.junit_properties import plain_name
from tsr_agent.ingest.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path


def named(document: str) -> dict[str, tuple[str, ...]]:
    """Requirements by the name of the case."""
    return {case.name: case.requirement_ids for case in read(JUnitReader(), document).cases}


def case(inner: str, name: str = "a") -> str:
    return f'<testcase classname="c" name="{name}" time="0.1">{inner}</testcase>'


def suite(inner: str, attributes: str = 'name="s"') -> str:
    return f"<testsuite {attributes}>{inner}</testsuite>"


def properties(*pairs: tuple[str, str]) -> str:
    inner = "".join(f'<property name="{name}" value="{value}"/>' for name, value in pairs)
    return f"<properties>{inner}</properties>"


@pytest.mark.parametrize(
    "name",
    [
        "requirement",
        "requirements",
        "requirement_id",
        "requirement_ids",
        "Requirement",
        "RequirementId",
        "requirement-id",
        "requirement.id",
    ],
)
def test_names_that_mean_a_requirement(name: str) -> None:
    assert named(suite(case(properties((name, "R-1, R-2"))))) == {"a": ("R-1", "R-2")}


@pytest.mark.parametrize("name", ["require", "requirement_text", "user.name", "xrequirement", "", "r" * 200])
def test_other_names_mean_none(name: str) -> None:
    assert named(suite(properties((name, "R-1")) + case(properties((name, "R-1"))))) == {"a": ()}


@given(st.text(max_size=300))
def test_no_name_makes_the_comparison_fail(name: str) -> None:
    assert not set(plain_name(name)) & set(" _-.\n\t")


def test_the_value_may_be_the_text() -> None:
    text = '<properties><property name="requirement">\n R-1\n R-2\n</property></properties>'
    assert named(suite(text + case("") + case(text, "b"))) == {"a": ("R-1", "R-2"), "b": ("R-1", "R-2")}


def test_requirements_of_a_suite_count_for_each_case_in_it() -> None:
    inner = suite(case("", "inner"), 'name="i"')
    own = case(properties(("requirement", "R-2")), "own")
    document = (
        "<testsuites>"
        + suite(properties(("requirement", "R-1")) + case("", "plain") + own + inner)
        + suite(case("", "other"), 'name="s2"')
        + "</testsuites>"
    )
    assert named(document) == {
        "plain": ("R-1",),
        "own": ("R-2", "R-1"),
        "inner": ("R-1",),
        "other": (),
    }


def test_robot_writes_the_properties_of_a_suite_behind_its_cases() -> None:
    assert named(suite(case("") + properties(("requirement", "R-1")))) == {"a": ("R-1",)}


def test_requirements_of_the_root_count_for_every_case() -> None:
    document = f"<testsuites>{properties(('requirement', 'R-1'))}{suite(case(''))}</testsuites>"
    assert named(document) == {"a": ("R-1",)}


def test_suites_of_one_name_are_told_apart_by_their_host() -> None:
    first = suite(properties(("requirement", "R-1")) + case("", "x"), 'name="s" hostname="chromium"')
    second = suite(case("", "y"), 'name="s" hostname="firefox"')
    assert named(f"<testsuites>{first}{second}</testsuites>") == {"x": ("R-1",), "y": ()}


def test_a_failed_case_has_the_requirements_of_its_suite_as_well() -> None:
    assert named(suite(properties(("requirement", "R-1")) + case("<failure/>"))) == {"a": ("R-1",)}


@pytest.mark.parametrize("element", ["system-out", "system-err"])
@pytest.mark.parametrize("result", ["", "<failure/>", "<skipped/>", "<properties/>"])
def test_printed_properties_count_like_others(element: str, result: str) -> None:
    printed = (
        "line\n[[PROPERTY|author=me]]\n  [[PROPERTY|requirement=R-1,R-2]]\nline\n"
        "[[PROPERTY|requirement_ids]]\nR-3\n R-4\n[[/PROPERTY]]\n[[ATTACHMENT|/etc/passwd]]\n"
    )
    inner = f"{result}<{element}>{printed}</{element}>"
    assert named(suite(case(inner))) == {"a": ("R-1", "R-2", "R-3", "R-4")}


@pytest.mark.parametrize(
    "printed",
    [
        "see [[PROPERTY|requirement=R-1]]",
        "[[PROPERTY|requirement=R-1]] is meant",
        "[[PROPERTY|requirement=R-1",
        "[[PROPERTY|requirement]]\nR-1\n",
        "[[PROPERTY|requirement]]\nR-1\n[[PROPERTY|x=y]]\n",
        "[[ATTACHMENT|requirement=R-1]]",
        "[[property|requirement=R-1]]",
    ],
)
def test_what_is_no_line_of_its_own_or_has_no_end_is_only_text(printed: str) -> None:
    assert named(suite(case(f"<system-out>{printed}</system-out>"))) == {"a": ()}


def test_printed_properties_are_of_their_own_case_only() -> None:
    printing = case("<system-out>[[PROPERTY|requirement=R-1]]</system-out>")
    assert named(suite(printing + case("", "b") + case("<failure/>", "c"))) == {
        "a": ("R-1",),
        "b": (),
        "c": (),
    }


@pytest.mark.parametrize("result", ["", "<failure/>"])
def test_a_property_in_the_middle_of_a_long_output_is_found(result: str) -> None:
    noise = "noise in a line\n" * (2 * MAX_TEXT)
    printed = f"<system-out>{noise}[[PROPERTY|requirement=R-1]]\n{noise}</system-out>"
    assert named(suite(case(result + printed))) == {"a": ("R-1",)}


@given(st.lists(st.sampled_from(["[[PROPERTY|requirement", "=R-1", "]]", "\n", "[[/PROPERTY]]", " ", "x"])))
def test_any_scraps_in_the_output_are_read(scraps: list[str]) -> None:
    (ids,) = named(suite(case(f"<system-out>{''.join(scraps)}</system-out>"))).values()
    assert all(each.strip() == each != "" for each in ids)


def test_more_requirements_than_allowed_are_refused_wherever_they_come_from() -> None:
    limits = Limits(case_requirements=3)
    at_most = properties(("requirement", "R-1,R-2")) + case(properties(("requirement", "R-3")))
    assert len(read(JUnitReader(limits), suite(at_most)).cases[0].requirement_ids) == 3
    for beyond in (
        properties(("requirement", "R-1,R-2")) + case(properties(("requirement", "R-3,R-4"))),
        case("<system-out>[[PROPERTY|requirement=1,2,3,4]]</system-out>"),
    ):
        with pytest.raises(InputError, match=r"more than 3 requirements .* raise case_requirements"):
            read(JUnitReader(limits), suite(beyond))


def test_requirements_of_a_suite_times_its_cases_stay_within_the_bound_on_names() -> None:
    many = "".join(case("", f"t{number}") for number in range(100))
    document = suite(properties(("requirement", "R" * 500)) + many)
    assert len(read(JUnitReader(Limits(kept_names=60_000)), document).cases) == 100
    with pytest.raises(InputError, match="raise kept_names"):
        read(JUnitReader(Limits(kept_names=40_000)), document)


def test_nothing_else_of_the_properties_gets_into_the_parts(data_dir: Path) -> None:
    for path in (data_dir / "surefire").glob("*.xml"):
        raw = path.read_bytes()
        encoded = msgspec.json.encode(tuple(read(JUnitReader(), raw).cases))
        for name in (b"user.name", b"user.dir", b"java.class.path", b"sun.java.command"):
            assert name in raw
            assert name not in encoded
