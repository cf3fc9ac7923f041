"""Approvals that a policy inherits: they can be tightened, never dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tsr_agent.gate.policies.names import EVERY_ENVIRONMENT, environment_key
from tsr_agent.gate.policies.strictness import milder_terms
from tsr_agent.gate.wording import plain
from tsr_agent.models.approval import ApprovalTerms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tsr_agent.gate.policies.policy import Policy


def approvals_over(own: Any, policies: Sequence[Policy], problems: list[str]) -> Any:
    """The own terms over the inherited ones, by environment and key by key, as a plain tree.

    Args:
        own: What the extending policy's file has under ``approvals``; None where it has nothing.
        policies: What it extends.
        problems: Takes one line a problem.
    """
    inherited = _inherited(policies)
    problems += [
        f"$.extends: by the extended policies together, nobody may approve a release to {plain(name, 100)}"
        for name, terms in inherited.items()
        if not terms.roles
    ]
    if own is None:
        own = {}
    if not isinstance(own, dict):
        return own
    named = {environment_key(name) for name in own}
    kept = {name: msgspec.to_builtins(terms) for name, terms in inherited.items() if name not in named}
    return {**kept, **{name: mapping_over(_below(name, inherited), terms) for name, terms in own.items()}}


def refuse_milder_approvals(
    policy: Policy, own: Mapping[str, Any], policies: Sequence[Policy], problems: list[str]
) -> None:
    """Names every environment where less would be needed than the extended policies ask for.

    Args:
        policy: The extending policy, read.
        own: What its file has under ``approvals``.
        policies: What it extends.
        problems: Takes one line a problem.
    """
    spelt = {environment_key(name): name for name in own}
    for name in sorted({EVERY_ENVIRONMENT, *policy.approvals, *_inherited(policies)}):
        now, path = policy.approval_for(name), f"$.approvals.{spelt.get(name, EVERY_ENVIRONMENT)}"
        for parent in policies:
            was = parent.approval_for(name)
            if was is None:
                continue
            if now is None:
                problems.append(f"{path}: {plain(parent.name, 100)!r} asks for an approval there")
                continue
            problems += [
                f"{path}.{each.key}: the extended policy {plain(parent.name, 100)!r} asks for {each.was}, "
                f"and {each.now} is less strict; approvals can only be made stricter"
                for each in milder_terms(was, now)
            ]


def mapping_over(below: Any, above: Any) -> Any:
    """Key by key where both are mappings; else what stands above."""
    if isinstance(below, dict) and isinstance(above, dict):
        return {**below, **above}
    return above


def _below(name: str, inherited: Mapping[str, ApprovalTerms]) -> Any:
    terms = inherited.get(environment_key(name), inherited.get(EVERY_ENVIRONMENT))
    return msgspec.to_builtins(terms) if terms is not None else None


def _inherited(policies: Sequence[Policy]) -> dict[str, ApprovalTerms]:
    """By environment, what satisfies all of the policies."""
    found: dict[str, ApprovalTerms] = {}
    for name in {name: None for policy in policies for name in policy.approvals}:
        asked = [terms for policy in policies if (terms := policy.approval_for(name)) is not None]
        both = asked[0]
        for terms in asked[1:]:
            both = _both(both, terms)
        found[name] = both
    return found


def _both(one: ApprovalTerms, other: ApprovalTerms) -> ApprovalTerms:
    return ApprovalTerms(
        count=max(one.count, other.count),
        roles=tuple(role for role in one.roles if role in other.roles),
        distinct_from=tuple(dict.fromkeys((*one.distinct_from, *other.distinct_from))),
        reason="; ".join(dict.fromkeys(filter(None, (one.reason, other.reason)))),
    )
