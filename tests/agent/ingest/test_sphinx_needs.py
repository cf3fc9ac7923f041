from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.inputs import read, takes
from tsr_agent.errors import InputError
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.sphinx_needs import SphinxNeedsReader
from tsr_agent.models.requirements import RequirementEntry


def need(kind: str, title: str = "", **members: Any) -> dict[str, Any]:
    return {"type": kind, "title": title, "tags": [], "links": [], **members}


def file(current: str = "1.5", **needs: dict[str, Any]) -> str:
    named = {key: {"id": key, **each} for key, each in needs.items()}
    old = {"OLD": need("req")}
    return json.dumps(
        {
            "created": "2017-07-03T11:54:42.433876",
            "current_version": current,
            "project": "needs test docs",
            "versions": {"1.0": {"needs": old}, "1.5": {"needs": named}},
        }
    )


def entries(**needs: dict[str, Any]) -> tuple[RequirementEntry, ...]:
    return read(SphinxNeedsReader(), file(**needs)).requirements


def refusal(document: str) -> str:
    with pytest.raises(InputError) as caught:
        read(SphinxNeedsReader(), document, "needs.json")
    return caught.value.message


def test_requirements_of_the_current_version_are_read() -> None:
    found = entries(
        REQ_1=need("req", "Grounded", content="Answers from\nthe help pages."),
        REQ_2=need("requirement", description="As older versions name it."),
        IMPL_1=need("impl", links=["REQ_1"]),
        SPEC_1=need("spec"),
    )
    assert found == (
        RequirementEntry(id="REQ_1", text="Grounded\nAnswers from\nthe help pages."),
        RequirementEntry(id="REQ_2", text="As older versions name it."),
    )


@pytest.mark.parametrize(
    ("requirement", "test"),
    [
        ({}, {"links": ["REQ"]}),
        ({}, {"verifies": ["REQ"]}),
        ({}, {"links": ["REQ.part"]}),
        ({"links_back": ["TEST"]}, {}),
        ({"tests_back": ["TEST"]}, {"tests": ["REQ"]}),
        ({"tests": ["TEST", "TEST"]}, {}),
    ],
)
def test_links_in_either_direction_and_of_any_name_count(
    requirement: dict[str, Any], test: dict[str, Any]
) -> None:
    assert entries(REQ=need("req", **requirement), TEST=need("test", **test)) == (
        RequirementEntry(id="REQ", tests=("TEST",)),
    )


def test_lists_that_are_no_links_do_not_count() -> None:
    found = entries(REQ=need("req"), TEST=need("test", tags=["REQ"], sections=["REQ"], links=["gone"]))
    assert found == (RequirementEntry(id="REQ"),)


def test_what_a_test_names_is_a_requirement_unless_it_is_code_or_a_test() -> None:
    found = entries(
        SPEC=need("spec"),
        STORY=need("story"),
        IMPL=need("impl"),
        SUITE=need("testsuite"),
        TEST=need("test", links=["SPEC", "STORY", "IMPL", "SUITE"]),
    )
    assert [(each.id, each.tests) for each in found] == [("SPEC", ("TEST",)), ("STORY", ("TEST",))]


def test_cases_of_sphinx_test_reports_are_named_by_class_and_case() -> None:
    found = entries(
        REQ=need("req"),
        T1=need("testcase", case="test_grounded", classname="tests.test_answers", links=["REQ"]),
        T2=need("testcase", case="test_plain", classname=None, links=["REQ"]),
    )
    assert found[0].tests == ("tests.test_answers.test_grounded", "test_plain")


def test_more_links_than_are_held_are_refused() -> None:
    document = file(A=need("req"), B=need("req"), T=need("test", links=["A", "B"]))
    with pytest.raises(InputError, match="more than 1 links and references"):
        read(SphinxNeedsReader(Limits(need_links=1)), document)
    assert len(read(SphinxNeedsReader(Limits(need_links=2)), document).requirements) == 2


def test_a_file_without_requirements_is_read_and_remarked() -> None:
    parts = read(SphinxNeedsReader(), file(IMPL=need("impl")))
    assert (parts.requirements, parts.remarks) == ((), ("The file lists no requirements.",))


@pytest.mark.parametrize(
    ("document", "named"),
    [
        (file(current="2.0"), "its current version '2.0' is not among its versions"),
        ('{"versions": {}}', "its current version 'None'"),
        ('{"versions": []}', "no object 'versions'"),
        ("[]", "no object 'versions'"),
        ('{"current_version": "", "versions": {"": {"needs": []}}}', "has no object 'needs'"),
        ('{"current_version": "", "versions": {"": []}}', "has no object 'needs'"),
        (file(A={"id": "B", "type": "req"}), "need 'A': it is no object with this id"),
        (file(A={"type": 1}), "need 'A': its type is no text"),
        (file(A=need("req", content=[])), "need 'A': its content is no text"),
        (file(A=need("req")).replace('"A"', '" "'), "has no id"),
        ('{"versions": {}, "versions": {}}', "stands twice"),
        ("", "empty"),
    ],
)
def test_refuses_in_words(document: str, named: str) -> None:
    assert named in refusal(document)


@pytest.mark.parametrize(
    ("head", "taken"),
    [
        (file(), True),
        ('{"current_version": "1", "project": "p", "versions": {"1', True),
        ('{"versions": {}}', False),
        ('{"a": {"current_version": "1", "versions": {}}}', False),
    ],
)
def test_is_recognised_by_content(head: str, taken: bool) -> None:
    assert (takes(SphinxNeedsReader(), head, "any.json") is not None) is taken


values = st.none() | st.integers() | st.text(max_size=5) | st.lists(st.sampled_from(["A", "B", "A.x", ""]))
one = st.dictionaries(st.sampled_from(["type", "title", "content", "links", "tests_back", "case"]), values)
typed = one.map(lambda members: members | {"type": "req"}) | one.map(
    lambda members: members | {"type": "test"}
)
files = st.dictionaries(st.sampled_from(["A", "B", "C"]), one | typed).map(
    lambda found: file(**found).encode()
)


@given(st.binary(max_size=300) | files)
def test_any_bytes_are_read_or_refused_in_words(document: bytes) -> None:
    takes(SphinxNeedsReader(), document, "needs.json")
    try:
        read(SphinxNeedsReader(), document)
    except InputError as error:
        assert error.message
