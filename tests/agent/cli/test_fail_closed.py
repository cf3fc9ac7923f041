"""Slips of a pipeline and tricks of what it tests: none of them turns into a GO, a crash or a lost file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.agent.cli.test_gate import bad, good, written
from tests.agent.cli.test_generate import COMMITS, RED, read, results  # noqa: F401  (a fixture)
from tsr_agent.cli.console import harmless
from tsr_agent.cli.main import run_command_line

if TYPE_CHECKING:
    from tests.conftest import Agent

STRICT = """\
version: 1
name: strict
rules:
  - {id: e2e, check: tests, where: {type: e2e}, require: {failed: 0, min_executed: 1}, severity: block}
on_missing: fail
"""


@pytest.mark.parametrize("option", ["--policy", "--waivers", "--environment", "--output"])
@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_option_is_not_the_default(agent: Agent, tmp_path: Path, option: str, value: str) -> None:
    done = agent("gate", written(tmp_path, good()), option, value)
    assert done.returncode == 2
    assert "empty" in done.stderr


@pytest.mark.usefixtures("results")
@pytest.mark.parametrize(
    "option", ["--results-dir", "--evals", "--coverage", "--config", "--output", "--library"]
)
def test_an_empty_path_is_not_the_working_directory(agent: Agent, option: str) -> None:
    assert agent("run", *COMMITS, option, "").returncode == 2


def test_an_empty_policy_variable_is_not_the_built_in_policy(agent: Agent, tmp_path: Path) -> None:
    assert agent("gate", written(tmp_path, good()), AITR_POLICY="").returncode == 2


def test_a_link_to_nowhere_is_not_a_missing_configuration(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "aitr.toml").symlink_to("gone.toml")
    assert agent("gate", written(tmp_path, good())).returncode == 2


@pytest.mark.parametrize("environment", ["production", "Production", " production "])
def test_judging_for_production_waits_as_the_configuration_asks(
    agent: Agent, tmp_path: Path, environment: str
) -> None:
    (tmp_path / "aitr.toml").write_text('[approval]\nmanual_required = ["production"]\n')
    path = written(tmp_path, good())
    assert agent("gate", path).returncode == 0
    assert agent("gate", path, "--environment", environment).returncode == 3
    assert agent("gate", path, AITR_ENVIRONMENT=environment).returncode == 3


@pytest.mark.usefixtures("results")
def test_the_library_has_the_verdict_that_was_printed(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "strict.yaml").write_text(STRICT)
    (tmp_path / "aitr.toml").write_text('[files]\npolicy = "strict.yaml"\n')
    (tmp_path / "other.toml").write_text("")
    assert agent("run", *COMMITS, "--config", "other.toml", "--library", "l.db").returncode == 0
    from tsr_agent.store.engine import open_library
    from tsr_agent.store.repository import ReportRepository

    with open_library(tmp_path / "l.db") as library:
        stored = ReportRepository(library).decision(read(tmp_path).id)
    assert stored is not None
    assert (stored.decision.value, stored.policy.name) == ("go", "ai-release")


def test_two_commands_of_a_type_do_not_hide_each_other(agent: Agent, tmp_path: Path) -> None:
    commands = [[sys.executable, "-c", f"raise SystemExit({code})"] for code in (1, 0)]
    for command in (*commands, commands[1]):
        agent("exec", "--type", "unit", "--", *command)
    records = [json.loads(path.read_bytes()) for path in (tmp_path / "results").iterdir()]
    assert sorted(record["exit_code"] for record in records) == [0, 1]


@pytest.mark.usefixtures("results")
def test_what_no_reader_took_is_named_by_run(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "results" / "notes.bin").write_bytes(b"\x01\x02")
    assert "notes.bin" in agent("run", *COMMITS).stdout


@pytest.mark.usefixtures("results")
@pytest.mark.parametrize("name", ["results/requirements.yaml", "somebody.txt", "link.json", "results"])
def test_only_a_document_of_ours_is_written_over(agent: Agent, tmp_path: Path, name: str) -> None:
    (tmp_path / "somebody.txt").write_text("mine")
    (tmp_path / "link.json").symlink_to("somebody.txt")
    before = (tmp_path / "results" / "requirements.yaml").read_bytes()
    assert agent("run", *COMMITS, "--output", name).returncode == 2
    assert (tmp_path / "results" / "requirements.yaml").read_bytes() == before
    assert (tmp_path / "somebody.txt").read_text() == "mine"
    assert (tmp_path / "link.json").is_symlink()


def test_the_decision_is_not_written_over_the_report(agent: Agent, tmp_path: Path) -> None:
    path = written(tmp_path, good())
    assert agent("gate", path, "--output", path).returncode == 2
    assert path.read_bytes() == good()


@pytest.mark.parametrize("option", ["--policy", "--waivers"])
def test_a_pipe_is_refused_and_not_waited_for(agent: Agent, tmp_path: Path, option: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert agent("gate", written(tmp_path, good()), option, tmp_path / "pipe").returncode == 2


@pytest.mark.usefixtures("results")
@pytest.mark.parametrize("option", ["--config", "--library"])
def test_a_pipe_is_no_configuration_and_no_library(agent: Agent, tmp_path: Path, option: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert agent("run", *COMMITS, option, tmp_path / "pipe").returncode == 2


def test_an_answer_that_nobody_gets_is_no_success(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tsr_agent", "gate", str(written(tmp_path, good()))]
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    for environ in (inherited, inherited | {"PYTHONUNBUFFERED": "1"}):
        with Path("/dev/full").open("w", encoding="utf-8") as full:
            done = subprocess.run(
                command, stdout=full, stderr=subprocess.PIPE, text=True, env=environ, check=False
            )
        assert done.returncode == 2
        assert "can't be written" in done.stderr
        assert "Exception ignored" not in done.stderr


def test_a_reader_that_goes_away_is_no_success(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tsr_agent", "schema", "report"]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (2, "")


@pytest.mark.usefixtures("results")
def test_the_library_has_the_report_though_its_reader_goes_away(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tsr_agent", "run", *COMMITS, "--library", "library.db"]
    reading, writing = os.pipe()
    os.close(reading)
    environ = os.environ | {"PYTHONUNBUFFERED": "1"}
    done = subprocess.run(
        command, cwd=tmp_path, stdout=writing, stderr=subprocess.PIPE, text=True, env=environ, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (2, "")
    from tsr_agent.store.engine import open_library
    from tsr_agent.store.repository import ReportRepository

    with open_library(tmp_path / "library.db") as library:
        assert ReportRepository(library).document(read(tmp_path).id) == (tmp_path / "tsr.json").read_bytes()


@pytest.mark.parametrize(("document", "code"), [(good(), 0), (bad(), 1)])
def test_without_an_output_the_exit_code_still_answers(tmp_path: Path, document: bytes, code: int) -> None:
    command = [sys.executable, "-m", "tsr_agent", "gate", str(written(tmp_path, document))]
    closed = ["sh", "-c", 'exec "$@" >&- 2>&-', "sh", *command]
    assert subprocess.run(closed, check=False).returncode == code


@pytest.mark.usefixtures("results")
def test_what_a_test_says_is_no_command_to_a_ci_system(agent: Agent, tmp_path: Path) -> None:
    hostile = "&#10;::stop-commands::x&#10;##vso[task.setvariable variable=A]b ##[error]c"
    (tmp_path / "results" / "unit.xml").write_text(RED.replace("no", f"::add-mask::a{hostile}"))
    (tmp_path / "results" / "sub").mkdir()
    agent("run", *COMMITS)
    for command in (("run", *COMMITS), ("show", "tsr.json", "--all"), ("gate", "tsr.json", "--all")):
        for line in agent(*command).stdout.splitlines():
            assert not line.lstrip().startswith("::")
            assert "##vso[" not in line
            assert "##[" not in line


@pytest.mark.parametrize("line", ["::error::x", "  ::set-output name=a::b", "a ##vso[x]", "##[section]"])
def test_commands_are_broken_and_still_readable(line: str) -> None:
    assert harmless(line).replace(" ", "") == line.replace(" ", "")
    assert harmless(line) != line


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x85", "\u2028"])
def test_no_line_of_several_is_a_command(end: str) -> None:
    shown = harmless(f"tests::a said{end} ::set-output name=decision::go{end}::error::x")
    lines = shown.replace(end, "\n").splitlines()
    assert lines == ["tests::a said", " : :set-output name=decision::go", ": :error::x"]


@pytest.mark.usefixtures("results")
def test_json_on_standard_output_is_no_command_either(agent: Agent, tmp_path: Path) -> None:
    hostile = "##vso[task.setvariable variable=decision;isOutput=true]go \\##[error]c"
    (tmp_path / "results" / "unit.xml").write_text(RED.replace("no", hostile))
    (tmp_path / "results" / "##vso[x]y.xml").write_text("<")
    for command in (("generate", *COMMITS), ("run", *COMMITS), ("show", "tsr.json")):
        text = agent(*command, "--json").stdout
        assert "##" not in text.replace("## ", "")
        assert "##vso[x]y.xml" in json.dumps(json.loads(text))


def test_a_fault_of_ours_says_nothing_that_a_ci_system_obeys(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object) -> int:
        raise RuntimeError("what a file held\n::set-output name=decision::go\n##vso[task.x]y")

    monkeypatch.setattr("tsr_agent.cli.schema.run", fails)
    assert run_command_line(["schema", "report"]) == 2
    said = capsys.readouterr().err
    assert "this is a fault in aitr" in said
    assert not any(line.lstrip().startswith("::") or "##vso[" in line for line in said.splitlines())


def test_escapes_of_names_do_not_reach_the_terminal(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "aitr.toml").write_text('["a\\u001b[2Jb"]\n')
    assert "\x1b" not in agent("generate", *COMMITS).stderr
    assert "\x1b" not in agent("exec", "--type", "unit", "--", "no\x1b[2Jsuch").stderr
    assert "\x1b" not in agent("gate", "no\x1b[2Jsuch.json").stderr


def test_the_first_day_there_is_can_be_shown(agent: Agent, tmp_path: Path) -> None:
    odd = bad().replace(b'"created_at":"2026-03-04T12:00:00Z"', b'"created_at":"0001-01-01T00:00:00+23:59"')
    path = written(tmp_path, odd)
    assert agent("gate", path).returncode == 1
    assert agent("show", path).returncode == 0
