"""A report as this server stands by it: the evidence of its document, the verdict of our own record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.models import codec
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.server.verdicts import reason_of, verdict_of
from tsr_agent.store.rows import NOT_JUDGED_REASON
from tsr_agent.store.standing import standing_row

if TYPE_CHECKING:
    from tsr_agent.server.answering import Answering
    from tsr_agent.server.receiving import MaySee
    from tsr_agent.store.on_record import OnRecord
    from tsr_agent.store.repository import ReportRepository


class Showing:
    """Shows reports. May be used from several threads at once.

    Args:
        reports: On record.
        answering: Says what the verdict is.
    """

    def __init__(self, reports: ReportRepository, answering: Answering) -> None:
        self._reports = reports
        self._answering = answering

    def report(self, report_id: str, may_see: MaySee) -> TestSummaryReport:
        """The report with the verdict that holds now in place of its claim, and who approved it.

        Raises:
            RefusalError: There is none for this token.
            IntegrityError: A document was altered.
            StoreError: The database can't be read.
        """
        known = self._answering.on_record(report_id, may_see)
        report = codec.decode(self._reports.document(report_id), TestSummaryReport, source="report")
        return _as_decided(report, known, in_force=self._answering.is_in_force(known))


def _as_decided(report: TestSummaryReport, known: OnRecord, *, in_force: bool) -> TestSummaryReport:
    decision = known.decision
    if decision is None:
        return msgspec.structs.replace(
            report,
            go_no_go_decision=GoNoGoDecision.PENDING_REVIEW,
            decision_reason=NOT_JUDGED_REASON,
            blocking_issues=(),
            warnings=(),
            policy=None,
            baseline=None,
            evaluated_at=None,
            rule_results=(),
            approved_by=None,
            approved_at=None,
        )
    approved = standing_row(decision, known.standing if in_force else None)
    return msgspec.structs.replace(
        report,
        go_no_go_decision=verdict_of(known, in_force=in_force),
        decision_reason=reason_of(known, decision, in_force=in_force),
        blocking_issues=decision.blocking_issues,
        warnings=decision.warnings,
        policy=decision.policy,
        baseline=decision.baseline,
        evaluated_at=decision.evaluated_at,
        rule_results=decision.rules,
        manual_approval_required=decision.manual_approval_required or report.manual_approval_required,
        approved_by=approved["approved_by"],
        approved_at=approved["approved_at"],
    )
