"""What a person may say about a release, why not where they may not, and what it would come to.

A server asks this before it records something, and a desktop before it sends it: whoever is going to be
refused is told by the same words before they have said anything. Pure, like the fold it rests on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from tsr_agent.gate.approvals import (
    ApprovalStanding,
    ApprovalState,
    basis_digest,
    release_verdict,
    standing,
)
from tsr_agent.gate.identity import identity_key, names_somebody, same_person
from tsr_agent.gate.wording import plain
from tsr_agent.models.approval import Approval, ApprovalAction, ApprovalTerms, DistinctFrom
from tsr_agent.models.base import SCHEMA_VERSION
from tsr_agent.models.decision import GoNoGoDecision

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tsr_agent.models.decision import Decision

CLOCKS_APART = timedelta(minutes=5)
"""How far behind the clock of another worker ours may be, before what it decided lies in our future."""
MAX_NOTE = 10_000
"""Characters of a note that a person is let write."""
LOOK_AGAIN = "Ask for the release again, look at what is on record now, then decide about that."


class Answerable(Protocol):
    """A release with all that is on record about it, verified."""

    @property
    def report_id(self) -> str:
        """Of the report."""

    @property
    def report_digest(self) -> str:
        """SHA-256 of its bytes."""

    @property
    def decision(self) -> Decision | None:
        """The newest one."""

    @property
    def approvals(self) -> Sequence[Approval]:
        """Everything that people said, in the order in which it arrived."""

    @property
    def standing(self) -> ApprovalStanding | None:
        """The fold over it; None without a decision."""

    @property
    def author(self) -> str:
        """Who wrote the judged commit; empty where not known."""

    @property
    def triggered_by(self) -> str:
        """Who started the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An ``Answerable`` of its own."""

    report_id: str
    report_digest: str
    decision: Decision | None
    approvals: tuple[Approval, ...]
    standing: ApprovalStanding | None
    author: str
    triggered_by: str


class ObjectionKind(Enum):
    """Why something can't be said."""

    NOT_ALLOWED = "not_allowed"
    """By this person."""
    CONFLICT = "conflict"
    """It contradicts what is on record, or would say nothing new."""
    STALE = "stale"
    """What it would be about is no longer what counts."""
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Objection:
    """Why something can't be said, as a sentence, and what can be done."""

    kind: ObjectionKind
    why: str
    next_step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What a document would make of a release."""

    verdict: GoNoGoDecision
    standing: ApprovalStanding


def document(
    release: Answerable,
    decision: Decision,
    action: ApprovalAction,
    *,
    document_id: str,
    by: str,
    role: str,
    at: datetime,
    note: str = "",
    revokes: str | None = None,
) -> Approval:
    """What a person says, bound to what is on record.

    Args:
        release: What they say it about.
        decision: The one on record.
        action: What they do.
        document_id: Of the document.
        by: Who they are.
        role: In which role.
        at: The present moment.
        note: Why.
        revokes: Id of the document that a withdrawal is of.
    """
    return Approval(
        schema_version=SCHEMA_VERSION,
        id=document_id,
        report_id=release.report_id,
        report_digest=release.report_digest,
        policy_digest=decision.policy.digest,
        basis_digest=basis_digest(decision),
        environment=decision.environment,
        action=action,
        revokes=revokes,
        approved_by=by,
        role=role,
        note=note,
        approved_at=_moment(release, decision, revokes, at),
    )


def objection(release: Answerable, decision: Decision, said: Approval, *, in_force: bool) -> Objection | None:
    """Why a document can't be recorded; None where it can, and then it counts.

    Args:
        release: What is on record.
        decision: The one on record.
        said: Made by ``document`` of the two.
        in_force: Whether the policy that decided is still the one that the report is judged by.
    """
    if said.action is ApprovalAction.APPROVE:
        found = _useless_approval(release, decision, said, in_force=in_force)
    elif said.action is ApprovalAction.REJECT:
        found = _second_rejection(release, said)
    else:
        found = _idle_withdrawal(release, said)
    if found is not None:
        return found
    why_not = _idle(release, decision, said)
    return _uncounted(release, decision, said, why_not) if why_not else None


def foreseen(release: Answerable, decision: Decision, said: Approval) -> Foreseen:
    """What a document would come to, were it on record with the others."""
    given = (*release.approvals, said)
    after = standing(decision, given, author=release.author, triggered_by=release.triggered_by)
    return Foreseen(verdict=release_verdict(decision, after), standing=after)


def own_word(
    release: Answerable, decision: Decision, *, by: str, role: str, at: datetime
) -> tuple[Approval, ...]:
    """The approvals and rejections of a person that count and that they can withdraw."""
    idle = {each.id for each in release.standing.uncounted} if release.standing else set()

    def can_withdraw(said: Approval) -> bool:
        made = document(
            release, decision, ApprovalAction.REVOKE, document_id="", by=by, role=role, at=at, revokes=said.id
        )
        return objection(release, decision, made, in_force=True) is None

    own = (each for each in release.approvals if each.action is not ApprovalAction.REVOKE)
    return tuple(each for each in own if each.id not in idle and can_withdraw(each))


def _moment(release: Answerable, decision: Decision, revokes: str | None, now: datetime) -> datetime:
    """Now; where the clock of the worker that decided is ahead of ours, the moment when it did."""
    withdrawn = [each.approved_at for each in release.approvals if each.id == revokes]
    earliest = max([decision.evaluated_at, *withdrawn])
    return earliest if now < earliest <= now + CLOCKS_APART else now


def _useless_approval(
    release: Answerable, decision: Decision, said: Approval, *, in_force: bool
) -> Objection | None:
    stands = release.standing
    if decision.decision is GoNoGoDecision.NO_GO:
        return _conflict(
            "The decision is NO-GO, which nobody can approve",
            "Mend what blocks, or have it waived by the policy's own rules, and decide again.",
        )
    if not in_force:
        return stale("Another policy is in force by now than the one that decided")
    if stands is not None and stands.state is ApprovalState.NOT_NEEDED:
        return _conflict("Nobody has to approve this release", "It is released as it is.")
    own = [each for each in _standing_rejections(release) if same_person(each.approved_by, said.approved_by)]
    if own:
        return _conflict(
            f"You have rejected this release, in {own[0].id}",
            "Withdraw the rejection first, then approve.",
        )
    return None


def _second_rejection(release: Answerable, said: Approval) -> Objection | None:
    # In doubt two names are two people here: nobody's rejection is lost.
    me = identity_key(said.approved_by)
    if any(identity_key(each.approved_by) == me for each in _standing_rejections(release)):
        return _conflict("You have rejected this release already")
    return None


def _idle_withdrawal(release: Answerable, said: Approval) -> Objection | None:
    meant = [each for each in release.approvals if each.id == said.revokes]
    if not meant:
        return Objection(ObjectionKind.NOT_FOUND, "There is nothing of the id that is to be withdrawn.")
    if any(_is_withdrawn(each, release) for each in meant):
        return _conflict("It was withdrawn already")
    return None


def _is_withdrawn(said: Approval, release: Answerable) -> bool:
    if said.action is ApprovalAction.REJECT:
        return said not in _standing_rejections(release)
    return any(
        each.action is ApprovalAction.REVOKE
        and each.revokes == said.id
        and same_person(each.approved_by, said.approved_by)
        for each in release.approvals
    )


def _idle(release: Answerable, decision: Decision, said: Approval) -> str:
    """Why the document does nothing, by the fold; empty where it does something."""
    after = foreseen(release, decision, said).standing.uncounted
    # Of two approvals of one person and moment, the fold may well let the older one go.
    before = {each.id for each in release.standing.uncounted} if release.standing else set()
    mine = [
        each
        for each in after
        if each.id == said.id or (said.action is ApprovalAction.APPROVE and each.id not in before)
    ]
    return mine[0].reason if mine else ""


def _uncounted(release: Answerable, decision: Decision, said: Approval, why: str) -> Objection:
    """The objection to what the fold says does nothing; the reason is the fold's."""
    terms = decision.approval or ApprovalTerms()
    own_part = {DistinctFrom.AUTHOR: release.author, DistinctFrom.TRIGGERED_BY: release.triggered_by}
    mine = [each for each in terms.distinct_from if same_person(own_part[each], said.approved_by)]
    wrong_role = said.role not in {each.value for each in terms.roles}
    withdrawal = said.action is ApprovalAction.REVOKE
    personal = withdrawal or wrong_role or mine or not names_somebody(said.approved_by)
    # A reason may begin with the person's name, which is written as they write it.
    told = f"{why}." if why.startswith(plain(said.approved_by)) else _sentence(why)
    return Objection(ObjectionKind.NOT_ALLOWED if personal else ObjectionKind.CONFLICT, told)


def _standing_rejections(release: Answerable) -> list[Approval]:
    idle = {each.id for each in release.standing.uncounted} if release.standing else set()
    return [
        each
        for each in release.approvals
        if each.action is ApprovalAction.REJECT
        and each.report_digest == release.report_digest
        and each.id not in idle
    ]


def stale(why: str) -> Objection:
    """That what somebody looked at is no longer what counts."""
    return Objection(ObjectionKind.STALE, _sentence(why), LOOK_AGAIN)


def _conflict(why: str, next_step: str = "") -> Objection:
    return Objection(ObjectionKind.CONFLICT, _sentence(why), next_step)


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:].rstrip('.')}."
