"""Two judged reports side by side: why the verdict is another, and everything else that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from tsr_agent.comparison.approvals import ApprovalsOnRecord
from tsr_agent.comparison.coverage import CoverageChanges, coverage_changes
from tsr_agent.comparison.evals import IterationChanges, MetricChange, iteration_changes, metric_changes
from tsr_agent.comparison.exceptions import ExceptionChanges, exception_changes
from tsr_agent.comparison.failure_modes import FailureModeChange, failure_mode_changes
from tsr_agent.comparison.findings import FindingChanges, finding_changes
from tsr_agent.comparison.policies import PolicyChanges
from tsr_agent.comparison.requirements import RequirementChange, requirement_changes
from tsr_agent.comparison.rules import RuleChange, Turn, rule_changes
from tsr_agent.comparison.tests import TestChange, TestChanges, changes
from tsr_agent.comparison.versions import (
    FieldChange,
    InputChanges,
    RunChange,
    field_changes,
    input_changes,
    run_changes,
)
from tsr_agent.models.base import SCHEMA_VERSION, Count, Digest, LongText, Record, ShortText, UtcTime
from tsr_agent.models.decision import Decision, GoNoGoDecision, PolicyReference
from tsr_agent.models.evals import latest_iteration
from tsr_agent.models.report import TestSummaryReport

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tsr_agent.models.results import TestCase


class JudgedDocument(Record, frozen=True, kw_only=True):
    """A report that was read, the digest of its bytes, and the decision about it."""

    report: TestSummaryReport
    digest: str
    decision: Decision
    approvals: ApprovalsOnRecord | None = None
    """What people have said; None where nobody looked."""


class ComparedReport(Record, frozen=True, kw_only=True):
    """The head of one of the two reports."""

    report_id: ShortText
    digest: Digest
    created_at: UtcTime
    environment: ShortText
    """The one that it was judged for."""
    repository: ShortText
    branch: ShortText
    commit: ShortText
    decision: GoNoGoDecision
    """As judged for this comparison."""
    decision_without_waivers: GoNoGoDecision
    reason: LongText
    manual_approval_required: bool
    policy: PolicyReference
    """The one that it was judged by for this comparison."""
    waivers_digest: Digest | None = None
    """Of the waiver file that it was judged with; None without one."""
    quarantine_digest: Digest | None = None
    approvals: ApprovalsOnRecord | None = None
    """What people have said; None where the comparison is of the policy's verdicts alone."""
    claim: GoNoGoDecision | None
    """What the report says about itself; None where it was not judged when it was made."""

    @property
    def verdict(self) -> GoNoGoDecision:
        """The verdict to be shown: approvals weighed in, where they are known."""
        return self.decision if self.approvals is None else self.approvals.released


class Unchanged(Record, frozen=True, kw_only=True):
    """How much of the new report is as it was."""

    metrics: Count = 0
    """Of the latest iteration."""
    failure_modes: Count = 0
    requirements: Count = 0
    source_files: Count = 0
    """With the same code coverage."""
    findings: Count = 0


class EvidenceChanges(Record, frozen=True, kw_only=True):
    """What became of the evidence, without any verdict."""

    tests: TestChanges
    """Cases are listed without their details and output."""
    metrics: tuple[MetricChange, ...]
    """Of the latest iterations."""
    iterations: IterationChanges
    failure_modes: tuple[FailureModeChange, ...]
    requirements: tuple[RequirementChange, ...]
    coverage: CoverageChanges
    findings: FindingChanges
    runs: tuple[RunChange, ...]
    inputs: InputChanges
    fields: tuple[FieldChange, ...]
    """Manifest, environment, CI run, and the policy, baseline and waivers that each report names itself."""
    unchanged: Unchanged
    """Beside the tests, which count themselves."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed at all."""
        iterations = self.iterations
        return not (
            any(getattr(self.tests, name) for name in TestChanges.__struct_fields__ if name != "unchanged")
            or self.metrics
            or (iterations.old != iterations.new or iterations.vanished or iterations.told_otherwise)
            or self.failure_modes
            or self.requirements
            or self.coverage != CoverageChanges()
            or self.findings != FindingChanges()
            or self.runs
            or self.inputs != InputChanges()
            or self.fields
        )


class Comparison(Record, frozen=True, kw_only=True):
    """What changed from one report to another, and what that did to the verdict."""

    schema_version: Annotated[int, Meta(ge=1)] = SCHEMA_VERSION
    old: ComparedReport
    new: ComparedReport
    same_document: bool
    """Both are the same bytes."""
    rules: tuple[RuleChange, ...]
    """By effect on the verdict: what got worse, what got better, what still has one, and the rest."""
    rules_unchanged: Count
    """Rules that do nothing to the verdict and say the same both times."""
    changes: EvidenceChanges
    policy: PolicyChanges | None = None
    """How the policies differ that judged them; None where it was the same one."""
    exceptions: ExceptionChanges = ExceptionChanges()
    """Waivers and quarantined tests, as the decisions list them."""

    @property
    def same_id_other_bytes(self) -> bool:
        """Whether both claim to be the same report and are not: at least one was altered."""
        return not self.same_document and self.old.report_id == self.new.report_id

    @property
    def is_empty(self) -> bool:
        """Whether neither the evidence nor any rule changed."""
        moved = any(each.turn is not Turn.STILL or each.old != each.new for each in self.rules)
        same = self.old.verdict is self.new.verdict and self.old.decision is self.new.decision
        judged_alike = self.policy is None and self.exceptions.is_empty
        return same and judged_alike and not moved and self.changes.is_empty


def evidence_changes(old: TestSummaryReport, new: TestSummaryReport) -> EvidenceChanges:
    """What became of the evidence. Pure, and linear in the size of the reports.

    Args:
        old: The report to compare with, as it was read.
        new: The report that is looked at, as it was read.
    """
    tests = changes(old.test_results, new.test_results)
    found = EvidenceChanges(
        tests=_without_details(tests),
        metrics=metric_changes(latest_iteration(old.eval_iterations), latest_iteration(new.eval_iterations)),
        iterations=iteration_changes(old.eval_iterations, new.eval_iterations),
        failure_modes=failure_mode_changes(old.eval_iterations, new.eval_iterations),
        requirements=requirement_changes(old, new, tests),
        coverage=coverage_changes(old.code_coverage, new.code_coverage),
        findings=finding_changes(old.static_analysis, new.static_analysis),
        runs=run_changes(old.runs, new.runs),
        inputs=input_changes(old.inputs, new.inputs),
        fields=field_changes(old, new),
        unchanged=Unchanged(),
    )
    return msgspec.structs.replace(found, unchanged=_unchanged(new, found))


def _unchanged(new: TestSummaryReport, found: EvidenceChanges) -> Unchanged:
    """What the new report has, less what of it changed."""
    latest = latest_iteration(new.eval_iterations)
    modes = {mode.id for each in new.eval_iterations for mode in each.failure_modes}
    requirements = {each.requirement_id for each in new.requirement_coverage}
    files = {file.path for each in new.code_coverage for file in each.files}
    findings = sum(len(each.findings) for each in new.static_analysis)
    return Unchanged(
        metrics=len(latest.metrics) - len([each for each in found.metrics if each.metric in latest.metrics])
        if latest is not None
        else 0,
        failure_modes=len(modes) - len({each.id for each in found.failure_modes} & modes),
        requirements=len(requirements) - len({each.id for each in found.requirements} & requirements),
        source_files=len(files) - len({each.file for each in found.coverage.files} & files),
        findings=findings - sum(each.count for each in found.findings.new),
    )


def compare(
    old: JudgedDocument,
    new: JudgedDocument,
    scopes: Mapping[str, Mapping[str, Any]] | None = None,
    policy: PolicyChanges | None = None,
) -> Comparison:
    """What changed, and what that did to the verdict. Pure, and linear in the size of the reports.

    Both decisions should be by the same policy and of the same moment; otherwise the comparison shows
    what the policy or the calendar changed as well.

    Args:
        old: What to compare with.
        new: What is looked at.
        scopes: By rule id what the rule looks at, as plain data such as ``{"type": "unit"}``; it ties
            rules to what changed in the evidence. Without it, what the decisions record of their rules does.
        policy: How the policies differ. Where it is not given and they do, that is all that is said.
    """
    found = evidence_changes(old.report, new.report)
    rules = rule_changes(old.decision, new.decision, found, scopes or {})
    return Comparison(
        old=_head(old),
        new=_head(new),
        same_document=old.digest == new.digest,
        rules=rules,
        rules_unchanged=len({each.id for each in (*old.decision.rules, *new.decision.rules)}) - len(rules),
        changes=found,
        policy=_policy_changes(old.decision, new.decision, policy),
        exceptions=exception_changes(old.decision, new.decision),
    )


def _policy_changes(old: Decision, new: Decision, found: PolicyChanges | None) -> PolicyChanges | None:
    if old.policy == new.policy and (found is None or found.is_empty):
        return None
    return found or PolicyChanges(not_compared="The policies were not read for this comparison.")


def _head(judged: JudgedDocument) -> ComparedReport:
    report, decision = judged.report, judged.decision
    return ComparedReport(
        report_id=report.id,
        digest=judged.digest,
        created_at=report.created_at,
        environment=decision.environment,
        repository=report.versions.codebase_repo,
        branch=report.versions.codebase_branch,
        commit=report.versions.codebase_sha,
        decision=decision.decision,
        decision_without_waivers=decision.decision_without_waivers,
        reason=decision.reason,
        manual_approval_required=decision.manual_approval_required,
        policy=decision.policy,
        waivers_digest=decision.waivers_digest,
        quarantine_digest=decision.quarantine_digest,
        approvals=judged.approvals,
        claim=None if report.evaluated_at is None else report.go_no_go_decision,
    )


def _without_details(found: TestChanges) -> TestChanges:
    """The same changes without tracebacks and captured output, which nobody reads in a comparison."""
    lists = {
        name: tuple(_brief_change(each) for each in getattr(found, name))
        for name in TestChanges.__struct_fields__
        if name not in ("vanished_types", "new_types", "unlisted", "unchanged")
    }
    return msgspec.structs.replace(found, **lists)


def _brief_change(change: TestChange) -> TestChange:
    old, new = _brief(change.old), _brief(change.new)
    if old is change.old and new is change.new:
        return change
    return msgspec.structs.replace(change, old=old, new=new)


def _brief(case: TestCase | None) -> TestCase | None:
    if case is None or not (case.details or case.output or case.attempts):
        return case
    return msgspec.structs.replace(case, details="", output="", attempts=())
