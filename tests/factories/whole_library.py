"""A library with something in every table, for what has to carry or check all of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import insert

from tests.factories.code_notes import note, withdrawal
from tests.factories.decisions import decision_about
from tests.factories.reports import NOON, manifest, report, results
from tsr_agent.gate.approvals import basis_digest
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.models.api import Change, ChangeKind, PolicySubmission
from tsr_agent.models.approval import Approval, ApprovalAction, ApprovalTerms
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.models.results import CaseStatus, TestType
from tsr_agent.store.approvals import ApprovalRepository, OnRecord
from tsr_agent.store.code_notes import NoteRepository
from tsr_agent.store.following import Followed, SourceRepository
from tsr_agent.store.policies import PolicyRepository
from tsr_agent.store.repository import ReportRepository
from tsr_agent.store.service_tables import webhook_deliveries
from tsr_agent.store.tokens import NewToken, TokenRepository

if TYPE_CHECKING:
    from datetime import datetime

    from tsr_agent.store.engine import Library

ELSEWHERE = "https://other.example/aitr"
GREETING = "grüße, 你好, \U0001f600, 'quoted', \"twice\", 100 %, \\ and a\ttab"


def fill(library: Library, reports: int = 7) -> None:
    """Files reports with decisions, approvals, notes, policies, tokens, messages and documents held back."""
    for number in range(reports):
        put_report(library, f"r-{number:04d}")
    _approve(library, "r-0001")
    _put_policies(library)
    for number, revoked in enumerate((None, NOON + timedelta(days=1))):
        put_token(library, f"token{number}", revoked_at=revoked)
    _put_messages(library)
    _put_sources(library)
    _put_notes(library)


def put_report(library: Library, name: str) -> None:
    """One that waits for an approval, superseding a NO-GO."""
    repository = ReportRepository(library)
    cases = results(TestType.UNIT, *[CaseStatus.FAILED, CaseStatus.PASSED] * 3)
    document = codec.encode(
        report(id=name, test_results=(cases,), versions=manifest(codebase_branch=GREETING))
    )
    first = decision_about(document, decision=GoNoGoDecision.NO_GO, reason=GREETING)
    waits = decision_about(
        document,
        decision=GoNoGoDecision.PENDING_REVIEW,
        reason="1 review",
        manual_approval_required=True,
        approval=ApprovalTerms(),
        evaluated_at=NOON + timedelta(minutes=9, microseconds=1),
    )
    repository.add(document, first, received_at=NOON)
    repository.add(document, waits, supersede=True, received_at=NOON + timedelta(hours=1))


def put_token(library: Library, name: str, *, revoked_at: datetime | None = None) -> None:
    """A token of which only a hash is known."""
    tokens = TokenRepository(library)
    tokens.add(
        NewToken(
            id=name,
            hash=codec.digest(name.encode()),
            role=Role.AGENT,
            subject="ci",
            project=None,
            created_at=NOON,
            created_by="ana",
            expires_at=NOON + timedelta(days=3650),
        )
    )
    if revoked_at is not None:
        tokens.revoke(name, by="ana", at=revoked_at)


def _approve(library: Library, report_id: str) -> None:
    def approval(found: OnRecord) -> Approval:
        assert found.decision is not None
        return Approval(
            schema_version=1,
            id=f"approval-{report_id}",
            report_id=report_id,
            report_digest=found.report_digest,
            policy_digest=found.decision.policy.digest,
            basis_digest=basis_digest(found.decision),
            environment=found.decision.environment,
            action=ApprovalAction.APPROVE,
            approved_by="rita",
            role="release_manager",
            approved_at=NOON + timedelta(hours=2),
            note=GREETING,
        )

    ApprovalRepository(library).file(report_id, approval, received_at=NOON + timedelta(hours=2))


def _put_policies(library: Library) -> None:
    for number in range(2):
        submission = PolicySubmission(document=f"name: p{number}", note=GREETING)
        PolicyRepository(library).add("release", submission, submitted_by="tess", at=NOON)


def _put_notes(library: Library) -> None:
    notes = NoteRepository(library)
    for number in range(2):
        notes.add(note(f"note-{number}", report_id="r-0001", text=GREETING))
    notes.withdraw(withdrawal("note-0", report_id="r-0001"))


def _put_messages(library: Library) -> None:
    row = {
        "target": "releases",
        "event": "pending",
        "report_id": "r-0001",
        "cause": "ab" * 32,
        "body": '{"text": "waits"}',
        "created_at": NOON,
        "due_at": NOON,
        "attempts": 0,
    }
    with library.write() as connection:
        connection.execute(insert(webhook_deliveries), row)


def _put_sources(library: Library) -> None:
    sources = SourceRepository(library)
    document = codec.encode(report(id="held"))
    change = Change(
        seq=3,
        kind=ChangeKind.REPORT,
        report_id="held",
        digest=codec.digest(document),
        size=len(document),
        received_at=NOON,
    )
    for url in (ELSEWHERE, "https://Another.example/", "https://ärger.example"):
        sources.remember(url, Followed(epoch="e" * 32, cursor=3, synced_at=NOON))
        sources.hold(url, "e" * 32, change, document)
