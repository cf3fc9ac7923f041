"""A report judged again by the policy in force for it. Runs on a worker thread and files nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from aitr_desktop.library.workspace import OpenedReport
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.store.engine import Library
    from tsr_agent.store.rulebooks import Rulebook


def judged_again(library: Library, opened: OpenedReport, now: datetime) -> OpenedReport:
    """The report with the decision that the policy in force takes now, and what people's approvals are to it.

    The decision on record stays what it is.

    Args:
        library: Has the policies, and the reports to compare with; it is only read.
        opened: The report with the decision on record.
        now: The present moment: which rules and exceptions hold.

    Raises:
        PolicyError: The policy in force can't be read by this build.
        IntegrityError: It, or the report to compare with, was altered.
        StoreError: The library can't be read.
    """
    from tsr_agent.gate.approvals import standing
    from tsr_agent.gate.evaluate import evaluate
    from tsr_agent.store.history import Place, baseline_for

    report, recorded = opened.report, opened.decision
    rulebook = _in_force_for(library, report)
    environment = recorded.environment if recorded is not None else report.environment
    decision = evaluate(
        report,
        rulebook.policy,
        rulebook.waivers,
        baseline_for(library, rulebook.policy, Place.of(report, environment), now),
        now,
        environment=environment,
        report_digest=opened.digest,
    )
    said = standing(
        decision,
        opened.approvals,
        author=report.versions.codebase_author,
        triggered_by=report.triggered_by,
    )
    return replace(opened, decision=decision, standing=said, policy_in_force=True)


def _in_force_for(library: Library, report: TestSummaryReport) -> Rulebook:
    """The policy that names the repository, else the newest that names none, else the built-in one."""
    from tsr_agent.gate.policies.builtin import ai_release
    from tsr_agent.store.policies import PolicyRepository
    from tsr_agent.store.rulebooks import Rulebook, chosen_for, read_submission

    stored = chosen_for(PolicyRepository(library).all_newest(), report.versions.codebase_repo)
    if stored is None:
        return Rulebook(policy=ai_release(), waivers=None)
    return read_submission(stored.submission)
