"""The shipped sample, through the real agent as a process: from its own tests to a verdict.

Each release runs in a clone of its own, as a user's pipeline would; the sample's suites, evals and
coverage are run for real, nothing is read from a file that was written beforehand.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "examples" / "support-bot"
TEST_TYPES = {"unit", "integration", "security", "performance", "evals"}

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the sample's ci script is bash")


@dataclass(frozen=True)
class Release:
    """What one run of the pipeline left behind."""

    exit_code: int
    shown: str
    """What the agent printed for people."""
    report: dict[str, Any]
    decision: dict[str, Any]
    """What ``gate --json`` says about the written report."""
    gate_exit_code: int

    def rules(self, *states: str) -> list[dict[str, Any]]:
        """The judged rules that are in one of the states."""
        return [rule for rule in self.decision["rules"] if rule["state"] in states]

    def count(self, test_type: str, name: str) -> int:
        """One total of one test type."""
        (found,) = (each for each in self.report["test_results"] if each["test_type"] == test_type)
        return int(found[name])


def environment(**extra: str) -> dict[str, str]:
    """The variables of this process without those that tell the agent or git what to think."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AITR_", "GIT_", "GITHUB_", "CI", "COV", "PYTEST_"))
    }
    tools = str(Path(sys.executable).parent)
    return kept | {"PATH": f"{tools}{os.pathsep}{kept.get('PATH', '')}", "PYTHON": sys.executable} | extra


def git(folder: Path, *arguments: str) -> None:
    """Runs git as a person without a configuration of their own."""
    subprocess.run(
        ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org", *arguments],
        cwd=folder,
        env=environment(GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1"),
        check=True,
        capture_output=True,
    )


def clone_of_sample(folder: Path) -> Path:
    """The sample as a repository of its own, with one commit."""
    copy = folder / "support-bot"
    shutil.copytree(SAMPLE, copy, ignore=shutil.ignore_patterns("__pycache__", ".*_cache", "results*"))
    git(copy, "init", "-q", "-b", "main")
    git(copy, "add", ".")
    git(copy, "commit", "-q", "-m", "The sample")
    return copy


def agent(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the agent as a pipeline would."""
    return subprocess.run(
        [sys.executable, "-m", "tsr_agent", *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def run_release(folder: Path, prompt: str) -> Release:
    """Runs the sample's pipeline with a prompt and lets the agent judge it."""
    copy, results, written = clone_of_sample(folder), folder / "results", folder / "tsr.json"
    subprocess.run(
        [str(copy / "ci"), str(results)],
        env=environment(SUPPORT_BOT_PROMPT=prompt),
        check=True,
        capture_output=True,
        text=True,
    )
    library = folder / "library.db"
    run = agent(
        copy, "run", "--results-dir", str(results), "--output", str(written), "--library", str(library)
    )
    assert written.exists(), run.stdout + run.stderr
    assert library.exists(), run.stdout + run.stderr
    gate = agent(copy, "gate", str(written), "--json")
    return Release(
        exit_code=run.returncode,
        shown=run.stdout,
        report=json.loads(written.read_bytes()),
        decision=json.loads(gate.stdout),
        gate_exit_code=gate.returncode,
    )


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The sample with its released prompt."""
    return run_release(tmp_path_factory.mktemp("released"), "v3-rag")


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The sample with the prompt in which one word is misspelt."""
    return run_release(tmp_path_factory.mktemp("broken"), "broken")


def test_the_released_prompt_is_go(released: Release) -> None:
    assert released.exit_code == released.gate_exit_code == 0, released.shown
    assert released.decision["decision"] == "go"
    assert released.decision["blocking_issues"] == []
    assert released.rules("fail", "waived") == []
    # The sample has no tests of these types, which the policy leaves to the application.
    assert {rule["id"] for rule in released.rules("not_evaluated")} == {"e2e-tests", "acceptance-tests"}
    assert len(released.rules("pass")) >= 10


def test_every_suite_ran_and_its_exit_code_is_on_record(released: Release) -> None:
    assert {each["test_type"] for each in released.report["test_results"]} == TEST_TYPES
    assert all(each["total"] == each["passed"] > 0 for each in released.report["test_results"])
    assert {each["test_type"]: each["exit_code"] for each in released.report["runs"]} == dict.fromkeys(
        TEST_TYPES, 0
    )


def test_nothing_among_the_results_is_left_unread(released: Release) -> None:
    assert {each["status"] for each in released.report["inputs"]} == {"read"}


def test_the_eval_history_tells_what_was_found_and_fixed(released: Release) -> None:
    versions = released.report["eval_iterations"]
    assert [each["version_name"] for each in versions] == ["V1 Verbose", "V2 No RAG", "V3 RAG"]
    found = {mode["id"]: mode for each in versions for mode in each["failure_modes"]}
    assert found["FM-TOO-LONG"]["discovered_in_iteration"] == 1
    assert found["FM-INVENTED-FACTS"]["discovered_in_iteration"] == 2
    assert {mode["resolution_status"] for mode in found.values()} == {"fixed"}
    first, second, third = (each["metrics"] for each in versions)
    assert first["accuracy"]["value"] < 0.85 <= third["accuracy"]["value"]
    assert second["grounding_score"]["value"] < 0.5
    assert third["grounding_score"]["value"] >= 0.9
    assert first["avg_length"]["value"] > 3 * third["avg_length"]["value"]
    assert third["latency"]["value"] > 0


def test_every_requirement_is_verified_by_tests_that_ran(released: Release) -> None:
    requirements = released.report["requirement_coverage"]
    assert len(requirements) == 10
    assert {each["verification_status"] for each in requirements} == {"verified"}
    assert all(each["test_ids"] for each in requirements)
    assert released.report["unknown_requirements"] == []


def test_the_code_is_covered(released: Release) -> None:
    (coverage,) = released.report["code_coverage"]
    assert coverage["line"]["covered"] / coverage["line"]["total"] >= 0.8


def test_the_tree_was_clean_and_the_commits_are_known(released: Release) -> None:
    versions = released.report["versions"]
    assert not versions["dirty"]
    assert versions["codebase_branch"] == "main"
    assert versions["codebase_sha"] == versions["testbase_sha"] == versions["prompts_sha"]


def test_the_broken_prompt_is_no_go_for_the_right_reasons(broken: Release) -> None:
    assert broken.exit_code == broken.gate_exit_code == 1, broken.shown
    assert broken.decision["decision"] == "no_go"
    failed = {rule["id"]: rule["severity"] for rule in broken.rules("fail")}
    assert {name for name, severity in failed.items() if severity == "block"} == {
        "accuracy",
        "critical-failure-modes",
        "latest-iteration",
        "requirements-verified",
    }
    assert {name for name, severity in failed.items() if severity == "warn"} == {
        "grounding-score",
        "eval-tests",
    }
    text = " ".join(broken.decision["blocking_issues"])
    assert "0.85" in text
    assert "FM-INVENTED-FACTS-2" in json.dumps(broken.rules("fail"))


def test_the_reason_is_on_screen(broken: Release) -> None:
    first_line = broken.shown.splitlines()[0]
    assert "NO-GO" in first_line
    assert "accuracy" in broken.shown.lower()
    assert "0.85" in broken.shown


def test_the_broken_prompt_fails_only_where_the_prompt_matters(broken: Release) -> None:
    failed = {each["test_type"] for each in broken.report["test_results"] if each["failed"] or each["errors"]}
    assert failed == {"evals"}
    assert broken.count("evals", "failed") > 0
    codes = {each["test_type"]: each["exit_code"] for each in broken.report["runs"]}
    assert {name for name, code in codes.items() if code} == {"evals"}


def test_the_broken_prompt_reopens_a_failure_mode_that_had_been_fixed(broken: Release) -> None:
    *_, fourth = broken.report["eval_iterations"]
    assert fourth["iteration"] == 4
    assert fourth["outcome"] == "failed"
    states = {mode["id"]: mode["resolution_status"] for mode in fourth["failure_modes"]}
    assert states["FM-INVENTED-FACTS-2"] == "open"
