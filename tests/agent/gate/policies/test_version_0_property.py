"""A table of version 0 and the rules that the reference says it becomes judge alike."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings

from tests.factories.effort import examples
from tests.factories.generated_reports import WORSENINGS, Dice, consistent_report, dice
from tests.factories.judged_reports import judge
from tsr_agent.errors import PolicyError
from tsr_agent.gate.policies.file import parse_policy

EXAMPLES = examples(5_000)
THRESHOLDS = (-1, 0, 0.05, 0.5, 0.85, 0.9, 1, 85)
KINDS = (
    "test_type_all_fail",
    "test_type_not_all_passed",
    "eval_metric_below",
    "unresolved_failure_mode",
    "test_failure_rate",
)
TYPES = ("unit", "security", "performance", "integration", "e2e")


def table_of(roll: Dice) -> dict[str, Any]:
    """A table of version 0; not every one can be meant."""
    table: dict[str, Any] = {
        "blocking_conditions": [_condition(roll) for _ in range(roll.up_to(3))],
        "warning_conditions": [_condition(roll) for _ in range(roll.up_to(2))],
    }
    if roll.once_in(2):
        coverage = {"requirements": roll.one_of((0, 0.5, 0.95)), "code": roll.one_of((0, 0.79, 0.8))}
        table["required_coverage"] = {key: share for key, share in coverage.items() if not roll.once_in(3)}
    if roll.once_in(2):
        table["eval_requirements"] = {
            "min_iterations_documented": roll.up_to(3),
            "latest_iteration_must_pass": roll.once_in(2),
        }
    return table


def _condition(roll: Dice) -> dict[str, Any]:
    kind = roll.one_of(KINDS)
    condition: dict[str, Any] = {"type": kind, "message": kind}
    if kind == "eval_metric_below":
        return {**condition, "metric": _metric(roll), "threshold": roll.one_of(THRESHOLDS)}
    if kind == "unresolved_failure_mode":
        return {**condition, "severity": roll.one_of(("critical", "major", "minor"))}
    condition["test_type"] = roll.one_of(TYPES)
    if kind == "test_failure_rate":
        condition["threshold"] = roll.one_of((0, 0.05, 0.5, 1))
    return condition


def _metric(roll: Dice) -> str:
    return str(roll.one_of(("accuracy", "grounding_score", "evidence")))


def rules_of(table: dict[str, Any]) -> list[dict[str, Any]]:
    """What docs/policy.md says that the table becomes, written a second time."""
    rules = [
        {**_rule_of(condition), "severity": severity, "description": condition["message"]}
        for key, severity in (("blocking_conditions", "block"), ("warning_conditions", "warn"))
        for condition in table[key]
    ]
    coverage, asked = table.get("required_coverage", {}), table.get("eval_requirements", {})
    if "requirements" in coverage:
        rules.append({"check": "requirement_coverage", "require": {"verified": coverage["requirements"]}})
    if "code" in coverage:
        rules.append({"check": "code_coverage", "require": {"at_least": coverage["code"]}})
    if asked.get("min_iterations_documented"):
        least = asked["min_iterations_documented"]
        rules.append({"check": "eval_iterations", "require": {"min_documented": least}})
    if asked.get("latest_iteration_must_pass"):
        rules.append({"check": "latest_iteration"})
    return [{**rule, "id": f"rule-{number}"} for number, rule in enumerate(rules)]


def _rule_of(condition: dict[str, Any]) -> dict[str, Any]:
    kind = condition["type"]
    if kind == "eval_metric_below":
        where, require = {"metric": condition["metric"]}, {"at_least": condition["threshold"]}
        return {"check": "eval_metric", "where": where, "require": require}
    if kind == "unresolved_failure_mode":
        return {"check": "failure_modes", "where": {"severity": [condition["severity"]]}}
    if kind == "test_failure_rate":
        require = {"max_failure_rate": condition["threshold"]}
    else:
        require = {"failed": 0, "errors": 0}
    return {"check": "tests", "where": {"type": condition["test_type"]}, "require": require}


def _read(tree: dict[str, Any]) -> Any:
    try:
        return parse_policy(json.dumps(tree).encode(), "p.json")
    except PolicyError:
        return None


def _asks_for_nothing(table: dict[str, Any]) -> bool:
    """A threshold that version 1 takes for a metric of any scale, and a table of shares can't mean."""
    conditions = (*table["blocking_conditions"], *table["warning_conditions"])
    return any(each["type"] == "eval_metric_below" and each["threshold"] <= 0 for each in conditions)


@settings(max_examples=EXAMPLES)
@given(dice)
def test_a_table_and_its_translation_agree(roll: Dice) -> None:
    table = table_of(roll)
    old = _read(table)
    new = _read({"version": 1, "name": "n", "on_missing": "fail", "rules": rules_of(table)})
    if _asks_for_nothing(table):
        assert old is None
        return
    assert (old is None) == (new is None)
    if old is None:
        return
    report = consistent_report(roll)
    if roll.once_in(2):
        report = roll.one_of(WORSENINGS)(report, roll)
    first, second = judge(report, old), judge(report, new)
    assert (first.decision, first.warnings, first.blocking_issues) == (
        second.decision,
        second.warnings,
        second.blocking_issues,
    )
    assert [(each.check, each.state, each.effect, each.expected) for each in first.rules] == [
        (each.check, each.state, each.effect, each.expected) for each in second.rules
    ]


def test_enough_tables_are_read() -> None:
    """Else the property would say nothing."""
    read = [_read(table_of(Dice(seed))) is not None for seed in range(300)]
    assert 75 < sum(read) < 290
