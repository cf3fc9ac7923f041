"""Records of one name in one file: attempts of one test, or different tests."""

from __future__ import annotations

import io

import pytest

from tsr_agent.ingest.attempts import merge_attempts
from tsr_agent.ingest.junit import JUnitReader
from tsr_agent.models.results import CaseStatus, TestCase

PASSED, FAILED, ERROR, SKIPPED = CaseStatus.PASSED, CaseStatus.FAILED, CaseStatus.ERROR, CaseStatus.SKIPPED


def ids(document: str) -> list[str]:
    parts = JUnitReader().read(io.BytesIO(document.encode()), "x.xml")
    return [case.id for case in parts.cases]


def case(status: CaseStatus, message: str = "", duration_ms: float | None = 1.0) -> TestCase:
    return TestCase(
        id="a::b", name="b", classname="a", status=status, message=message, duration_ms=duration_ms
    )


@pytest.mark.parametrize(
    ("runs", "status", "flaky"),
    [
        ([FAILED, PASSED], PASSED, True),
        ([ERROR, PASSED], PASSED, True),
        ([PASSED, FAILED], FAILED, False),
        ([FAILED, PASSED, FAILED], FAILED, False),
        ([PASSED, PASSED], PASSED, False),
        ([FAILED, ERROR], ERROR, False),
        ([ERROR, FAILED], ERROR, False),
        ([PASSED, SKIPPED], SKIPPED, False),
        ([SKIPPED, PASSED], SKIPPED, False),
        ([FAILED, SKIPPED], FAILED, False),
        ([FAILED, SKIPPED, PASSED], PASSED, True),
        ([CaseStatus.XFAILED, CaseStatus.XPASSED], CaseStatus.XPASSED, False),
    ],
)
def test_the_outcome_of_repeated_runs(runs: list[CaseStatus], status: CaseStatus, flaky: bool) -> None:
    merged = merge_attempts([case(each) for each in runs])
    assert (merged.status, merged.flaky) == (status, flaky)
    assert [each.status for each in merged.attempts] == runs


def test_suites_without_a_name_are_told_apart_by_their_ids() -> None:
    suites = "".join(
        f'<testsuite id="{suite}"><testcase name="works"/></testsuite>' for suite in ("first", "second")
    )
    assert ids(f"<testsuites>{suites}</testsuites>") == ["works [first]", "works [second]"]
    assert ids(f'<testsuites name="id">{suites.replace("second", "first")}</testsuites>') == ["works"]
    assert ids('<testsuite id="7" name="s"><testcase/></testsuite>') == ["s::(unnamed test case)"]


def test_the_message_is_of_the_outcome_and_none_is_lost() -> None:
    merged = merge_attempts(
        [case(ERROR, "first"), case(FAILED, "second"), case(ERROR, "third"), case(SKIPPED)]
    )
    assert merged.message == "third"
    assert [each.message for each in merged.attempts] == ["first", "second", "third", ""]


def test_the_duration_is_of_the_last_attempt() -> None:
    merged = merge_attempts([case(FAILED, duration_ms=5.0), case(PASSED, duration_ms=2.0)])
    assert merged.duration_ms == 2.0
    assert [each.duration_ms for each in merged.attempts] == [5.0, 2.0]


def test_requirements_of_all_records_are_kept() -> None:
    first = TestCase(id="a", name="a", status=PASSED, requirement_ids=("R1", "R2"))
    second = TestCase(id="a", name="a", status=PASSED, requirement_ids=("R2", "R3"))
    assert merge_attempts([first, second]).requirement_ids == ("R1", "R2", "R3")


def test_a_broken_tear_down_of_pytest_belongs_to_its_run() -> None:
    runs = [case(FAILED, "assert 1 == 2"), case(ERROR, 'failed on teardown with "OSError"')]
    merged = merge_attempts(runs, by_pytest=True)
    assert (merged.status, merged.attempts, merged.flaky) == (ERROR, (), False)
    assert merged.duration_ms == 2.0
    assert "assert 1 == 2" in merged.message
    assert len(merge_attempts(runs).attempts) == 2, "other tools mean two runs"


def test_pytest_reruns_of_which_the_last_one_breaks_in_its_tear_down_are_no_pass() -> None:
    merged = merge_attempts(
        [case(PASSED), case(PASSED), case(ERROR, 'failed on teardown with "x"')], by_pytest=True
    )
    assert (merged.status, merged.flaky) == (ERROR, False)
    assert [each.status for each in merged.attempts] == [FAILED, ERROR]


def test_one_name_in_two_suites_is_two_tests() -> None:
    found = ids(
        "<testsuites><testsuite name='x'><testcase name='a' classname='c'/></testsuite>"
        "<testsuite name='y'><testcase name='a' classname='c'/><testcase name='b'/></testsuite></testsuites>"
    )
    assert sorted(found) == ["b", "c::a [x]", "c::a [y]"]


def test_browsers_of_playwright_differ_in_the_host_only() -> None:
    found = ids(
        "<testsuites><testsuite name='x' hostname='chromium'><testcase name='a'/></testsuite>"
        "<testsuite name='x' hostname='firefox'><testcase name='a'><failure/></testcase></testsuite>"
        "</testsuites>"
    )
    assert found == ["a [chromium]", "a [firefox]"]


def test_ids_stay_plain_where_nothing_collides() -> None:
    assert ids(
        "<testsuite name='x' hostname='h'><testcase classname='c' name='a' file='f'/></testsuite>"
    ) == ["c::a"]


def test_ids_of_different_tests_never_meet() -> None:
    found = ids(
        "<testsuites><testsuite name='x'><testcase name='a'/><testcase name='a [x]'/></testsuite>"
        "<testsuite name='y'><testcase name='a'/></testsuite></testsuites>"
    )
    assert len(set(found)) == 3


def test_classname_and_name_that_read_the_same_together_are_two_tests() -> None:
    found = ids(
        "<testsuite><testcase classname='a' name='b::c'/><testcase classname='a::b' name='c'/></testsuite>"
    )
    assert len(set(found)) == 2


def test_a_case_without_a_name_is_known_by_its_suite() -> None:
    assert ids("<testsuite name='s'><testcase/></testsuite>") == ["s::(unnamed test case)"]


def test_cases_without_a_name_are_never_attempts_of_one_another() -> None:
    found = ids("<testsuite name='s'><testcase><failure/></testcase><testcase/><testcase/></testsuite>")
    assert found == [f"s::(unnamed test case) #{number}" for number in (1, 2, 3)]
