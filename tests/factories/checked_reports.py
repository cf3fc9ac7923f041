"""Reports whose checklist has everything it asks for, and checklists where all is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.factories.judged_reports import iteration, judge, releasable
from tsr_agent.gate.approvals import ApprovalStanding, ApprovalState, standing
from tsr_agent.models.evals import IterationOutcome, MetricValue
from tsr_agent.sections.checklist import Checklist, checklist

if TYPE_CHECKING:
    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport

GRANTED = ApprovalStanding(
    state=ApprovalState.APPROVED, needed=1, missing=0, approved_by=("ana",), reason="ana approved it"
)


def complete(**changed: Any) -> TestSummaryReport:
    """Every binding rule of the built-in policy has its evidence: all samples of the evals were scored."""
    metrics = {
        "accuracy": MetricValue(value=0.9, n=250),
        "grounding_score": MetricValue(value=0.95, n=250),
        "completeness": MetricValue(value=1.0, n=250),
    }
    evals = (iteration(1, outcome=IterationOutcome.IMPROVED), iteration(2, metrics=metrics))
    return releasable(**({"eval_iterations": evals} | changed))


def known(report: TestSummaryReport, decision: Decision) -> Checklist:
    """The policy is in force, and what people said is on record: nobody said anything."""
    said = standing(decision, (), author="", triggered_by="manual")
    return checklist(report, decision, said, in_force=True)


def full_checklist(report: TestSummaryReport, **options: Any) -> Checklist:
    """The same for a report that is judged by the built-in policy unless another is given."""
    return known(report, judge(report, **options))
