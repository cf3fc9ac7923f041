"""What the report's own figures say about an item of the checklist, whatever a decision says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.controls.catalogue import EvidenceKind
from tsr_agent.models.evals import ResolutionStatus, Severity, latest_iteration
from tsr_agent.models.report import InputStatus
from tsr_agent.sections.checklist_rules import metric_of
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import NO_DATA, counted, figure, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.models.decision import Decision, RuleResult
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.models.results import TestType

_SHOWN = 3


class Fact(msgspec.Struct, frozen=True):
    """What the report's own figures say about an item."""

    holds: bool | None
    """None where there is no data, so that nothing bears out what a rule says."""
    found: str
    evidence: tuple[Target, ...] = ()


UNKNOWN = Fact(None, NO_DATA)


def fact_of(
    kind: EvidenceKind, report: TestSummaryReport, decision: Decision | None, rules: Sequence[RuleResult]
) -> Fact:
    """What the report says about what rules of a kind look at. Where the bound is theirs, it holds."""
    simple = {
        EvidenceKind.EVAL_ACCURACY: accuracy,
        EvidenceKind.CRITICAL_FAILURE_MODES: critical,
        EvidenceKind.EVAL_RECORD: _iterations,
        EvidenceKind.FAILURE_MODES: _failure_modes,
        EvidenceKind.EVIDENCE: _inputs,
        EvidenceKind.CODE_COVERAGE: _coverage,
        EvidenceKind.STATIC_ANALYSIS: _scans,
        EvidenceKind.CLEAN_TREE: _tree,
    }.get(kind)
    if simple is not None:
        return simple(report)
    if kind is EvidenceKind.REQUIREMENTS:
        return verified(report, rules)
    if kind is EvidenceKind.EVAL_METRICS:
        return _metrics(report, rules)
    if kind is EvidenceKind.CHANGES:
        return _changes(decision, rules)
    if kind is EvidenceKind.CALENDAR:
        return Fact(holds=True, found=_actual(rules))
    return UNKNOWN


def all_passed(report: TestSummaryReport, kind: TestType) -> Fact:
    """Whether every test of a type that ran passed at once."""
    found = report.result_for(kind)
    if found is None or found.executed <= 0:
        return UNKNOWN
    bad = found.failed + found.errors + found.flaky + found.xpassed
    said = f"{bad:,} of {found.executed:,} not passed" if bad else f"{found.executed:,} passed"
    return Fact(bad == 0, said, (Target(Kind.TEST_TYPE, kind.value),))


def as_asked(report: TestSummaryReport, kind: TestType) -> Fact:
    """The tests of a type whose bound is the policy's: it is enough here that some ran."""
    found = all_passed(report, kind)
    return found if found.holds is None else Fact(holds=True, found=found.found, evidence=found.evidence)


def accuracy(report: TestSummaryReport) -> Fact:
    """The accuracy of the latest iteration. Whether it is enough is the policy's to say."""
    latest = latest_iteration(report.eval_iterations)
    metric = latest.metric("accuracy") if latest is not None else None
    if latest is None or metric is None or figure(metric.value) == NO_DATA:
        return UNKNOWN
    n = f" on {metric.n:,} cases" if metric.n is not None else ", n not stated"
    return Fact(
        holds=True,
        found=f"{figure(metric.value)}{n}",
        evidence=(Target(Kind.ITERATION, str(latest.iteration)),),
    )


def critical(report: TestSummaryReport) -> Fact:
    """Whether any critical failure mode is left."""
    if not report.eval_iterations:
        return UNKNOWN
    left = unresolved_critical(report)
    where = tuple(Target(Kind.FAILURE_MODE, name) for name in left[:_SHOWN])
    return Fact(not left, f"{len(left):,} unresolved", where or (Target(Kind.SECTION, "failure_modes"),))


def unresolved_critical(report: TestSummaryReport) -> list[str]:
    """Ids of the critical failure modes that any iteration lists as other than fixed, as the gate counts."""
    return _unresolved(report, (Severity.CRITICAL,))


def verified(report: TestSummaryReport, rules: Sequence[RuleResult]) -> Fact:
    """The requirements. How large a share is enough the policy says; where it does not, all of them."""
    from tsr_agent.sections.requirements import requirements

    if not report.requirement_coverage:
        return UNKNOWN
    section = requirements(report)
    left = [row.target for row in section.rows if not row.is_verified]
    asked = any("verified share" in rule.expected for rule in rules)
    return Fact(
        holds=asked or _all_verified(report),
        found=section.summary,
        evidence=(*left[:_SHOWN], Target(Kind.SECTION, "requirements")),
    )


def _all_verified(report: TestSummaryReport) -> bool:
    """Whether the report's own cases bear out every requirement, whatever it says of them."""
    from tsr_agent.gate.verification import CaseIndex, objection

    index = CaseIndex(report.test_results)
    return not any(objection(each, index) for each in report.requirement_coverage)


def _metrics(report: TestSummaryReport, rules: Sequence[RuleResult]) -> Fact:
    latest = latest_iteration(report.eval_iterations)
    names = list(dict.fromkeys(filter(None, map(metric_of, rules))))
    if latest is None or not names:
        return UNKNOWN
    values = [(name, latest.metric(name)) for name in names]
    if any(value is None or figure(value.value) == NO_DATA for _, value in values):
        return UNKNOWN
    shown = [f"{one_line(name, 60)} {figure(value.value)}" for name, value in values if value is not None]
    more = f" and {len(shown) - _SHOWN:,} more" if len(shown) > _SHOWN else ""
    where = (Target(Kind.ITERATION, str(latest.iteration)),)
    return Fact(holds=True, found=", ".join(shown[:_SHOWN]) + more, evidence=where)


def _iterations(report: TestSummaryReport) -> Fact:
    latest = latest_iteration(report.eval_iterations)
    if latest is None:
        return UNKNOWN
    said = f"{counted(len(report.eval_iterations), 'iteration')}, the latest {latest.outcome.value}"
    return Fact(holds=True, found=said, evidence=(Target(Kind.ITERATION, str(latest.iteration)),))


def _failure_modes(report: TestSummaryReport) -> Fact:
    if not report.eval_iterations:
        return UNKNOWN
    left = _unresolved(report, tuple(Severity))
    where = tuple(Target(Kind.FAILURE_MODE, name) for name in left[:_SHOWN])
    # How many may be left is the policy's to say.
    return Fact(
        holds=True,
        found=f"{len(left):,} unresolved in all",
        evidence=where or (Target(Kind.SECTION, "failure_modes"),),
    )


def _unresolved(report: TestSummaryReport, severities: tuple[Severity, ...]) -> list[str]:
    found = {
        mode.id: None
        for iteration in report.eval_iterations
        for mode in iteration.failure_modes
        if mode.severity in severities and mode.resolution_status is not ResolutionStatus.FIXED
    }
    return list(found)


def _inputs(report: TestSummaryReport) -> Fact:
    bad = [each for each in report.inputs if each.status in (InputStatus.UNREADABLE, InputStatus.STALE)]
    said = f"{counted(len(report.inputs), 'file')} handed in"
    where = tuple(Target(Kind.INPUT, each.path) for each in bad[:_SHOWN])
    return Fact(
        not bad,
        f"{said}, {len(bad):,} unreadable or stale" if bad else said,
        where or (Target(Kind.SECTION, "overview"),),
    )


def _coverage(report: TestSummaryReport) -> Fact:
    if not report.code_coverage:
        return UNKNOWN
    shown = []
    for each in report.code_coverage[:_SHOWN]:
        measures = (("line", each.line), ("branch", each.branch))
        shown += [
            f"{name} {share(value.covered / value.total)}"
            for name, value in measures
            if value and value.total
        ]
    more = len(report.code_coverage) - _SHOWN
    said = ", ".join(shown) + (f" and {counted(more, 'more file')}" if more > 0 else "")
    return Fact(True if shown else None, said or NO_DATA, (Target(Kind.SECTION, "overview"),))


def _scans(report: TestSummaryReport) -> Fact:
    ran = [each for each in report.static_analysis if each.executed]
    if not ran:
        return UNKNOWN
    total = sum(len(each.findings) + each.left_out for each in ran)
    said = f"{counted(total, 'finding')} in {counted(len(ran), 'scan')}"
    return Fact(holds=True, found=said, evidence=(Target(Kind.SECTION, "overview"),))


def _tree(report: TestSummaryReport) -> Fact:
    where = (Target(Kind.SECTION, "versions"),)
    dirty = report.versions.dirty
    if dirty is None:
        return Fact(None, NO_DATA, where)
    return Fact(not dirty, "local changes" if dirty else "no local changes", where)


def _changes(decision: Decision | None, rules: Sequence[RuleResult]) -> Fact:
    """Against nothing nothing got worse: without a baseline on record there is no data."""
    if decision is None or decision.baseline is None:
        return UNKNOWN
    return Fact(
        holds=True, found=_actual(rules), evidence=(Target(Kind.REPORT, decision.baseline.report_id),)
    )


def _actual(rules: Sequence[RuleResult]) -> str:
    shown = [one_line(each.actual, 120) for each in rules[:_SHOWN] if each.actual]
    more = f" and {len(rules) - _SHOWN:,} more" if len(rules) > _SHOWN else ""
    return (", ".join(shown) + more) or NO_DATA
