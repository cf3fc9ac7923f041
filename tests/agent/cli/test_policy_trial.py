"""``tsr-agent policy test``: cases that hold, cases that do not, and what was never seen to fail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.factories.judged_reports import NOW, releasable
from tsr_agent.models import codec

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Agent

POLICY = """\
version: 1
name: bot
revision: "4"
approvals: {production: {}}
rules:
  - id: unit-tests
    check: tests
    where: {type: unit}
    require: {failed: 0}
  - id: accuracy
    check: eval_metric
    where: {metric: accuracy}
    require: {at_least: 0.85}
    effective_on: 2026-12-01
"""
CASES = """\
version: 1
policy: policy.yaml
cases:
  - name: the release as it is
    report: r.json
    expect: {decision: go, rules: {unit-tests: pass, evidence: pass}}
"""
WORSE = """\
  - name: worse accuracy
    report: r.json
    set: {"eval_iterations[1].metrics.accuracy.value": 0.8}
    expect: {decision: go, rules: {accuracy: {state: fail, effect: warns}}}
  - name: worse accuracy later
    report: r.json
    set: {"eval_iterations[1].metrics.accuracy.value": 0.8}
    at: 2026-12-01T00:00:00Z
    expect: {decision: no_go, rules: {accuracy: {effect: blocks}}}
"""
FAILS = """\
  - name: a failed test
    report: r.json
    tests: {unit-0: failed}
    expect: {rules: {unit-tests: fail}}
"""
WAIVERS = """\
version: 1
waivers:
  - id: W-1
    rule: unit-tests
    scope: {environment: staging}
    reason: r
    ticket: t
    owner: ana
    approved_by: ben
    expires: 2026-12-20
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "waivers.yaml").write_text(WAIVERS)
    (tmp_path / "r.json").write_bytes(codec.encode(releasable(created_at=NOW)))
    return tmp_path


def test_all_hold(agent: Agent, project: Path) -> None:
    (project / "policy.test.yaml").write_text(CASES + WORSE + FAILS)
    done = agent("policy", "test", "--strict")
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        done.stdout
        == """\
policy.test.yaml: bot 4 (policy.yaml)
  ✓ the release as it is
  ✓ worse accuracy
  ✓ worse accuracy later
  ✓ a failed test

4 cases, all hold
"""
    )


def test_one_does_not_hold(agent: Agent, project: Path) -> None:
    text = CASES + FAILS.replace("{rules: {unit-tests: fail}}", "{decision: pending_review}")
    (project / "c.yaml").write_text(text)
    done = agent("policy", "test", "c.yaml")
    assert done.returncode == 2
    assert (
        done.stdout
        == """\
c.yaml: bot 4 (policy.yaml)
  ✓ the release as it is
  ✕ a failed test
      decision: expected PENDING REVIEW, got NO-GO
        1 blocking: 1 of 8 unit tests did not pass (1 failed); none may

2 cases, 1 not as expected
Never seen to fail in policy.yaml: accuracy
"""
    )


def test_a_rule_that_nothing_fails_is_an_error_only_when_asked(agent: Agent, project: Path) -> None:
    (project / "policy.test.yaml").write_text(CASES)
    assert agent("policy", "test").returncode == 0
    assert agent("policy", "test", "--strict").returncode == 2


def test_files_of_one_policy_count_together(agent: Agent, project: Path) -> None:
    (project / "a.yaml").write_text(CASES + WORSE)
    (project / "b.yaml").write_text(CASES + FAILS)
    done = agent("policy", "test", "a.yaml", "b.yaml", "--strict", "--json")
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert answer["never_failed"] == [{"policy": "policy.yaml", "rules": []}]
    assert [len(each["cases"]) for each in answer["files"]] == [3, 2]


def test_what_a_program_reads(agent: Agent, project: Path) -> None:
    (project / "c.yaml").write_text(CASES.replace("decision: go", "decision: no_go"))
    done = agent("policy", "test", "c.yaml", "--json")
    assert done.returncode == 2
    answer = json.loads(done.stdout)
    assert answer["holds"] is False
    (case,) = answer["files"][0]["cases"]
    assert (case["holds"], case["decision"]) == (False, "go")
    (difference,) = case["differences"]
    assert (difference["what"], difference["expected"], difference["actual"]) == ("decision", "no_go", "go")


def test_environment_waivers_and_both_verdicts(agent: Agent, project: Path) -> None:
    waived = """\
  - name: waived in staging
    report: r.json
    tests: {unit-0: failed}
    waivers: waivers.yaml
    expect: {decision: go, without_waivers: no_go, rules: {unit-tests: waived}}
  - name: not waived elsewhere
    report: r.json
    tests: {unit-0: failed}
    environment: test
    waivers: waivers.yaml
    expect: {decision: no_go}
  - name: somebody approves
    report: r.json
    environment: Production
    expect: {decision: pending_review}
"""
    (project / "c.yaml").write_text(CASES + waived)
    done = agent("policy", "test", "c.yaml")
    assert done.returncode == 0, done.stdout


def test_a_baseline_counts_as_found_as_the_policy_asks(agent: Agent, project: Path) -> None:
    compared = """\
  - id: no-lost-tests
    check: test_changes
    where: {type: [unit]}
    require: {max_newly_failing: 0}
"""
    (project / "policy.yaml").write_text(POLICY + compared)
    case = FAILS.replace("unit-tests: fail", "no-lost-tests: fail") + "    baseline: before.json\n"
    (project / "before.json").write_bytes(codec.encode(releasable(id="before", created_at=NOW)))
    (project / "c.yaml").write_text(CASES.replace("decision: go, ", "") + case)
    done = agent("policy", "test", "c.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_option_wins_and_another_policy_can_be_tried(agent: Agent, project: Path) -> None:
    (project / "stricter.yaml").write_text(POLICY.replace("0.85", "0.95").replace("2026-12-01", "2026-01-01"))
    (project / "policy.test.yaml").write_text(CASES)
    done = agent("policy", "test", "policy.test.yaml", "--policy", "stricter.yaml")
    assert done.returncode == 2
    assert "Accuracy 0.9 on 250 cases is below 0.95" in done.stdout
    assert agent("policy", "test", "policy.test.yaml", "--policy", "builtin:ai-release").returncode == 0


def test_the_cases_beside_the_policy_of_the_project(agent: Agent, project: Path) -> None:
    (project / "aitr.toml").write_text('[files]\npolicy = "gate/p.yaml"\n')
    (project / "gate").mkdir()
    (project / "gate" / "p.yaml").write_text(POLICY)
    (project / "gate" / "p.test.yaml").write_text(
        CASES.replace("policy: policy.yaml\n", "").replace("r.json", "../r.json")
    )
    done = agent("policy", "test")
    assert done.returncode == 0, done.stderr
    assert "gate/p.yaml" in done.stdout


def test_nothing_to_try_is_an_error(agent: Agent, project: Path) -> None:
    done = agent("policy", "test")
    assert (done.returncode, done.stdout) == (2, "")
    assert "policy.test.yaml: no such file." in done.stderr
    (project / "policy.test.yaml").write_text("version: 1\npolicy: policy.yaml\ncases: []\n")
    assert agent("policy", "test").returncode == 2


def test_every_fault_is_named_at_once(agent: Agent, project: Path) -> None:
    (project / "c.yaml").write_text(
        CASES.replace("unit-tests", "unit-test")
        + FAILS.replace("r.json", "absent.json")
        + WORSE.replace("accuracy.value", "accurcy.value").replace("r.json", "/etc/passwd", 1)
    )
    done = agent("policy", "test", "c.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    places = [line.strip().partition(": ")[0] for line in done.stderr.splitlines()[1:-1]]
    assert places == ["c.yaml:6:36", "c.yaml:8:5", "c.yaml:12:5", "c.yaml:17:11"]
    assert "did you mean 'unit-tests'?" in done.stderr
    assert "did you mean 'accuracy'?" in done.stderr


def test_no_policy_is_named(agent: Agent, project: Path) -> None:
    (project / "c.yaml").write_text(CASES.replace("policy: policy.yaml\n", ""))
    done = agent("policy", "test", "c.yaml")
    assert done.returncode == 2
    assert "names no policy" in done.stderr
    (project / "c.yaml").write_text(CASES.replace("policy.yaml", "absent.yaml"))
    assert "absent.yaml" in agent("policy", "test", "c.yaml").stderr


def test_hostile_names_are_text(agent: Agent, project: Path) -> None:
    (project / "c.yaml").write_text(
        CASES.replace("the release as it is", '"::error::x\\u202e\\n::add-mask::y"')
    )
    done = agent("policy", "test", "c.yaml")
    assert done.returncode == 0
    assert "\u202e" not in done.stdout
    assert not any(line.lstrip().startswith("::") for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("at: 0001-01-01T00:00:00+14:00", "cases[1].at: the moment of the decision is not in the years"),
        ("at: 9999-12-31T23:59:59-10:00", "cases[1].at: the moment of the decision is not in the years"),
        ('set: {created_at: "9999-12-31T23:59:59-10:00"}', "cases[1].report: the day on which"),
    ],
)
def test_a_moment_without_a_day(agent: Agent, project: Path, key: str, said: str) -> None:
    (project / "c.yaml").write_text(CASES + FAILS + f"    {key}\n")
    done = agent("policy", "test", "c.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_contradiction_is_no_proof(agent: Agent, project: Path) -> None:
    """Counts that do not agree end in NO-GO, whatever the policy says."""
    forged = """\
  - name: forged
    report: r.json
    set: {"test_results[0].failed": 1}
    expect: {decision: no_go}
"""
    (project / "c.yaml").write_text(CASES + forged)
    done = agent("policy", "test", "c.yaml")
    assert done.returncode == 2
    assert "      evidence: expected pass, got fail\n        Unit tests:" in done.stdout
    (project / "c.yaml").write_text(
        CASES + forged.replace("{decision: no_go}", "{decision: no_go, rules: {evidence: fail}}")
    )
    assert agent("policy", "test", "c.yaml").returncode == 0


def test_cases_are_linted(agent: Agent, project: Path) -> None:
    (project / "c.yaml").write_text(CASES)
    assert agent("policy", "lint", "c.yaml").returncode == 0
    (project / "c.yaml").write_text(CASES.replace("expect", "expects"))
    done = agent("policy", "lint", "c.yaml")
    assert (done.returncode, "did you mean 'expect'?" in done.stdout) == (2, True)
