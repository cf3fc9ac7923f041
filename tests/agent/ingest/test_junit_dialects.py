"""Dialects of JUnit XML: genuine files against their tool's console, small ones of other tools."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.factories.inputs import read
from tsr_agent.ingest.junit import JUnitReader
from tsr_agent.models.results import CaseStatus, TestCase

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.ingest.reader import Parts

PASSED, FAILED, ERROR = CaseStatus.PASSED, CaseStatus.FAILED, CaseStatus.ERROR
SKIPPED, XFAILED, XPASSED = CaseStatus.SKIPPED, CaseStatus.XFAILED, CaseStatus.XPASSED


def genuine(data_dir: Path, name: str) -> Parts:
    return read(JUnitReader(), (data_dir / name).read_bytes(), name)


def counts(parts: Parts) -> dict[str, int]:
    return dict(Counter(case.status.value for case in parts.cases))


def by_name(parts: Parts) -> dict[str, TestCase]:
    assert len({case.name for case in parts.cases}) == len(parts.cases)
    return {case.name: case for case in parts.cases}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # 6 passed (2 as they failed as expected), 2 flaky, 12 failed, 4 skipped, 2 did not run.
        ("playwright/junit.xml", {"passed": 6, "xfailed": 2, "failed": 6, "error": 6, "skipped": 6}),
        ("playwright/junit_retries.xml", {"passed": 6, "xfailed": 2, "failed": 6, "error": 6, "skipped": 6}),
        # 5 passing, 3 pending, 6 failing; the reporter's default leaves the pending ones out.
        ("mocha/xunit.xml", {"passed": 5, "skipped": 3, "failed": 6}),
        ("mocha/mocha_junit_reporter_options.xml", {"passed": 5, "skipped": 3, "failed": 6}),
        ("mocha/mocha_junit_reporter.xml", {"passed": 5, "failed": 6}),
        # Tests: 16, Errors: 4, Failures: 2, Warnings: 1, Skipped: 3, Incomplete: 1, Risky: 1.
        ("phpunit/junit.xml", {"passed": 4 + 1, "failed": 2, "error": 4 + 1, "skipped": 3 + 1}),
        # 9 tests failed out of 13; 1 disabled, 2 skipped (which its percentage takes for passed).
        ("ctest/junit.xml", {"passed": 2, "failed": 6, "error": 3, "skipped": 3}),
        # 9 tests ran: 3 passed, 3 skipped, 3 failed; 2 disabled.
        ("googletest/results.xml", {"passed": 3, "failed": 3, "skipped": 3 + 2}),
        ("googletest/shard_0_of_3.xml", {"passed": 2, "failed": 1, "skipped": 1}),
        # test cases: 9 | 3 passed | 4 failed | 2 failed as expected; see below.
        ("catch2/junit.xml", {"passed": 4, "failed": 2, "error": 2, "xfailed": 2}),
        # 8 successful, 4 failed, 1 skipped, 1 aborted; 2 not started because their container failed.
        ("junit-console/TEST-junit-jupiter.xml", {"passed": 8, "failed": 3, "error": 1 + 2, "skipped": 2}),
        # failures=5, errors=3, skipped=1, expected failures=1, unexpected successes=1
        (
            "nose2/nose2-junit.xml",
            {"passed": 4, "failed": 5, "error": 3, "skipped": 1, "xfailed": 1, "xpassed": 1},
        ),
    ],
)
def test_a_genuine_file_agrees_with_its_console(data_dir: Path, name: str, expected: dict[str, int]) -> None:
    parts = genuine(data_dir, name)
    assert parts.is_test_run
    assert counts(parts) == expected


class TestPlaywright:
    def test_projects_are_tests_of_their_own(self, data_dir: Path) -> None:
        cases = genuine(data_dir, "playwright/junit.xml").cases
        assert Counter(case.host for case in cases) == {"chromium": 13, "firefox": 13}
        (chromium,) = (each for each in cases if each.id == "rag.spec.js::passes [chromium]")
        assert chromium.requirement_ids == ("REQ-1",)

    def test_a_time_out_is_an_error(self, data_dir: Path) -> None:
        cases = [each for each in genuine(data_dir, "playwright/junit.xml").cases if each.name == "times out"]
        assert [each.status for each in cases] == [ERROR, ERROR]
        assert cases[0].message == "Test timeout of 1500ms exceeded."

    def test_a_failure_that_is_expected_is_no_plain_pass(self, data_dir: Path) -> None:
        found = {case.name: case.status for case in genuine(data_dir, "playwright/junit.xml").cases}
        assert found["fails as expected"] is XFAILED
        assert found["passes though expected to fail"] is FAILED

    def test_retries_are_kept_where_the_file_has_them(self, data_dir: Path) -> None:
        plain, with_retries = (
            genuine(data_dir, f"playwright/{name}.xml").cases for name in ("junit", "junit_retries")
        )
        assert not any(case.flaky for case in plain)
        flaky = [case for case in with_retries if case.flaky]
        assert [(case.name, case.host) for case in flaky] == [("flaky", "chromium"), ("flaky", "firefox")]
        assert [each.status for each in flaky[0].attempts] == [FAILED, PASSED]
        (failed,) = (case for case in with_retries if case.id == "rag.spec.js::fails [chromium]")
        assert [each.status for each in failed.attempts] == [FAILED, FAILED]

    def test_the_annotation_of_another_tool_means_nothing(self) -> None:
        inner = '<testcase classname="c" name="a"><properties><property name="fail" value=""/></properties>'
        document = f'<testsuite name="s" hostname="h">{inner}</testcase></testsuite>'
        assert counts(read(JUnitReader(), document)) == {"passed": 1}


class TestMocha:
    def test_two_tests_of_one_name_are_two_tests(self, data_dir: Path) -> None:
        for name in ("xunit", "mocha_junit_reporter", "mocha_junit_reporter_options"):
            parts = genuine(data_dir, f"mocha/{name}.xml")
            same = [case for case in parts.cases if case.name.endswith("same name")]
            assert [case.status for case in same] == [PASSED, FAILED]
            assert len({case.id for case in same}) == 2
            assert not any("merged" in remark for remark in parts.remarks)

    def test_failures_that_the_header_calls_errors_are_no_further_ones(self, data_dir: Path) -> None:
        parts = genuine(data_dir, "mocha/xunit.xml")
        assert not any("header" in remark for remark in parts.remarks)


class TestPhpunit:
    def test_suites_are_nested_to_the_data_provider(self, data_dir: Path) -> None:
        three = by_name(genuine(data_dir, "phpunit/junit.xml"))['testEven with data set "three"']
        assert three.status is FAILED
        assert three.suite == "unit / RagTest / RagTest::testEven"
        assert (three.file, three.line) == ("/home/ci/app/php/tests/RagTest.php", 13)

    def test_a_risky_test_stays_the_error_that_the_file_says(self, data_dir: Path) -> None:
        risky = by_name(genuine(data_dir, "phpunit/junit.xml"))["testRisky"]
        assert risky.status is ERROR
        assert "did not perform any assertions" in risky.details

    def test_a_warning_leaves_a_test_that_asserted_something_passed(self, data_dir: Path) -> None:
        assert by_name(genuine(data_dir, "phpunit/junit.xml"))["testWarns"].status is PASSED

    @pytest.mark.parametrize("assertions", ['assertions="0"', ""])
    def test_a_warning_in_place_of_a_test_is_no_pass(self, assertions: str) -> None:
        document = (
            f'<testsuite name="E"><testcase name="Warning" {assertions} time="0.001">'
            '<warning type="PHPUnit\\Framework\\Warning">No tests found in class "E".</warning>'
            "</testcase></testsuite>"
        )
        (case,) = read(JUnitReader(), document).cases
        assert (case.status, case.message) == (ERROR, 'No tests found in class "E".')


class TestCtest:
    def test_what_could_not_run_is_an_error_and_what_should_not_is_skipped(self, data_dir: Path) -> None:
        cases = by_name(genuine(data_dir, "ctest/junit.xml"))
        for name, message in (
            ("missing", "Unable to find executable"),
            ("needs_db", "Fixture dependency failed"),
            ("labelled", "Required Files Missing"),
        ):
            assert (cases[name].status, cases[name].message) == (ERROR, message)
        assert {cases[name].status for name in ("disabled", "skips", "skip_code")} == {SKIPPED}
        assert cases["will_fail"].status is PASSED
        assert cases["will_fail_but_passes"].status is FAILED

    def test_a_reason_that_is_not_known_is_no_skip(self) -> None:
        document = (
            '<testsuite><testcase name="a" classname="a" status="notrun"><skipped message="Out of luck"/>'
            "</testcase></testsuite>"
        )
        assert counts(read(JUnitReader(), document)) == {"error": 1}


class TestGoogleTest:
    def test_properties_and_parameters(self, data_dir: Path) -> None:
        cases = {case.id: case for case in genuine(data_dir, "googletest/results.xml").cases}
        assert cases["Rag::Passes"].requirement_ids == ("REQ-1",)
        assert (cases["Rag::Passes"].file, cases["Rag::Passes"].line) == ("g.cpp", 2)
        assert cases["Numbers/Param::Even/1"].status is FAILED
        assert cases["Rag::DISABLED_Later"].status is SKIPPED

    def test_both_failed_expectations_are_kept(self, data_dir: Path) -> None:
        cases = by_id(genuine(data_dir, "googletest/results.xml"))
        assert "first" in cases["Rag::Fails"].message
        assert "second" in cases["Rag::Fails"].message

    def test_an_environment_that_fails_is_a_failed_case(self, data_dir: Path) -> None:
        parts = genuine(data_dir, "googletest/environment_fails.xml")
        assert counts(parts) == {"skipped": 1, "failed": 1}
        (failed,) = (case for case in parts.cases if case.status is FAILED)
        assert failed.id == "NonTestSuiteFailure::(unnamed test case)"
        assert "no database" in failed.message

    def test_passes_with_a_status_do_not_take_over_the_results_of_the_next_case(self) -> None:
        """The header counts one failure more than there is; it must not look borne out."""
        document = (
            '<testsuite name="s" tests="2" failures="2"><testcase name="a" classname="c" status="run"/>'
            '<testcase name="b" classname="c" status="run"><failure message="m"/></testcase></testsuite>'
        )
        parts = read(JUnitReader(), document)
        assert counts(parts) == {"passed": 1, "failed": 1, "error": 1}
        assert [each.counter for each in parts.header_differences] == ["failures"]


def by_id(parts: Parts) -> dict[str, TestCase]:
    return {case.id: case for case in parts.cases}


class TestCatch2:
    def test_a_failure_that_may_be_is_no_failure(self, data_dir: Path) -> None:
        cases = by_name(genuine(data_dir, "catch2/junit.xml"))
        assert cases["may fail and does"].status is XFAILED
        assert "REQUIRE( 1 == 2 )" in cases["should fail"].details

    def test_a_failure_that_stayed_away_shows_in_the_header_only(self, data_dir: Path) -> None:
        parts = genuine(data_dir, "catch2/junit.xml")
        cases = by_name(parts)
        assert cases["should fail but passes"].status is PASSED
        assert cases["(counted in the header only)"].status is ERROR
        assert "no assertions" not in cases

    def test_sections_are_cases(self, data_dir: Path) -> None:
        cases = by_name(genuine(data_dir, "catch2/junit.xml"))
        assert (cases["sections/good"].status, cases["sections/bad"].status) == (PASSED, FAILED)


class TestNose2:
    def test_an_unexpected_success_is_no_skip(self, data_dir: Path) -> None:
        cases = by_name(genuine(data_dir, "nose2/nose2-junit.xml"))
        assert cases["test_unexpected"].status is XPASSED
        assert cases["test_expected"].status is XFAILED
        assert cases["test_skipped"].status is SKIPPED
        assert cases["test_subtests (n=1)"].status is FAILED


def test_junit_5_tells_cases_of_one_display_name_apart(data_dir: Path) -> None:
    cases = by_name(genuine(data_dir, "junit-console/TEST-junit-jupiter.xml"))
    assert (cases["same(int)[1]"].status, cases["same(int)[2]"].status) == (PASSED, FAILED)
    assert cases["one()"].status is ERROR


NEXTEST = """<testsuites name="nextest-run" tests="4" failures="2" errors="0"
  uuid="00000000-0000-4000-8000-000000000000" timestamp="2026-01-01T00:00:00.000+00:00" time="1.25">
 <testsuite name="app::bin/app" tests="4" disabled="0" errors="0" failures="2">
  <testcase name="tests::passes" classname="app::bin/app" timestamp="2026-01-01T00:00:00Z" time="0.004"/>
  <testcase name="tests::flaky" classname="app::bin/app" time="0.005">
   <flakyFailure time="0.006" message="first" type="test failure with exit code 101">
    <system-out>out of the first</system-out><system-err>err</system-err></flakyFailure></testcase>
  <testcase name="tests::fails" classname="app::bin/app" time="0.007">
   <failure message="again" type="test failure with exit code 101">thread panicked</failure>
   <rerunFailure time="0.008" type="test failure with exit code 101"><stackTrace>t</stackTrace></rerunFailure>
   <system-out>running 1 test</system-out></testcase>
  <testcase name="tests::flaky_is_a_failure" classname="app::bin/app" time="0.009">
   <failure message="passed on attempt 2/2 but is configured to fail when flaky" type="flaky failure"/>
   <flakyFailure type="test failure with exit code 101">first</flakyFailure></testcase>
 </testsuite></testsuites>"""


def test_nextest_keeps_its_attempts_and_a_flaky_test_that_is_to_fail_fails() -> None:
    parts = read(JUnitReader(), NEXTEST)
    cases = by_name(parts)
    assert counts(parts) == {"passed": 2, "failed": 2}
    assert cases["tests::flaky"].flaky
    assert [each.status for each in cases["tests::flaky"].attempts] == [FAILED, PASSED]
    assert [each.status for each in cases["tests::fails"].attempts] == [FAILED, FAILED]
    strict = cases["tests::flaky_is_a_failure"]
    assert (strict.status, strict.flaky, len(strict.attempts)) == (FAILED, False, 2)
    assert parts.header_differences == ()


def test_a_rerun_that_is_skipped_does_not_mend_the_failure_before_it() -> None:
    parts = read(
        JUnitReader(),
        """<testsuite name="s" tests="1" skipped="1" failures="0" errors="0"><testcase name="t" classname="c">
        <flakyFailure message="refused" type="E">trace</flakyFailure><skipped message="no server"/></testcase>
        </testsuite>""",
    )
    (case,) = by_name(parts).values()
    assert (case.status, case.flaky, case.message) == (FAILED, False, "refused")
    assert [each.status for each in case.attempts] == [FAILED, SKIPPED]
    assert case.attempts[-1].message == "no server"


DOTNET = """<testsuites><testsuite name="App.Tests.dll" tests="4" skipped="1" failures="1" errors="0"
  time="0.2" timestamp="2026-01-01T00:00:00" hostname="BUILD-7" id="0" package="App.Tests.dll"><properties/>
  <testcase classname="App.RagTests" name="Adds(a: 1)" time="0.0290000"/>
  <testcase classname="App.RagTests" name="Long(text: &quot;aaa&quot;···)" time="0.0000001">
    <failure type="failure" message="Expected: 1">   at App.RagTests.Long()</failure></testcase>
  <testcase classname="App.RagTests" name="Long(text: &quot;aaa&quot;···)" time="1E-07"/>
  <testcase classname="App.RagTests" name="Later" time="0.0000001"><properties>
    <property name="Requirement" value="REQ-9"/></properties><skipped/></testcase>
  <system-out>Test Framework Informational Messages:</system-out><system-err/></testsuite></testsuites>"""


def test_dotnet_lists_data_that_reads_the_same_as_tests_of_their_own() -> None:
    parts = read(JUnitReader(), DOTNET)
    assert counts(parts) == {"passed": 2, "failed": 1, "skipped": 1}
    assert not any(case.flaky for case in parts.cases)
    assert by_id(parts)["App.RagTests::Later"].requirement_ids == ("REQ-9",)
    assert parts.header_differences == ()


def test_gradle_lists_a_retried_test_again() -> None:
    case = '<testcase name="flaky()" classname="demo.RagTest" time="0.01">{}</testcase>'
    failure = '<failure message="m" type="java.lang.AssertionError">at demo.RagTest</failure>'
    document = (
        '<testsuite name="demo.RagTest" tests="2" skipped="0" failures="1" errors="0" hostname="h" '
        f'timestamp="2026-01-01T00:00:00" time="0.02"><properties/>{case.format(failure)}{case.format("")}'
        "<system-out/></testsuite>"
    )
    (only,) = read(JUnitReader(), document).cases
    assert only.flaky
    assert [each.status for each in only.attempts] == [FAILED, PASSED]


JEST = (
    '<testsuites name="jest tests"><testsuite name="a.test.js" errors="0" failures="1" skipped="0" '
    'timestamp="2026-01-01T00:00:00" time="1" tests="2">{}</testsuite></testsuites>'
)
VITEST = '<testsuites name="vitest tests"><testsuite name="a.test.ts" tests="2">{}</testsuite></testsuites>'


@pytest.mark.parametrize("document", [JEST, VITEST], ids=["jest", "vitest"])
def test_two_records_of_one_name_are_two_tests_where_the_tool_lists_each_once(document: str) -> None:
    """Both retry within one record, so a failed and a passed one are not one flaky test."""
    failed = '<testcase classname="c" name="same" time="0.1"><failure>m</failure></testcase>'
    passed = '<testcase classname="c" name="same" time="0.1"/>'
    parts = read(JUnitReader(), document.format(failed + passed))
    assert [(case.id, case.status) for case in parts.cases] == [
        ("c::same #1", FAILED),
        ("c::same #2", PASSED),
    ]
    assert not any("merged" in remark for remark in parts.remarks)


def test_a_clean_ruff_scan_is_no_passed_test(data_dir: Path) -> None:
    parts = genuine(data_dir, "ruff/clean.junit.xml")
    assert not parts.is_test_run
    assert parts.cases == ()
