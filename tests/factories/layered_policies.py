"""A policy to extend, and ways to write one that extends it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tsr_agent.errors import PolicyError
from tsr_agent.gate.policies.file import load_policy

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.gate.policies.policy import Policy

BASE = """\
version: 1
name: organisation
revision: "7"
on_missing: fail
approvals:
  production: {count: 1, reason: two people look at production}
rules:
  - id: unit
    check: tests
    where: {type: unit}
    require: {failed: 2, min_executed: 3}
    locked: true
    environments:
      Staging: {require: {failed: 3}}
  - id: accuracy
    check: eval_metric
    where: {metric: accuracy}
    require: {at_least: 0.85}
  - id: coverage
    check: code_coverage
    require: {at_least: 0.5}
    severity: review
"""
HEAD = "version: 1\nname: team\nextends: base.yaml\n"


def load(folder: Path, text: str, name: str = "team.yaml") -> Policy:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return load_policy(folder / name)


def refused(folder: Path, text: str, name: str = "team.yaml") -> list[str]:
    """The lines of the refusal, without the folder."""
    with pytest.raises(PolicyError) as caught:
        load(folder, text, name)
    lines = caught.value.details or (caught.value.message,)
    return [line.replace(f"{folder}{os.sep}", "") for line in lines]


def child(**fields: Any) -> str:
    return json.dumps({"version": 1, "name": "team", "extends": "base.yaml", **fields})


def changed(rule_id: str, **fields: Any) -> str:
    return child(rules=[{"id": rule_id, **fields}])


def by_id(policy: Policy, environment: str = "") -> dict[str, Any]:
    return {rule.id: rule for rule in policy.rules_for(environment)}
