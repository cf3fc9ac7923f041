"""Traps that genuine files set, one test each, by their number in the list of the formats studied.

Most end at the verdict: results that would be released, with the one file in question put among them.
Numbers 5, 6 and 7 are of eval tools and stand with their readers.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.factories.inputs import read
from tests.factories.junit_files import suite
from tests.factories.repositories import repository
from tsr_agent.config import Config
from tsr_agent.generate import Generated, GenerateRequest, generate
from tsr_agent.ingest.cobertura import CoberturaReader
from tsr_agent.ingest.coverage_json import CoverageJsonReader
from tsr_agent.ingest.sarif import SarifReader
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.models.findings import FindingLevel
from tsr_agent.models.report import InputStatus
from tsr_agent.models.results import CaseStatus, TestCase, TestType, TestTypeResult

if TYPE_CHECKING:
    from pathlib import Path

GO, NO_GO = GoNoGoDecision.GO, GoNoGoDecision.NO_GO


class Noon:
    def now(self) -> datetime:
        return datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


class Release:
    """A checkout with results that are released as they are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        repository(folder)
        self.results = folder / "results"
        self.results.mkdir()
        metrics = {name: {"value": 0.95, "n": 500} for name in ("accuracy", "grounding_score")}
        iteration = {"iteration": 1, "version_name": "V1", "outcome": "passed", "metrics": metrics}
        covered = {"covered_lines": 95, "num_statements": 100}
        coverage = {"meta": {}, "files": {"a.py": {"summary": covered}}, "totals": covered}
        for test_type in TestType:
            self.put(f"{test_type.value}.xml", suite("a", "b", "c").encode())
        self.put("evals.json", json.dumps({"iterations": [iteration]}).encode())
        self.put("requirements.yaml", b"requirements:\n  - {id: REQ-1, text: Works, tests: a}\n")
        self.put("coverage.json", json.dumps(coverage).encode())

    def put(self, name: str, content: bytes) -> None:
        (self.results / name).write_bytes(content)

    def judged(self, *exit_codes: tuple[TestType, int]) -> Generated:
        config = Config(
            results_dir=self.results,
            output=self._folder / "tsr.json",
            environment="staging",
            exit_codes=exit_codes,
        )
        environ = {"PATH": os.environ.get("PATH", os.defpath)}
        request = GenerateRequest(config=config, environ=environ, directory=self._folder)
        return generate(request, clock=Noon())

    def with_unit_tests(self, *files: Path) -> Generated:
        """The judgement with these as the only unit tests."""
        (self.results / "unit.xml").unlink()
        for number, path in enumerate(files):
            self.put(f"unit-{number}.xml", path.read_bytes())
        return self.judged()


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return Release(tmp_path / "clone")


def unit(made: Generated) -> TestTypeResult:
    (found,) = (each for each in made.report.test_results if each.test_type is TestType.UNIT)
    return found


def totals(found: TestTypeResult) -> tuple[int, int, int, int]:
    """Passed, failed, errors, skipped."""
    return found.passed, found.failed, found.errors, found.skipped


def decision(made: Generated) -> GoNoGoDecision | None:
    return made.report.go_no_go_decision


def named(found: TestTypeResult, name: str) -> TestCase:
    (case,) = (each for each in found.test_cases if each.name == name)
    return case


def test_results_without_a_trap_are_released(release: Release) -> None:
    made = release.judged()
    assert (decision(made), made.problems) == (GO, ())


def test_trap_01_gotestsum_package_that_does_not_compile(release: Release, data_dir: Path) -> None:
    made = release.with_unit_tests(data_dir / "gotestsum" / "junit.xml")
    assert decision(made) is NO_GO
    (error,) = (each for each in unit(made).test_cases if each.status is CaseStatus.ERROR)
    assert error.name == "(counted in the header only)"


def test_trap_01_nothing_but_the_count_of_the_root(release: Release) -> None:
    release.put("unit.xml", b'<testsuites tests="0" failures="0" errors="1"></testsuites>')
    assert decision(release.judged()) is NO_GO


def test_trap_02_jest_leaves_out_a_file_that_does_not_parse(release: Release) -> None:
    made = release.judged((TestType.UNIT, 1))
    assert unit(made).executed == unit(made).passed, "the file itself is green"
    assert decision(made) is NO_GO


def test_trap_03_pytest_killed_at_its_time_limit_leaves_a_green_file(release: Release) -> None:
    assert decision(release.judged((TestType.UNIT, 0))) is GO
    assert decision(release.judged((TestType.UNIT, 124))) is NO_GO


def test_trap_04_ctest_lists_a_missing_executable_as_skipped(release: Release, data_dir: Path) -> None:
    made = release.with_unit_tests(data_dir / "ctest" / "junit.xml")
    assert named(unit(made), "missing").status is CaseStatus.ERROR
    assert unit(made).failed + unit(made).errors == 9, "9 tests failed out of 13"
    assert decision(made) is NO_GO


def test_trap_04_a_missing_executable_alone_is_no_go(release: Release) -> None:
    passed = b'<testcase name="a" classname="a" time="0.1" status="run"/>'
    missing = (
        b'<testcase name="b" classname="b" time="0" status="notrun">'
        b'<skipped message="Unable to find executable"/></testcase>'
    )
    release.put("unit.xml", b"<testsuite>" + passed + missing + b"</testsuite>")
    assert decision(release.judged()) is NO_GO


def test_trap_08_pip_audit_that_audited_nothing(release: Release, data_dir: Path) -> None:
    release.put("pip-audit.json", (data_dir / "pip-audit" / "vulnerable.json").read_bytes())
    (scan,) = release.judged().report.static_analysis
    assert not scan.executed
    assert scan.reason.startswith("Nothing was audited")


def test_trap_09_bandits_clean_scan_is_no_test_run(release: Release, data_dir: Path) -> None:
    release.put("security.xml", (data_dir / "bandit" / "markupsafe_clean.junit.xml").read_bytes())
    made = release.judged()
    assert TestType.SECURITY not in {each.test_type for each in made.report.test_results if each.executed}, (
        "no finding is no test that passed"
    )
    assert decision(made) is NO_GO, "a scan does not stand in for the security tests"


def test_trap_09_bandits_findings_are_none_of_its_headers(release: Release, data_dir: Path) -> None:
    release.put("unit-bandit.xml", (data_dir / "bandit" / "requests.junit.xml").read_bytes())
    made = release.judged()
    assert unit(made).errors == 16
    assert decision(made) is NO_GO


def test_trap_10_pytest_that_selected_nothing(release: Release, data_dir: Path) -> None:
    made = release.with_unit_tests(data_dir / "pytest" / "no_tests_selected.xml")
    assert unit(made).total == 0
    assert decision(made) is not GO


def test_trap_11_behave_writes_a_raw_escape_character(release: Release, data_dir: Path) -> None:
    made = release.with_unit_tests(data_dir / "behave" / "TESTS-rag.xml")
    assert (unit(made).total, unit(made).errors) == (7, 2)
    (entry,) = (each for each in made.report.inputs if each.path == "unit-0.xml")
    assert any(each.startswith("Repaired: ") for each in entry.remarks)
    assert decision(made) is NO_GO


def test_trap_12_pytest_counts_subtests_in_the_header(release: Release, data_dir: Path) -> None:
    found = unit(release.with_unit_tests(data_dir / "pytest" / "edge_xunit2.xml"))
    (difference,) = found.header_differences
    assert (difference.counter, difference.header, difference.elements) == ("tests", 70, 63)
    assert found.total < 63, "the elements count, less what pytest lists twice"


def test_trap_13_pytest_lists_a_test_twice_that_breaks_in_its_tear_down(
    release: Release, data_dir: Path
) -> None:
    found = unit(release.with_unit_tests(data_dir / "pytest" / "edge_xunit2.xml"))
    broken = named(found, "test_fail_and_error_in_teardown")
    assert broken.status is CaseStatus.ERROR
    assert "assert 1 == 2" in broken.message
    assert "teardown: could not delete" in broken.message


def test_trap_14_surefire_reruns_are_attempts_and_a_late_pass_is_flaky(
    release: Release, data_dir: Path
) -> None:
    made = release.with_unit_tests(*sorted((data_dir / "surefire").glob("*.xml")))
    assert (unit(made).total, unit(made).flaky) == (11, 1)
    assert totals(unit(made))[1:] == (2, 2, 2)


def test_trap_14_a_flaky_test_alone_is_no_go(release: Release) -> None:
    release.put(
        "unit.xml",
        b'<testsuite tests="1"><testcase classname="c" name="a" time="1">'
        b'<flakyFailure message="first run" type="t"/></testcase></testsuite>',
    )
    made = release.judged()
    assert unit(made).flaky == 1
    assert decision(made) is not GO


def test_trap_15_gotestsum_lists_each_attempt(release: Release, data_dir: Path) -> None:
    found = unit(release.with_unit_tests(data_dir / "gotestsum" / "junit_rerun.xml"))
    assert totals(found) == (5, 4, 0, 1)
    assert {len(each.attempts) for each in found.test_cases} == {0, 3}


def test_trap_16_playwright_projects_differ_in_their_host_only(release: Release, data_dir: Path) -> None:
    made = release.with_unit_tests(data_dir / "playwright" / "junit.xml")
    found = unit(made)
    assert found.total == 26
    assert found.failed + found.errors == 12
    assert {each.id for each in found.test_cases if each.name == "times out"} == {
        "rag.spec.js::times out [chromium]",
        "rag.spec.js::times out [firefox]",
    }
    assert decision(made) is NO_GO


def test_trap_17_catch2_counts_assertions(release: Release, data_dir: Path) -> None:
    found = unit(release.with_unit_tests(data_dir / "catch2" / "junit.xml"))
    differences = {each.counter: (each.header, each.elements) for each in found.header_differences}
    assert differences["tests"] == (12, 9)
    assert found.failed + found.errors == 4


def test_trap_18_mocha_writes_failures_as_errors_of_the_header(release: Release, data_dir: Path) -> None:
    made = release.with_unit_tests(data_dir / "mocha" / "xunit.xml")
    assert totals(unit(made)) == (5, 6, 0, 3)
    assert decision(made) is NO_GO


def test_trap_19_unittests_unexpected_success_is_no_error_and_its_year_1_no_date(
    release: Release, data_dir: Path
) -> None:
    path = data_dir / "unittest-xml-reporting" / "single_file.xml"
    assert b'"0001-01-01T00:00:00"' in path.read_bytes()
    made = release.with_unit_tests(path)
    found = unit(made)
    assert (found.xpassed, found.xfailed, found.errors) == (1, 1, 4)
    assert b"0001-01-01" not in made.document


@pytest.mark.parametrize(
    ("name", "suites"),
    [
        ("robotframework/xunit.xml", {"Rob / Nested / Other", "Rob / Suite"}),
        ("phpunit/junit.xml", {"unit / BrokenTest", "unit / RagTest", "unit / RagTest / RagTest::testEven"}),
    ],
)
def test_trap_20_nested_suites_are_read_to_the_bottom(
    release: Release, data_dir: Path, name: str, suites: set[str]
) -> None:
    found = unit(release.with_unit_tests(data_dir / name))
    assert suites <= {each.suite for each in found.test_cases}


@pytest.mark.parametrize("name", ["surefire/TEST-demo.RagTest.xml", "junit-console/TEST-junit-jupiter.xml"])
def test_trap_21_properties_of_suites_do_not_get_into_the_report(
    release: Release, data_dir: Path, name: str
) -> None:
    raw = (data_dir / name).read_bytes()
    document = release.with_unit_tests(data_dir / name).document
    for private in (b"user.name", b"user.dir", b"user.home", b"java.class.path", b"sun.java.command"):
        assert private in raw
        assert private not in document
    assert b"java.version" not in document


def test_trap_22_line_and_branch_coverage_are_two_numbers() -> None:
    """coverage.py gives a third in its JSON, percent_covered, which is neither and is not taken."""
    summary = {"covered_lines": 66, "num_statements": 100, "covered_branches": 81, "num_branches": 100}
    totals_of_all = summary | {"percent_covered": 73.5}
    document = {"meta": {}, "files": {"a.py": {"summary": summary}}, "totals": totals_of_all}
    (of_json,) = read(CoverageJsonReader(), json.dumps(document)).code_coverage
    lines = "".join(
        f'<line number="{number}" hits="{int(number <= 66)}"'
        + (' branch="true" condition-coverage="81% (81/100)"' if number == 1 else "")
        + "/>"
        for number in range(1, 101)
    )
    xml = (
        '<coverage line-rate="0.66" branch-rate="0.81"><packages><package name="p"><classes>'
        f'<class name="a" filename="a.py"><lines>{lines}</lines></class>'
        "</classes></package></packages></coverage>"
    )
    (of_xml,) = read(CoberturaReader(), xml).code_coverage
    for found in (of_json, of_xml):
        assert found.line is not None
        assert found.branch is not None
        assert (found.line.rate, found.branch.rate) == (0.66, 0.81)


def test_trap_23_sarif_levels_suppressions_and_failed_scans(data_dir: Path) -> None:
    bandit = json.loads((data_dir / "bandit" / "itsdangerous.sarif").read_bytes())
    (scan,) = bandit["runs"]
    for found in scan["results"]:
        found.pop("level", None)
    scan["results"].append(scan["results"][0] | {"suppressions": [{"kind": "inSource"}]})
    (run,) = read(SarifReader(), json.dumps(bandit)).static_analysis
    assert (run.executed, run.suppressed, len(run.findings)) == (True, 1, 2)
    assert FindingLevel.NONE not in {each.level for each in run.findings}
    scan["invocations"] = [{"executionSuccessful": False}]
    (run,) = read(SarifReader(), json.dumps(bandit)).static_analysis
    assert not run.executed


def test_trap_24_an_evidently_report_is_listed_and_not_guessed_at(release: Release) -> None:
    """No reader takes it: its figures are p-values for some columns and distances for others."""
    drift = {"metrics": [{"metric_id": "ValueDrift(column=a)", "value": 0.03}], "tests": []}
    release.put("drift_report.json", json.dumps(drift).encode())
    made = release.judged()
    (entry,) = (each for each in made.report.inputs if each.path == "drift_report.json")
    assert (entry.status, entry.reason) == (InputStatus.NOT_TAKEN, "no reader knows the format")
    assert entry.sha256
    assert decision(made) is GO
