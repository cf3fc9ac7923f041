"""What one policy asks for otherwise than another: added, removed, stricter, looser, or neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, reject

from tests.factories.generated_policies import child_tree, parent_tree, read_both
from tests.factories.generated_reports import Dice, dice
from tsr_agent.comparison.policies import PolicyChanges, PolicyNews
from tsr_agent.errors import PolicyError
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.gate.policies.differences import policy_changes
from tsr_agent.gate.policies.file import parse_policy

if TYPE_CHECKING:
    from tsr_agent.comparison.policies import PolicyRuleChange
    from tsr_agent.gate.policies.policy import Policy

STAGING, PRODUCTION = "staging", "production"


def policy(rules: str, more: str = "") -> Policy:
    return parse_policy(f"version: 1\nname: mine\n{more}rules:\n{rules}".encode(), "policy.yml")


def accuracy(bound: float, more: str = "") -> str:
    scope = "check: eval_metric, where: {metric: accuracy}"
    return f"  - {{id: accuracy, {scope}, require: {{at_least: {bound}}}{more}}}\n"


def changed(old: Policy, new: Policy, environment: str = STAGING) -> PolicyRuleChange:
    (only,) = policy_changes(old, new, environment, environment).rules
    return only


def test_the_same_policy_differs_in_nothing() -> None:
    found = policy_changes(ai_release(), ai_release(), STAGING, STAGING)
    assert found == PolicyChanges(unchanged=len(ai_release().rules))
    assert found.is_empty


@pytest.mark.parametrize(
    ("bound", "news"), [(0.8, PolicyNews.LOOSER), (0.9, PolicyNews.STRICTER)], ids=["looser", "stricter"]
)
def test_a_bound_has_a_direction(bound: float, news: PolicyNews) -> None:
    found = changed(policy(accuracy(0.85)), policy(accuracy(bound)))
    assert (found.id, found.news) == ("accuracy", news)
    (value,) = found.values
    assert (value.key, value.news, value.old, value.new) == ("require.at_least", news, "0.85", str(bound))
    assert found.old != found.new
    assert "0.85" in found.old


def test_more_of_one_and_less_of_another_is_neither_stricter_nor_looser() -> None:
    found = changed(policy(accuracy(0.85)), policy(accuracy(0.8).replace("0.8}", "0.8, min_samples: 50}")))
    assert found.news is PolicyNews.CHANGED
    assert {each.key: each.news for each in found.values} == {
        "require.at_least": PolicyNews.LOOSER,
        "require.min_samples": PolicyNews.STRICTER,
    }


def test_severity_and_missing_evidence_count() -> None:
    found = changed(policy(accuracy(0.85)), policy(accuracy(0.85, ", severity: review, on_missing: fail")))
    assert {each.key: each.news for each in found.values} == {
        "severity": PolicyNews.LOOSER,
        "on_missing": PolicyNews.STRICTER,
    }


def test_rules_that_only_one_has_are_added_or_removed_and_what_asks_for_less_comes_first() -> None:
    other = "  - {id: unit, check: tests, where: {type: unit}, require: {failed: 0}}\n"
    found = policy_changes(policy(accuracy(0.85)), policy(other), STAGING, STAGING)
    assert [(each.id, each.news) for each in found.rules] == [
        ("accuracy", PolicyNews.REMOVED),
        ("unit", PolicyNews.ADDED),
    ]
    assert (found.rules[0].new, found.rules[1].old) == ("", "")


def test_each_policy_counts_as_it_holds_in_its_own_environment() -> None:
    varied = policy(accuracy(0.85, ", environments: {production: {require: {at_least: 0.95}}}"))
    found = policy_changes(varied, varied, STAGING, PRODUCTION)
    assert [(each.id, each.news) for each in found.rules] == [("accuracy", PolicyNews.STRICTER)]
    assert policy_changes(varied, varied, PRODUCTION, PRODUCTION).is_empty


def test_what_holds_for_all_rules_is_told_once() -> None:
    rules = accuracy(0.85)
    old = policy(rules, "on_missing: fail\napprovals: {staging: {count: 2}}\n")
    new = policy(rules, "on_missing: review\nflaky: {attempts: last}\nbaseline: {select: previous}\n")
    found = policy_changes(old, new, STAGING, STAGING)
    assert found.rules == ()
    assert {each.key: each.news for each in found.values} == {
        "on_missing": PolicyNews.LOOSER,
        "approvals": PolicyNews.LOOSER,
        "baseline": PolicyNews.CHANGED,
        "flaky.attempts": PolicyNews.LOOSER,
    }


def test_approvals_are_held_against_each_other_by_what_they_ask() -> None:
    rules = accuracy(0.85)
    old = policy(rules, "approvals: {staging: {count: 2}}\n")
    new = policy(rules, "approvals: {staging: {count: 1}}\n")
    (value,) = policy_changes(old, new, STAGING, STAGING).values
    assert (value.key, value.news, value.old, value.new) == ("approvals.count", PolicyNews.LOOSER, "2", "1")


_BACK = {
    PolicyNews.ADDED: PolicyNews.REMOVED,
    PolicyNews.REMOVED: PolicyNews.ADDED,
    PolicyNews.STRICTER: PolicyNews.LOOSER,
    PolicyNews.LOOSER: PolicyNews.STRICTER,
    PolicyNews.CHANGED: PolicyNews.CHANGED,
}


@given(dice)
def test_the_other_way_round_everything_is_the_opposite(roll: Dice) -> None:
    parent = parent_tree(roll)
    try:
        old, new = read_both(parent, child_tree(roll, parent))
    except PolicyError:
        reject()
    there = policy_changes(old, new, STAGING, STAGING)
    back = policy_changes(new, old, STAGING, STAGING)
    assert {each.id: each.news for each in back.rules} == {each.id: _BACK[each.news] for each in there.rules}
    assert {each.key: (each.new, each.old, _BACK[each.news]) for each in back.values} == {
        each.key: (each.old, each.new, each.news) for each in there.values
    }
    assert back.unchanged == there.unchanged
