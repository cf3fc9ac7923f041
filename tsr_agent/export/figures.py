"""Every figure and finding of a report one by one: as it is shown, and as the plain number behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.models.base import Record
from tsr_agent.models.evals import Severity
from tsr_agent.sections.approval_history import approval_history
from tsr_agent.sections.document.cautions import head_of
from tsr_agent.sections.document.report import report_checklist
from tsr_agent.sections.evals import evals, metric_text
from tsr_agent.sections.failure_modes import failure_mode_registry, registry_summary
from tsr_agent.sections.inputs import code_coverage, scans
from tsr_agent.sections.overview import claim
from tsr_agent.sections.requirements import requirements
from tsr_agent.sections.rules import rules
from tsr_agent.sections.tests import tests
from tsr_agent.sections.wording import count, figure, share

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from tsr_agent.export.subject import Subject
    from tsr_agent.models.coverage import CoverageCounts
    from tsr_agent.models.evals import EvalIterationSummary
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.models.results import TestTypeResult

_COUNTS = ("total", "executed", "passed", "failed", "errors", "skipped", "xfailed", "xpassed", "flaky")


class Figure(Record, frozen=True, kw_only=True):
    """One figure."""

    section: str
    """Lasting name of the section that has it, such as ``tests``."""
    about: str
    """What it is a figure of: a test type, ``V3`` of the evals, a severity, a file; empty for the whole."""
    name: str
    """Lasting name within these, such as ``pass_rate`` or ``accuracy``."""
    shown: str
    """As terminal, screen and PDF write it; ``no data`` where there is none."""
    value: float | int | None = None
    """The number itself, unrounded; None where there is no data, or where it is no number."""
    unit: str = ""
    """``ms``, ``share`` for a value between 0 and 1, a metric's own, or empty for a count."""
    n: int | None = None
    """Samples, tests or items behind it; None where the report does not say or counting makes no sense."""


def figures(subject: Subject, zone: tzinfo | None = None) -> Iterator[Figure]:
    """The verdict, then all figures and findings in the order of the sections.

    Args:
        subject: Whose.
        zone: Whose local time times are written in; None for this machine's.
    """
    report = subject.filed.report
    yield from _verdict(subject, zone)
    yield from _of_coverage(report)
    yield from _of_scans(report)
    yield from _of_tests(report)
    section = evals(report)
    ordered = sorted(report.eval_iterations, key=lambda each: each.iteration)
    # What one iteration measured and another did not is told of both: no data is a word.
    names = tuple(dict.fromkeys(name for each in ordered for name in each.metrics))
    for iteration, iterated in zip(section.iterations, ordered, strict=True):
        yield from _of_iteration(iterated, iteration.number, names)
    yield from _of_failure_modes(report)
    yield from _of_requirements(report)
    yield from _of_checklist(subject, zone)
    yield from _of_rules(subject)
    yield from _of_approvals(subject, zone)


def _verdict(subject: Subject, zone: tzinfo | None) -> Iterator[Figure]:
    found = head_of(subject.filed, zone)
    head, without = found.overview, found.overview.without_exceptions
    cautions = " ".join(f"{each.mark.word}: {each.sentence}" for each in found.cautions)
    for name, shown in (
        ("report", head.report_id),
        ("report_sha256", subject.filed.digest),
        ("basis", subject.basis_sentence),
        ("verdict", str(found.verdict)),
        ("sentence", found.sentence),
        ("cautions", cautions),
        ("verdict_without_exceptions", str(without) if without is not None else ""),
        ("subject", head.subject),
        ("commit", head.release_whole),
        ("policy", head.policy),
        ("evaluated", head.evaluated.local if head.evaluated else ""),
        ("created", head.created.local),
        ("claim_when_made", claim(subject.filed.report)),
    ):
        if shown:
            yield Figure(section="overview", about="", name=name, shown=shown)


def _of_tests(report: TestSummaryReport) -> Iterator[Figure]:
    for row, result in zip(tests(report).types, report.test_results, strict=True):
        for name in _COUNTS:
            yield Figure(
                section="tests",
                about=row.kind,
                name=name,
                shown=getattr(row, name),
                value=getattr(result, name),
            )
        yield from _of_type(result, row.kind, row.pass_rate, row.duration)


def _of_type(result: TestTypeResult, kind: str, pass_rate: str, took: str) -> Iterator[Figure]:
    yield Figure(
        section="tests",
        about=kind,
        name="pass_rate",
        shown=pass_rate,
        value=result.pass_rate,
        unit="share",
        n=result.executed,
    )
    yield Figure(
        section="tests", about=kind, name="duration", shown=took, value=result.duration_ms, unit="ms"
    )


def _of_iteration(iteration: EvalIterationSummary, number: str, names: tuple[str, ...]) -> Iterator[Figure]:
    for name in names:
        metric = iteration.metric(name)
        yield Figure(
            section="evals",
            about=number,
            name=name,
            shown=metric_text(iteration, name),
            value=None if metric is None else metric.value,
            unit="" if metric is None else metric.unit,
            n=None if metric is None else metric.n,
        )
        if metric is not None and metric.standard_error is not None:
            yield Figure(
                section="evals",
                about=number,
                name=f"{name}, standard error",
                shown=figure(metric.standard_error),
                value=metric.standard_error,
                unit=metric.unit,
                n=metric.n,
            )


def _of_failure_modes(report: TestSummaryReport) -> Iterator[Figure]:
    if not report.eval_iterations:
        return
    rows = failure_mode_registry(report)
    summary = registry_summary(rows) if rows else ""
    yield Figure(section="failure_modes", about="", name="summary", shown=summary)
    for severity in Severity:
        of_it = [row for row in rows if row.severity == severity.value]
        left = sum(row.is_unresolved for row in of_it)
        for name, number in (("listed", len(of_it)), ("unresolved", left)):
            yield Figure(
                section="failure_modes", about=severity.value, name=name, shown=count(number), value=number
            )
    for row in rows:
        for name, shown in (
            ("status", str(row.status)),
            ("severity", row.severity),
            ("name", row.name),
            ("history", row.history),
        ):
            yield Figure(section="failure_modes", about=row.id, name=name, shown=shown)


def _of_requirements(report: TestSummaryReport) -> Iterator[Figure]:
    section = requirements(report)
    total, verified = len(section.rows), sum(row.is_verified for row in section.rows)
    if not section.rows and not section.unknown:
        return
    for name, number in (("total", total), ("verified", verified), ("unknown_ids", len(section.unknown))):
        yield Figure(section="requirements", about="", name=name, shown=count(number), value=number)
    part = verified / total if total else None
    yield Figure(
        section="requirements",
        about="",
        name="verified_share",
        shown=share(part),
        value=part,
        unit="share",
        n=total,
    )
    yield Figure(section="requirements", about="", name="summary", shown=section.summary)
    for row in section.rows:
        yield Figure(section="requirements", about=row.id, name="state", shown=str(row.mark))
        yield Figure(section="requirements", about=row.id, name="coverage", shown=row.coverage)
    for stray in section.unknown:
        yield Figure(section="requirements", about=stray.id, name="state", shown="▲ unknown")


def _of_coverage(report: TestSummaryReport) -> Iterator[Figure]:
    for row, coverage in zip(code_coverage(report), report.code_coverage, strict=True):
        for name, shown, counts in (
            ("line", row.line, coverage.line),
            ("branch", row.branch, coverage.branch),
        ):
            yield _covered(row.path, name, shown, counts)


def _covered(path: str, name: str, shown: str, counts: CoverageCounts | None) -> Figure:
    return Figure(
        section="overview",
        about=path,
        name=f"{name}_coverage",
        shown=shown,
        value=None if counts is None else counts.rate,
        unit="share",
        n=None if counts is None else counts.total,
    )


def _of_scans(report: TestSummaryReport) -> Iterator[Figure]:
    for row, scan in zip(scans(report), report.static_analysis, strict=True):
        for name, shown in (("errors", row.errors), ("warnings", row.warnings), ("notes", row.notes)):
            yield Figure(
                section="overview",
                about=row.path,
                name=f"scan_{name}",
                shown=shown,
                value=_plain(shown),
            )
        yield Figure(
            section="overview",
            about=row.path,
            name="scan_suppressed",
            shown=row.suppressed,
            value=scan.suppressed,
        )


def _of_checklist(subject: Subject, zone: tzinfo | None) -> Iterator[Figure]:
    found = report_checklist(subject.filed, zone)
    yield Figure(section="compliance", about="", name="standing", shown=str(found.mark))
    for item in found.items:
        for name, shown in (
            ("standing", str(item.mark)),
            ("expected", item.expected),
            ("found", item.found),
            ("why", item.why),
        ):
            yield Figure(section="compliance", about=item.title, name=name, shown=shown)


def _of_rules(subject: Subject) -> Iterator[Figure]:
    decision = subject.filed.decision
    if decision is None:
        return
    for row in rules(decision):
        for name, shown in (
            ("state", str(row.state)),
            ("effect", row.effect_word),
            ("expected", row.expected),
            ("actual", row.actual),
            ("interval", row.interval),
            ("message", row.message),
            ("fix", row.fix),
            ("note", row.note),
        ):
            if shown:
                yield Figure(section="rules", about=row.id, name=name, shown=shown)
        if row.n:
            yield Figure(section="rules", about=row.id, name="n", shown=row.n, value=_plain(row.n))


def _plain(shown: str) -> int | None:
    """The number that ``count`` has written."""
    digits = shown.replace(",", "")
    return int(digits) if digits.isdecimal() else None


def _of_approvals(subject: Subject, zone: tzinfo | None) -> Iterator[Figure]:
    history = approval_history(subject.filed.decision, subject.filed.approvals, subject.filed.standing, zone)
    for name, shown in (
        ("standing", str(history.standing) if history.standing is not None else ""),
        ("summary", history.summary),
        ("asked", history.asked),
        ("missing", history.missing),
    ):
        if shown:
            yield Figure(section="approvals", about="", name=name, shown=shown)
    for row in history.rows:
        for name, shown in (
            ("action", str(row.action)),
            ("who", row.who),
            ("role", row.role),
            ("when", row.when.local),
            ("counts", "yes" if row.counts else "no"),
            ("why_not", row.why_not),
            ("note", row.note),
        ):
            if shown:
                yield Figure(section="approvals", about=row.id, name=name, shown=shown)
