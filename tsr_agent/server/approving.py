"""What people say about a release: taken in as documents that are bound to exactly what they saw.

Who says it and when, the server knows by itself. Whether it counts is for ``gate.approvals.standing``
alone: a document that the fold would list as doing nothing is refused with the fold's own reason and never
recorded. ``gate.saying`` says so; what is decided here is only which status that is.

Approving twice is refused (409), and so is rejecting twice: the second would say nothing new, and its note
would be lost among things that do not count. Sending the same request again, with the id that its sender
gave it, answers what is on record (200). Whoever has rejected withdraws that before they approve. Whoever
has approved can reject at once, because a release must be stopped the moment somebody wants it stopped;
until they withdraw one of the two, it waits.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.gate import saying
from tsr_agent.gate.approvals import basis_digest
from tsr_agent.gate.identity import identity_key
from tsr_agent.gate.saying import ObjectionKind
from tsr_agent.models.api import (
    ApprovalAnswer,
    ApprovalHistory,
    RevokeRequest,
    UncountedDocument,
)
from tsr_agent.server.problems import Kind, RefusalError, not_found
from tsr_agent.server.verdicts import summary, verdict_of
from tsr_agent.store.approvals import IdTakenError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tsr_agent.clock import Clock
    from tsr_agent.gate.approvals import ApprovalStanding
    from tsr_agent.gate.saying import Objection
    from tsr_agent.models.api import ApprovalRequest
    from tsr_agent.models.approval import Approval, ApprovalAction
    from tsr_agent.models.decision import Decision
    from tsr_agent.server.access import Principal
    from tsr_agent.store.approvals import ApprovalRepository, FiledApproval, OnRecord

_KINDS = {
    ObjectionKind.NOT_ALLOWED: Kind.FORBIDDEN,
    ObjectionKind.CONFLICT: Kind.CONFLICT,
    ObjectionKind.STALE: Kind.STALE,
    ObjectionKind.NOT_FOUND: Kind.NOT_FOUND,
}


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
        made = saying.document(
            record,
            decision,
            self.action,
            document_id=self.id,
            by=self.principal.subject,
            role=self.principal.role.value,
            at=self.at,
            note=self.request.note,
            revokes=self._revokes,
        )
        found = saying.objection(record, decision, made, in_force=in_force)
        if found is not None:
            raise _refusal(found)
        return made

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
            raise RefusalError(
                Kind.CONFLICT,
                "Nothing has been decided about this report yet, so there is nothing to answer.",
            )
        if self.request.basis_digest != basis_digest(record.decision):
            raise _stale("It has been decided again, by another policy, exception or baseline")
        return record.decision

    @property
    def _revokes(self) -> str | None:
        return self.request.revokes if isinstance(self.request, RevokeRequest) else None


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


def _refusal(found: Objection) -> RefusalError:
    return RefusalError(_KINDS[found.kind], found.why, next_step=found.next_step)


def _stale(why: str) -> RefusalError:
    return _refusal(saying.stale(why))


def _id_taken(document_id: str) -> RefusalError:
    return RefusalError(
        Kind.CONFLICT,
        f"Something else is on record under the id {document_id}.",
        next_step="Look at what is on record. To say something new, use a new id.",
    )
