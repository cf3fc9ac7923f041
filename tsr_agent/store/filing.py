"""Filing a report: its decision is taken again here, and both go into the library or neither does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.gate.evaluate import evaluate
from tsr_agent.models import codec
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.store.history import Place, baseline_for

if TYPE_CHECKING:
    from datetime import datetime

    from tsr_agent.gate.baseline import Baseline
    from tsr_agent.gate.exceptions.waivers import Waivers
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.models.decision import Decision, GoNoGoDecision
    from tsr_agent.store.repository import Added, ReportRepository


@dataclass(frozen=True, kw_only=True)
class Filed:
    """What became of a report that was filed."""

    added: Added
    report: TestSummaryReport
    decision: Decision
    """The decision on record. For a document that was filed before, the one that it was filed with."""
    retaken: Decision
    """The decision taken here and now from the document; its own claim had no part in it."""

    @property
    def claimed(self) -> GoNoGoDecision:
        """What the report says of itself."""
        return self.report.go_no_go_decision

    @property
    def claim_differs(self) -> bool:
        """Whether the report's own verdict is not the one on record. Both are kept; ours counts."""
        return self.claimed is not self.decision.decision

    @property
    def record_differs(self) -> bool:
        """Whether the verdict on record is not the one that this policy gives now."""
        return self.retaken.decision is not self.decision.decision


def file_report(  # noqa: PLR0917  (the order of the gate's own ``evaluate``)
    repository: ReportRepository,
    document: bytes,
    policy: Policy,
    waivers: Waivers | None,
    baseline: Baseline | None,
    now: datetime,
) -> Filed:
    """Decides about a document and files both in one transaction.

    A document that is on record already changes nothing there, whatever the policy makes of it now.

    Args:
        repository: Where to.
        document: The report's bytes exactly as they came.
        policy: What to judge by.
        waivers: Exceptions that were granted; None for none.
        baseline: The report to compare with; None takes the library's own, for a policy that compares.
        now: The present moment: the time of evaluation and of receipt.

    Raises:
        DocumentError: The document is not a report, or a column can't hold what it says.
        IntegrityError: Another document is filed under its id, or its decision on record or the library's
            baseline was altered.
        StoreError: Not written; the library is as before.
    """
    report = codec.decode(document, TestSummaryReport)
    if baseline is None:
        baseline = baseline_for(repository.library, policy, Place.of(report), now)
    retaken = evaluate(report, policy, waivers, baseline, now, report_digest=codec.digest(document))
    added = repository.add_decoded(document, report, retaken, received_at=now)
    standing = retaken if added.decision_is_new else repository.decision(report.id)
    # The decision on record can only be gone if the whole report was deleted in between.
    return Filed(added=added, report=report, decision=standing or retaken, retaken=retaken)
