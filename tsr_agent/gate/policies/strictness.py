"""Whether a rule asks at least as much as the locked rule that it came from.

Each key of a ``require`` declares in its form which direction is stricter (``directions``). A key
without a declared direction may not change in a locked rule, so that a forgotten one can't loosen it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any

import msgspec

from tsr_agent.gate.wording import exact, plain, whole
from tsr_agent.models.base import Record
from tsr_agent.models.decision import RuleSeverity

if TYPE_CHECKING:
    from tsr_agent.gate.rule import OnMissing, Rule
    from tsr_agent.models.approval import ApprovalTerms

_MILDEST_FIRST = (RuleSeverity.INFO, RuleSeverity.WARN, RuleSeverity.REVIEW, RuleSeverity.BLOCK)
_NOTHING = "nothing"


class Stricter(Enum):
    """Which change of a required value asks for more. A value that is left out asks for nothing."""

    HIGHER = "higher"
    LOWER = "lower"
    FIRST = "first"
    """An enum whose members stand from the strictest to the mildest."""
    MORE = "more"
    """A list: one that holds all of the other's values and perhaps further ones."""
    UNCHANGED = "unchanged"
    """No two values can be held against each other."""


Directions = Mapping[str, Stricter]


class Loosening(Record, frozen=True, kw_only=True):
    """One key in which a rule asks for less than the one it came from."""

    key: str
    """Inside the rule, such as ``require.at_least``."""
    was: str
    """The value of the rule it came from, as text."""
    now: str


def loosenings(parent: Rule, child: Rule) -> list[Loosening]:
    """Where a rule asks for less than the rule that it came from, but for missing evidence.

    Args:
        parent: The rule of the extended policy, as it holds in one environment.
        child: The same rule with the changes, in the same environment.
    """
    found = []
    if parent.check != child.check:
        return [_loosening("check", parent.check, child.check)]
    if _MILDEST_FIRST.index(child.severity) < _MILDEST_FIRST.index(parent.severity):
        found.append(_loosening("severity", parent.severity, child.severity))
    if child.effective_on is not None and (
        parent.effective_on is None or child.effective_on > parent.effective_on
    ):
        found.append(_loosening("effective_on", parent.effective_on or "at once", child.effective_on))
    if parent.locked and not child.locked:
        found.append(_loosening("locked", parent.locked, child.locked))
    found += _changed_scope(getattr(parent, "where", None), getattr(child, "where", None))
    found += _milder_require(getattr(parent, "require", None), getattr(child, "require", None))
    named = {each.key for each in found}
    return found + [
        Loosening(key=key, was=was, now=now) for key, was, now in child.gives_way(parent) if key not in named
    ]


def missing_rank(missing: OnMissing) -> int:
    """How strict a treatment of missing evidence is: 0 ignore, 1 review, 2 fail."""
    return {"fail": 2, "review": 1}.get(getattr(missing, "value", ""), 0)


def milder_terms(parent: ApprovalTerms, child: ApprovalTerms) -> list[Loosening]:
    """Where an approval would take less than the policy that is extended asks for."""
    found = []
    if child.count < parent.count:
        found.append(_loosening("count", parent.count, child.count))
    if not set(child.roles) <= set(parent.roles):
        found.append(_loosening("roles", parent.roles, child.roles))
    if not set(child.distinct_from) >= set(parent.distinct_from):
        found.append(_loosening("distinct_from", parent.distinct_from, child.distinct_from))
    return found


def as_text(value: object) -> str:
    """A value of a policy as a message shows it."""
    match value:
        case None:
            text = _NOTHING
        case bool():
            text = str(value).lower()
        case int():
            text = whole(value)
        case float():
            text = exact(value)
        case Enum():
            text = as_text(value.value)
        case tuple():
            text = ", ".join(as_text(each) for each in value) or _NOTHING
        case date():
            text = value.isoformat()
        case msgspec.Struct():
            text = msgspec.json.encode(value).decode()
        case _:
            text = str(value)
    return plain(text, 200)


def _loosening(key: str, was: object, now: object) -> Loosening:
    return Loosening(key=key, was=as_text(was), now=as_text(now))


def _changed_scope(parent: msgspec.Struct | None, child: msgspec.Struct | None) -> list[Loosening]:
    """A rule that looks elsewhere is another rule."""
    if parent is None or child is None:
        return []
    return [
        _loosening(f"where.{key}", was, now)
        for key in parent.__struct_fields__
        if not _same((was := getattr(parent, key)), (now := getattr(child, key)))
    ]


def _same(was: object, now: object) -> bool:
    if isinstance(was, tuple) and isinstance(now, tuple):
        return _contains(was, now) and _contains(now, was)
    return was == now


def _contains(values: tuple[object, ...], wanted: tuple[object, ...]) -> bool:
    return all(each in values for each in wanted)


def _milder_require(parent: msgspec.Struct | None, child: msgspec.Struct | None) -> list[Loosening]:
    if parent is None or child is None:
        return []
    directions: Directions = getattr(parent, "directions", {})
    return [
        _loosening(f"require.{key}", was, now)
        for key in parent.__struct_fields__
        if not _as_strict(
            (was := getattr(parent, key)),
            (now := getattr(child, key)),
            directions.get(key, Stricter.UNCHANGED),
        )
    ]


def _as_strict(was: Any, now: Any, direction: Stricter) -> bool:
    if direction is Stricter.UNCHANGED:
        return bool(was == now)
    if was is None or now is None:
        return was is None
    match direction:
        case Stricter.HIGHER:
            strict = now >= was
        case Stricter.LOWER:
            strict = now <= was
        case Stricter.MORE:
            strict = _contains(now, was)
        case Stricter.FIRST:
            order = list(was.__class__)
            strict = order.index(now) <= order.index(was)
    return bool(strict)
