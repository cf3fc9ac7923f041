"""What ``run`` and ``gate`` leave in a CI system: the answer of this run, never a GO that was not given."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.agent.cli.test_gate import bad, good, written
from tests.agent.cli.test_generate import COMMITS, RED, SHA, results  # noqa: F401  (a fixture)
from tests.factories import ci_systems
from tsr_agent.cli.ci_github import SUMMARY_LIMIT
from tsr_agent.cli.ci_output import CiSystem, ci_system
from tsr_agent.models import codec

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Agent

WAITING = good(manual_approval_required=True)


@pytest.fixture
def github(tmp_path: Path) -> dict[str, str]:
    """The variables of a step, with the files that its runner made."""
    for name in ("summary", "outputs"):
        (tmp_path / name).touch()
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_OUTPUT": str(tmp_path / "outputs"),
        "GITHUB_WORKSPACE": str(tmp_path),
    }


def outputs(folder: Path) -> dict[str, str]:
    return ci_systems.github_outputs((folder / "outputs").read_text())


@pytest.mark.parametrize(
    ("judged", "answer"),
    [
        ((good(),), ("go", "0")),
        ((bad(),), ("no_go", "1")),
        ((WAITING,), ("pending_review", "3")),
        ((WAITING, "--allow-pending"), ("pending_review", "0")),
    ],
)
def test_github_gets_the_answer_with_what_it_is_about(
    agent: Agent,
    tmp_path: Path,
    github: dict[str, str],
    judged: tuple[Any, ...],
    answer: tuple[str, str],
) -> None:
    document, *options = judged
    assert agent("gate", written(tmp_path, document), *options, **github).returncode == int(answer[1])
    found = outputs(tmp_path)
    assert (found["decision"], found["exit_code"]) == answer
    assert found["digest"] == codec.digest(document)
    assert found["commit"] == json.loads(document)["versions"]["codebase_sha"]
    assert found["tsr_id"] == json.loads(document)["id"]
    assert found["report"].endswith("tsr.json")
    assert "##" in (tmp_path / "summary").read_text()


@pytest.mark.usefixtures("results")
def test_run_annotates_the_failing_test_on_its_line(
    agent: Agent, tmp_path: Path, github: dict[str, str]
) -> None:
    case = f'<testcase classname="t" name="a" file="{tmp_path}/tests/t.py" line="6"><failure message="100%"/>'
    (tmp_path / "results" / "unit.xml").write_text(f'<testsuite tests="1">{case}</testcase></testsuite>')
    done = agent("run", *COMMITS, **github)
    assert done.returncode == 1
    assert done.stdout.startswith("■ NO-GO")
    commands = ci_systems.github_commands(done.stdout)
    assert {each.name for each in commands} <= {"error", "warning"}
    (test,) = [each for each in commands if each.properties["title"].startswith("unit test")]
    assert test.properties["file"] == "tests/t.py"
    assert test.data.endswith("100%")
    assert outputs(tmp_path)["decision"] == "no_go"


def test_json_on_standard_output_stays_json(agent: Agent, tmp_path: Path, github: dict[str, str]) -> None:
    done = agent("gate", written(tmp_path, bad()), "--json", **github)
    assert json.loads(done.stdout)["decision"] == "no_go"
    assert ci_systems.github_commands(done.stderr)


@pytest.mark.parametrize(
    "arguments",
    [
        ("gate", "absent.json"),
        ("gate", "tsr.json", "--policy", "absent.yaml"),
        ("run", "--results-dir", "absent"),
    ],
    ids=["no report", "no policy", "no results"],
)
def test_what_fails_before_a_verdict_takes_back_the_one_before_it(
    agent: Agent, tmp_path: Path, github: dict[str, str], arguments: tuple[str, ...]
) -> None:
    path = written(tmp_path, good())
    assert agent("gate", path, "--dotenv", "tsr.env", "--summary", "s.md", **github).returncode == 0
    assert outputs(tmp_path)["decision"] == "go"
    done = agent(*arguments, "--dotenv", "tsr.env", "--summary", "s.md", **github)
    assert done.returncode == 2
    assert outputs(tmp_path)["decision"] == "not_decided"
    assert (tmp_path / "tsr.env").read_text().endswith("\nTSR_DECISION=not_decided\n")
    assert "GO\n" not in (tmp_path / "s.md").read_text()


def test_a_command_that_is_killed_leaves_no_decision(tmp_path: Path, github: dict[str, str]) -> None:
    script = (
        "import os, signal, sys\n"
        "import tsr_agent.gate.evaluate as module\n"
        "module.evaluate = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from tsr_agent.cli.main import run_command_line\n"
        "sys.exit(run_command_line(['gate', 'tsr.json', '--dotenv', 'tsr.env']))\n"
    )
    written(tmp_path, good())
    (tmp_path / "tsr.env").write_text("TSR_EXIT_CODE=0\nTSR_DECISION=go\n")
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=os.environ | github, check=False)
    assert done.returncode < 0
    assert outputs(tmp_path)["decision"] == "not_decided"
    assert "TSR_DECISION=not_decided" in (tmp_path / "tsr.env").read_text()


@pytest.mark.parametrize("variable", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"])
@pytest.mark.parametrize("place", ["missing/file", ".", "pipe", "/dev/full"])
def test_outputs_that_cannot_be_written_are_no_go(
    agent: Agent, tmp_path: Path, github: dict[str, str], variable: str, place: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    path = written(tmp_path, good())
    done = agent("gate", path, **(github | {variable: str(tmp_path / place)}))
    assert done.returncode == 2
    assert done.stdout.startswith("● GO")
    assert "tsr-agent: " in done.stderr
    assert "decision=go" not in (tmp_path / "outputs").read_text()
    assert agent("gate", path, "--ci", "none", **github).returncode == 0


@pytest.mark.parametrize(("document", "code"), [(bad(), 1), (WAITING, 3)])
def test_outputs_that_cannot_be_written_make_no_verdict_milder(
    agent: Agent, tmp_path: Path, github: dict[str, str], document: bytes, code: int
) -> None:
    done = agent("gate", written(tmp_path, document), **(github | {"GITHUB_OUTPUT": "/no/such/file"}))
    assert done.returncode == code


def test_an_answer_that_nobody_gets_is_not_in_the_outputs(tmp_path: Path, github: dict[str, str]) -> None:
    written(tmp_path, good())
    command = [sys.executable, "-m", "tsr_agent", "gate", "tsr.json"]
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(command, cwd=tmp_path, stdout=full, env=os.environ | github, check=False)
    assert done.returncode == 2
    assert outputs(tmp_path)["decision"] == "not_decided"


@pytest.mark.parametrize("there", [0, SUMMARY_LIMIT - 60_000, SUMMARY_LIMIT - 100, SUMMARY_LIMIT])
def test_the_step_summary_never_grows_beyond_what_github_takes(
    agent: Agent, tmp_path: Path, github: dict[str, str], there: int
) -> None:
    (tmp_path / "summary").write_bytes(b"." * there)
    done = agent("gate", written(tmp_path, good()), **github)
    assert done.returncode == 0
    size = (tmp_path / "summary").stat().st_size
    assert size <= max(there, SUMMARY_LIMIT - 8_000)
    assert ("nearly full" in done.stderr) == (size == there)


def test_without_the_runners_files_nothing_is_written_and_the_exit_code_answers(
    agent: Agent, tmp_path: Path
) -> None:
    path = written(tmp_path, bad())
    done = agent("gate", path, GITHUB_ACTIONS="true", GITHUB_OUTPUT="", GITHUB_STEP_SUMMARY="")
    assert done.returncode == 1
    assert sorted(each.name for each in tmp_path.iterdir()) == ["tsr.json"]


@pytest.mark.usefixtures("results")
@pytest.mark.parametrize("variable", ["GITLAB_CI", "JENKINS_URL"])
def test_gitlab_and_jenkins_get_two_files(agent: Agent, tmp_path: Path, variable: str) -> None:
    assert agent("run", *COMMITS, **{variable: "true"}).returncode == 0
    read = ci_systems.gitlab_dotenv((tmp_path / "tsr.env").read_bytes())
    assert read["TSR_DECISION"] == "go"
    assert read["TSR_COMMIT"] == SHA
    assert read["TSR_REPORT"] == "tsr.json"
    assert read["TSR_DIGEST"] == codec.digest((tmp_path / "tsr.json").read_bytes())
    assert "● GO" in (tmp_path / "tsr-summary.md").read_text()
    (tmp_path / "results" / "unit.xml").write_text(RED)
    assert agent("run", *COMMITS, **{variable: "true"}).returncode == 1
    assert "TSR_DECISION=no_go" in (tmp_path / "tsr.env").read_text()
    assert "● GO" not in (tmp_path / "tsr-summary.md").read_text()


@pytest.mark.parametrize("option", ["--dotenv", "--summary"])
@pytest.mark.parametrize("name", ["somebody.txt", "link", "tsr.json", "."])
def test_only_files_of_ours_are_written_over(agent: Agent, tmp_path: Path, option: str, name: str) -> None:
    path = written(tmp_path, good())
    (tmp_path / "somebody.txt").write_text("mine")
    (tmp_path / "link").symlink_to("somebody.txt")
    assert agent("gate", path, option, name).returncode == 2
    assert (tmp_path / "somebody.txt").read_text() == "mine"
    assert path.read_bytes() == good()


@pytest.mark.usefixtures("results")
def test_files_of_ours_are_no_change_of_the_code(agent: Agent, tmp_path: Path) -> None:
    git = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org"]
    (tmp_path / "tests").mkdir()
    (tmp_path / "prompts").mkdir()
    for name in ("tests/a", "prompts/b"):
        (tmp_path / name).write_text("x")
    for command in (["init", "-q"], ["add", "tests", "prompts"], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *command], cwd=tmp_path, check=True)
    for _ in range(2):
        assert agent("run", JENKINS_URL="x").returncode == 0
        assert json.loads((tmp_path / "tsr.json").read_bytes())["versions"]["dirty"] is False
    assert (tmp_path / "tsr.env").exists()


def test_azure_gets_issues_variables_and_the_summary(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "temp").mkdir()
    environ = {"TF_BUILD": "True", "AGENT_TEMPDIRECTORY": str(tmp_path / "temp")}
    done = agent("gate", written(tmp_path, bad()), **environ)
    commands = ci_systems.azure_commands(done.stdout)
    variables = {
        each.properties["variable"]: each.data for each in commands if each.name == "task.setvariable"
    }
    assert done.returncode == 1
    assert variables["decision"] == "no_go"
    assert variables["digest"] == codec.digest(bad())
    assert [each.data for each in commands if each.name == "task.setvariable"][1] == "not_decided"
    assert commands[-1].properties["variable"] == "decision"
    assert [each for each in commands if each.name == "task.logissue"]
    (upload,) = [each.data for each in commands if each.name == "task.uploadsummary"]
    with open(upload) as page:  # noqa: PTH123
        assert "■ NO-GO" in page.read()


@pytest.mark.parametrize(
    ("chosen", "environ", "system"),
    [
        ("auto", {}, CiSystem.NONE),
        ("auto", {"GITHUB_ACTIONS": "true"}, CiSystem.GITHUB),
        ("auto", {"GITLAB_CI": "true"}, CiSystem.GITLAB),
        ("auto", {"TF_BUILD": "True"}, CiSystem.AZURE),
        ("auto", {"JENKINS_URL": "https://ci.example"}, CiSystem.JENKINS),
        ("auto", {"TF_BUILD": "False", "GITLAB_CI": ""}, CiSystem.NONE),
        ("none", {"GITHUB_ACTIONS": "true"}, CiSystem.NONE),
        ("azure", {"GITHUB_ACTIONS": "true"}, CiSystem.AZURE),
    ],
)
def test_the_system_is_known_by_its_variable_or_by_the_option(
    chosen: str, environ: dict[str, str], system: CiSystem
) -> None:
    assert ci_system(chosen, environ) is system


def test_a_report_of_another_commit_or_with_other_bytes_is_unverifiable(agent: Agent, tmp_path: Path) -> None:
    path, sha = written(tmp_path, good()), json.loads(good())["versions"]["codebase_sha"]
    digest = codec.digest(good())
    assert agent("gate", path, "--expect-digest", digest).returncode == 0
    for options in (("--expect-commit", "f" * 40), ("--expect-digest", "f" * 64)):
        done = agent("gate", path, *options)
        assert (done.returncode, done.stdout) == (5, "")
        assert options[1] in done.stderr
    for value in ("", "HEAD", sha[:7], sha.upper() + "F"):
        assert agent("gate", path, "--expect-commit", value).returncode == 2


@pytest.mark.parametrize(("dirty", "code"), [(False, 0), (True, 5), (None, 5)])
def test_a_commit_is_expected_as_it_is_and_not_with_changes(
    agent: Agent, tmp_path: Path, dirty: bool | None, code: int
) -> None:
    tree = json.loads(good())
    tree["versions"]["dirty"] = dirty
    path = written(tmp_path, json.dumps(tree).encode())
    expected = tree["versions"]["codebase_sha"]
    assert agent("gate", path, "--expect-commit", expected, "--policy", lenient(tmp_path)).returncode == code


def test_of_a_pull_request_the_merge_is_expected_that_was_tested(agent: Agent, tmp_path: Path) -> None:
    tree = json.loads(good())
    head, merge = tree["versions"]["codebase_sha"], "e" * 40
    tree["versions"] |= {"checked_out_sha": merge, "dirty": False}
    tree["build"] = {"system": "CI", "merge_sha": merge, "pull_request": {"head_sha": head}}
    path = written(tmp_path, json.dumps(tree).encode())
    assert agent("gate", path, "--expect-commit", merge, "--policy", lenient(tmp_path)).returncode == 0
    done = agent("gate", path, "--expect-commit", head, "--policy", lenient(tmp_path))
    assert done.returncode == 5
    assert f"what was tested is commit {merge}" in done.stderr
    del tree["build"]
    path = written(tmp_path, json.dumps(tree).encode())
    for sha in (head, merge):
        done = agent("gate", path, "--expect-commit", sha, "--policy", lenient(tmp_path))
        assert done.returncode == 5


def lenient(folder: Path) -> Path:
    """A policy to which changes in the tree do not matter."""
    policy = folder / "policy.yaml"
    policy.write_text(
        "version: 1\nname: lenient\nrules:\n"
        "  - {id: u, check: tests, where: {type: unit}, severity: block,\n"
        "     require: {failed: 0, min_executed: 1}}\n"
    )
    return policy
