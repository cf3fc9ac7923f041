"""Reports in a library with the decisions about them, many in one transaction, and approvals of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.gate.evaluate import evaluate
from tsr_agent.models import codec
from tsr_agent.store.approvals import ApprovalRepository
from tsr_agent.store.deliveries import tell_nobody
from tsr_agent.store.repository import _Filing
from tsr_agent.store.rows import DecisionSource

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.models.approval import Approval
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.store.engine import Library


def put_reports(library: Library, reports: Iterable[TestSummaryReport], policy: Policy) -> None:
    """Each judged at the moment it was made, without waivers and without a baseline."""
    with library.write() as connection:
        for report in reports:
            document = codec.encode(report)
            digest = codec.digest(document)
            decision = evaluate(report, policy, None, None, report.created_at, report_digest=digest)
            filing = _Filing(
                document, report, digest, decision, DecisionSource.LOCAL, report.created_at, tell_nobody
            )
            filing.insert_report(connection)


def put_approval(library: Library, approval: Approval) -> None:
    """A person's word, as it would be filed."""
    ApprovalRepository(library).take(codec.encode(approval), received_at=approval.approved_at)
