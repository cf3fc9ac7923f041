"""What one policy asks for otherwise than another: rules added, removed, stricter, looser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.comparison.policies import (
    PolicyChanges,
    PolicyNews,
    PolicyRuleChange,
    PolicyValueChange,
)
from tsr_agent.gate.policies.strictness import as_text, loosenings, milder_terms, missing_rank
from tsr_agent.gate.wording import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.gate.policies.strictness import Loosening
    from tsr_agent.gate.rule import Rule
    from tsr_agent.models.approval import ApprovalTerms

_NOBODY = "nobody"


def policy_changes(old: Policy, new: Policy, old_environment: str, new_environment: str) -> PolicyChanges:
    """How two policies differ, each as it holds in the environment that it judged.

    Pure; never raises for policies that were read.

    Args:
        old: The policy of the report to compare with.
        new: That of the report that is looked at.
        old_environment: Where the first release was to go.
        new_environment: Where the second one was.
    """
    before = {rule.id: rule for rule in old.rules_for(old_environment)}
    after = {rule.id: rule for rule in new.rules_for(new_environment)}
    found = []
    for name in (*after, *(each for each in before if each not in after)):
        change = _rule_change(old, new, before.get(name), after.get(name))
        if change is not None:
            found.append(change)
    order = {each: place for place, each in enumerate(PolicyNews)}
    return PolicyChanges(
        rules=tuple(sorted(found, key=lambda each: order[each.news])),
        values=tuple(_values(old, new, old_environment, new_environment)),
        unchanged=len(before.keys() | after.keys()) - len(found),
    )


def _rule_change(
    old_policy: Policy, new_policy: Policy, old: Rule | None, new: Rule | None
) -> PolicyRuleChange | None:
    told = new or old
    if told is None:
        return None
    asked = [plain(each.asks(), 2_000) if each is not None else "" for each in (old, new)]
    if old is None or new is None:
        news = PolicyNews.ADDED if old is None else PolicyNews.REMOVED
        return PolicyRuleChange(id=told.id, news=news, old=asked[0], new=asked[1])
    values = _rule_values(old_policy, new_policy, old, new)
    if not values:
        return None
    return PolicyRuleChange(id=told.id, news=_together(values), old=asked[0], new=asked[1], values=values)


def _rule_values(
    old_policy: Policy, new_policy: Policy, old: Rule, new: Rule
) -> tuple[PolicyValueChange, ...]:
    values = _both_ways(loosenings(old, new), loosenings(new, old)) if old != new else []
    missing = old.on_missing or old_policy.on_missing, new.on_missing or new_policy.on_missing
    # Where the policy's own treatment changed, it is said of the policy and not of each rule again.
    if missing[0] != missing[1] and (old.on_missing or new.on_missing):
        values.append(_value("on_missing", *missing, missing_rank(missing[1]) - missing_rank(missing[0])))
    return tuple(values)


def _both_ways(looser: Iterable[Loosening], back: Iterable[Loosening]) -> list[PolicyValueChange]:
    """By key: what is a loosening only one way round has a direction, what is one both ways has none."""
    down, up = {each.key: each for each in looser}, {each.key: each for each in back}
    found = []
    for key in (*down, *(each for each in up if each not in down)):
        if key in down:
            was, now = down[key].was, down[key].now
            news = PolicyNews.CHANGED if key in up else PolicyNews.LOOSER
        else:
            was, now = up[key].now, up[key].was
            news = PolicyNews.STRICTER
        found.append(PolicyValueChange(key=key, news=news, old=was, new=now))
    return found


def _together(values: Sequence[PolicyValueChange]) -> PolicyNews:
    kinds = {each.news for each in values}
    return kinds.pop() if len(kinds) == 1 else PolicyNews.CHANGED


def _value(key: str, old: object, new: object, direction: int = 0) -> PolicyValueChange:
    news = PolicyNews.CHANGED
    if direction:
        news = PolicyNews.STRICTER if direction > 0 else PolicyNews.LOOSER
    return PolicyValueChange(key=key, news=news, old=as_text(old), new=as_text(new))


def _values(old: Policy, new: Policy, old_environment: str, new_environment: str) -> list[PolicyValueChange]:
    found = []
    if old.on_missing != new.on_missing:
        direction = missing_rank(new.on_missing) - missing_rank(old.on_missing)
        found.append(_value("on_missing", old.on_missing, new.on_missing, direction))
    found += _approvals(old.approval_for(old_environment), new.approval_for(new_environment))
    if old.baseline != new.baseline:
        found.append(_value("baseline", old.baseline, new.baseline))
    if old.flaky.attempts is not new.flaky.attempts:
        order = list(type(old.flaky.attempts))
        direction = order.index(old.flaky.attempts) - order.index(new.flaky.attempts)
        found.append(_value("flaky.attempts", old.flaky.attempts, new.flaky.attempts, direction))
    if old.flaky.quarantine_file != new.flaky.quarantine_file:
        files = [each.flaky.quarantine_file or None for each in (old, new)]
        found.append(_value("flaky.quarantine_file", files[0], files[1]))
    return found


def _approvals(old: ApprovalTerms | None, new: ApprovalTerms | None) -> list[PolicyValueChange]:
    if old is None or new is None:
        if old is new:
            return []
        said = [_NOBODY if each is None else as_text(each.count) for each in (old, new)]
        return [_value("approvals", said[0], said[1], 1 if old is None else -1)]
    return [
        PolicyValueChange(key=f"approvals.{each.key}", news=each.news, old=each.old, new=each.new)
        for each in _both_ways(milder_terms(old, new), milder_terms(new, old))
    ]
