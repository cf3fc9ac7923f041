"""SEED.md's dict as version 0 of the policy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.judged_reports import judge, passing, releasable, results, with_results
from tsr_agent.errors import PolicyError
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.models.decision import GoNoGoDecision, RuleSeverity
from tsr_agent.models.results import CaseStatus, TestType

if TYPE_CHECKING:
    from tsr_agent.gate.policies.policy import Policy

SECURITY = {"type": "test_type_all_fail", "test_type": "security", "message": "Security tests must all pass"}

KNOWN = (
    "eval_metric_below, test_failure_rate, test_type_all_fail, test_type_not_all_passed, "
    "unresolved_failure_mode"
)


def read(**tree: Any) -> Policy:
    return parse_policy(json.dumps(tree).encode(), "rules.json")


def refused(**tree: Any) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as caught:
        read(**tree)
    return caught.value.details


@pytest.mark.parametrize("name", ["test_type_all_fail", "test_type_not_all_passed"])
def test_all_fail_means_not_all_passed(name: str) -> None:
    policy = read(blocking_conditions=[{**SECURITY, "type": name}])
    assert policy.rules[0].description == "Security tests must all pass"
    one_of_two = with_results(results(TestType.SECURITY, CaseStatus.PASSED, CaseStatus.FAILED))
    assert judge(one_of_two, policy).decision is GoNoGoDecision.NO_GO
    assert judge(with_results(passing(TestType.SECURITY, 2)), policy).decision is GoNoGoDecision.GO


def test_a_warning_condition_warns() -> None:
    unit = {**SECURITY, "test_type": "unit"}
    policy = read(warning_conditions=[SECURITY], blocking_conditions=[unit])
    decision = judge(with_results(results(TestType.SECURITY, CaseStatus.FAILED)), policy)
    assert (decision.decision, len(decision.warnings)) == (GoNoGoDecision.GO, 1)
    assert [each.severity for each in policy.rules] == [RuleSeverity.BLOCK, RuleSeverity.WARN]


def test_two_conditions_on_one_metric() -> None:
    below = {"type": "eval_metric_below", "metric": "accuracy"}
    policy = read(
        version=0,
        blocking_conditions=[{**below, "threshold": 0.85}],
        warning_conditions=[{**below, "threshold": 0.95}],
    )
    assert [rule.id for rule in policy.rules] == ["accuracy", "accuracy-2"]
    decision = judge(releasable(), policy)
    assert decision.warnings == ("Accuracy 0.9 on 250 cases is below 0.95",)
    assert decision.decision is GoNoGoDecision.GO


def test_a_metric_by_the_name_of_the_mandatory_rule() -> None:
    policy = read(blocking_conditions=[{"type": "eval_metric_below", "metric": "evidence", "threshold": 0.5}])
    assert [rule.id for rule in policy.rules] == ["evidence-2"]


def test_what_is_switched_off_asks_for_nothing() -> None:
    off = {"min_iterations_documented": 0, "latest_iteration_must_pass": False}
    assert [rule.id for rule in read(blocking_conditions=[SECURITY], eval_requirements=off).rules] == [
        "security-tests"
    ]
    assert refused(eval_requirements=off) == ("rules.json:1:1: the policy asks for nothing",)


@pytest.mark.parametrize(
    ("tree", "line"),
    [
        (
            {"blocking_conditions": [{"type": "tests_slow"}]},
            f"1:27: blocking_conditions[0].type: 'tests_slow' is not a condition; known are {KNOWN}",
        ),
        (
            {"blocking_conditions": [{**SECURITY, "test_tipe": 1}]},
            "1:125: blocking_conditions[0].test_tipe: unknown key; did you mean 'test_type'?",
        ),
        (
            {"blocking_conditions": [], "warnings": []},
            "1:29: warnings: unknown key; did you mean 'warning_conditions'?",
        ),
        (
            {"required_coverage": {"code": 80}},
            "1:24: required_coverage.code: must be at most 1; did you mean 0.8?",
        ),
        (
            {"blocking_conditions": [{"type": "eval_metric_below", "metric": "accuracy", "threshold": 85}]},
            "1:26: blocking_conditions[0]: 85 is outside the scale 0 to 1; did you mean 0.85?",
        ),
        (
            {"blocking_conditions": [{"type": "eval_metric_below", "metric": "bleu", "threshold": 0}]},
            "1:74: blocking_conditions[0].threshold: 0 asks for nothing; it must be above 0",
        ),
        (
            {"blocking_conditions": [{"type": "test_failure_rate", "test_type": "unit", "threshold": 1}]},
            "1:26: blocking_conditions[0]: 1 would let a run pass in which every test failed",
        ),
        (
            {"required_coverage": {"code": 0}},
            "1:24: required_coverage.code: 0 asks for nothing",
        ),
        (
            {"required_coverage": {"requirements": 0}},
            "1:24: required_coverage.requirements: 0 asks for nothing",
        ),
        (
            {"warning_conditions": [SECURITY]},
            (
                "1:1: nothing in this policy can stop a release; "
                "at least one rule must have severity block or review"
            ),
        ),
    ],
)
def test_refused_with_line_and_column(tree: dict[str, Any], line: str) -> None:
    assert refused(**tree) == (f"rules.json:{line}",)
