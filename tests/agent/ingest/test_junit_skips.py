"""A case that its own header does not count as passed is none."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.factories.inputs import read
from tsr_agent.ingest.junit import JUnitReader
from tsr_agent.models.results import CaseStatus

CASE = '<testcase classname="c" name="{}" time="{}"/>'


def counts(document: str) -> dict[str, int]:
    return dict(Counter(case.status.value for case in read(JUnitReader(), document).cases))


def suite(header: str, *times: str, name: str = "s", inner: str = "") -> str:
    cases = "".join(CASE.format(f"t{number}", time) for number, time in enumerate(times))
    return f'<testsuite name="{name}" {header}>{inner}{cases}</testsuite>'


def test_todos_alone_are_nothing_that_ran() -> None:
    inner = suite('skipped="2" tests="2"', "0", "0")
    parts = read(JUnitReader(), f"<testsuites>{inner}</testsuites>")
    assert {case.status for case in parts.cases} == {CaseStatus.SKIPPED}
    assert all("took no time" in case.message for case in parts.cases)
    assert parts.header_differences == ()


def test_a_case_without_time_that_the_header_counts_as_passed_stays_passed() -> None:
    assert counts(suite('tests="2" skipped="0"', "0", "0")) == {"passed": 2}


def test_a_case_that_took_time_ran_and_the_rest_is_a_difference() -> None:
    document = suite('tests="3" skipped="2"', "0.5", "0", "0.1")
    parts = read(JUnitReader(), document)
    assert counts(document) == {"passed": 2, "skipped": 1}
    (difference,) = parts.header_differences
    assert (difference.counter, difference.header, difference.elements) == ("skipped", 2, 1)


def test_a_case_without_a_time_attribute_took_none() -> None:
    assert counts('<testsuite tests="1" skipped="1"><testcase name="a"/></testsuite>') == {"skipped": 1}


def test_skipped_tests_that_the_file_leaves_out_are_not_looked_for_among_its_cases() -> None:
    assert counts(suite('tests="3" skipped="1"', "0", "0")) == {"passed": 2}


def test_the_headers_of_pytest_count_subtests_and_are_left_alone() -> None:
    assert counts(suite('tests="2" skipped="2"', "0", "0", name="pytest")) == {"passed": 2}


def test_a_total_around_the_suites_is_looked_for_in_them_once() -> None:
    inner = suite("", "0", "0", name="i")
    assert counts(f'<testsuites tests="2" skipped="1">{inner}</testsuites>') == {"passed": 1, "skipped": 1}
    inner = suite('tests="2" skipped="1"', "0", "0", name="i")
    assert counts(f'<testsuites tests="2" skipped="1">{inner}</testsuites>') == {"passed": 1, "skipped": 1}
    outer = suite('tests="2" skipped="1"', inner=suite('tests="2" skipped="1"', "0.1", "0.2", name="i"))
    assert counts(outer) == {"passed": 2}


def test_repeated_names_are_read_as_skipped_each() -> None:
    case = CASE.format("same", "0")
    document = f'<testsuite tests="2" skipped="2">{case * 2}</testsuite>'
    (only,) = read(JUnitReader(), document).cases
    assert only.status is CaseStatus.SKIPPED


@pytest.mark.parametrize("tests", ["1", "2"])
def test_jest_counts_no_todo_at_all(tests: str) -> None:
    header = f'errors="0" failures="0" skipped="0" timestamp="2026-01-01T00:00:00" time="1" tests="{tests}"'
    expected = {"passed": 1, "skipped": 1} if tests == "1" else {"passed": 2}
    assert counts(suite(header, "0.5", "0")) == expected
