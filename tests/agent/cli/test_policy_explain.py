"""``tsr-agent policy explain``: an auditor reads what decides, and pastes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from tsr_agent.cli.policy_markdown import policy_page
from tsr_agent.cli.policy_text import policy_lines
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.sections.policy import ParentRow, explain

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Agent

POLICY = """\
version: 1
name: bot
revision: "3"
description: "What must hold. <b>All</b> of it."
approvals:
  production: {count: 2, roles: [tech_lead], reason: two look at production}
rules:
  - id: unit-tests
    check: tests
    where: {type: unit}
    require: {failed: 0, max_skipped_ratio: 0.05}
    locked: true
    fix: Run pytest tests/unit.
  - id: accuracy
    check: eval_metric
    where: {metric: accuracy}
    require: {at_least: 0.85, min_samples: 200}
    effective_on: 2027-03-01
    environments:
      staging: {require: {min_samples: 50}, severity: review}
"""

SAID = """\
2 rules
  Before all rules the report itself is looked at: it must be whole, consistent
  and hold results, and its test runs must have ended as its results say. If
  not, that stops the release, and nothing excuses it.

  unit-tests
    Every unit test must pass; at least 1 must run, and at most 5 % may be
    skipped.
    If it fails: stops the release.
    Without evidence: a person has to look.
    Locked: a policy that extends this one can make it stricter, never looser.
    Fix: Run pytest tests/unit.

  accuracy
    Accuracy in the latest eval iteration must be at least 0.85, on at least 200
    cases.
    If it fails: stops the release.
    Without evidence: a person has to look.
    From 2027-03-01 (UTC) on. Before that day it only warns.

Different in production
  Approval: 2 different people have to approve, each a tech lead, but nobody who
    started the run. Why: two look at production.

Different in staging
  accuracy
    Accuracy in the latest eval iteration must be at least 0.85, on at least 50
    cases.
    If it fails: a person has to look.

Approval everywhere else
  Nobody has to approve.

Comparison
  No rule compares a report with an earlier one.

Unreliable tests
  A test that passes only after a failure counts as not passed, where its rule
  says nothing else.
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY, encoding="utf-8")
    return path


def test_it_reads_like_this(agent: Agent, policy: Path) -> None:
    done = agent("policy", "explain", policy)
    assert (done.returncode, done.stderr) == (0, "")
    head, body = done.stdout.split("\n\n", maxsplit=1)
    assert head.startswith("Policy bot, revision 3\n  What must hold. <b>All</b> of it.\n  SHA-256 ")
    assert body == SAID


def test_everything_of_the_built_in_policy_fits_80_columns(agent: Agent) -> None:
    done = agent("policy", "explain")
    assert done.returncode == 0
    assert done.stdout.startswith("Policy ai-release, revision 1\n")
    assert [line for line in done.stdout.splitlines() if len(line) > 80] == []
    assert [rule.id for rule in ai_release().rules if f"\n  {rule.id}\n" not in done.stdout] == []
    assert agent("policy", "explain", "builtin:ai-release").stdout == done.stdout
    unknown = agent("policy", "explain", "builtin:ai-relase")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "Name builtin:ai-release, or a file." in unknown.stderr


def test_one_environment(agent: Agent, policy: Path) -> None:
    done = agent("policy", "explain", policy, "--environment", "staging")
    assert "2 rules in staging" in done.stdout
    assert "on at least 50" in done.stdout
    assert "200" not in done.stdout
    assert "Different" not in done.stdout
    misspelt = agent("policy", "explain", policy, "--environment", "stagign")
    assert "does not name this environment" in misspelt.stdout


def test_json_has_the_same_as_data(agent: Agent, policy: Path) -> None:
    said = json.loads(agent("policy", "explain", policy, "--json").stdout)
    assert [rule["id"] for rule in said["rules"]] == ["unit-tests", "accuracy"]
    assert said["rules"][0]["is_locked"] is True
    assert [each["name"] for each in said["environments"]] == ["production", "staging"]


def test_markdown_says_the_same_and_no_text_of_the_author_is_markup(agent: Agent, policy: Path) -> None:
    done = agent("policy", "explain", policy, "--markdown")
    assert done.stdout.startswith("# Policy bot, revision 3\n")
    assert "### accuracy" in done.stdout
    assert "<b>" not in done.stdout
    assert (
        "**Every unit test must pass; at least 1 must run, and at most 5 % may be skipped.**" in done.stdout
    )


def test_the_projects_policy_and_its_approvals_are_the_default(
    agent: Agent, tmp_path: Path, policy: Path
) -> None:
    (tmp_path / "aitr.toml").write_text(
        f'[files]\npolicy = "{policy.name}"\n[approval]\nmanual_required = ["canary"]\n', encoding="utf-8"
    )
    done = agent("policy", "explain")
    assert done.stdout.startswith("Policy bot, revision 3\n")
    assert "Different in canary" in done.stdout
    assert "aitr.toml asks for it" in done.stdout


def test_where_a_rule_was_defined_is_said() -> None:
    section = explain(ai_release())
    inherited = msgspec.structs.replace(section.rules[0], origin="org.yaml", is_locked=True)
    parent = ParentRow(source="org.yaml", name="org 7", digest="b" * 64)
    shown = msgspec.structs.replace(section, rules=(inherited,), parents=(parent,))
    said = "\n".join(policy_lines(shown, 80))
    assert f"  Extends org 7 (org.yaml)\n    SHA-256 {'b' * 64}" in said
    assert "    First defined in org.yaml." in said
    assert "- First defined in org.yaml." in policy_page(shown)


def test_a_faulty_policy_is_not_explained(agent: Agent, tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text("version: 1\nname: x\nrules: []\n", encoding="utf-8")
    done = agent("policy", "explain", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert agent("policy", "explain", tmp_path / "absent.yaml").returncode == 2


def test_a_freeze_looks_at_no_evidence(agent: Agent, policy: Path) -> None:
    milder = "environments: {dev: {severity: warn}}"
    rule = f"{{id: freeze, check: calendar, require: {{not_on_weekdays: [sat]}}, {milder}}}"
    policy.write_text(f"{POLICY}  - {rule}\n", encoding="utf-8")
    said = agent("policy", "explain", policy).stdout
    _, _, freeze = said.partition("\n  freeze\n")
    assert freeze.startswith(
        "    Nothing may be released on Saturdays; days are those of UTC.\n"
        "    If it fails: stops the release.\n\n"
    )
    assert "Different in dev\n  freeze\n    If it fails: warns.\n\n" in said
