"""Policies of every check drawn from one seed, and others that extend them and change what they like."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.gate.policies.sources import PolicyText, built_in_only
from tsr_agent.models.codec import digest

if TYPE_CHECKING:
    from tests.factories.generated_reports import Dice
    from tsr_agent.gate.policies.policy import Policy

SHARES = (0, 0.05, 0.5, 0.8, 0.84, 0.85, 0.9, 0.95, 1)
COUNTS = (0, 1, 2, 5)
CONFIDENCES = (0.8, 0.9, 0.95, 0.999)
DAYS = ("2026-12-24", "2026-11-22", "2026-11-23")
FREEZES = ({"first": "2026-11-20", "last": "2026-11-22"}, {"first": "2026-12-20", "last": "2027-01-02"})
BASELINES = ({}, {"max_age_days": 10}, {"same": ["repository"]}, {"branch": "other"})
ATTEMPTS = ("worst", "majority", "last")
# By check: what it may look at, and values of every key that it may require.
RULES: dict[str, tuple[tuple[dict[str, Any], ...], dict[str, tuple[Any, ...]]]] = {
    "tests": (
        ({"type": "unit"}, {"type": "security"}, {"type": "performance"}),
        {
            "failed": COUNTS,
            "errors": COUNTS,
            "max_failure_rate": SHARES,
            "min_executed": COUNTS,
            "max_skipped_ratio": SHARES,
            "attempts": ATTEMPTS,
            "max_flaky": COUNTS,
        },
    ),
    "test_changes": (
        ({}, {"type": "unit"}, {"type": ["unit", "security"]}),
        {
            "max_newly_failing": COUNTS,
            "max_newly_skipped": COUNTS,
            "max_vanished": COUNTS,
            "max_newly_flaky": COUNTS,
            "attempts": ATTEMPTS,
        },
    ),
    "eval_metric": (
        (
            {"metric": "accuracy"},
            {"metric": "latency"},
            {"metric": "latency"},
            {"metric": "grounding_score", "scale": {"minimum": 0, "maximum": 10}},
        ),
        {
            "at_least": (-1, 0.5, 0.84, 0.85, 2, 9, 85),
            "at_most": (0.5, 0.86, 0.9, 2, 9, 90),
            "min_samples": (0, 1, 250),
            "confidence": CONFIDENCES,
        },
    ),
    "metric_change": (
        ({"metric": "accuracy"}, {"metric": "latency", "better": "lower"}, {"metric": "grounding_score"}),
        {
            "max_drop": (0, 0.02, 0.1, 2),
            "confidence": CONFIDENCES,
            "test": ("paired", "auto"),
        },
    ),
    "eval_completeness": (({},), {"at_least": SHARES}),
    "failure_modes": (
        ({}, {"severity": ["critical", "major"]}, {"status": ["open"]}),
        {"max_count": COUNTS},
    ),
    "requirement_coverage": (({},), {"verified": SHARES, "max_unknown_ids": COUNTS}),
    "code_coverage": (({}, {"measure": "branch"}), {"at_least": SHARES, "max_drop": SHARES}),
    "eval_iterations": (({},), {"min_documented": (1, 2, 3)}),
    "latest_iteration": (({},), {"outcome": ("passed", "improved", "failed")}),
    "clean_tree": (({},), {}),
    "findings": (
        ({}, {"tool": ["bandit"]}, {"level": ["error"]}),
        {"max_count": COUNTS, "min_scans": (1, 2)},
    ),
    "calendar": (
        ({},),
        {
            "not_on_weekdays": ((), ("sun",), ("sat", "sun")),
            "not_on_dates": ((), DAYS[:1], DAYS[:2], DAYS),
            "not_between": ((), FREEZES[:1], FREEZES),
            "utc_offset": ("+00:00", "+13:00"),
        },
    ),
}
SEVERITIES = ("block", "block", "block", "block", "review", "warn", "info")
_MOST_KEYS = ("tests", "eval_metric", "test_changes", "metric_change")
"""Checks whose keys play together; they are drawn more often."""
MISSING = ("fail", "review", {"ignore": "it may be missing"})
MOMENTS = ("2026-11-01", "2026-11-22", "2026-11-23", "2027-06-01")
ENVIRONMENTS = ("staging", "production", "dev")


def parent_tree(roll: Dice) -> dict[str, Any]:
    """A policy with some locked rules. Not all are valid by themselves."""
    checks = [roll.one_of((*RULES, *_MOST_KEYS * 4)) for _ in range(1 + roll.up_to(1))]
    # One that can stop a release, so that what the others ask is not what decides over being read.
    anchor = {"id": "anchor", "check": "clean_tree"}
    rules = [anchor, *(_rule(roll, number, name) for number, name in enumerate(checks))]
    tree: dict[str, Any] = {"version": 1, "name": "parent", "rules": rules}
    if roll.once_in(2):
        tree["on_missing"] = roll.one_of(MISSING)
    if roll.once_in(3):
        tree["flaky"] = {"attempts": roll.one_of(ATTEMPTS)}
    if roll.once_in(4):
        tree["baseline"] = roll.one_of(BASELINES)
    return tree


def child_tree(roll: Dice, parent: dict[str, Any]) -> dict[str, Any]:
    """A policy that extends it, and may loosen or tighten anything. Many are refused."""
    entries = [
        {"id": rule["id"], **_changes(roll, rule["check"], roll.one_of((1, 1, 1, 2)))}
        for rule in parent["rules"]
        if rule["id"] != "anchor" and not roll.once_in(4)
    ]
    tree = {"version": 1, "name": "child", "extends": ["parent"], "rules": entries}
    if roll.once_in(3):
        tree["on_missing"] = roll.one_of(MISSING)
    if roll.once_in(3):
        tree["flaky"] = {"attempts": roll.one_of(ATTEMPTS)}
    if roll.once_in(6):
        tree["baseline"] = roll.one_of(BASELINES)
    if roll.once_in(8):
        tree["rules"] = [*entries, {**_rule(roll, 9, roll.one_of(RULES)), "locked": False}]
    return tree


def read_both(parent: dict[str, Any], child: dict[str, Any]) -> tuple[Policy, Policy]:
    """Both policies.

    Raises:
        PolicyError: One of them is refused.
    """
    data = json.dumps(parent).encode()

    def parents(name: str) -> PolicyText:
        return PolicyText(
            data=data, source=name, origin=name, identity=digest(data), quarantine=None, parents=built_in_only
        )

    above = parse_policy(data, "parent")
    return above, parse_policy(json.dumps(child).encode(), "child", parents)


def _rule(roll: Dice, number: int, check: str) -> dict[str, Any]:
    scopes, values = RULES[check]
    scope = roll.one_of(scopes)
    keys = [key for key in values if roll.once_in(3)] or [roll.one_of(values)] if values else []
    rule: dict[str, Any] = {
        "id": f"{check.replace('_', '-')}-{number}",
        "check": check,
        "locked": not roll.once_in(6),
        "severity": roll.one_of(SEVERITIES),
        **({"where": scope} if scope else {}),
        **({"require": {key: roll.one_of(values[key]) for key in keys}} if values else {}),
    }
    if roll.once_in(3):
        rule |= _changes(roll, check, 1, top=("on_missing", "effective_on", "environments"))
    return rule


def _changes(
    roll: Dice,
    check: str,
    count: int,
    top: tuple[str, ...] = (
        *("require",) * 4,
        "where",
        "severity",
        "on_missing",
        "effective_on",
        "environments",
    ),
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(count):
        key = roll.one_of(top)
        found[key] = _value(roll, check, key)
    return found


def _value(roll: Dice, check: str, key: str) -> Any:
    scopes, values = RULES[check]
    choices: dict[str, tuple[Any, ...]] = {
        "where": scopes,
        "severity": SEVERITIES,
        "on_missing": MISSING,
        "effective_on": (None, *MOMENTS),
    }
    if key in choices:
        return roll.one_of(choices[key])
    if key == "environments":
        inside = _changes(roll, check, 1 + roll.up_to(1), top=("require", "severity", "on_missing"))
        return {roll.one_of(("staging", "Production", "dev")): inside}
    if not values:
        return {}
    name = roll.one_of(values)
    return {name: None if roll.once_in(12) else roll.one_of(values[name])}
