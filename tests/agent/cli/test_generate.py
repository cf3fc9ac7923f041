"""``generate`` and ``run``: a report is always written, and never passes on less than it needs."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.ci_environments import event_file, github_pull_request
from tests.factories.repositories import pull_request
from tsr_agent.models import codec
from tsr_agent.models.report import TestSummaryReport

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Agent

SHA = "0123456789abcdef0123456789abcdef01234567"
COMMITS = ("--codebase-sha", SHA, "--testbase-sha", SHA, "--prompts-sha", SHA)
GREEN = (
    '<testsuite tests="2"><testcase classname="t" name="a"/><testcase classname="t" name="b"/></testsuite>'
)
RED = '<testsuite tests="1"><testcase classname="t" name="a"><failure message="no"/></testcase></testsuite>'
EVALS: dict[str, Any] = {
    "iterations": [
        {
            "iteration": 1,
            "version_name": "V1",
            "outcome": "passed",
            "metrics": {"accuracy": {"value": 0.93, "n": 200}, "grounding_score": 0.95},
        }
    ]
}


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Everything that the built-in policy asks for, all of it good."""
    folder = tmp_path / "results"
    folder.mkdir()
    for name in ("unit", "security", "performance"):
        (folder / f"{name}.xml").write_text(GREEN)
    (folder / "evals.json").write_text(json.dumps(EVALS))
    (folder / "requirements.yaml").write_text(
        "requirements:\n  - {id: REQ-1, text: Answers, tests: ['t::a']}\n"
    )
    (folder / "coverage.xml").write_text(
        '<coverage line-rate="1"><packages><package><classes><class filename="a.py"><lines>'
        '<line number="1" hits="1"/></lines></class></classes></package></packages></coverage>'
    )
    return folder


def read(folder: Path) -> TestSummaryReport:
    return codec.decode((folder / "tsr.json").read_bytes(), TestSummaryReport)


def test_good_results_end_go(agent: Agent, results: Path, tmp_path: Path) -> None:
    done = agent("run", *COMMITS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("● GO")
    assert agent("gate", "tsr.json").returncode == 0
    assert len(read(tmp_path).inputs) == 6


@pytest.mark.parametrize(
    "missing", ["unit.xml", "security.xml", "evals.json", "requirements.yaml", "coverage.xml"]
)
def test_missing_evidence_never_passes(agent: Agent, results: Path, missing: str) -> None:
    (results / missing).unlink()
    assert agent("run", *COMMITS).returncode in (1, 3)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("unit.xml", ""),
        ("unit.xml", GREEN[:-20]),
        ("unit.xml", '<testsuite tests="0"/>'),
        ("security.xml", '<testsuite tests="1"><testcase name="a"><skipped/></testcase></testsuite>'),
        ("evals.json", json.dumps(EVALS).replace("0.93", "NaN")),
        ("evals.json", json.dumps(EVALS).replace("0.93", '"0.93"')),
        ("evals.json", json.dumps(EVALS).replace("0.93", "93")),
        ("evals.json", '{"iterations": []}'),
        ("requirements.yaml", "requirements: []\n"),
        ("requirements.yaml", "requirements:\n  - {id: REQ-1, text: Answers, tests: [nothing]}\n"),
    ],
)
def test_odd_evidence_never_passes_and_is_always_on_record(
    agent: Agent, results: Path, tmp_path: Path, name: str, content: str
) -> None:
    (results / name).write_text(content)
    made = agent("generate", *COMMITS)
    assert made.returncode in (0, 2)
    assert agent("gate", "tsr.json").returncode in (1, 3)
    assert name in [each.path for each in read(tmp_path).inputs]


def test_an_unreadable_file_is_named_and_the_others_are_kept(
    agent: Agent, results: Path, tmp_path: Path
) -> None:
    (results / "unit.xml").write_text(GREEN[:-20])
    done = agent("generate", *COMMITS)
    assert done.returncode == 2
    assert "unit.xml" in done.stderr
    assert "Kept: the report" in done.stderr
    assert {each.test_type.value for each in read(tmp_path).test_results} == {"security", "performance"}


def test_failing_tests_still_leave_a_record(agent: Agent, results: Path, tmp_path: Path) -> None:
    (results / "unit.xml").write_text(RED)
    assert agent("generate", *COMMITS).returncode == 0
    assert read(tmp_path).go_no_go_decision.value == "no_go"
    assert agent("gate", "tsr.json").returncode == 1


def test_an_exit_code_speaks_against_green_files(agent: Agent, results: Path) -> None:
    assert agent("run", *COMMITS, "--exit-code", "unit=124").returncode == 1
    assert agent("run", *COMMITS, "--exit-code", "unit=0").returncode == 0
    assert agent("run", *COMMITS, "--exit-code", "unix=0").returncode == 2


def test_explain_says_which_reader_took_which_file(agent: Agent, results: Path) -> None:
    (results / "notes.txt").write_text("nothing")
    text = agent("generate", *COMMITS, "--explain").stdout
    assert "unit.xml" in text
    assert "JUnit XML" in text
    assert "notes.txt" in text


def test_explain_says_what_was_reconciled_below_each_file(agent: Agent, results: Path) -> None:
    case = '<testcase classname="a" name="b"/>'
    (results / "unit.xml").write_text(f'<testsuite tests="3">{case * 2}</testsuite>')
    (results / "security.xml").write_text("<testsuite><testcase")
    (results / "log.json").write_text('{"version": 2, "status": "success", "eval": ')
    lines = agent("generate", *COMMITS, "--explain").stdout.splitlines()
    at = lines.index("unit.xml: read as JUnit XML, because root element testsuite; unit by its name.")
    assert lines[at + 1] == "  tests: 3 by the header, 2 by the elements."
    assert lines[at + 2].startswith("  1 repeated records were merged")
    text = " ".join(" ".join(lines).split())
    assert "log.json: could not be used (taken for Inspect AI log): " in text
    assert "security.xml: could not be used (taken for JUnit XML): line 1, column" in text
    assert max(map(len, lines)) <= 80


def test_generate_as_json(agent: Agent, results: Path, tmp_path: Path) -> None:
    tree = json.loads(agent("generate", *COMMITS, "--json").stdout)
    assert tree["digest"] == codec.digest((tmp_path / "tsr.json").read_bytes())
    assert tree["id"] == read(tmp_path).id


def test_outside_a_repository_the_commits_must_be_given(agent: Agent, results: Path, tmp_path: Path) -> None:
    done = agent("generate", GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    assert done.returncode == 2
    assert "--codebase-sha" in done.stderr
    assert not (tmp_path / "tsr.json").exists()


def test_in_a_repository_they_come_from_git(agent: Agent, results: Path, tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        command = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout.strip()

    git("init", "--initial-branch=main")
    for name in ("tests", "prompts"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "one.txt").write_text(name)
        git("add", name)
        git("commit", "-m", name)
    assert agent("generate").returncode == 0
    versions = read(tmp_path).versions
    assert versions.codebase_sha == versions.prompts_sha == git("rev-parse", "HEAD")
    assert versions.testbase_sha == git("rev-parse", "HEAD~1")
    assert (versions.codebase_branch, versions.dirty) == ("main", False)
    assert "Not as the commit has it" not in agent("run").stdout

    for name in "dcba\n":
        (tmp_path / f"left-{name}").touch()
    told = "Not as the commit has it: left-\\n, left-a, left-b and 2 more."
    for command in ("run", "generate"):
        assert told in agent(command).stdout
    assert "no commit has: left-\\n, left-a" in agent("run", "--explain").stdout
    assert read(tmp_path).versions.dirty is True


def test_a_pull_request_is_on_record_from_ci_to_terminal(agent: Agent, tmp_path: Path) -> None:
    commits = pull_request(tmp_path / "clone")
    environ = github_pull_request(event_file(tmp_path, commits["head"]), commits["merge"])
    (tmp_path / "clone" / "results").mkdir()
    (tmp_path / "clone" / "results" / "unit.xml").write_text(GREEN)
    done = agent("generate", "--explain", cwd=tmp_path / "clone", **environ)
    assert f"its merge {commits['merge']} was tested" in " ".join(done.stdout.split())
    report = read(tmp_path / "clone")
    assert report.build is not None
    assert report.build.url == "https://github.example/acme/bot/actions/runs/154666429"
    assert (report.versions.codebase_sha, report.build.merge_sha) == (commits["head"], commits["merge"])
    assert report.versions.dirty is False
    shown = agent("show", "tsr.json", cwd=tmp_path / "clone").stdout
    assert "GitHub Actions 154666429, attempt 2" in shown
    assert "#12 from topic into main" in shown


def test_run_stores_the_very_bytes_it_wrote(agent: Agent, results: Path, tmp_path: Path) -> None:
    assert agent("run", *COMMITS, "--library", "library.db").returncode == 0
    from tsr_agent.store.engine import open_library
    from tsr_agent.store.repository import ReportRepository

    with open_library(tmp_path / "library.db") as library:
        assert ReportRepository(library).document(read(tmp_path).id) == (tmp_path / "tsr.json").read_bytes()


def test_a_file_that_is_no_library_is_left_alone(agent: Agent, results: Path, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()
    before = (tmp_path / "other.db").read_bytes()
    done = agent("run", *COMMITS, "--library", "other.db")
    assert done.returncode == 2
    assert (tmp_path / "other.db").read_bytes() == before
    assert (tmp_path / "tsr.json").exists()


def test_production_waits_for_a_person_after_init(agent: Agent, results: Path) -> None:
    assert agent("init").returncode == 0
    assert agent("run", *COMMITS, "--environment", "production").returncode == 3
    assert agent("run", *COMMITS, "--environment", "staging").returncode == 0
