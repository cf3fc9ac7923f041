"""``tsr-agent policy init``: a policy is written once, whole, and says what it lacks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests.factories.judged_reports import iteration, releasable
from tsr_agent.models import codec
from tsr_agent.models.evals import MetricValue

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Agent
    from tsr_agent.models.report import TestSummaryReport


def write(folder: Path, report: TestSummaryReport) -> None:
    (folder / "r.json").write_bytes(codec.encode(report))


def repository(name: str) -> TestSummaryReport:
    report = releasable()
    return replace(report, versions=replace(report.versions, codebase_repo=name))


def test_it_is_written_and_the_report_passes_it(agent: Agent, tmp_path: Path) -> None:
    metrics: Any = {"accuracy": MetricValue(value=0.9, n=250), "length": MetricValue(value=30.0)}
    write(tmp_path, releasable(eval_iterations=(iteration(1, metrics=metrics),)))
    done = agent("policy", "init", "--from", "r.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        done.stdout
        == """\
Wrote policy.yaml: 12 rules. The report tsr-1 passes all of them.

Without a rule:
  length: it does not say whether lower or higher is better (lower_is_better)

Next: tighten each bound to what a release needs, then
  tsr-agent policy lint policy.yaml
  tsr-agent policy explain policy.yaml
  name it as [files] policy in aitr.toml, or give it as --policy.
"""
    )
    text = (tmp_path / "policy.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=policy.schema.json\n")
    assert "\nname: support-bot\n" in text
    assert text.endswith(
        "# Without a rule:\n# - length: it does not say whether lower or higher is better (lower_is_better)\n"
    )
    assert agent("policy", "lint", "policy.yaml", "--strict").returncode == 0
    assert agent("gate", "r.json", "--policy", "policy.yaml").returncode == 0


def test_what_is_there_stays(agent: Agent, tmp_path: Path) -> None:
    write(tmp_path, releasable())
    (tmp_path / "policy.yaml").write_text("mine")
    done = agent("policy", "init", "--from", "r.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "policy.yaml: already there." in done.stderr
    assert (tmp_path / "policy.yaml").read_text() == "mine"
    (tmp_path / "link.yaml").symlink_to("nowhere")
    assert agent("policy", "init", "--from", "r.json", "--output", "link.yaml").returncode == 2
    assert agent("policy", "init", "--from", "r.json", "--output", "r.json").returncode == 2
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link.yaml", "policy.yaml", "r.json"]


def test_what_a_program_reads(agent: Agent, tmp_path: Path) -> None:
    write(tmp_path, releasable())
    done = agent("policy", "init", "--from", "r.json", "--output", "p.yaml", "--name", "N: 1", "--json")
    answer = json.loads(done.stdout)
    assert (answer["written"], answer["left_out"], len(answer["rules"])) == ("p.yaml", [], 13)
    assert '\nname: "N: 1"\n' in (tmp_path / "p.yaml").read_text()


@pytest.mark.parametrize(
    ("named", "name"),
    [
        ("https://forge.example/acme/Support_Bot.git", "support-bot"),
        ("", "project"),
        ("///", "project"),
        ("git@forge.example:acme/" + "x" * 300, "x" * 100),
    ],
)
def test_it_is_called_as_the_repository(agent: Agent, tmp_path: Path, named: str, name: str) -> None:
    write(tmp_path, repository(named))
    assert agent("policy", "init", "--from", "r.json").returncode == 0
    assert f"\nname: {name}\n" in (tmp_path / "policy.yaml").read_text()


def test_the_name_of_the_built_in_policy_is_refused(agent: Agent, tmp_path: Path) -> None:
    write(tmp_path, repository("https://forge.example/acme/ai-release"))
    done = agent("policy", "init", "--from", "r.json")
    assert done.returncode == 2
    assert "'ai-release' is the name of the built-in policy" in done.stderr
    assert "Next: Give another --name." in done.stderr
    assert not (tmp_path / "policy.yaml").exists()


def test_a_report_of_nothing_is_refused(agent: Agent, tmp_path: Path) -> None:
    write(
        tmp_path, releasable(test_results=(), eval_iterations=(), requirement_coverage=(), code_coverage=())
    )
    done = agent("policy", "init", "--from", "r.json")
    assert done.returncode == 2
    assert "No policy can be drafted from a report whose evidence is not sound." in done.stderr
    assert "The report holds no evidence" in done.stderr
    assert not (tmp_path / "policy.yaml").exists()


def test_no_report_is_named(agent: Agent, tmp_path: Path) -> None:
    assert agent("policy", "init").returncode == 2
    done = agent("policy", "init", "--from", "absent.json")
    assert (done.returncode, "absent.json: can't be read" in done.stderr) == (2, True)
