"""The policy reference says what the code does."""

from __future__ import annotations

import inspect
import json
import re
from datetime import date
from typing import TYPE_CHECKING, get_args

import jsonschema
import msgspec
import pytest

from tsr_agent.gate.checks.registry import CHECKS
from tsr_agent.gate.exceptions.quarantine_file import parse_quarantine
from tsr_agent.gate.exceptions.waivers import parse_waivers
from tsr_agent.gate.linting import lints
from tsr_agent.gate.linting.policy_check import check_policy
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.gate.policies.file import load_policy, parse_policy
from tsr_agent.gate.policies.policy import PolicyForm
from tsr_agent.gate.policies.sources import beside
from tsr_agent.gate.policies.version_0 import CONDITIONS
from tsr_agent.gate.rule import Rule
from tsr_agent.gate.source.tree import parse_source
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


def keys_in(value: object) -> set[str]:
    """Every key of a plain tree, at whatever depth."""
    if isinstance(value, dict):
        return {str(key) for key in value}.union(*map(keys_in, value.values()))
    return set().union(*map(keys_in, value)) if isinstance(value, list) else set()


def keys_of(form: object) -> set[str]:
    """Every key that a model takes, with those of the models below it."""
    inner = set().union(*map(keys_of, get_args(form)))
    if not (isinstance(form, type) and issubclass(form, msgspec.Struct)):
        return inner
    fields = msgspec.structs.fields(form)
    return {field.encode_name for field in fields}.union(inner, *(keys_of(field.type) for field in fields))


def complete_example(project_dir: Path) -> str:
    page = (project_dir / "docs" / "policy.md").read_text("utf-8")
    return page.split("## A complete example")[1].split("```yaml\n")[1].split("```")[0]


def test_the_complete_example_has_every_key_and_every_check(project_dir: Path) -> None:
    tree = parse_source(complete_example(project_dir).encode(), "p.yaml").tree
    assert {rule.get("check") for rule in tree["rules"]} - {None} == set(CHECKS)
    known = keys_of(PolicyForm).union(*map(keys_of, CHECKS.values()))
    # The first line of the file says where the schema is.
    assert known - keys_in(tree) == {"$schema"}


def test_the_complete_example_is_sound_and_gives_nothing_to_ask_about(
    project_dir: Path, tmp_path: Path
) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(complete_example(project_dir), "utf-8")
    (tmp_path / "quarantine.yaml").write_text(examples(project_dir, "waivers.md")[1], "utf-8")
    assert check_policy(path.read_bytes(), "p.yaml", parents=beside(path), today=date(2026, 11, 23)) == ()
    policy = load_policy(path)
    assert policy.quarantine is not None
    assert [rule.id for rule in policy.rules if rule.locked] == ["accuracy"]
    validator = jsonschema.Draft202012Validator(json.loads(policy_schema(project_dir)))
    assert list(validator.iter_errors(parse_source(path.read_bytes(), "p").tree)) == []


def policy_schema(project_dir: Path) -> str:
    return (project_dir / "docs" / "schemas" / "policy.schema.json").read_text("utf-8")


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
