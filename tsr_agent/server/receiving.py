"""Taking a report in: judged by the policy in force and this server's clock, and filed with the verdict.

What a report says of itself (verdict, approver, time of the decision) has no part in it. The claim is
kept in the document, and a difference is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from tsr_agent.errors import IntegrityError
from tsr_agent.gate.approvals import release_verdict, standing
from tsr_agent.gate.evaluate import evaluate
from tsr_agent.gate.wording import plain
from tsr_agent.models import codec
from tsr_agent.models.api import Received
from tsr_agent.models.decision import ExceptionStanding
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.server.problems import Kind, RefusalError, not_found
from tsr_agent.store.history import Place, baseline_for
from tsr_agent.store.rulebooks import terms_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tsr_agent.models.decision import Decision, GoNoGoDecision, QuarantineNote, WaiverNote
    from tsr_agent.server.policies_in_force import PoliciesInForce
    from tsr_agent.store.approvals import ApprovalRepository
    from tsr_agent.store.on_record import OnRecord
    from tsr_agent.store.repository import Added, ReportRepository
    from tsr_agent.store.rulebooks import Rulebook

    MaySee = Callable[[str], bool]
    """Whether the token is good for reports of a repository."""

MAX_AHEAD = timedelta(minutes=5)
"""How far the clock of the machine that made a report may be ahead of the server's."""
_ATTEMPTS = 3
"""How often a report is judged whose policy is replaced while it is being judged."""
_SOURCE = "report"
_APPLIED = ExceptionStanding.APPLIED
_ROUTES = frozenset({"latest", "query"})
"""Ids whose address is that of another question: nobody could look at such a report."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What became of an upload."""

    received: Received
    is_new: bool
    """False where these very bytes were on record already."""


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """A report that was read, and the one document of it."""

    report: TestSummaryReport
    document: bytes
    digest: str

    @property
    def repository(self) -> str:
        return self.report.versions.codebase_repo


@dataclass(frozen=True)
class _Verdict:
    """The decision on record, and what it comes to with approvals weighed in."""

    decision: Decision
    digest: str
    released: GoNoGoDecision
    is_new: bool
    """The report was not on record before."""


class Receiving:
    """Takes reports in and judges them. May be used from several threads at once.

    Args:
        reports: Where they are filed.
        approvals: What is on record about them.
        policies: What judges them.
    """

    def __init__(
        self, reports: ReportRepository, approvals: ApprovalRepository, policies: PoliciesInForce
    ) -> None:
        self._reports = reports
        self._approvals = approvals
        self._policies = policies

    def receive(
        self, document: bytes, may_see: MaySee, now: datetime, *, announced: str | None = None
    ) -> Receipt:
        """Judges a report and files both in one transaction.

        The same bytes again change nothing, unless another policy is in force by now: then they are
        decided anew.

        Args:
            document: The report's bytes exactly as they came.
            may_see: Of the token.
            now: The server's time.
            announced: SHA-256 that the client states for these bytes; None states none.

        Raises:
            RefusalError: Other bytes than announced, an id that asks for something else, from the future, of
                a repository that the token is not good for, or another report has its id.
            DocumentError: It is no report.
            IntegrityError: What it is judged with was altered.
            StoreError: Not written.
        """
        digest = codec.digest(document)
        if announced is not None and announced != digest:
            raise _not_announced(announced, digest)
        report = codec.decode(document, TestSummaryReport, source=_SOURCE)
        judged = _Judged(report=report, document=document, digest=digest)
        if not may_see(judged.repository):
            raise _other_project(judged.repository)
        if report.id in _ROUTES:
            raise _no_id(report.id)
        if report.created_at > now + MAX_AHEAD:
            raise _from_the_future(report, now)
        known = self._approvals.on_record(report.id)
        if known is not None and known.report_digest != digest:
            raise _conflict(known, digest, may_see)
        verdict = self._decided_by_now(judged, known, may_see, now)
        return Receipt(received=self._received(judged, verdict, now), is_new=verdict.is_new)

    def decide_again(self, report_id: str, may_see: MaySee, now: datetime) -> bool:
        """Decides about a report on record by the policy that is in force now, if it is another one.

        Also where an exception that the decision made use of has ended.

        Returns:
            Whether there is a new decision.

        Raises:
            RefusalError: There is no such report for this token.
            IntegrityError: The report, or what it is judged with, was altered.
            StoreError: Not written.
        """
        known = self._approvals.on_record(report_id)
        if known is None or not may_see(known.codebase_repo):
            raise no_report()
        if is_by(known.decision, self._policies.rulebook_for(known.codebase_repo), now):
            return False
        document = self._reports.document(report_id)
        report = codec.decode(document, TestSummaryReport, source=_SOURCE)
        judged = _Judged(report=report, document=document, digest=codec.digest(document))
        self._decided_by_now(judged, known, may_see, now)
        return True

    def _decided_by_now(
        self, judged: _Judged, known: OnRecord | None, may_see: MaySee, now: datetime
    ) -> _Verdict:
        """Judges and files until the decision on record is by the policy in force.

        A policy that comes into force meanwhile decides once more, so that nobody has to ask for it.
        """
        is_new = False
        for _ in range(_ATTEMPTS):
            rulebook = self._policies.rulebook_for(judged.repository)
            if known is not None and is_by(known.decision, rulebook, now):
                break
            decision = self._judge(judged, rulebook, now)
            added = self._file(judged, decision, may_see, now)
            is_new = is_new or added.report_is_new
            in_force = self._policies.rulebook_for(judged.repository)
            if added.report_is_new and is_by(decision, in_force, now):
                # Nobody can have said anything about it yet, so that nothing needs to be read back.
                return _fresh(judged.report, decision)
            known = self._approvals.on_record(judged.report.id)
        if known is None or known.decision is None or known.decision_digest is None:
            raise IntegrityError(f"Report {judged.report.id} is not on record any more.")
        return _Verdict(known.decision, known.decision_digest, known.released, is_new=is_new)

    def _judge(self, judged: _Judged, rulebook: Rulebook, now: datetime) -> Decision:
        report, policy = judged.report, rulebook.policy
        # What a milder policy let go elsewhere is no release of this server's to be measured against.
        ours = self._policies.ever_in_force()
        baseline = baseline_for(self._reports.library, policy, Place.of(report), now, released_by=ours)
        return evaluate(report, policy, rulebook.waivers, baseline, now, report_digest=judged.digest)

    def _file(self, judged: _Judged, decision: Decision, may_see: MaySee, now: datetime) -> Added:
        try:
            return self._reports.add_decoded(
                judged.document, judged.report, decision, supersede=True, received_at=now
            )
        except IntegrityError as error:
            # Another upload of the same id was quicker.
            known = self._approvals.on_record(judged.report.id)
            if known is not None and known.report_digest != judged.digest:
                raise _conflict(known, judged.digest, may_see) from error
            raise

    def _received(self, judged: _Judged, verdict: _Verdict, now: datetime) -> Received:
        row = None if verdict.is_new else self._reports.row(judged.report.id)
        claimed = judged.report.go_no_go_decision
        return Received(
            id=judged.report.id,
            go_no_go_decision=verdict.released,
            digest=judged.digest,
            decision_digest=verdict.digest,
            reason=verdict.decision.reason,
            claimed_decision=claimed,
            claim_differs=claimed is not verdict.decision.decision,
            received_at=now if row is None else row.received_at,
        )


def _fresh(report: TestSummaryReport, decision: Decision) -> _Verdict:
    """What a decision comes to that was taken and filed just now."""
    author, triggered_by = report.versions.codebase_author, report.triggered_by
    stands = standing(decision, (), author=author, triggered_by=triggered_by)
    digest = codec.digest(codec.encode(decision))
    return _Verdict(decision, digest, release_verdict(decision, stands), is_new=True)


def is_by(decision: Decision | None, rulebook: Rulebook, now: datetime) -> bool:
    """Whether a decision was taken by just these rules, and by no exception that has ended since.

    Args:
        decision: None where none has been taken.
        rulebook: What is in force.
        now: The server's time.
    """
    if decision is None or terms_of(decision) != rulebook.terms:
        return False
    return decision.decision is decision.decision_without_waivers or not _has_outlived(decision, now)


def _has_outlived(decision: Decision, now: datetime) -> bool:
    """Whether an exception that a decision made use of was good for the last time on a day before this."""
    today = now.astimezone(UTC).date()
    noted: tuple[WaiverNote | QuarantineNote, ...] = (*decision.waivers, *decision.quarantine)
    used = (each for each in noted if each.standing is _APPLIED)
    return any(each.expires is None or each.expires < today for each in used)


def no_report() -> RefusalError:
    """The answer where there is no report, or none that the token may know of."""
    return not_found("There is no report of this id.")


def _not_announced(announced: str, digest: str) -> RefusalError:
    return RefusalError(
        Kind.INVALID,
        f"These bytes are not those that Idempotency-Key announces: they have SHA-256 {digest}.",
        next_step="Send the document whole and unchanged, with the SHA-256 of its bytes as the key.",
        errors=[f"Idempotency-Key: {plain(announced, 100)}"],
    )


def _other_project(repository: str) -> RefusalError:
    return RefusalError(
        Kind.FORBIDDEN,
        f"The token is not good for reports of {plain(repository) or 'no repository'}.",
        next_step="Use a token of that project, or state versions.codebase_repo of this one.",
    )


def _no_id(report_id: str) -> RefusalError:
    return RefusalError(
        Kind.INVALID,
        f"A report can't have the id {report_id!r}, which asks this server for something else.",
        next_step="Give the report an id of its own.",
        errors=[f"$.id: {report_id}"],
    )


def _from_the_future(report: TestSummaryReport, now: datetime) -> RefusalError:
    ahead = int((report.created_at - now).total_seconds())
    return RefusalError(
        Kind.INVALID,
        f"The report is from the future: it was made {ahead:,} seconds after the server's time.",
        next_step="Set the clock of the machine that made it, and make the report again.",
        errors=[f"$.created_at: {report.created_at.isoformat()}; here it is {now.isoformat()}"],
    )


def _conflict(known: OnRecord, digest: str, may_see: MaySee) -> RefusalError:
    """Another document has the id. Whose it is, only those learn who may see it."""
    on_record = [f"on record: SHA-256 {known.report_digest}"] if may_see(known.codebase_repo) else []
    return RefusalError(
        Kind.CONFLICT,
        f"Another report has the id {known.report_id}; it stays as it is.",
        next_step="Compare the two files: one of them was altered, or an id was used twice.",
        errors=[*on_record, f"sent: SHA-256 {digest}"],
    )
