"""Rules of two decisions as lines to draw: what became of their effect, and what is behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.comparison.rules import Turn, effect
from tsr_agent.models.decision import RuleEffect, RuleState
from tsr_agent.sections.causes import behind
from tsr_agent.sections.changes import BETTER, DOUBTFUL, OTHER, SAME, WORSE, ChangeGroup, ChangeRow, SideCell
from tsr_agent.sections.marks import Mark
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import count, rule_state

if TYPE_CHECKING:
    from tsr_agent.comparison.report import EvidenceChanges
    from tsr_agent.comparison.rules import RuleChange
    from tsr_agent.models.decision import RuleResult

_NOW = {
    RuleEffect.BLOCKS: "blocks",
    RuleEffect.NEEDS_REVIEW: "needs review",
    RuleEffect.WARNS: "warns",
}
_NO_LONGER = {
    RuleEffect.BLOCKS: "no longer blocks",
    RuleEffect.NEEDS_REVIEW: "no longer needs review",
    RuleEffect.WARNS: "no longer warns",
}


class RuleChangeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One rule then and now, with what is behind it."""

    mark: Mark
    id: str
    said: str
    """What became of its effect, ``blocks now``."""
    then_and_now: str
    """Its figures in both, ``0.932 → 0.297``; empty where they are the same."""
    message: str
    """What the rule says about B."""
    causes: tuple[ChangeGroup, ...]
    expected: str
    """What it requires, each time where that differs."""
    old: SideCell
    """State, figure and n in A."""
    new: SideCell


def rule_row(change: RuleChange, changes: EvidenceChanges, few: int | None) -> RuleChangeRow:
    """A rule in both decisions, with the first few of what is behind its change."""
    told = change.new or change.old
    groups = [each for cause in change.causes for each in behind(cause, changes, few)]
    return RuleChangeRow(
        mark=_rule_mark(change),
        id=one_line(change.id),
        said=_said(change),
        then_and_now="" if _is_plain(change) else then_and_now(change.old, change.new),
        message=one_line(told.message, 2000) if told is not None else "",
        causes=tuple(groups),
        expected=_expected(change.old, change.new),
        old=_side(change.old),
        new=_side(change.new),
    )


def same_rule(rule_a: RuleResult, rule_b: RuleResult) -> ChangeRow:
    """A rule that says the same of both and has no effect on either verdict."""
    required = _expected(rule_a, rule_b)
    below = (f"Required: {required}",) if required else ()
    name, sides = one_line(rule_b.id), (_side(rule_a), _side(rule_b))
    return ChangeRow(
        mark=SAME, text=f"{name}: {sides[1]}", name=name, old=sides[0], new=sides[1], below=below
    )


def _expected(old: RuleResult | None, new: RuleResult | None) -> str:
    wanted = dict.fromkeys(one_line(each.expected, 200) for each in (old, new) if each is not None)
    return " → ".join(each for each in wanted if each)


def _side(rule: RuleResult | None) -> SideCell:
    """State, figure and n of a rule in one of the decisions."""
    if rule is None:
        return SideCell(text="no such rule")
    n = "" if rule.n is None else f"n {count(rule.n)}"
    said = " · ".join(each for each in (one_line(rule.actual, 100), n) if each)
    return SideCell(text=said, mark=rule_state(rule), target=Target(Kind.RULE, rule.id))


def _is_plain(change: RuleChange) -> bool:
    """A pass that became a failure, or the other way, with what is behind it below: figures add nothing."""
    old, new = change.old, change.new
    if old is None or new is None or not change.causes:
        return False
    return (old.expected, old.severity) == (new.expected, new.severity) and {old.state, new.state} == {
        RuleState.PASS,
        RuleState.FAIL,
    }


def _rule_mark(change: RuleChange) -> Mark:
    if change.turn is Turn.BETTER:
        return BETTER
    if change.turn is Turn.NO_MATTER:
        return OTHER
    return WORSE if effect(change.new) is RuleEffect.BLOCKS else DOUBTFUL


def _said(change: RuleChange) -> str:
    now, was = effect(change.new), effect(change.old)
    if change.new is None:
        return "is no rule any more"
    if change.turn is Turn.WORSE:
        before = f"; it {'needed review' if was is RuleEffect.NEEDS_REVIEW else 'warned'} before"
        return f"{_NOW[now]} now" + (before if was is not RuleEffect.NONE else "")
    if change.turn is Turn.BETTER:
        return _NO_LONGER[was] + (f"; it {_NOW[now]} now" if now is not RuleEffect.NONE else "")
    if change.turn is Turn.STILL:
        return f"still {_NOW[now]}" if change.old != change.new else f"{_NOW[now]} as before"
    return "says something else"


def then_and_now(old: RuleResult | None, new: RuleResult | None) -> str:
    """Both states and figures where they differ."""
    if old is None or new is None:
        return ""
    if (old.state, old.actual, old.n, old.severity, old.expected) == (
        new.state,
        new.actual,
        new.n,
        new.severity,
        new.expected,
    ):
        return ""
    states = [rule_state(each).word for each in (old, new)]
    figures = [one_line(each.actual, 100) for each in (old, new)]
    parts = [states[0] if states[0] == states[1] else f"{states[0]} → {states[1]}"]
    parts += [f"{figures[0]} → {figures[1]}"] if figures[0] != figures[1] else []
    if old.expected != new.expected:
        parts.append(f"required {one_line(old.expected, 100)} → {one_line(new.expected, 100)}")
    if old.severity is not new.severity:
        parts.append(f"severity {old.severity.value} → {new.severity.value}")
    return ", ".join(parts)
