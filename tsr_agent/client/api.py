"""The questions that a server answers, each with the form of its answer and what the answer must be about."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from tsr_agent.client.entries import report_id_of
from tsr_agent.client.transport import Question
from tsr_agent.errors import DocumentError, IntegrityError
from tsr_agent.gate.policies.names import environment_key
from tsr_agent.models import codec, document_batch
from tsr_agent.models.api import (
    ApprovalAnswer,
    ApprovalHistory,
    ChangePage,
    GoNoGo,
    Identity,
    PolicyList,
    PolicySubmission,
    PolicyVersion,
    Received,
)
from tsr_agent.models.approval import ApprovalAction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.client.address import ServerAddress
    from tsr_agent.client.transport import Transport
    from tsr_agent.models.api import ApprovalRequest, RevokeRequest

_DO_NOT = "Do not release. Look what stands between here and the server, and whether it is the right one."
T = TypeVar("T")


class ServerApi:
    """A server as an object. Nothing is believed that does not hold against what was asked.

    Every method raises ``ServiceError`` where there is no usable answer, its ``RefusedError`` where
    the server refused, and ``IntegrityError`` where the answer is about something else.

    Args:
        transport: The way to the server.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def address(self) -> ServerAddress:
        """Where the server is."""
        return self._transport.address

    def close(self) -> None:
        """Closes the connections."""
        self._transport.close()

    def upload(self, document: bytes, *, budget: float | None = None) -> Received:
        """Hands a report in. Handing the same bytes in again changes nothing.

        Args:
            document: The report's bytes as they were written.
            budget: Seconds for all tries; the pace's own where None.
        """
        digest = codec.digest(document)
        question = Question(
            method="POST",
            path=("api", "tsr"),
            document=document,
            # Bytes that were changed on the way are refused before they are filed.
            headers={"Idempotency-Key": digest},
            success=(200, 201),
        )
        answer = self._asked(question, Received, budget)
        self._hold("id", answer.id, report_id_of(document))
        self._hold("SHA-256 of the report", answer.digest, digest)
        return answer

    def go_no_go(
        self,
        report_id: str,
        *,
        commit: str | None = None,
        environment: str | None = None,
        digest: str | None = None,
        budget: float | None = None,
    ) -> GoNoGo:
        """Whether a report may be released. The answer still has to be judged: see ``verdict``.

        Args:
            report_id: Of the report.
            commit: The only commit whose files may have been tested.
            environment: The only environment that it may be about.
            digest: SHA-256 of the only bytes that it may be about.
            budget: Seconds for all tries; the pace's own where None.
        """
        asked = {"commit": commit, "environment": environment}
        query = {name: value for name, value in asked.items() if value is not None}
        question = Question(method="GET", path=("api", "tsr", report_id, "go-no-go"), query=query)
        answer = self._asked(question, GoNoGo, budget)
        self._hold("id", answer.report_id, report_id)
        for what, got, expected in (
            ("commit", answer.tested_sha or "not known", commit),
            ("SHA-256 of the report", answer.report_digest, digest),
        ):
            if expected is not None:
                self._hold(what, got, expected)
        if environment is not None and environment_key(answer.environment) != environment_key(environment):
            self._hold("environment", answer.environment, environment)
        return answer

    def approve(
        self, report_id: str, request: ApprovalRequest, *, budget: float | None = None
    ) -> ApprovalAnswer:
        """Approves a release."""
        return self._said(report_id, ApprovalAction.APPROVE, request, budget)

    def reject(
        self, report_id: str, request: ApprovalRequest, *, budget: float | None = None
    ) -> ApprovalAnswer:
        """Rejects a release."""
        return self._said(report_id, ApprovalAction.REJECT, request, budget)

    def revoke(
        self, report_id: str, request: RevokeRequest, *, budget: float | None = None
    ) -> ApprovalAnswer:
        """Withdraws one's own approval or rejection."""
        answer = self._said(report_id, ApprovalAction.REVOKE, request, budget)
        self._hold("withdrawn document", answer.approval.revokes or "none", request.revokes)
        return answer

    def approvals(self, report_id: str) -> ApprovalHistory:
        """All that people said about a report."""
        question = Question(method="GET", path=("api", "tsr", report_id, "approvals"))
        answer = self._asked(question, ApprovalHistory)
        self._hold("id", answer.id, report_id)
        for each in answer.items:
            self._hold("report of an approval", each.report_id, report_id)
        return answer

    def changes(self, since: int, limit: int) -> ChangePage:
        """A piece of the change feed, its numbers rising from ``since``."""
        question = Question(method="GET", path=("api", "changes"), query={"since": since, "limit": limit})
        answer = self._asked(question, ChangePage)
        numbers = [since, *(each.seq for each in answer.items)]
        rising = all(one < other for one, other in pairwise(numbers))
        if len(answer.items) > limit or not rising or not numbers[-1] <= answer.next <= answer.head:
            raise IntegrityError(
                f"{self.address}: the change feed behind {since} is not in order.", next_step=_DO_NOT
            )
        return answer

    def document(self, digest: str) -> bytes:
        """The bytes of a document, which are those of this SHA-256."""
        question = Question(
            method="GET", path=("api", "documents", digest), most_bytes=codec.MAX_DOCUMENT_BYTES
        )
        reply = self._transport.ask(question)
        self._hold("SHA-256 of the document", codec.digest(reply.body), digest)
        return reply.body

    def documents(self, digests: Sequence[str]) -> list[bytes]:
        """The bytes of several documents, which are those of these SHA-256, in their order.

        Args:
            digests: At most ``document_batch.MAX_DOCUMENTS``, of together at most ``MAX_BATCH_BYTES``.
        """
        question = Question(
            method="GET",
            path=("api", "documents"),
            query={"digests": ",".join(digests)},
            most_bytes=2 * document_batch.MAX_BATCH_BYTES,
        )
        reply = self._transport.ask(question)
        try:
            found = document_batch.documents_in(reply.body)
        except DocumentError as error:
            raise IntegrityError(f"{self.address}: {error.message}", next_step=_DO_NOT) from error
        self._hold("number of documents", str(len(found)), str(len(digests)))
        for document, digest in zip(found, digests, strict=True):
            self._hold("SHA-256 of the document", codec.digest(document), digest)
        return found

    def policies(self) -> PolicyList:
        """The newest version of every policy, without its text."""
        return self._asked(Question(method="GET", path=("api", "policies")), PolicyList)

    def policy_versions(self, name: str) -> PolicyList:
        """Every version of a policy, the newest first, without their text."""
        return self._asked(Question(method="GET", path=("api", "policies", name, "versions")), PolicyList)

    def policy(self, name: str) -> PolicyVersion:
        """The newest version of a policy, with its text and the files that came with it."""
        answer = self._asked(Question(method="GET", path=("api", "policies", name)), PolicyVersion)
        self._hold("name", answer.name, name)
        return answer

    def submit_policy(self, name: str, submission: PolicySubmission) -> PolicyVersion:
        """Puts a new version of a policy in force, or is told that it is already."""
        question = Question(
            method="PUT",
            path=("api", "policies", name),
            document=codec.encode(submission),
            success=(200, 201),
        )
        answer = self._asked(question, PolicyVersion)
        self._hold("name", answer.name, name)
        self._hold("SHA-256 of the policy", answer.policy.digest, codec.digest(submission.document.encode()))
        return answer

    def identity(self) -> Identity:
        """Whom the token belongs to, and which server this is."""
        return self._asked(Question(method="GET", path=("api", "whoami")), Identity)

    def _said(
        self, report_id: str, action: ApprovalAction, request: ApprovalRequest, budget: float | None
    ) -> ApprovalAnswer:
        """Hands in what a person says, under an id of its own so that it is recorded once."""
        if request.id is None:
            raise DocumentError("An approval needs an id of its own before it can be sent.")
        question = Question(
            method="POST",
            path=("api", "tsr", report_id, action.value),
            document=codec.encode(request),
            success=(200, 201),
        )
        answer = self._asked(question, ApprovalAnswer, budget)
        self._hold("id", answer.id, report_id)
        self._hold("id of the approval", answer.approval.id, request.id)
        self._hold("report of the approval", answer.approval.report_id, report_id)
        self._hold("SHA-256 of the report", answer.approval.report_digest, request.report_digest)
        self._hold("basis", answer.approval.basis_digest, request.basis_digest)
        self._hold("action", answer.approval.action.value, action.value)
        return answer

    def _asked(self, question: Question, form: type[T], budget: float | None = None) -> T:
        reply = self._transport.ask(question, budget=budget)
        return reply.decoded(form, self.address)

    def _hold(self, what: str, got: str, expected: str) -> None:
        """Holds what an answer is about against what was asked.

        Raises:
            IntegrityError: It is about something else.
        """
        if got != expected:
            raise IntegrityError(
                f"{self.address} answered about something else: {what} is {got[:100]}, not {expected[:100]}.",
                next_step=_DO_NOT,
            )
