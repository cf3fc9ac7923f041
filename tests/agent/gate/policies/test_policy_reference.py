"""The policy reference says what the code does."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

import msgspec
import pytest

from tsr_agent.gate.checks.registry import CHECKS
from tsr_agent.gate.exceptions.quarantine_file import parse_quarantine
from tsr_agent.gate.exceptions.waivers import parse_waivers
from tsr_agent.gate.linting import lints
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.gate.policies.policy import PolicyForm
from tsr_agent.gate.policies.version_0 import CONDITIONS
from tsr_agent.gate.rule import Rule
from tsr_agent.models.decision import Decision, RuleResult

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def reference(project_dir: Path) -> str:
    return (project_dir / "docs" / "policy.md").read_text("utf-8")


def examples(project_dir: Path, page: str) -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", (project_dir / "docs" / page).read_text("utf-8"), re.DOTALL)


def test_its_examples_are_read(project_dir: Path) -> None:
    policy = examples(project_dir, "policy.md")[0]
    assert len(parse_policy(policy.encode(), "docs/policy.md").rules) == 3
    waivers = examples(project_dir, "waivers.md")[0]
    read = parse_waivers(waivers.encode(), "docs/policy.md")
    assert (len(read.waivers), read.unusable) == (1, ())
    quarantine = parse_quarantine(examples(project_dir, "waivers.md")[1].encode(), "docs/waivers.md")
    assert (len(quarantine.tests), quarantine.unusable) == (1, ())


def test_its_table_of_the_built_in_policy(reference: str) -> None:
    section = reference.split("## The built-in policy")[1].split("\n## ", maxsplit=1)[0]
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (\w+) \|.*\| (\w+) \|$", section, re.MULTILINE)
    assert rows == [(rule.id, rule.check, rule.severity.value) for rule in ai_release().rules]


def test_every_check_and_every_key_is_in_it(reference: str, project_dir: Path) -> None:
    checks = (project_dir / "docs" / "checks.md").read_text("utf-8")
    assert re.findall(r"^## `(\w+)`$", checks, re.MULTILINE) == list(CHECKS)
    reference += checks
    names = {field.encode_name for form in (PolicyForm, Rule) for field in msgspec.structs.fields(form)}
    for form in CHECKS.values():
        for field in msgspec.structs.fields(form):
            if field.name in ("where", "require"):
                names |= {below.name for below in msgspec.structs.fields(field.type)}
    assert {name for name in names if name not in reference} == set()
    assert {name for name in CONDITIONS if f"`{name}`" not in reference} == set()


def test_every_warning_is_described(reference: str) -> None:
    section = reference.split("## Warnings")[1].split("\n## ", maxsplit=1)[0]
    described = re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE)
    known = re.findall(r'Lint\(\s*"([a-z-]+)"', inspect.getsource(lints))
    assert sorted(described) == sorted(set(known))


def test_every_key_of_a_decision_is_described(project_dir: Path) -> None:
    text = (project_dir / "docs" / "formats" / "decision.md").read_text("utf-8")
    names = {field.name for form in (Decision, RuleResult) for field in msgspec.structs.fields(form)}
    assert {name for name in names if f"`{name}`" not in text} == set()
