"""The reader agrees with what each tool printed on its own console, not with the file's header."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tsr_agent.ingest.junit import JUnitReader
from tsr_agent.ingest.junit_skips import NOT_RUN
from tsr_agent.models.results import CaseStatus

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.ingest.reader import Parts


def read(path: Path) -> Parts:
    with path.open("rb") as stream:
        return JUnitReader().read(stream, path.name)


def counts(parts: Parts) -> dict[str, int]:
    """Cases by status; every status that occurs, and none that does not."""
    return dict(Counter(case.status.value for case in parts.cases))


@pytest.fixture(scope="module")
def oracle(data_dir: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((data_dir / "oracle.json").read_text("utf-8"))
    return found


# What pytest's console counts differently from one status a test. "passed" and "failed" are of calls and
# subtests, "errors" of set-up, tear-down and collection; a test has the worst of all of these.
XUNIT = {
    "passed": 1  # its tear-down broke after a pass: error here, passed and error there
    + 1  # unittest subtests: the failed one counts as failed, the test itself as passed
    - 1,  # a pass of a test that was expected to fail looks like any other in the file
    "failed": 1  # a failed pytest subtest counts beside its test
    + 1,  # failed, then its tear-down broke: error here, failed and error there
    "errors": 1,  # one file that could not be imported, collected twice
}
EDGE = {
    "pytest/edge_xunit1.xml": XUNIT,
    "pytest/edge_xunit2.xml": XUNIT,
    # Run without the folder with the subtests of unittest and the broken file.
    "pytest/edge_legacy.xml": {"passed": 1 - 1, "failed": 2, "errors": 0},
    "pytest/edge_xdist.xml": {"passed": 1 - 1, "failed": 2, "errors": 0},
}


@pytest.mark.parametrize("name", EDGE)
def test_pytest_edge_cases_agree_with_the_console(data_dir: Path, oracle: dict[str, Any], name: str) -> None:
    parts, console, explained = read(data_dir / name), oracle[name], EDGE[name]
    found = Counter(counts(parts))

    assert found["passed"] + explained["passed"] == console["passed"]
    assert found["failed"] + explained["failed"] == console["failed"]
    assert found["error"] + explained["errors"] == console["errors"]
    assert found["skipped"] == console["skipped"]
    assert found["xfailed"] == console["xfailed"]
    assert sum(case.flaky for case in parts.cases) == console["reruns"]


@pytest.mark.parametrize("name", EDGE)
def test_each_explained_difference_is_there(data_dir: Path, name: str) -> None:
    by_name = {case.name: case for case in read(data_dir / name).cases}

    assert by_name["test_error_in_teardown"].status is CaseStatus.ERROR
    broken_twice = by_name["test_fail_and_error_in_teardown"]
    assert broken_twice.status is CaseStatus.ERROR
    assert not broken_twice.flaky
    assert broken_twice.attempts == (), "one run with two phases is no rerun"
    assert "assert 1 == 2" in broken_twice.message, "the failure of the call is kept"
    assert "teardown: could not delete" in broken_twice.message
    assert by_name["test_subtests"].status is CaseStatus.FAILED
    assert by_name["test_xpass"].status is CaseStatus.PASSED
    assert by_name["test_xpass_strict"].status is CaseStatus.FAILED


@pytest.mark.parametrize("name", EDGE)
def test_a_rerun_that_pytest_does_not_name_is_flaky_and_no_pass(data_dir: Path, name: str) -> None:
    case = next(case for case in read(data_dir / name).cases if case.name == "test_flaky")
    assert case.flaky
    assert [each.status for each in case.attempts] == [CaseStatus.FAILED, CaseStatus.PASSED]
    assert "later run" in case.attempts[0].message


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pytest/no_tests_selected.xml", {}),
        ("pytest/stopped_after_first_failure.xml", {"passed": 2, "failed": 1}),
        ("pytest/collection_error_only.xml", {"error": 1}),
        ("tox/junit-py311.xml", {"passed": 1, "failed": 1}),
        ("robotframework/xunit.xml", {"passed": 4, "failed": 8, "skipped": 2}),
        ("bats/report.xml", {"passed": 2, "failed": 1, "skipped": 1}),
        ("promptfoo/results.junit.xml", {"passed": 8, "failed": 12, "error": 4}),
        ("gotestsum/junit.xml", {"passed": 6, "failed": 5, "error": 1, "skipped": 1}),
        (
            "unittest-xml-reporting/single_file.xml",
            {"passed": 2, "failed": 2, "error": 4, "skipped": 1, "xfailed": 1, "xpassed": 1},
        ),
    ],
)
def test_plain_files_have_one_status_a_test(
    data_dir: Path, oracle: dict[str, Any], name: str, expected: dict[str, int]
) -> None:
    assert counts(read(data_dir / name)) == expected
    console = oracle[name]
    keys = {
        "passed": "passed",
        "failed": "failed",
        "failures": "failed",
        "errors": "error",
        "skipped": "skipped",
        "expected_failures": "xfailed",
        "unexpected_successes": "xpassed",
    }
    for key in keys.keys() & console.keys():
        assert expected.get(keys[key], 0) == console[key], key


def test_jest_agrees_and_its_todo_is_skipped(data_dir: Path, oracle: dict[str, Any]) -> None:
    console = oracle["jest-junit/junit_default.xml"]
    parts = read(data_dir / "jest-junit/junit_default.xml")
    found = counts(parts)
    assert found["passed"] == console["passed"]
    assert found["failed"] == console["tests_failed"]
    assert found["skipped"] == console["skipped"] + console["todo"]
    (todo,) = (case for case in parts.cases if case.message == NOT_RUN)
    assert todo.name.endswith("todo later")
    assert any("1 test cases" in remark and "read as skipped" in remark for remark in parts.remarks)
    assert {each.counter for each in parts.header_differences} == {"tests"}


def test_jest_with_suite_errors_adds_the_broken_file_as_one_error(data_dir: Path) -> None:
    parts = read(data_dir / "jest-junit/junit_options.xml")
    assert counts(parts) == {"passed": 6, "failed": 5, "skipped": 2, "error": 1}
    broken = next(case for case in parts.cases if case.status is CaseStatus.ERROR)
    assert broken.name == "__tests__/broken.test.js"
    assert [each.status for each in broken.attempts] == [CaseStatus.ERROR, CaseStatus.FAILED]


def test_vitest_agrees_but_for_what_its_file_adds_as_cases(data_dir: Path, oracle: dict[str, Any]) -> None:
    console = oracle["vitest/junit.xml"]
    found = counts(read(data_dir / "vitest/junit.xml"))
    assert found["failed"] == console["failed"] + 2, "the broken file and the failed beforeAll are cases"
    assert found["passed"] == console["passed"] + console["expected_fail"]
    assert found["skipped"] == console["skipped"] + console["todo"]


def test_surefire_counts_a_rerun_once_and_a_late_pass_as_flake(
    data_dir: Path, oracle: dict[str, Any]
) -> None:
    console = next(value for key, value in oracle.items() if key.startswith("surefire/"))
    cases = [case for path in (data_dir / "surefire").glob("*.xml") for case in read(path).cases]
    found = Counter(case.status.value for case in cases)
    assert len(cases) == console["tests"]
    assert found["failed"] == console["failures"]
    assert found["error"] == console["errors"]
    assert found["skipped"] == console["skipped"]
    assert sum(case.flaky for case in cases) == console["flakes"]


def test_surefire_attempts_stand_in_the_order_in_which_they_ran(data_dir: Path) -> None:
    by_name = {case.name: case for case in read(data_dir / "surefire/TEST-demo.RagTest.xml").cases}
    flaky, fails, errors = by_name["flaky"], by_name["fails"], by_name["errors"]
    assert [each.status for each in flaky.attempts] == [CaseStatus.FAILED, CaseStatus.PASSED]
    assert flaky.attempts[0].message == "first run"
    assert "demo.RagTest.flaky(RagTest.java:9)" in flaky.attempts[0].details
    assert [each.status for each in fails.attempts] == [CaseStatus.FAILED] * 3
    assert [each.status for each in errors.attempts] == [CaseStatus.ERROR] * 3
    assert not fails.flaky
    assert by_name["passes"].attempts == ()


def test_surefires_header_counts_reruns_and_so_differs_from_nothing(data_dir: Path) -> None:
    assert read(data_dir / "surefire/TEST-demo.RagTest.xml").header_differences == ()


def test_gotestsum_reruns_are_attempts_of_one_test(data_dir: Path) -> None:
    parts = read(data_dir / "gotestsum/junit_rerun.xml")
    assert counts(parts) == {"failed": 4, "skipped": 1, "passed": 5}
    failed = [case for case in parts.cases if case.status is CaseStatus.FAILED]
    assert [len(case.attempts) for case in failed] == [3, 3, 3, 3]
    assert not any(case.flaky for case in parts.cases)
    assert any("8 repeated records" in remark for remark in parts.remarks)


def test_a_package_that_did_not_compile_is_an_error_though_only_the_header_has_it(data_dir: Path) -> None:
    parts = read(data_dir / "gotestsum/junit.xml")
    (error,) = [case for case in parts.cases if case.status is CaseStatus.ERROR]
    assert "header" in error.name
    assert "1 more" in error.message
    (difference,) = parts.header_differences
    assert (difference.counter, difference.header, difference.elements) == ("errors", 1, 0)
    assert difference.path == "junit.xml"


def test_behaves_escape_character_is_repaired_and_said(data_dir: Path) -> None:
    parts = read(data_dir / "behave/TESTS-rag.xml")
    assert counts(parts) == {"passed": 3, "failed": 1, "error": 2, "skipped": 1}
    assert any(
        remark.startswith("Repaired: 1 character") and "line 101" in remark for remark in parts.remarks
    )
    assert any("\ufffd" in case.message + case.details for case in parts.cases)


@pytest.mark.parametrize(
    ("name", "findings"),
    [
        ("bandit/requests.junit.xml", 16),
        ("bandit/itsdangerous.junit.xml", 2),
        ("bandit/markupsafe_clean.junit.xml", 0),
        ("ruff/click.junit.xml", 29),
    ],
)
def test_a_scanners_report_lists_findings_and_is_no_test_run(
    data_dir: Path, name: str, findings: int
) -> None:
    parts = read(data_dir / name)
    assert not parts.is_test_run
    assert len(parts.cases) == findings
    assert all(case.status in (CaseStatus.ERROR, CaseStatus.FAILED) for case in parts.cases)
    assert len({case.id for case in parts.cases}) == findings, "equal rules at other places stay apart"
    assert any("not tests" in remark for remark in parts.remarks)


def test_a_run_without_a_test_is_a_test_run_in_which_nothing_ran(data_dir: Path) -> None:
    parts = read(data_dir / "pytest/no_tests_selected.xml")
    assert parts.is_test_run
    assert parts.cases == ()


def test_headers_of_subtests_are_shown_as_a_difference(data_dir: Path) -> None:
    (difference,) = read(data_dir / "pytest/edge_xunit2.xml").header_differences
    assert (difference.counter, difference.header, difference.elements) == ("tests", 70, 63)


def test_requirements_reach_the_case(data_dir: Path) -> None:
    by_name = {case.name: case for case in read(data_dir / "pytest/edge_xunit2.xml").cases}
    assert by_name["test_record_property"].requirement_ids == ("REQ-001", "REQ-002")
    assert by_name["test_record_property_failing"].requirement_ids == ("REQ-003",)
    assert by_name["test_plain_pass"].requirement_ids == ()


def test_pytest_lines_are_counted_from_one(data_dir: Path) -> None:
    case = next(
        case
        for case in read(data_dir / "pytest/edge_xunit1.xml").cases
        if case.name == "test_fail_and_error_in_teardown"
    )
    assert (case.file, case.line) == ("test_everything.py", 83)  # where its source has it


def test_other_writers_count_lines_from_one_already(data_dir: Path) -> None:
    case = next(
        case
        for case in read(data_dir / "unittest-xml-reporting/single_file.xml").cases
        if case.name == "test_fail"
    )
    assert (case.file, case.line) == ("test_ut.py", 8)


def test_suite_properties_do_not_leak(data_dir: Path) -> None:
    for path in (data_dir / "surefire").glob("*.xml"):
        assert b"user.name" in path.read_bytes()
        assert "user.name" not in repr(read(path))


def test_nested_suites_are_read_to_the_bottom(data_dir: Path) -> None:
    suites = {case.suite for case in read(data_dir / "robotframework/xunit.xml").cases}
    assert suites == {"Rob / Nested / Other", "Rob / Suite"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("attrs", {"passed": 1376, "failed": 1, "skipped": 8, "xfailed": 1}),
        ("click", {"passed": 2434, "skipped": 24, "xfailed": 1}),
        ("toolz", {"passed": 268, "skipped": 2}),
        ("requests", {"passed": 613, "failed": 4, "skipped": 15, "xfailed": 1}),
    ],
)
@pytest.mark.samples
def test_well_known_projects_count_as_their_consoles_did(
    samples_dir: Path, oracle: dict[str, Any], name: str, expected: dict[str, int]
) -> None:
    console = oracle[f"pytest-real/{name}.xml"]
    assert expected == {key: console[key] for key in expected}
    assert counts(read(samples_dir / "pytest-real" / f"{name}.xml")) == expected


@pytest.mark.samples
def test_more_itertools_counts_a_test_with_a_failed_subtest_as_failed(
    samples_dir: Path, oracle: dict[str, Any]
) -> None:
    console = oracle["pytest-real/more-itertools.xml"]
    parts = read(samples_dir / "pytest-real" / "more-itertools.xml")
    # The console counts that one test twice: its subtest failed, and its own call passed.
    assert counts(parts) == {"passed": console["passed"] - 1, "failed": console["failed"]}
    (difference,) = parts.header_differences
    assert difference.header == console["passed"] + console["failed"] + console["subtests_passed"]


@pytest.mark.samples
def test_a_killed_run_looks_green_in_its_file(samples_dir: Path) -> None:
    parts = read(samples_dir / "pytest-real" / "networkx-algorithms.xml")
    found = counts(parts)
    assert sum(found.values()) == 5006
    assert found["skipped"] + found["xfailed"] == 263
    assert found.keys() == {"passed", "skipped", "xfailed"}, "only the exit code, 124, tells"
