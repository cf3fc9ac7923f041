"""One policy for two reports that are held against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.gate.rule import Rule


def without_baseline_rules(policy: Policy) -> tuple[Policy, tuple[str, ...]]:
    """The policy without the rules that look at a baseline, and their ids.

    Each of the two reports would need a baseline of its own; without one they would all be missing
    evidence, and the verdicts would be about that.
    """
    left_out = tuple(rule.id for rule in policy.rules if rule.compares())
    if not policy.compares:
        return policy, left_out
    import msgspec

    def kept(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        return tuple(rule for rule in rules if not rule.compares())

    environments = {name: kept(rules) for name, rules in policy.environment_rules.items()}
    smaller = msgspec.structs.replace(policy, rules=kept(policy.rules), environment_rules=environments)
    return smaller, left_out


def scopes(policy: Policy) -> Mapping[str, Mapping[str, Any]]:
    """By rule id what the rule looks at, as plain data."""
    import msgspec

    found = {}
    for rule in policy.rules:
        where = getattr(rule, "where", None)
        found[rule.id] = msgspec.to_builtins(where) if isinstance(where, msgspec.Struct) else {}
    return found
