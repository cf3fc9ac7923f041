"""What people say about a release: taken in as documents that are bound to exactly what they saw.

Who says it and when, the server knows by itself. Whether it counts is for ``gate.approvals.standing``
alone: a document that the fold would list as doing nothing is refused with the fold's own reason and never
recorded. What is decided here is only which status that is.

Approving twice is refused (409), and so is rejecting twice: the second would say nothing new, and its note
would be lost among things that do not count. Sending the same request again, with the id that its sender
gave it, answers what is on record (200). Whoever has rejected withdraws that before they approve. Whoever
has approved can reject at once, because a release must be stopped the moment somebody wants it stopped;
until they withdraw one of the two, it waits.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tsr_agent.gate.approvals import ApprovalState, basis_digest, standing
from tsr_agent.gate.identity import identity_key, names_somebody, same_person
from tsr_agent.gate.wording import plain
from tsr_agent.models.api import (
    ApprovalAnswer,
    ApprovalHistory,
    RevokeRequest,
    UncountedDocument,
)
from tsr_agent.models.approval import Approval, ApprovalAction, ApprovalTerms, DistinctFrom
from tsr_agent.models.base import SCHEMA_VERSION
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.server.problems import Kind, RefusalError, not_found
from tsr_agent.server.verdicts import summary, verdict_of
from tsr_agent.store.approvals import IdTakenError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tsr_agent.clock import Clock
    from tsr_agent.gate.approvals import ApprovalStanding
    from tsr_agent.models.api import ApprovalRequest
    from tsr_agent.models.decision import Decision
    from tsr_agent.server.access import Principal
    from tsr_agent.store.approvals import ApprovalRepository, FiledApproval, OnRecord

CLOCKS_APART = timedelta(minutes=5)
"""How far behind the clock of another worker ours may be, before what it decided lies in our future."""
_LOOK_AGAIN = "Ask for the release again, look at what is on record now, then decide about that."


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of a request."""

    answer: ApprovalAnswer
    is_new: bool
    """False where the same request had been taken before."""


class Approvals:
    """Takes in what people say about releases, and tells what they said.

    Args:
        repository: Where it is on record.
        clock: The server's.
        in_force: Whether the policy of a decision on record is still the one that its report is judged by.
        new_id: Makes ids for documents whose sender gave none.
    """

    def __init__(
        self,
        repository: ApprovalRepository,
        *,
        clock: Clock,
        in_force: Callable[[OnRecord], bool],
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self._repository = repository
        self._clock = clock
        self._in_force = in_force
        self._new_id = new_id

    def take(
        self, report_id: str, action: ApprovalAction, request: ApprovalRequest, principal: Principal
    ) -> Taken:
        """Files an approval, a rejection or a withdrawal.

        Args:
            report_id: The report.
            action: What the person does; a withdrawal takes a ``RevokeRequest``.
            request: What they say, and what they saw.
            principal: Who they are.

        Raises:
            RefusalError: It does not count, with the reason and the status of it.
            IntegrityError: A document on record was altered.
            StoreError: Not written.
        """
        seen = self._on_record(report_id, principal)
        in_force = self._in_force(seen)
        said = _Said(action, request, principal, request.id or self._new_id(), self._clock.now())

        def make(record: OnRecord) -> Approval:
            again = said.sent_before(record)
            if again is not None:
                return again
            if record.decision_digest != seen.decision_digest:
                raise _stale("What was decided about this release changed at this very moment")
            return said.document(record, in_force=in_force)

        try:
            filed = self._repository.file(report_id, make, received_at=said.at)
        except IdTakenError as error:
            raise _id_taken(said.id) from error
        return Taken(answer=_answer(filed, in_force=in_force), is_new=filed.is_new)

    def history(self, report_id: str, principal: Principal) -> ApprovalHistory:
        """All that people said about a report.

        Raises:
            RefusalError: There is no such report for this principal.
            IntegrityError: A document on record was altered.
            StoreError: The database can't be read.
        """
        record = self._on_record(report_id, principal)
        return ApprovalHistory(
            id=record.report_id,
            decision=verdict_of(record, in_force=self._in_force(record)),
            standing=summary(record.standing),
            items=record.approvals,
            uncounted=_uncounted(record.standing),
        )

    def _on_record(self, report_id: str, principal: Principal) -> OnRecord:
        record = self._repository.on_record(report_id)
        if record is None or not principal.may_see(record.codebase_repo):
            raise not_found("There is no report of this id.")
        return record


@dataclass(frozen=True)
class _Said:
    """What one person says, on its way to a document."""

    action: ApprovalAction
    request: ApprovalRequest
    principal: Principal
    id: str
    at: datetime

    def sent_before(self, record: OnRecord) -> Approval | None:
        """The document of the same request, where it was sent before.

        Raises:
            RefusalError: The id was used for something else.
        """
        known = next((each for each in record.approvals if each.id == self.id), None)
        if known is None:
            return None
        asked = (self.action, self._revokes, self.request.report_digest, self.request.basis_digest)
        filed = (known.action, known.revokes, known.report_digest, known.basis_digest)
        ours = (self.request.note, self.principal.subject) == (known.note, known.approved_by)
        if asked != filed or not ours:
            raise _id_taken(self.id)
        return known

    def document(self, record: OnRecord, *, in_force: bool) -> Approval:
        """The document, which counts.

        Raises:
            RefusalError: It would not.
        """
        decision = self._decision_seen(record)
        made = self._made(record, decision)
        if self.action is ApprovalAction.APPROVE:
            self._refuse_useless_approval(record, decision, in_force=in_force)
        elif self.action is ApprovalAction.REJECT:
            self._refuse_second_rejection(record)
        else:
            self._refuse_idle_withdrawal(record)
        why_not = self._idle(record, decision, made)
        if why_not:
            raise self._uncounted(record, decision, why_not)
        return made

    def _idle(self, record: OnRecord, decision: Decision, made: Approval) -> str:
        """Why the document does nothing, by the fold; empty where it does something."""
        given = (*record.approvals, made)
        after = standing(decision, given, author=record.author, triggered_by=record.triggered_by).uncounted
        # Of two approvals of one person and moment, the fold may well let the older one go.
        before = {each.id for each in record.standing.uncounted} if record.standing else set()
        mine = [
            each
            for each in after
            if each.id == made.id or (self.action is ApprovalAction.APPROVE and each.id not in before)
        ]
        return mine[0].reason if mine else ""

    def _decision_seen(self, record: OnRecord) -> Decision:
        """The decision that the person saw.

        Raises:
            RefusalError: It is not the one on record, or they are not whom they say they are.
        """
        named, subject = self.request.approved_by, self.principal.subject
        if named is not None and identity_key(named) != identity_key(subject):
            raise RefusalError(
                Kind.FORBIDDEN,
                "approved_by is somebody else than the one whom the token belongs to.",
                next_step="Leave approved_by out, or use your own token.",
            )
        if self.request.report_digest != record.report_digest:
            raise _stale("The report on record has other bytes than the one that was looked at")
        if record.decision is None:
            raise _conflict("Nothing has been decided about this report yet, so there is nothing to answer")
        if self.request.basis_digest != basis_digest(record.decision):
            raise _stale("It has been decided again, by another policy, exception or baseline")
        return record.decision

    def _made(self, record: OnRecord, decision: Decision) -> Approval:
        return Approval(
            schema_version=SCHEMA_VERSION,
            id=self.id,
            report_id=record.report_id,
            report_digest=record.report_digest,
            policy_digest=decision.policy.digest,
            basis_digest=basis_digest(decision),
            environment=decision.environment,
            action=self.action,
            revokes=self._revokes,
            approved_by=self.principal.subject,
            role=self.principal.role.value,
            note=self.request.note,
            approved_at=self._moment(record, decision),
        )

    @property
    def _revokes(self) -> str | None:
        return self.request.revokes if isinstance(self.request, RevokeRequest) else None

    def _moment(self, record: OnRecord, decision: Decision) -> datetime:
        """Now; where the clock of the worker that decided is ahead of ours, the moment when it did."""
        withdrawn = [each.approved_at for each in record.approvals if each.id == self._revokes]
        earliest = max([decision.evaluated_at, *withdrawn])
        return earliest if self.at < earliest <= self.at + CLOCKS_APART else self.at

    def _refuse_useless_approval(self, record: OnRecord, decision: Decision, *, in_force: bool) -> None:
        stands = record.standing
        if decision.decision is GoNoGoDecision.NO_GO:
            raise _conflict(
                "The decision is NO-GO, which nobody can approve",
                "Mend what blocks, or have it waived by the policy's own rules, and decide again.",
            )
        if not in_force:
            raise _stale("Another policy is in force by now than the one that decided")
        if stands is not None and stands.state is ApprovalState.NOT_NEEDED:
            raise _conflict("Nobody has to approve this release", "It is released as it is.")
        own = [each for each in _standing_rejections(record) if self._is_me(each.approved_by)]
        if own:
            raise _conflict(
                f"You have rejected this release, in {own[0].id}",
                "Withdraw the rejection first, then approve.",
            )

    def _refuse_second_rejection(self, record: OnRecord) -> None:
        # In doubt two names are two people here: nobody's rejection is lost.
        me = identity_key(self.principal.subject)
        if any(identity_key(each.approved_by) == me for each in _standing_rejections(record)):
            raise _conflict("You have rejected this release already")

    def _refuse_idle_withdrawal(self, record: OnRecord) -> None:
        meant = [each for each in record.approvals if each.id == self._revokes]
        if not meant:
            raise not_found("There is nothing of the id that is to be withdrawn.")
        if any(self._is_withdrawn(each, record) for each in meant):
            raise _conflict("It was withdrawn already")

    def _is_withdrawn(self, document: Approval, record: OnRecord) -> bool:
        if document.action is ApprovalAction.REJECT:
            return document not in _standing_rejections(record)
        return any(
            each.action is ApprovalAction.REVOKE
            and each.revokes == document.id
            and same_person(each.approved_by, document.approved_by)
            for each in record.approvals
        )

    def _is_me(self, name: str) -> bool:
        return same_person(name, self.principal.subject)

    def _uncounted(self, record: OnRecord, decision: Decision, why: str) -> RefusalError:
        """The refusal of what the fold says does nothing; the reason is the fold's."""
        terms = decision.approval or ApprovalTerms()
        me = self.principal
        own_part = {DistinctFrom.AUTHOR: record.author, DistinctFrom.TRIGGERED_BY: record.triggered_by}
        mine = [each for each in terms.distinct_from if self._is_me(own_part[each])]
        wrong_role = me.role.value not in {each.value for each in terms.roles}
        withdrawal = self.action is ApprovalAction.REVOKE
        personal = withdrawal or wrong_role or mine or not names_somebody(me.subject)
        # A reason may begin with the person's name, which is written as they write it.
        said = f"{why}." if why.startswith(plain(me.subject)) else _sentence(why)
        return RefusalError(Kind.FORBIDDEN if personal else Kind.CONFLICT, said)


def _standing_rejections(record: OnRecord) -> list[Approval]:
    idle = {each.id for each in record.standing.uncounted} if record.standing else set()
    return [
        each
        for each in record.approvals
        if each.action is ApprovalAction.REJECT
        and each.report_digest == record.report_digest
        and each.id not in idle
    ]


def _answer(filed: FiledApproval, *, in_force: bool) -> ApprovalAnswer:
    after = filed.on_record_after
    return ApprovalAnswer(
        id=after.report_id,
        decision=verdict_of(after, in_force=in_force),
        approval=filed.approval,
        standing=summary(after.standing),
    )


def _uncounted(stands: ApprovalStanding | None) -> tuple[UncountedDocument, ...]:
    found = stands.uncounted if stands is not None else ()
    return tuple(
        UncountedDocument(id=each.id, action=each.action, approved_by=each.approved_by, reason=each.reason)
        for each in found
    )


def _stale(why: str) -> RefusalError:
    return RefusalError(Kind.STALE, _sentence(why), next_step=_LOOK_AGAIN)


def _conflict(why: str, next_step: str = "") -> RefusalError:
    return RefusalError(Kind.CONFLICT, _sentence(why), next_step=next_step)


def _id_taken(document_id: str) -> RefusalError:
    return RefusalError(
        Kind.CONFLICT,
        f"Something else is on record under the id {document_id}.",
        next_step="Look at what is on record. To say something new, use a new id.",
    )


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:].rstrip('.')}."
