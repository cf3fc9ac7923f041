from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.junit_files import suite
from tests.factories.repositories import repository
from tsr_agent.config import Config
from tsr_agent.errors import InputError, PolicyError, UsageError
from tsr_agent.generate import Generated, GenerateRequest, generate, write_document
from tsr_agent.models import codec
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.models.report import InputStatus, OverallStatus, TestSummaryReport
from tsr_agent.models.requirements import VerificationStatus
from tsr_agent.models.results import TestType

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
ENVIRON = {"PATH": os.environ.get("PATH", os.defpath)}


class Noon:
    def now(self) -> datetime:
        return NOON


def good_results(folder: Path) -> None:
    history = {
        "iterations": [
            {
                "iteration": 1,
                "version_name": "V1",
                "outcome": "passed",
                "metrics": {
                    "accuracy": {"value": 0.95, "n": 500},
                    "grounding_score": {"value": 0.97, "n": 500},
                },
            }
        ]
    }
    coverage = {"covered_lines": 95, "num_statements": 100}
    contents = {
        **{f"{each.value}.xml": suite("a", "b", "c") for each in TestType},
        "evals.json": json.dumps(history),
        "requirements.yaml": "requirements:\n  - {id: REQ-1, text: Works, tests: a}\n",
        "coverage.json": json.dumps(
            {"meta": {}, "files": {"a.py": {"summary": coverage}}, "totals": coverage}
        ),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_text(content)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    repository(tmp_path / "clone")
    good_results(tmp_path / "clone" / "results")
    return tmp_path / "clone"


def made(checkout: Path, **changed: Any) -> Generated:
    values: dict[str, Any] = {
        "results_dir": checkout / "results",
        "output": checkout / "tsr.json",
        "environment": "staging",
    }
    environ = ENVIRON | changed.pop("environ", {})
    request = GenerateRequest(config=Config(**(values | changed)), environ=environ, directory=checkout)
    return generate(request, clock=Noon())


def test_good_results_make_a_report_that_is_its_own_bytes(checkout: Path) -> None:
    found = made(checkout)
    assert found.problems == ()
    assert found.report.go_no_go_decision is GoNoGoDecision.GO, found.report.decision_reason
    assert codec.decode(found.document, TestSummaryReport) == found.report
    assert found.digest == codec.digest(found.document)
    assert found.report.created_at == found.report.evaluated_at == NOON
    assert found.report.overall_status is OverallStatus.PASSED
    assert found.report.rule_results == found.decision.rules
    assert found.report.policy == found.decision.policy
    assert not found.report.versions.dirty
    (requirement,) = found.report.requirement_coverage
    assert requirement.verification_status is VerificationStatus.VERIFIED


def test_two_reports_of_the_same_differ_only_in_their_id(checkout: Path) -> None:
    one, other = made(checkout), made(checkout)
    assert one.report.id != other.report.id
    assert one.document.replace(one.report.id.encode(), b"") == other.document.replace(
        other.report.id.encode(), b""
    )


def replaced(name: str, content: str) -> Callable[[Path], None]:
    def change(results: Path) -> None:
        (results / name).write_text(content)

    return change


def emptied(results: Path) -> None:
    for path in results.iterdir():
        path.unlink()


def without_security(results: Path) -> None:
    (results / "security.xml").unlink()


SPOILERS: dict[str, Callable[[Path], None]] = {
    "no files": emptied,
    "zero tests": replaced("unit.xml", suite()),
    "all skipped": replaced("unit.xml", suite("a-", "b-")),
    "a failure": replaced("unit.xml", suite("a", "b!")),
    "security absent": without_security,
    "an unreadable file": replaced("more-unit.xml", "<testsuites>"),
    "an empty results file": replaced("more-unit.xml", ""),
    "an untyped file": replaced("other.xml", suite("z")),
    "evals unreadable": replaced("evals.json", '{"iterations": ['),
    "evals without metrics": replaced(
        "evals.json",
        '{"iterations": [{"iteration": 1, "version_name": "V", "outcome": "passed", "metrics": {}}]}',
    ),
    "requirement not run": replaced("requirements.yaml", "requirements:\n  - {id: R, tests: absent}\n"),
}


def spoil(checkout: Path, how: str) -> None:
    SPOILERS[how](checkout / "results")


@pytest.mark.parametrize("how", SPOILERS)
def test_one_bad_file_among_good_results_is_never_go(checkout: Path, how: str) -> None:
    spoil(checkout, how)
    found = made(checkout)
    assert found.report.go_no_go_decision is not GoNoGoDecision.GO
    assert found.report.decision_reason
    assert codec.decode(found.document, TestSummaryReport) == found.report


@pytest.mark.parametrize(
    "settings", [{"exit_codes": ((TestType.UNIT, 1),)}, {"manual_approval": ("staging",)}]
)
def test_one_bad_setting_among_good_results_is_never_go(checkout: Path, settings: dict[str, Any]) -> None:
    assert made(checkout, **settings).report.go_no_go_decision is not GoNoGoDecision.GO


def test_an_unreadable_file_leaves_a_record_and_a_problem(checkout: Path) -> None:
    spoil(checkout, "an unreadable file")
    found = made(checkout)
    assert [each.path for each in found.report.inputs if each.status is InputStatus.UNREADABLE] == [
        "more-unit.xml"
    ]
    assert len(found.problems) == 1
    assert found.problems[0].startswith("more-unit.xml: ")


def test_an_untyped_results_file_says_how_to_give_it_a_type(checkout: Path) -> None:
    spoil(checkout, "an untyped file")
    found = made(checkout)
    assert "--type" in found.problems[0]
    typed = made(checkout, type_options=((TestType.UNIT, "other.xml"),))
    assert typed.problems == ()
    unit = typed.report.result_for(TestType.UNIT)
    assert unit is not None
    assert unit.total == 4


def test_no_files_is_a_report_of_nothing(checkout: Path) -> None:
    spoil(checkout, "no files")
    found = made(checkout)
    assert (found.report.test_results, found.report.inputs) == ((), ())
    assert found.report.overall_status is OverallStatus.NO_DATA


def test_stated_exit_codes_and_approval_are_in_the_report(checkout: Path) -> None:
    found = made(checkout, exit_codes=((TestType.UNIT, 1), (TestType.E2E, 0)), manual_approval=("staging",))
    assert [(each.test_type, each.exit_code) for each in found.report.runs] == [
        (TestType.UNIT, 1),
        (TestType.E2E, 0),
    ]
    assert found.report.manual_approval_required


def test_who_triggered_it_is_stated_or_whom_the_ci_system_names(checkout: Path) -> None:
    """Four-eyes asks for it: nobody can be told from ``manual``."""
    on_gitlab = {"GITLAB_CI": "true", "CI_JOB_URL": "https://ci.example/1", "GITLAB_USER_LOGIN": "ana" * 50}
    assert made(checkout).report.triggered_by == "manual"
    assert made(checkout, environ=on_gitlab).report.triggered_by == ("ana" * 50)[:100]
    assert made(checkout, environ=on_gitlab, triggered_by="nightly").report.triggered_by == "nightly"


def test_requirements_named_by_tests_and_by_no_file_are_told(checkout: Path) -> None:
    (checkout / "results" / "unit.xml").write_text(
        suite("a").replace(
            "</testcase>",
            '<properties><property name="requirement" value="REQ-404"/></properties></testcase>',
        )
    )
    (unknown,) = made(checkout).report.unknown_requirements
    assert unknown.requirement_id == "REQ-404"


def test_a_dirty_tree_is_in_the_report(checkout: Path) -> None:
    (checkout / "bot.py").write_text("changed")
    versions = made(checkout).report.versions
    assert versions.dirty
    assert versions.dirty_digest


def test_what_can_not_be_begun_is_refused_before_anything_is_written(checkout: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="results directory"):
        made(checkout, results_dir=checkout / "absent")
    with pytest.raises(InputError, match=r"absent\.json"):
        made(checkout, evals=(checkout / "absent.json",))
    with pytest.raises(PolicyError):
        made(checkout, policy=checkout / "bot.py")
    with pytest.raises(UsageError, match="--codebase-sha"):
        made(checkout, codebase_sha="abc")
    request = GenerateRequest(
        config=Config(results_dir=checkout / "results"), environ=ENVIRON, directory=tmp_path
    )
    with pytest.raises(UsageError, match="--testbase-sha"):
        generate(request, clock=Noon())


def test_a_document_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "tsr.json"
    write_document(path, b"one")
    write_document(path, b"two")
    assert path.read_bytes() == b"two"

    def full_disk(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(InputError, match="No space left"):
        write_document(path, b"three")
    assert path.read_bytes() == b"two"
    assert [each.name for each in tmp_path.iterdir()] == ["tsr.json"]


def test_a_place_that_can_not_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be written"):
        write_document(tmp_path / "absent" / "tsr.json", b"x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="can't be written"):
        write_document(tmp_path / "folder", b"x")


def test_a_run_with_more_than_a_report_can_hold_leaves_a_record_that_does_not_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(tmp_path)
    good_results(tmp_path / "results")
    (tmp_path / "results" / "unit.xml").write_text(suite(*(f"test_{number}" for number in range(2_000))))
    monkeypatch.setattr(codec, "MAX_DOCUMENT_BYTES", 40_000)
    config = Config(results_dir=tmp_path / "results", output=tmp_path / "tsr.json")
    made = generate(GenerateRequest(config=config, environ=ENVIRON, directory=tmp_path), clock=Noon())
    assert len(made.document) <= 40_000
    assert codec.decode(made.document, TestSummaryReport) == made.report
    assert made.report.go_no_go_decision is not GoNoGoDecision.GO
    assert any("bytes of a report, which has room for" in each for each in made.problems)
