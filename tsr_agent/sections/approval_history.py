"""What people said about a release, in order: what counts now, what does not and why, what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.gate.approvals import ApprovalState, basis_digest
from tsr_agent.gate.wording import plain
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.sections.approval import approval_terms
from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.plain_text import one_line, visible
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import Moment, counted, moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from tsr_agent.gate.approvals import ApprovalStanding
    from tsr_agent.models.approval import Approval
    from tsr_agent.models.decision import Decision

SAME = "the one on record"
_ACTIONS = {
    ApprovalAction.APPROVE: Mark("✓", "approved", Tone.GO),
    ApprovalAction.REJECT: Mark("✕", "rejected", Tone.NO_GO),
    ApprovalAction.REVOKE: Mark("–", "withdrew", Tone.PENDING),
}
_STATES = {
    ApprovalState.NOT_NEEDED: Mark("–", "nobody has to approve", Tone.MUTED),
    ApprovalState.PENDING: Mark("▲", "waits for people", Tone.PENDING),
    ApprovalState.APPROVED: Mark("✓", "approved", Tone.GO),
    ApprovalState.REJECTED: Mark("✕", "rejected", Tone.NO_GO),
    ApprovalState.NOT_APPROVABLE: Mark("■", "can't be approved", Tone.NO_GO),
}


class ApprovalRow(msgspec.Struct, frozen=True, kw_only=True):
    """One document."""

    action: Mark
    id: str
    who: str
    role: str
    when: Moment
    note: str
    """All of it; empty without one."""
    counts: bool
    why_not: str
    """Why it does nothing, as a sentence; empty where it counts."""
    revokes: str
    """Id of the document that is withdrawn; empty where this is no withdrawal."""
    environment: str
    bound: tuple[tuple[str, str, str], ...]
    """What it is bound to: words, the digest in full, and whether that is what is on record now."""
    target: Target
    withdraws: Target | None


class ApprovalHistory(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was said, and what it comes to."""

    standing: Mark | None
    """None where no decision is on record, so that nothing can be said about it."""
    summary: str
    asked: str
    """What the policy asks for, as a sentence."""
    missing: str
    """What is still missing, as a sentence; empty where nothing is."""
    rows: tuple[ApprovalRow, ...]


def approval_history(
    decision: Decision | None,
    approvals: Sequence[Approval],
    standing: ApprovalStanding | None,
    zone: tzinfo | None = None,
) -> ApprovalHistory:
    """The approval documents by their moments.

    Args:
        decision: The decision on record; None where there is none.
        approvals: Every document on record about the report.
        standing: The fold over them; None where it is not known, so that nothing counts.
        zone: Where the viewer is; None for the zone of this machine.
    """
    idle: dict[tuple[str, ApprovalAction, str], list[str]] = {}
    for each in standing.uncounted if standing is not None else ():
        idle.setdefault((each.id, each.action, each.approved_by), []).append(each.reason)
    ordered = sorted(approvals, key=lambda each: (each.approved_at, each.id))
    rows = []
    for said in ordered:
        reasons = idle.get((plain(said.id), said.action, plain(said.approved_by)), [])
        why_not = reasons[0] if len(reasons) == 1 else reasons.pop(0) if reasons else ""
        if standing is None:
            why_not = "no decision is on record that it could be about"
        rows.append(_row(said, decision, why_not, zone))
    mark = _STATES[standing.state] if standing is not None else None
    return ApprovalHistory(
        standing=mark,
        summary=_summary(rows, standing),
        asked=_asked(decision),
        missing=_missing(standing),
        rows=tuple(rows),
    )


def _row(said: Approval, decision: Decision | None, why_not: str, zone: tzinfo | None) -> ApprovalRow:
    return ApprovalRow(
        action=_ACTIONS[said.action],
        id=one_line(said.id),
        who=one_line(said.approved_by, 200),
        role=one_line(said.role, 50).replace("_", " "),
        when=moment(said.approved_at, zone),
        note=visible(said.note.strip()),
        counts=not why_not,
        why_not=f"Does not count: {one_line(why_not, 1000)}." if why_not else "",
        revokes=one_line(said.revokes or ""),
        environment=one_line(said.environment),
        bound=_bound(said, decision),
        target=Target(Kind.APPROVAL, said.id),
        withdraws=Target(Kind.APPROVAL, said.revokes) if said.revokes else None,
    )


def _bound(said: Approval, decision: Decision | None) -> tuple[tuple[str, str, str], ...]:
    report, policy, basis = (
        (decision.report_digest, decision.policy.digest, basis_digest(decision))
        if decision is not None
        else (None, None, None)
    )
    return (
        ("report", said.report_digest, _same(said.report_digest, report)),
        ("policy", said.policy_digest, _same(said.policy_digest, policy)),
        ("everything that decided", said.basis_digest, _same(said.basis_digest, basis)),
    )


def _same(bound: str, recorded: str | None) -> str:
    if recorded is None:
        return "not known whether it is the one on record"
    return SAME if bound == recorded else "not the one on record"


def _asked(decision: Decision | None) -> str:
    if decision is None:
        return "No decision is on record, so nobody can say who has to approve."
    if decision.approval is not None:
        return f"The policy asks: {approval_terms(decision.approval)}"
    if decision.manual_approval_required:
        return "A person has to approve; the decision does not say who may."
    return "The policy asks for nobody's approval."


def _missing(standing: ApprovalStanding | None) -> str:
    if standing is None or not standing.missing or standing.state is not ApprovalState.PENDING:
        return ""
    return f"Still missing: {counted(standing.missing, 'approval')} of {standing.needed:,}."


def _summary(rows: Sequence[ApprovalRow], standing: ApprovalStanding | None) -> str:
    said = f"{one_line(standing.reason, 1000)}" if standing is not None else ""
    idle = sum(not row.counts for row in rows)
    parts = [said] if said else []
    parts += [f"{counted(len(rows), 'document')} on record"] if rows else []
    parts += [f"{idle:,} without effect"] if idle else []
    return " · ".join(parts)
