"""What judged two reports as lines to draw: policies, waivers and the quarantine, and what people said."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from tsr_agent.comparison.exceptions import ExceptionNews
from tsr_agent.comparison.policies import PolicyNews
from tsr_agent.models.api import ApprovalStateName
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.models.decision import ExceptionStanding, QuarantineNote, WaiverNote
from tsr_agent.sections.changes import (
    BETTER,
    DOUBTFUL,
    NOT_THERE,
    OTHER,
    SAME,
    WORSE,
    ChangeGroup,
    ChangeRow,
    SideCell,
)
from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import counted, moment, short_sha, verdict

if TYPE_CHECKING:
    from datetime import tzinfo

    from tsr_agent.comparison.approvals import ApprovalsOnRecord, SaidByPerson
    from tsr_agent.comparison.exceptions import ExceptionChanges, QuarantineChange, WaiverChange
    from tsr_agent.comparison.policies import PolicyChanges, PolicyRuleChange, PolicyValueChange
    from tsr_agent.comparison.report import ComparedReport, Comparison

_JUDGED_BY = Target(Kind.SECTION, "versions")
_COMPLIANCE = Target(Kind.SECTION, "compliance")
_POLICY = {
    PolicyNews.ADDED: (OTHER, "added"),
    PolicyNews.REMOVED: (DOUBTFUL, "removed"),
    PolicyNews.STRICTER: (OTHER, "stricter"),
    PolicyNews.LOOSER: (DOUBTFUL, "looser"),
    PolicyNews.CHANGED: (DOUBTFUL, "changed"),
}
_EXCEPTIONS = {
    ExceptionNews.APPLIED: (DOUBTFUL, "excuses now"),
    ExceptionNews.EXPIRED: (DOUBTFUL, "expired"),
    ExceptionNews.UNUSABLE: (DOUBTFUL, "can't be used"),
    ExceptionNews.GONE: (OTHER, "is gone"),
    ExceptionNews.UNMATCHED: (OTHER, "excuses nothing any more"),
    ExceptionNews.NEW: (OTHER, "is new"),
    ExceptionNews.CHANGED: (DOUBTFUL, "changed"),
}
_STANDINGS = {
    ExceptionStanding.APPLIED: "applied",
    ExceptionStanding.UNMATCHED: "did not match",
    ExceptionStanding.EXPIRED: "expired",
    ExceptionStanding.UNUSABLE: "unusable",
}
_ACTIONS = {
    ApprovalAction.APPROVE: Mark("✓", "approved", Tone.GO),
    ApprovalAction.REJECT: Mark("✕", "rejected", Tone.NO_GO),
    ApprovalAction.REVOKE: Mark("–", "withdrew", Tone.PENDING),
}
_STATES = {
    ApprovalStateName.NOT_NEEDED: Mark("–", "nobody has to approve", Tone.MUTED),
    ApprovalStateName.PENDING: Mark("▲", "waits for people", Tone.PENDING),
    ApprovalStateName.APPROVED: Mark("✓", "approved", Tone.GO),
    ApprovalStateName.REJECTED: Mark("✕", "rejected", Tone.NO_GO),
    ApprovalStateName.NOT_APPROVABLE: Mark("■", "can't be approved", Tone.NO_GO),
}


def policy_groups(found: Comparison) -> tuple[ChangeGroup, ...]:
    """The policies, what holds for all rules, and every rule that one of them has otherwise."""
    if found.policy is None:
        return ()
    rows = [_named(found), _file(found), *map(_value_row, found.policy.values)]
    rows += [_rule_row(each) for each in found.policy.rules]
    if found.policy.not_compared:
        rows.append(ChangeRow(mark=DOUBTFUL, text=one_line(found.policy.not_compared, 500)))
    return (ChangeGroup(mark=DOUBTFUL, title=_policy_title(found.policy), rows=tuple(rows)),)


def exception_groups(found: Comparison, *, tells_verdict: bool = True) -> tuple[ChangeGroup, ...]:
    """Waivers and quarantined tests that are not as they were, and the verdicts without them."""
    changes = found.exceptions
    rows = [*map(_waiver_row, changes.waivers), *map(_quarantine_row, changes.quarantine)]
    without = verdict_without(found) if tells_verdict else None
    if not rows and without is None:
        return ()
    if without is not None:
        rows.insert(0, without)
    return (ChangeGroup(mark=DOUBTFUL, title=_exceptions_title(changes), rows=tuple(rows)),)


def verdict_without(found: Comparison) -> ChangeRow | None:
    """The verdicts without waivers and quarantine; None where those change neither."""
    heads = found.old, found.new
    if all(each.decision is each.decision_without_waivers for each in heads):
        return None
    marks = [verdict(each.decision_without_waivers) for each in heads]
    with_them = " → ".join(str(verdict(each.decision)) for each in heads)
    return ChangeRow(
        mark=DOUBTFUL,
        text=f"Verdict without waivers: {marks[0]} → {marks[1]}",
        name="Verdict without waivers",
        old=SideCell(text="", mark=marks[0], target=_COMPLIANCE),
        new=SideCell(text="", mark=marks[1], target=_COMPLIANCE),
        note=f"with them {with_them}",
    )


def approval_groups(
    found: Comparison, zone: tzinfo | None = None, *, all_of_them: bool = False
) -> tuple[ChangeGroup, ...]:
    """Where both stand with people, and who said what about each; none where that is the same nothing.

    Args:
        found: The comparison.
        zone: Where the viewer is; None for the zone of this machine.
        all_of_them: Also where nobody said anything about either.
    """
    old, new = found.old.approvals, found.new.approvals
    if old is None or new is None:
        return ()
    if not all_of_them and (old.state, old.documents) == (new.state, new.documents):
        return ()
    rows = [_stands(old, new)]
    people = dict.fromkeys(each.approved_by for side in (old, new) for each in side.documents)
    for person in people:
        sides = [[each for each in side.documents if each.approved_by == person] for side in (old, new)]
        rows += [_person_row(person, (one, other), zone) for one, other in zip_longest(*sides)]
    return (ChangeGroup(mark=rows[0].mark, title="Approvals", rows=tuple(rows)),)


def _policy_title(changes: PolicyChanges) -> str:
    numbers = [
        (sum(each.news is news for each in changes.rules), said) for news, (_, said) in _POLICY.items()
    ]
    told = [f"{counted(number, 'rule')} {said}" for number, said in numbers if number]
    return f"Another policy: {', '.join(told)}" if told else "Another policy"


def _named(found: Comparison) -> ChangeRow:
    names = [one_line(f"{each.policy.name} {each.policy.version}") for each in (found.old, found.new)]
    return ChangeRow(
        mark=OTHER,
        text=f"Policy: {names[0]} → {names[1]}" if names[0] != names[1] else f"Policy: {names[0]}",
        name="Policy",
        old=SideCell(text=names[0], target=_JUDGED_BY),
        new=SideCell(text=names[1], target=_JUDGED_BY),
    )


def _file(found: Comparison) -> ChangeRow:
    old, new = (_digests(each) for each in (found.old, found.new))
    return ChangeRow(
        mark=OTHER,
        text=f"Policy file: {old} → {new}",
        name="Policy file",
        old=SideCell(text=old, target=_JUDGED_BY),
        new=SideCell(text=new, target=_JUDGED_BY),
    )


def _digests(head: ComparedReport) -> str:
    """Of the file, and of those that it extends."""
    parents = [each.digest for each in reversed(head.policy.parents)]
    return " over ".join(short_sha(each) for each in (head.policy.digest, *parents))


def _value_row(change: PolicyValueChange) -> ChangeRow:
    mark, said = _POLICY[change.news]
    return ChangeRow(
        mark=mark,
        text=f"{_value(change)} ({said})",
        name=one_line(change.key),
        old=SideCell(text=one_line(change.old, 300), target=_JUDGED_BY),
        new=SideCell(text=one_line(change.new, 300), target=_JUDGED_BY),
        note=said,
    )


def _value(change: PolicyValueChange) -> str:
    return f"{one_line(change.key)}: {one_line(change.old, 300)} → {one_line(change.new, 300)}"


def _rule_row(change: PolicyRuleChange) -> ChangeRow:
    mark, said = _POLICY[change.news]
    name = one_line(change.id)
    target = Target(Kind.RULE, change.id)
    asks = [one_line(each, 500) for each in (change.old, change.new)]
    values = tuple(f"{_value(each)} ({_POLICY[each.news][1]})" for each in change.values)
    return ChangeRow(
        mark=mark,
        text=f"{name} {said}: {asks[1] or asks[0]}",
        details=values,
        name=name,
        old=SideCell(text=asks[0], target=target) if change.old else NOT_THERE,
        new=SideCell(text=asks[1], target=target) if change.new else NOT_THERE,
        note=said,
        below=(*values, *(f"{side}: {each}" for side, each in zip("AB", asks, strict=True) if each)),
    )


def _exceptions_title(changes: ExceptionChanges) -> str:
    parts = [counted(len(changes.waivers), "waiver")] if changes.waivers else []
    parts += [counted(len(changes.quarantine), "quarantined test")] if changes.quarantine else []
    return f"{' and '.join(parts)} not as before" if parts else "Waivers and quarantine"


def _waiver_row(change: WaiverChange) -> ChangeRow:
    mark, said = _EXCEPTIONS[change.news]
    note = change.new or change.old
    rule = f" for {one_line(note.rule)}" if note is not None and note.rule else ""
    name = f"Waiver {one_line(change.id) or '(no id)'}{rule}"
    return _exception_row(mark, name, said, change.old, change.new)


def _quarantine_row(change: QuarantineChange) -> ChangeRow:
    mark, said = _EXCEPTIONS[change.news]
    kind = f" ({one_line(change.test_type)})" if change.test_type else ""
    name = f"Quarantined test {one_line(change.test_id, 300)}{kind}"
    return _exception_row(mark, name, said, change.old, change.new)


def _exception_row(
    mark: Mark,
    name: str,
    said: str,
    old: WaiverNote | QuarantineNote | None,
    new: WaiverNote | QuarantineNote | None,
) -> ChangeRow:
    sides = [exception_cell(each) for each in (old, new)]
    reason = one_line(new.reason, 500) if new is not None else ""
    return ChangeRow(
        mark=mark,
        text=f"{name} {said}: {sides[0]} → {sides[1]}",
        details=(reason,) if reason else (),
        name=name,
        old=sides[0],
        new=sides[1],
        note=said,
        below=(reason,) if reason else (),
    )


def same_exception(note: WaiverNote | QuarantineNote) -> ChangeRow:
    """A waiver, or an entry of the quarantine, that both decisions have alike."""
    if isinstance(note, WaiverNote):
        name = f"Waiver {one_line(note.id) or '(no id)'}"
    else:
        name = f"Quarantined test {one_line(note.test_id, 300)}"
    cell = exception_cell(note)
    return ChangeRow(mark=SAME, text=f"{name}: {cell.text}", name=name, old=cell, new=cell)


def exception_cell(note: WaiverNote | QuarantineNote | None) -> SideCell:
    """What became of a waiver or an entry, until when it holds, and whose it is."""
    if note is None:
        return NOT_THERE
    facts = [_STANDINGS[note.standing]]
    facts += [f"until {note.expires.isoformat()}"] if note.expires is not None else []
    facts += [one_line(note.owner, 100)] if note.owner else []
    return SideCell(text=", ".join(facts), target=_COMPLIANCE)


def _stands(old: ApprovalsOnRecord, new: ApprovalsOnRecord) -> ChangeRow:
    marks = _STATES[old.state], _STATES[new.state]
    reasons = tuple(
        f"{name}: {one_line(each.reason, 500)}" for name, each in (("A", old), ("B", new)) if each.reason
    )
    if old.state is new.state:
        mark = SAME
    elif new.state in (ApprovalStateName.REJECTED, ApprovalStateName.NOT_APPROVABLE):
        mark = WORSE
    else:
        mark = BETTER if new.state is ApprovalStateName.APPROVED else DOUBTFUL
    target = Target(Kind.SECTION, "approvals")
    return ChangeRow(
        mark=mark,
        text=f"Where it stands: {marks[0]} → {marks[1]}",
        details=reasons,
        name="Where it stands",
        old=SideCell(text="", mark=marks[0], target=target),
        new=SideCell(text="", mark=marks[1], target=target),
        below=reasons,
    )


def _person_row(
    person: str, said: tuple[SaidByPerson | None, SaidByPerson | None], zone: tzinfo | None
) -> ChangeRow:
    name = one_line(person, 200)
    cells = [_said_cell(each, zone) for each in said]
    pairs = tuple(zip("AB", said, strict=True))
    below = [f"{side}: {one_line(each.note, 500)}" for side, each in pairs if each is not None and each.note]
    below += [
        f"{side}: does not count: {one_line(each.why_not, 500)}"
        for side, each in pairs
        if each is not None and each.why_not
    ]
    return ChangeRow(
        mark=OTHER,
        text=f"{name}: {cells[0]} → {cells[1]}",
        details=tuple(below),
        name=name,
        old=cells[0],
        new=cells[1],
        below=tuple(below),
    )


def _said_cell(said: SaidByPerson | None, zone: tzinfo | None) -> SideCell:
    if said is None:
        return SideCell(text="said nothing")
    counts = "" if not said.why_not else ", does not count"
    return SideCell(
        text=f"{moment(said.approved_at, zone).local}{counts}",
        mark=_ACTIONS[said.action],
        target=Target(Kind.APPROVAL, said.id),
    )
