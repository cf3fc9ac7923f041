"""What a rule looks at is recorded with its result, whatever check it makes."""

from __future__ import annotations

import pytest

from tests.factories.judged_reports import judge, releasable
from tsr_agent.gate.checks.registry import CHECKS
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.models.decision import RuleScope

UNRESOLVED = ("open", "wont_fix", "accepted_risk")
CASES = (
    ("tests", "where: {type: e2e}, require: {failed: 0}", RuleScope(test_types=("e2e",))),
    ("test_changes", "require: {max_vanished: 0}", RuleScope(compares=True)),
    (
        "test_changes",
        "where: {type: [unit, evals]}, require: {max_vanished: 0}",
        RuleScope(test_types=("unit", "evals"), compares=True),
    ),
    (
        "test_changes",
        "where: {type: unit}, require: {max_vanished: 0}",
        RuleScope(test_types=("unit",), compares=True),
    ),
    ("eval_metric", "where: {metric: recall}, require: {at_least: 0.5}", RuleScope(metric="recall")),
    (
        "metric_change",
        "where: {metric: recall, better: higher}, require: {max_drop: 0.1}",
        RuleScope(metric="recall", compares=True),
    ),
    ("eval_completeness", "require: {at_least: 1.0}", RuleScope()),
    (
        "failure_modes",
        "where: {severity: [critical]}",
        RuleScope(severities=("critical",), statuses=UNRESOLVED),
    ),
    (
        "failure_modes",
        "where: {status: [open]}",
        RuleScope(severities=("critical", "major", "minor"), statuses=("open",)),
    ),
    ("requirement_coverage", "require: {verified: 0.9}", RuleScope()),
    ("code_coverage", "where: {measure: branch}, require: {at_least: 0.5}", RuleScope(measure="branch")),
    ("code_coverage", "require: {max_drop: 0.1}", RuleScope(measure="line", compares=True)),
    ("eval_iterations", "require: {min_documented: 2}", RuleScope()),
    ("latest_iteration", "require: {outcome: passed}", RuleScope()),
    ("clean_tree", "", RuleScope()),
    (
        "findings",
        "where: {tool: [bandit], level: [error], rule: [B101]}",
        RuleScope(tools=("bandit",), levels=("error",), tool_rules=("B101",)),
    ),
    ("calendar", "require: {not_on_weekdays: [fri]}", RuleScope()),
)


@pytest.mark.parametrize(("check", "rest", "scope"), CASES)
def test_a_rule_records_what_it_looks_at(check: str, rest: str, scope: RuleScope) -> None:
    text = f"version: 1\nname: one\nrules:\n  - {{id: it, check: {check}{', ' + rest if rest else ''}}}\n"
    text += "  - {id: tree, check: clean_tree}\n"
    decision = judge(releasable(), parse_policy(text.encode(), "policy.yaml"))
    recorded = {each.id: each.scope for each in decision.rules}
    assert recorded == {"evidence": RuleScope(), "it": scope, "tree": RuleScope()}


def test_every_check_is_tried() -> None:
    assert {check for check, _, _ in CASES} == set(CHECKS)
