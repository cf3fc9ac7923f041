"""The JSON Schemas of the files that people write: complete, about the rule at hand, and true."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agent.gate.policies.test_file import GOOD, one_rule
from tsr_agent.errors import PolicyError
from tsr_agent.gate.checks.registry import CHECKS
from tsr_agent.gate.policies.builtin import ai_release_bytes
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.gate.schemas import policy_cases_schema, policy_schema, quarantine_schema, waivers_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = policy_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
SCHEMAS = {
    "policy": SCHEMA,
    "policy-cases": policy_cases_schema(),
    "waivers": waivers_schema(),
    "quarantine": quarantine_schema(),
}
VERSION_0: dict[str, Any] = {
    "blocking_conditions": [
        {"type": "test_type_all_fail", "test_type": "unit", "message": "units"},
        {"type": "eval_metric_below", "metric": "accuracy", "threshold": 0.85},
    ],
    "required_coverage": {"requirements": 0.9, "code": 0.8},
    "eval_requirements": {"min_iterations_documented": 1, "latest_iteration_must_pass": True},
}


def dated(text: str) -> Any:
    """A YAML text as the reader takes it: dates are texts."""
    tree = yaml.load(text, yaml.BaseLoader)
    return json.loads(json.dumps(yaml.safe_load(text), default=str)) if tree else None


POLICIES: list[Any] = [dated(GOOD), json.loads(ai_release_bytes()), VERSION_0, one_rule()]
EXTENDING: dict[str, Any] = {"version": 1, "name": "n", "extends": "builtin:ai-release", "rules": []}


def complaints(tree: Any) -> list[str]:
    return [each.message for each in VALIDATOR.iter_errors(tree)]


def properties(schema: Any, where: str = "$") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of every form; conditions only repeat them."""
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "properties":
                yield from ((f"{where}.{name}", each) for name, each in value.items())
            if key not in ("if", "then", "else", "allOf"):
                yield from properties(value, f"{where}.{key}")


@pytest.mark.parametrize("document", SCHEMAS)
def test_every_property_is_described(document: str) -> None:
    assert [where for where, each in properties(SCHEMAS[document]) if not each.get("description")] == []


@pytest.mark.parametrize("document", SCHEMAS)
def test_it_is_a_schema(document: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[document])


@pytest.mark.parametrize("policy", POLICIES)
def test_it_takes_what_the_reader_takes(policy: Any) -> None:
    assert complaints(policy) == []


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        (one_rule(severty="warn"), "Additional properties are not allowed ('severty' was unexpected)"),
        (
            one_rule(require={"at_least": 1}),
            "Additional properties are not allowed ('at_least' was unexpected)",
        ),
        (one_rule(where={"type": "smoke"}), "'smoke' is not one of"),
        (one_rule(check="test"), "'test' is not one of"),
        (one_rule(environments={"prod": {"require": {"fialed": 1}}}), "('fialed' was unexpected)"),
        ({**one_rule(), "rules": []}, "[] should be non-empty"),
        ({"version": 1, "name": "n"}, "'rules' is a required property"),
        ({**VERSION_0, "warnings": []}, "('warnings' was unexpected)"),
        ({"blocking_conditions": [{"type": "eval_metric_below", "threshold": 1}]}, "'metric' is a required"),
    ],
)
def test_a_complaint_is_about_the_rule_at_hand(tree: dict[str, Any], said: str) -> None:
    (found,) = complaints(tree)
    assert said in found


@pytest.mark.parametrize(
    "change",
    [
        {"id": "unit-tests"},
        {"id": "unit-tests", "severity": "review", "require": {"max_skipped_ratio": 0.1}},
        {"id": "accuracy", "check": "eval_metric", "require": {"min_samples": 200}},
        {"id": "own", "check": "clean_tree"},
        {"id": "unit-tests", "environments": {"staging": {"require": {"failed": 1}}}},
    ],
)
def test_a_change_of_an_inherited_rule(change: dict[str, Any]) -> None:
    assert complaints({**EXTENDING, "rules": [change]}) == []
    assert complaints({**EXTENDING, "rules": [{**change, "severty": 1}]}) != []


def places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    children: Any = (
        tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    )
    for key, value in children:
        yield from places(value, (*path, key))


NAMES = sorted({where.rpartition(".")[2] for where, _ in properties(SCHEMA)} | set(CHECKS))
VALUES = st.sampled_from(NAMES) | st.sampled_from(
    [0, 1, 2, 0.5, 85, -1, True, None, "", "warn", "block", "fail", "2027-01-01", [], {}, ["critical"]]
)


@settings(max_examples=600)
@given(st.data())
def test_what_the_schema_refuses_the_reader_refuses_too(data: st.DataObject) -> None:
    tree = copy.deepcopy(data.draw(st.sampled_from(POLICIES)))
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(list(places(tree))))
        holder = tree
        for step in path[:-1]:
            holder = holder[step]
        if path and data.draw(st.booleans()):
            holder[path[-1]] = copy.deepcopy(data.draw(VALUES))
        elif path and data.draw(st.booleans()):
            del holder[path[-1]]
        elif isinstance(holder, dict):
            holder[data.draw(st.sampled_from(NAMES))] = copy.deepcopy(data.draw(VALUES))
    try:
        parse_policy(json.dumps(tree).encode(), "p.json")
    except PolicyError:
        return
    assert complaints(tree) == []
