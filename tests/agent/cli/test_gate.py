"""``tsr-agent gate``: the exit code is the answer, and only GO is 0."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.reports import CODE_SHA, cases, iteration, report
from tsr_agent.cli.layout import cells
from tsr_agent.models import codec
from tsr_agent.models.decision import Decision
from tsr_agent.models.requirements import CoverageStatus, RequirementCoverage, VerificationStatus
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Agent

PASSED, FAILED = CaseStatus.PASSED, CaseStatus.FAILED


def good(**changed: Any) -> bytes:
    """A report that the built-in policy judges GO."""
    unit = TestTypeResult.from_cases(TestType.UNIT, cases(PASSED, prefix="unit"))
    verified = RequirementCoverage(
        requirement_id="REQ-1",
        test_ids=tuple(case.id for case in unit.test_cases),
        coverage_status=CoverageStatus.COVERED,
        verification_status=VerificationStatus.VERIFIED,
    )
    values: dict[str, Any] = {
        "test_results": (
            unit,
            TestTypeResult.from_cases(TestType.SECURITY, cases(PASSED, prefix="security")),
            TestTypeResult.from_cases(TestType.PERFORMANCE, cases(PASSED, prefix="performance")),
        ),
        "requirement_coverage": (verified,),
    }
    return codec.encode(report(**(values | changed)))


def bad() -> bytes:
    """One with a failed unit test and an accuracy below the bound."""
    return good(
        test_results=(
            TestTypeResult.from_cases(TestType.UNIT, cases(PASSED, FAILED, prefix="unit")),
            TestTypeResult.from_cases(TestType.SECURITY, cases(PASSED, prefix="security")),
        ),
        eval_iterations=(iteration(3, metrics={"accuracy": 0.812, "grounding_score": 0.95}),),
    )


def written(folder: Path, document: bytes) -> Path:
    path = folder / "tsr.json"
    path.write_bytes(document)
    return path


def test_go_is_0_and_says_so_first(agent: Agent, tmp_path: Path) -> None:
    done = agent("gate", written(tmp_path, good()))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("● GO  ")


def test_no_go_is_1_with_the_failing_rules_figures_and_fixes(agent: Agent, tmp_path: Path) -> None:
    done = agent("gate", written(tmp_path, bad()))
    assert done.returncode == 1
    assert done.stdout.startswith("■ NO-GO  2 blocking: ")
    assert "0.812" in done.stdout
    assert "is below 0.85" in done.stdout
    assert "Fix: " in done.stdout
    assert codec.digest(bad()) in done.stdout


@pytest.mark.parametrize("document", [good(), bad()], ids=["go", "no-go"])
@pytest.mark.parametrize("options", [(), ("--all",)], ids=["short", "all"])
def test_it_reads_at_80_columns_without_colour(
    agent: Agent, tmp_path: Path, document: bytes, options: tuple[str, ...]
) -> None:
    written(tmp_path, document)
    text = agent("gate", "tsr.json", *options).stdout
    assert "\x1b" not in text
    assert [line for line in text.splitlines() if cells(line) > 80] == []


def test_a_stream_that_knows_no_signs_still_gets_the_verdict(agent: Agent, tmp_path: Path) -> None:
    done = agent("gate", written(tmp_path, bad()), PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert done.returncode == 1
    assert "NO-GO" in done.stdout


def test_pending_review_is_3_unless_it_is_allowed(agent: Agent, tmp_path: Path) -> None:
    waiting = written(tmp_path, good(manual_approval_required=True))
    assert agent("gate", waiting).returncode == 3
    assert agent("gate", waiting, "--allow-pending").returncode == 0


def test_allow_pending_does_not_let_a_no_go_pass(agent: Agent, tmp_path: Path) -> None:
    assert agent("gate", written(tmp_path, bad()), "--allow-pending").returncode == 1


def test_json_is_the_decision_document_and_nothing_else(agent: Agent, tmp_path: Path) -> None:
    done = agent("gate", written(tmp_path, bad()), "--json")
    tree = json.loads(done.stdout)
    assert done.returncode == 1
    assert tree["decision"] == "no_go"
    assert tree["report_digest"] == codec.digest(bad())
    assert tree["reason"]
    assert tree["blocking_issues"]
    assert isinstance(tree["warnings"], list)
    failing = [rule for rule in tree["rules"] if rule["state"] == "fail"]
    assert {"id", "state", "severity", "expected", "actual", "n", "message", "fix"} <= failing[0].keys()
    assert any(rule["state"] == "pass" for rule in tree["rules"])


def test_the_written_decision_can_be_read_again(agent: Agent, tmp_path: Path) -> None:
    agent("gate", written(tmp_path, bad()), "--output", tmp_path / "decision.json")
    decision = codec.decode((tmp_path / "decision.json").read_bytes(), Decision)
    assert decision.report_digest == codec.digest(bad())


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        good()[:-100],
        good().replace(b'"value":0.92', b'"value":NaN'),
        good().replace(b'"value":0.92', b'"value":"0.92"'),
        good().replace(b'"failed":0', b'"failed":-1', 1),
        good().replace(CODE_SHA.encode(), b"HEAD"),
        b"\x00" * 1000,
        b"[" * 200_000,
    ],
    ids=["empty", "null", "list", "object", "cut", "nan", "text", "negative", "sha", "zeros", "deep"],
)
def test_what_is_no_report_is_2_with_the_file_named(agent: Agent, tmp_path: Path, document: bytes) -> None:
    done = agent("gate", written(tmp_path, document))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("tsr-agent: ")
    assert "tsr.json" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_changed_claim_does_not_change_the_decision(agent: Agent, tmp_path: Path) -> None:
    claimed = bad().replace(b'"go_no_go_decision":"pending_review"', b'"go_no_go_decision":"go"')
    claimed = claimed.replace(b'"overall_status":"failed"', b'"overall_status":"passed"')
    assert agent("gate", written(tmp_path, claimed)).returncode == 1


@pytest.mark.parametrize("name", ["no-such-file.json", "."])
def test_no_file_is_2_and_says_what_to_do(agent: Agent, name: str) -> None:
    done = agent("gate", name)
    assert done.returncode == 2
    assert "Next: " in done.stderr


def test_json_errors_are_json_too(agent: Agent) -> None:
    done = agent("gate", "no-such-file.json", "--json")
    assert json.loads(done.stdout)["exit_code"] == done.returncode == 2


def test_a_policy_that_is_wrong_is_refused_not_half_used(agent: Agent, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\nname: x\nrules:\n  - id: a\n    check: tests\n    sevrity: block\n")
    done = agent("gate", written(tmp_path, good()), "--policy", policy)
    assert done.returncode == 2
    assert "severity" in done.stderr


def test_the_policy_of_aitr_toml_is_used(agent: Agent, tmp_path: Path) -> None:
    agent("init")
    done = agent("gate", written(tmp_path, good()), "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["policy"]["name"] != "ai-release"
    (tmp_path / "aitr-policy.yaml").unlink()
    assert agent("gate", written(tmp_path, good())).returncode == 2


def test_usage_errors_are_2(agent: Agent) -> None:
    assert agent("gate").returncode == 2
    assert agent("gait").returncode == 2


def test_the_built_in_policy_has_a_name(agent: Agent, tmp_path: Path) -> None:
    """Where aitr.toml names another one, too."""
    good_report, policy = written(tmp_path, good()), tmp_path / "strict.yaml"
    policy.write_text(
        "version: 1\nname: strict\nrules:\n"
        "  - {id: e2e, check: tests, where: {type: e2e}, require: {failed: 0}, on_missing: fail}\n"
    )
    (tmp_path / "aitr.toml").write_text('[files]\npolicy = "strict.yaml"\n')
    assert agent("gate", good_report).returncode == 1
    done = agent("gate", good_report, "--policy", "builtin:ai-release", "--json")
    assert (done.returncode, json.loads(done.stdout)["policy"]["name"]) == (0, "ai-release")
    unknown = agent("gate", good_report, "--policy", "builtin:lenient")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "Name builtin:ai-release, or a file." in unknown.stderr
