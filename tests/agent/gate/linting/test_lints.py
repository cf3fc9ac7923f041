"""What is asked about a valid policy: each lint fires where it should, and nowhere else."""

from __future__ import annotations

import json
import time
from datetime import date
from fractions import Fraction
from math import comb
from typing import Any

import pytest

from tests.agent.gate.linting.test_policy_check import underlined
from tests.agent.gate.policies.test_file import one_rule
from tsr_agent.gate.linting.policy_check import check_policy
from tsr_agent.gate.policies.builtin import ai_release_bytes
from tsr_agent.gate.source.problem import PolicyProblem, ProblemSeverity

TODAY = date(2026, 11, 23)
FIX = {"fix": "Ask ana."}
METRIC: dict[str, Any] = {"check": "eval_metric", "where": {"metric": "accuracy"}, **FIX}


def policy(*rules: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A policy of rules on unit tests, or of what they say instead."""
    entries = [one_rule(id=f"r{place}", **FIX, **each)["rules"][0] for place, each in enumerate(rules)]
    return {"version": 1, "name": "n", "rules": entries, **fields}


def metric(**fields: Any) -> dict[str, Any]:
    return {key: value for key, value in {**METRIC, **fields}.items() if key != "fix"}


def found(tree: dict[str, Any], today: date | None = TODAY) -> list[PolicyProblem]:
    problems = list(check_policy(json.dumps(tree, indent=1), "p.json", today=today))
    assert all(each.severity is ProblemSeverity.WARNING for each in problems), problems
    return problems


def names(tree: dict[str, Any], today: date | None = TODAY) -> list[str]:
    return [each.id for each in found(tree, today)]


def test_a_sound_policy_has_none() -> None:
    assert found(policy({}, metric(require={"at_least": 0.85, "min_samples": 200}))) == []


def test_the_built_in_policy_has_none_but_those_that_are_known() -> None:
    problems = check_policy(ai_release_bytes(), "p.json", today=TODAY)
    assert {each.id for each in problems} <= {"few-samples", "ignored-evidence"}


@pytest.mark.parametrize(
    ("require", "true", "passing"),
    [
        ({"at_least": 0.85}, Fraction(82, 100), range(17, 21)),
        ({"at_least": 0.9}, Fraction(87, 100), range(18, 21)),
        ({"at_most": 0.1}, Fraction(13, 100), range(3)),
    ],
)
def test_a_bound_on_few_samples_says_what_chance_does(
    require: dict[str, float], true: Fraction, passing: range
) -> None:
    (problem,) = found(policy(metric(require=require)))
    assert problem.id == "few-samples"
    chance = sum(comb(20, hits) * true**hits * (1 - true) ** (20 - hits) for hits in passing)
    said = f"a system whose true accuracy is {float(true):.3g} passes {round(chance * 100)} % of the time"
    assert problem.message.endswith(said)
    assert problem.hint == "give min_samples or confidence"


def test_half_of_the_time() -> None:
    (problem,) = found(policy(metric(require={"at_least": 0.85})))
    assert "true accuracy is 0.82 passes 50 % of the time" in problem.message


def test_a_metric_without_a_scale_has_no_figure() -> None:
    (problem,) = found(policy(metric(where={"metric": "latency_ms"}, require={"at_most": 800})))
    assert problem.message == "latency_ms is judged by its value alone, on however few samples"


def test_only_what_decides_needs_samples() -> None:
    assert names(policy({}, metric(severity="warn", require={"at_least": 0.85}))) == []


def test_missing_evidence_that_a_blocking_rule_ignores() -> None:
    ignoring = {"ignore": "some branches"}
    assert names(policy({"on_missing": ignoring})) == ["ignored-evidence"]
    assert names(policy({"on_missing": ignoring, "severity": "review"})) == []
    assert names(policy({}, on_missing=ignoring)) == ["ignored-evidence"]
    assert names(policy({"on_missing": "fail"}, on_missing=ignoring)) == []


def test_a_blocking_rule_without_a_fix() -> None:
    tree = policy({}, {"check": "clean_tree", "severity": "review"})
    del tree["rules"][1]["where"], tree["rules"][1]["require"], tree["rules"][1]["fix"]
    assert names(tree) == []
    tree["rules"][0]["fix"] = " "
    assert names(tree) == ["no-fix"]


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-08-24", "long-effective"),
        ("2026-08-25", ""),
        ("2026-11-23", ""),
        ("2027-02-21", ""),
        ("2027-02-22", "far-ahead"),
    ],
)
def test_the_day_on_which_a_rule_takes_effect(day: str, name: str) -> None:
    tree = policy({}, metric(require={"at_least": 0.9, "min_samples": 99}, effective_on=day))
    assert names(tree) == ([name] if name else [])
    assert names(tree, today=None) == []


@pytest.mark.parametrize(
    ("require", "fires"),
    [
        ({"not_on_dates": ["2026-11-22"]}, True),
        ({"not_on_dates": ["2025-12-24", "2026-11-23"]}, False),
        ({"not_between": [{"first": "2025-12-20", "last": "2026-01-02"}]}, True),
        ({"not_on_dates": ["2025-12-24"], "not_on_weekdays": ["fri"]}, False),
    ],
)
def test_a_freeze_that_is_over(require: dict[str, Any], fires: bool) -> None:
    tree = policy({}, {"check": "calendar", "require": require})
    del tree["rules"][1]["where"]
    assert names(tree) == ["freeze-over"] * fires
    assert names(tree, today=None) == []


def test_a_locked_rule_that_does_nothing() -> None:
    assert names(policy({}, {"severity": "info", "where": {"type": "e2e"}, "locked": True})) == [
        "locked-info"
    ]


def test_two_rules_that_ask_the_same() -> None:
    tree = policy({}, {"description": "again"})
    (problem,) = found(tree)
    assert (problem.id, problem.path) == ("same-rule", "$.rules[1]")
    assert problem.sentence == "asks the same as the rule 'r0'; drop one of them"


def test_a_rule_that_another_one_makes_pointless() -> None:
    weak, strong = {"require": {"failed": 5}}, {"require": {"failed": 0, "max_skipped_ratio": 0.1}}
    (problem,) = found(policy(weak, strong))
    assert (problem.id, problem.path) == ("pointless-rule", "$.rules[0]")
    (problem,) = found(policy(strong, weak))
    assert (problem.id, problem.path) == ("pointless-rule", "$.rules[1]")
    assert problem.message == "asks nothing that the rule 'r0' does not ask"


@pytest.mark.parametrize(
    "other",
    [
        {"require": {"failed": 0, "min_executed": 10}},
        {"where": {"type": "e2e"}},
        {"require": {"failed": 3}, "on_missing": "fail"},
        {"require": {"failed": 3}, "environments": {"staging": {"require": {"min_executed": 9}}}},
    ],
)
def test_rules_that_each_ask_for_something(other: dict[str, Any]) -> None:
    strong = {"require": {"failed": 0, "max_skipped_ratio": 0.1}}
    assert names(policy(strong, other)) == []


def test_a_severity_beside_a_stricter_one_is_no_repetition() -> None:
    """A warning at a stricter bound above a block at a milder one is how people stage a threshold."""
    high, low = {"require": {"failed": 0}, "severity": "warn"}, {"require": {"failed": 3}}
    assert names(policy(high, low)) == []


def test_an_environment_that_looks_like_another() -> None:
    staging = {"environments": {"Production": {"severity": "review"}}}
    tree = policy(staging, metric(require={"at_least": 0.9, "min_samples": 9}), approvals={"prod": {}})
    (problem,) = found(tree)
    assert (problem.id, problem.path) == ("environment-name", "$.approvals.prod")
    assert problem.sentence == (
        "the environment 'prod' looks like 'production'; write one name if they are the same"
    )
    assert underlined(json.dumps(tree, indent=1), problem).startswith('"prod"')
    assert names(policy(staging, approvals={"production": {}, "staging": {}, "*": {}})) == []


def test_rules_of_one_kind_by_the_hundred_are_read_in_time() -> None:
    """Each is held against a few of the others only."""
    many = [
        metric(require={"at_least": 0.1 + place / 1000, "min_samples": 900 - place}) for place in range(200)
    ]
    assert names(policy(*many)) == []


def test_version_0_is_not_asked_about() -> None:
    assert found({"required_coverage": {"code": 0.8}}) == []


def test_as_many_rules_and_environments_as_there_may_be_are_looked_through_at_once() -> None:
    """A thousand rules in a hundred environments: an editor asks while its user types."""
    several = [{"environments": {f"e{place % 100}": {"severity": "warn"}}} for place in range(1_000)]
    started = time.process_time()
    assert names(policy(*several)) == []
    assert time.process_time() - started < 8


def test_an_environment_that_only_one_of_two_rules_names_counts() -> None:
    strict = {"require": {"failed": 0, "max_skipped_ratio": 0.1}}
    assert names(policy({}, strict | {"environments": {"staging": {"severity": "info"}}})) == []
    assert names(policy({}, strict)) == ["pointless-rule"]


COMPARES: dict[str, Any] = {
    "check": "metric_change",
    "where": {"metric": "accuracy"},
    "require": {"max_drop": 0.02},
}


@pytest.mark.parametrize(
    ("rule", "fields", "asked"),
    [
        ({}, {"on_missing": "fail"}, True),
        ({"on_missing": "fail"}, {}, True),
        ({}, {}, False),
        ({"on_missing": "review"}, {"on_missing": "fail"}, False),
        ({"severity": "review"}, {"on_missing": "fail"}, False),
        ({}, {"on_missing": "fail", "baseline": {"select": "given"}}, False),
        ({"check": "clean_tree", "where": None, "require": None}, {"on_missing": "fail"}, False),
    ],
)
def test_a_rule_that_would_stop_the_first_release_for_ever(
    rule: dict[str, Any], fields: dict[str, Any], asked: bool
) -> None:
    entry = {key: value for key, value in {"id": "r", **COMPARES, **FIX, **rule}.items() if value is not None}
    tree = {"version": 1, "name": "n", "baseline": {"max_age_days": 9}, "rules": [entry], **fields}
    assert ("first-release" in names(tree)) is asked


@pytest.mark.parametrize(
    ("entry", "asked"),
    [
        ({"id": "accuracy", "require": {"at_least": 0.9, "min_samples": 50}}, True),
        ({"id": "accuracy", "require": {"min_samples": 50}, "description": "Ours."}, False),
        ({"id": "accuracy", "locked": True}, False),
        ({"id": "unit-tests", "require": {"min_executed": 5}}, False),
        ({"id": "own", **METRIC, "require": {"at_least": 0.9, "min_samples": 5}}, False),
    ],
)
def test_an_inherited_description_with_a_figure_over_another_bound(
    entry: dict[str, Any], asked: bool
) -> None:
    tree = {"version": 1, "name": "n", "extends": "builtin:ai-release", "rules": [entry]}
    found_here = [each for each in found(tree) if each.id == "old-description"]
    assert [each.path for each in found_here] == (["$.rules[0].require"] if asked else [])
