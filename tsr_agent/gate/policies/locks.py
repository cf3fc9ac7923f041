"""Locked rules: a policy that extends theirs can make them stricter, never looser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tsr_agent.gate.policies.approval_terms import refuse_milder_approvals
from tsr_agent.gate.policies.names import environment_key
from tsr_agent.gate.policies.strictness import Loosening, as_text, loosenings, missing_rank
from tsr_agent.gate.wording import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tsr_agent.gate.policies.layers import Layer, LayeredRule, Merged
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.gate.rule import Rule


def refuse_loosened(parents: Sequence[Layer], merged: Merged, policy: Policy, problems: list[str]) -> None:
    """Names every place where a locked rule would ask for less, in whichever environment.

    Args:
        parents: What the policy extends.
        merged: Its tree over theirs.
        policy: The outcome, read.
        problems: Takes one line a problem, with paths of the policy's own file.
    """
    new_rules = _Rules(policy)
    for parent in parents:
        keys = ["", *sorted({*parent.policy.environment_rules, *policy.environment_rules})]
        old_rules = _Rules(parent.policy)
        for layered, rule in zip(parent.rules, parent.policy.rules, strict=True):
            if not rule.locked:
                continue
            told: set[Loosening] = set()
            for key in keys:
                new = [each for each in _looser(rule.id, key, old_rules, new_rules) if each not in told]
                told.update(new)
                problems += [_line(each, key, layered, merged) for each in new]
        _refuse_other_baseline(parent, merged, policy, problems)
    if parents:
        own = merged.written.get("approvals") or {}
        refuse_milder_approvals(policy, own, [each.policy for each in parents], problems)


class _Rules:
    """A policy's rules by environment and id: a thousand of them in a hundred environments are looked up."""

    def __init__(self, policy: Policy) -> None:
        self.missing = policy.on_missing
        self._everywhere = {rule.id: rule for rule in policy.rules}
        self._by_environment = {
            name: {rule.id: rule for rule in rules} for name, rules in policy.environment_rules.items()
        }

    def get(self, rule_id: str, environment: str) -> Rule | None:
        """A rule as it holds in an environment."""
        return self._by_environment.get(environment, self._everywhere).get(rule_id)


def _looser(rule_id: str, environment: str, parent: _Rules, child: _Rules) -> list[Loosening]:
    """In one environment; the empty name is every environment that nobody names."""
    was, now = parent.get(rule_id, environment), child.get(rule_id, environment)
    if was is None or now is None:
        return []
    # Most rules are handed on as they are.
    found = [] if was == now else loosenings(was, now)
    was_missing, now_missing = was.on_missing or parent.missing, now.on_missing or child.missing
    if missing_rank(now_missing) < missing_rank(was_missing):
        found.append(Loosening(key="on_missing", was=as_text(was_missing), now=as_text(now_missing)))
    return found


def _line(found: Loosening, environment: str, layered: LayeredRule, merged: Merged) -> str:
    rule_id = str(layered.entry.get("id"))
    place = next(
        own for own, rule in zip(merged.own, merged.rules, strict=True) if rule.entry.get("id") == rule_id
    )
    there = f", in {plain(environment, 100)}" if environment else ""
    what = (
        f"{found.key} is {found.was} in the locked rule {rule_id!r} ({layered.place}) and would be "
        f"{found.now} here{there}; a locked rule can only be made stricter"
    )
    if place is None:
        return f"$.extends: {what}"
    entry = merged.written["rules"][place]
    return f"$.rules[{place}]{_spelt(entry, environment, found.key)}.{found.key}: {what}"


def _spelt(entry: Mapping[str, Any], environment: str, key: str) -> str:
    """The environment in whose part of the entry a key was changed."""
    changes = entry.get("environments")
    for name, change in changes.items() if isinstance(changes, dict) else ():
        if environment_key(name) == environment and isinstance(change, dict):
            return f".environments.{name}" if key.partition(".")[0] in change else ""
    return ""


def _refuse_other_baseline(parent: Layer, merged: Merged, policy: Policy, problems: list[str]) -> None:
    """A rule that compares is only as strict as the report that it compares with."""
    if policy.baseline == parent.policy.baseline:
        return
    everywhere = (parent.policy.rules, *parent.policy.environment_rules.values())
    comparing = {rule.id for rules in everywhere for rule in rules if rule.locked and rule.compares()}
    for layered in parent.rules:
        if layered.entry.get("id") in comparing:
            path = "$.baseline" if merged.written.get("baseline") is not None else "$.extends"
            problems.append(
                f"{path}: the rule {layered.entry.get('id')!r} is locked at {layered.place} and compares "
                f"with the baseline of {plain(parent.policy.name, 100)!r}, and another one could loosen it"
            )
            return
