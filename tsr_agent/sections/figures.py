"""The key figures of a report, each with its sign, its n and where its evidence is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from tsr_agent.models.evals import latest_iteration
from tsr_agent.sections.checklist import unresolved_critical
from tsr_agent.sections.evals import metric_text, outcome_mark
from tsr_agent.sections.inputs import code_coverage, scans
from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.requirements import requirements
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.tests import tests
from tsr_agent.sections.wording import NO_DATA, count, counted, rule_state, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tsr_agent.models.decision import Decision, EvidenceRef
    from tsr_agent.models.evals import EvalIterationSummary
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.sections.tests import TestTypeRow

_NONE = Mark("○", NO_DATA, Tone.MUTED)
_FIGURE = Mark("–", "measured", Tone.PLAIN)
_GRAVITY = (Tone.PLAIN, Tone.MUTED, Tone.GO, Tone.PENDING, Tone.NO_GO)
_OK = Mark("✓", "none", Tone.GO)


class KeyFigure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure."""

    mark: Mark
    name: str
    value: str
    n: str
    """Samples, tests or items behind it; empty where counting makes no sense."""
    leads_to: Target | None
    """Where the report has it in full; None where it has nothing."""


def key_figures(report: TestSummaryReport, decision: Decision | None = None) -> tuple[KeyFigure, ...]:
    """Tests by type, the latest eval metrics, critical failure modes, requirements, coverage, scans.

    Args:
        report: The evidence.
        decision: Whose rules say of a measured value whether it reaches its bound.
    """
    return (
        *_tests(report),
        *_metrics(report, decision),
        _critical(report),
        _requirements(report),
        *_coverage(report, decision),
        *_scans(report),
    )


def _tests(report: TestSummaryReport) -> list[KeyFigure]:
    figures = [
        KeyFigure(
            mark=row.mark,
            name=f"{row.name.removesuffix('s')} tests",
            value=_passed(row),
            n=row.executed,
            leads_to=Target(Kind.TEST_TYPE, row.kind),
        )
        for row in tests(report).types
    ]
    return figures or [KeyFigure(mark=_NONE, name="Tests", value=NO_DATA, n="", leads_to=None)]


def _passed(row: TestTypeRow) -> str:
    if row.executed == "0":
        return NO_DATA
    asides = [f"{row.flaky} of them late"] if row.flaky != "0" else []
    asides += [f"{row.xfailed} failed as expected"] if row.xfailed != "0" else []
    return ", ".join((f"{row.passed} of {row.executed} passed", *asides))


def _judged(decision: Decision | None, is_about: Callable[[EvidenceRef], bool]) -> Mark:
    """What the rules on a measured value say; the worst of several."""
    rules = decision.rules if decision is not None else ()
    marks = [rule_state(rule) for rule in rules if any(is_about(each) for each in rule.evidence)]
    return max(marks, key=lambda mark: _GRAVITY.index(mark.tone), default=_FIGURE)


def _metrics(report: TestSummaryReport, decision: Decision | None) -> list[KeyFigure]:
    latest = latest_iteration(report.eval_iterations)
    if latest is None:
        return [KeyFigure(mark=_NONE, name="Evals", value=NO_DATA, n="", leads_to=None)]
    label = f"V{latest.iteration:,}"
    target = Target(Kind.ITERATION, str(latest.iteration))
    outcome = KeyFigure(
        mark=outcome_mark(latest.outcome),
        name="Latest eval iteration",
        value=one_line(f"{label} · {latest.version_name}", 200),
        n="",
        leads_to=target,
    )
    return [outcome, *(_metric(latest, name, target, decision) for name in latest.metrics)]


def _metric(latest: EvalIterationSummary, name: str, target: Target, decision: Decision | None) -> KeyFigure:
    metric = latest.metric(name)
    mark = _judged(decision, lambda each: (each.iteration, each.metric) == (latest.iteration, name))
    return KeyFigure(
        mark=_NONE if metric is None else mark,
        name=one_line(name if "/" in name else words(name), 100),
        value=metric_text(latest, name),
        n="" if metric is None else count(metric.n),
        leads_to=target,
    )


def _critical(report: TestSummaryReport) -> KeyFigure:
    name, target = "Unresolved critical failure modes", Target(Kind.SECTION, "failure_modes")
    if not report.eval_iterations:
        return KeyFigure(mark=_NONE, name=name, value=NO_DATA, n="", leads_to=None)
    left = unresolved_critical(report)
    listed = {mode.id for each in report.eval_iterations for mode in each.failure_modes}
    return KeyFigure(
        mark=Mark("✕", "unresolved", Tone.NO_GO) if left else _OK,
        name=name,
        value=count(len(left)),
        n=count(len(listed)),
        leads_to=Target(Kind.FAILURE_MODE, left[0]) if left else target if listed else None,
    )


def _requirements(report: TestSummaryReport) -> KeyFigure:
    section = requirements(report)
    total, verified = len(section.rows), sum(row.is_verified for row in section.rows)
    if not total:
        return KeyFigure(mark=_NONE, name="Requirements", value=NO_DATA, n="", leads_to=None)
    left = Mark("✕", f"{total - verified:,} not verified", Tone.NO_GO)
    return KeyFigure(
        mark=Mark("✓", "verified", Tone.GO) if verified == total else left,
        name="Requirements",
        value=section.summary,
        n=count(total),
        leads_to=Target(Kind.SECTION, "requirements"),
    )


def _coverage(report: TestSummaryReport, decision: Decision | None) -> list[KeyFigure]:
    if not report.code_coverage:
        return [KeyFigure(mark=_NONE, name="Code coverage", value=NO_DATA, n="", leads_to=None)]
    figures = []
    for row in code_coverage(report):
        mark = _judged(decision, partial(_is_of, row.target.value))
        for name, value in (("Line coverage", row.line), ("Branch coverage", row.branch)):
            if value != NO_DATA or name == "Line coverage":
                figures.append(
                    KeyFigure(
                        mark=_NONE if value == NO_DATA else mark if name == "Line coverage" else _FIGURE,
                        name=f"{name}, {row.tool}",
                        value=value,
                        n="",
                        leads_to=row.target,
                    )
                )
    return figures


def _is_of(path: str, evidence: EvidenceRef) -> bool:
    return evidence.path == path


def _scans(report: TestSummaryReport) -> list[KeyFigure]:
    rows = scans(report)
    if not rows:
        return [KeyFigure(mark=_NONE, name="Static analysis", value=NO_DATA, n="", leads_to=None)]
    return [
        KeyFigure(
            mark=row.mark,
            name=f"Scan by {row.tool}",
            value=NO_DATA if row.not_run else f"{row.errors} errors, {row.warnings} warnings",
            n="" if row.not_run else counted(row.findings, "finding"),
            leads_to=row.target,
        )
        for row in rows
    ]
