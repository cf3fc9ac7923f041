"""What another policy makes of a report that was judged already: the verdicts, and each rule that changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.models.decision import RuleEffect, RuleState
from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.rules import rules
from tsr_agent.sections.targets import Target
from tsr_agent.sections.wording import counted, verdict

if TYPE_CHECKING:
    from tsr_agent.models.decision import Decision, RuleResult
    from tsr_agent.sections.rules import RuleRow

_RANK = (RuleEffect.NONE, RuleEffect.WARNS, RuleEffect.NEEDS_REVIEW, RuleEffect.BLOCKS)
ABSENT = Mark("–", "not in it", Tone.MUTED)
PREVIEW = "A preview: nothing of it is stored, and no decision on record changes."


class RuleChange(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that comes to something else."""

    id: str
    then: Mark
    now: Mark
    effect: str
    """What it does to the verdict, such as ``blocks → informs``."""
    expected: str
    """Both, with an arrow between, where they differ."""
    actual: str
    n: str
    message: str
    """Its sentence now; the one of then for a rule that is gone."""
    fix: str
    decides: bool
    """Whether it does more to the verdict than before, or less."""
    target: Target


class PolicyEffect(msgspec.Struct, frozen=True, kw_only=True):
    """What a draft of a policy does to one report."""

    report_id: str
    then: Mark
    now: Mark
    policy_then: str
    policy_now: str
    sentence: str
    """What becomes of the verdict, and by which rules."""
    changed: tuple[RuleChange, ...]
    """Those that decide first."""
    unchanged: str
    """How many rules come to the same."""
    notes: tuple[str, ...]


def policy_effect(old: Decision | None, new: Decision, notes: tuple[str, ...] = ()) -> PolicyEffect:
    """Holds a decision that nobody took against the one on record. Both are without waivers.

    Args:
        old: The decision on record; None where there is none.
        new: What the draft comes to.
        notes: What else has to be known.
    """
    then = verdict(old.decision_without_waivers if old is not None else None)
    now = verdict(new.decision_without_waivers)
    before = {each.id: each for each in old.rules} if old is not None else {}
    after = {each.id: each for each in new.rules}
    rows_then = {row.target.value: row for row in rules(old)} if old is not None else {}
    rows_now = {row.target.value: row for row in rules(new)}
    names = [*after, *(each for each in before if each not in after)]
    found = [
        _change(rows_then.get(each), rows_now.get(each), before.get(each), after.get(each))
        for each in names
        if old is not None and _differ(before.get(each), after.get(each))
    ]
    found.sort(key=lambda each: not each.decides)
    return PolicyEffect(
        report_id=new.report_id,
        then=then,
        now=now,
        policy_then=_policy(old) if old is not None else "",
        policy_now=_policy(new),
        sentence=_sentence(old, new, then, now),
        changed=tuple(found),
        unchanged=f"{counted(len(names) - len(found), 'rule')} as before" if old is not None else "",
        notes=(*notes, *_notes(old, new)),
    )


def _policy(decision: Decision) -> str:
    return one_line(f"{decision.policy.name} {decision.policy.version}", 200)


def _differ(then: RuleResult | None, now: RuleResult | None) -> bool:
    if then is None or now is None:
        return True
    parts = ("state", "effect", "expected", "actual", "n")
    return any(getattr(then, each) != getattr(now, each) for each in parts)


def _change(
    then: RuleRow | None, now: RuleRow | None, old: RuleResult | None, new: RuleResult | None
) -> RuleChange:
    row = now or then
    if row is None:
        raise ValueError("a rule that is in neither decision")
    return RuleChange(
        id=row.id,
        then=then.state if then else ABSENT,
        now=now.state if now else ABSENT,
        effect=_arrow(_effect(then or row), _effect(now or row)),
        expected=_arrow((then or row).expected, (now or row).expected),
        actual=_arrow((then or row).actual, (now or row).actual),
        n=_arrow((then or row).n, (now or row).n),
        message=row.message,
        fix=now.fix if now and now.is_open else "",
        decides=_weight(old) != _weight(new),
        target=row.target,
    )


def _effect(row: RuleRow) -> str:
    return row.effect_word if row.is_open else f"passes; {row.severity} if it fails"


def _weight(rule: RuleResult | None) -> int:
    """What a rule does to the verdict without waivers."""
    if rule is None or rule.state is RuleState.PASS:
        return 0
    return _RANK.index(rule.effect)


def _arrow(then: str, now: str) -> str:
    if then == now:
        return now
    return f"{then or '–'} → {now or '–'}"


def _sentence(old: Decision | None, new: Decision, then: Mark, now: Mark) -> str:
    if old is None:
        return f"With the draft: {now.word}. There is no decision on record to compare with."
    if old.decision_without_waivers is new.decision_without_waivers:
        return f"The verdict stays {now.word}."
    strict = new if _rank(new) > _rank(old) else old
    wanted = RuleEffect.BLOCKS if _rank(strict) == len(_ORDER) - 1 else RuleEffect.NEEDS_REVIEW
    by = [one_line(each.id, 80) for each in strict.rules if each.effect is wanted]
    if wanted is RuleEffect.NEEDS_REVIEW and strict.manual_approval_required:
        by.append("the approval that is asked for")
    named = ", ".join(by[:3]) + (f" and {len(by) - 3:,} more" if len(by) > 3 else "")
    why = f": {named}" if named and strict is new else f"; no longer: {named}" if named else ""
    return f"{then.word} → {now.word}{why}."


_ORDER = ("go", "pending_review", "no_go")


def _rank(decision: Decision) -> int:
    return _ORDER.index(decision.decision_without_waivers.value)


def _notes(old: Decision | None, new: Decision) -> tuple[str, ...]:
    found = []
    if old is not None and old.decision is not old.decision_without_waivers:
        was = verdict(old.decision).word
        found.append(f"With its exceptions it was {was}; exceptions are left out on both sides.")
    if new.no_baseline:
        found.append(one_line(new.no_baseline, 300))
    return (*found, PREVIEW)
