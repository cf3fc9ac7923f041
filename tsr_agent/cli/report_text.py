"""A report as a person reads it in a terminal: the same sections as the screen's, in the same order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.layout import Column, paragraph, table
from tsr_agent.sections.evals import evals
from tsr_agent.sections.failure_modes import failure_mode_registry, registry_summary
from tsr_agent.sections.inputs import code_coverage, inputs, scans
from tsr_agent.sections.overview import claim, repository_name
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.requirements import requirements
from tsr_agent.sections.tests import tests
from tsr_agent.sections.versions import versions
from tsr_agent.sections.wording import counted, moment, short_sha

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.sections.requirements import RequirementRow
    from tsr_agent.sections.tests import CaseRow

FEW = 10
"""Failures, requirements or inputs that are listed without ``--all``."""


def report_lines(report: TestSummaryReport, width: int, *, show_all: bool = False) -> list[str]:
    """All sections of a report.

    Args:
        report: What to print.
        width: Columns to write in.
        show_all: Every failure, requirement and input instead of the first few.
    """
    few = None if show_all else FEW
    return [
        *_head(report, width),
        *_versions(report, width),
        *_tests(report, width, few),
        *_evals(report, width),
        *_failure_modes(report, width),
        *_requirements(report, width, few),
        *_coverage(report, width),
        *_scans(report, width),
        *_inputs(report, width, few),
    ]


def _head(report: TestSummaryReport, width: int) -> list[str]:
    subject = " · ".join(
        one_line(part)
        for part in (
            repository_name(report.versions.codebase_repo),
            report.versions.codebase_branch,
            short_sha(report.versions.codebase_sha),
            report.environment,
        )
        if part
    )
    made = f"{subject} · {moment(report.created_at).local}"
    lines = [f"Test Summary Report {report.id}", *paragraph(made, width, "  ", "    ")]
    claimed = claim(report)
    if not claimed:
        return [*lines, "  Not judged when it was made; tsr-agent gate judges it."]
    return [
        *lines,
        *paragraph(f"Claim when made: {claimed}", width, "  ", "    "),
        "  tsr-agent gate takes the decision again from the evidence.",
    ]


def _versions(report: TestSummaryReport, width: int) -> list[str]:
    fields = versions(report)
    widest = max(len(field.label) for field in fields)
    lines = _titled("Versions")
    for field in fields:
        value = field.whole if field.is_code and field.whole else field.value
        lines += paragraph(f"{field.label:<{widest}}  {value}", width, "  ", " " * (widest + 4))
    return lines


def _tests(report: TestSummaryReport, width: int, few: int | None) -> list[str]:
    section = tests(report)
    if not section.types:
        return [*_titled("Tests"), "  No test results."]
    columns = (
        Column(least=1),
        Column("TYPE"),
        Column("RATE", right=True),
        *(Column(title, right=True) for title in ("TOTAL", "PASSED", "FAILED", "ERRORS", "SKIPPED", "FLAKY")),
        Column("TIME", right=True, least=10),
    )
    lines = _titled("Tests") + table(
        columns,
        [
            (
                row.mark.sign,
                row.name,
                row.pass_rate,
                row.total,
                row.passed,
                row.failed,
                row.errors,
                row.skipped,
                row.flaky,
                row.duration,
            )
            for row in section.types
        ],
        width,
    )
    for row in section.runs:
        lines += paragraph(f"{row.mark} · {row.name} · {row.command or row.note}", width, "  ", "    ")
    for kind in section.types:
        for remark in kind.remarks:
            lines += paragraph(remark, width, "  ", "    ")
        lines += _failures(kind.name, kind.failures, width, few)
    return lines


def _failures(name: str, failures: Sequence[CaseRow], width: int, few: int | None) -> list[str]:
    if not failures:
        return []
    lines = ["", f"  {name}, {counted(len(failures), 'case')} to look at"]
    for failure in failures[:few]:
        lines += paragraph(f"{failure.mark.sign} {failure.id}", width, "  ", "    ")
        place = f"{failure.place}  " if failure.place else ""
        if place or failure.message:
            lines += paragraph(place + failure.message[:300], width, "      ")
    return lines + _more(len(failures), few)


def _evals(report: TestSummaryReport, width: int) -> list[str]:
    section = evals(report)
    if not section.iterations:
        return [*_titled("Evals"), "  No eval iterations."]
    columns = (
        Column(least=1),
        Column("ITERATION", least=12),
        Column("PROMPT"),
        *(Column(name.upper(), right=True) for name in section.metric_names),
    )
    rows = [(row.outcome.sign, row.label, row.prompt_version, *row.metrics) for row in section.iterations]
    lines = _titled("Evals") + table(columns, rows, width)
    latest = next(row for row in section.iterations if row.is_latest)
    source = " on ".join(filter(None, (latest.tool, latest.dataset))) if latest.tool else ""
    told = ([f"{latest.number} was measured by {source}."] if source else []) + list(latest.details)
    return lines + [line for each in told for line in paragraph(each, width, "  ", "    ")]


def _failure_modes(report: TestSummaryReport, width: int) -> list[str]:
    modes = failure_mode_registry(report)
    if not modes:
        return []
    lines = [*_titled("Failure modes"), *paragraph(registry_summary(modes), width, "  ", "    ")]
    for mode in modes:
        said = f"{mode.status} · {mode.severity} · {mode.id} {mode.name} ({mode.history})"
        lines += paragraph(said, width, "  ", "    ")
    return lines


def _requirements(report: TestSummaryReport, width: int, few: int | None) -> list[str]:
    section = requirements(report)
    if not section.rows and not section.unknown:
        return [*_titled("Requirements"), "  No requirements."]
    lines = [*_titled("Requirements"), f"  {section.summary}"]
    if section.loose_ends:
        lines += paragraph(section.loose_ends, width, "  ")
    rows = section.rows
    if few is not None and len(rows) > few:
        # Where not all have room, those that need looking after.
        rows = tuple(row for row in rows if not row.is_verified)
    for row in rows[:few]:
        lines += _requirement(row, width, few)
    lines += _more(len(section.rows), None if few is None else len(rows[:few]))
    for unknown in section.unknown[:few]:
        tests = _listed(unknown.test_ids, few)
        lines += paragraph(f"▲ {unknown.id}  in no requirements file, named by {tests}", width, "  ", "    ")
    return lines + _more(len(section.unknown), few, "unknown ")


def _requirement(row: RequirementRow, width: int, few: int | None) -> list[str]:
    about = f"{row.mark.word}, {counted(len(row.test_ids), 'test')}"
    lines = paragraph(f"{row.mark.sign} {row.id}  {row.text} ({about})", width, "  ", "    ")
    if row.untested:
        lines += paragraph("no test names it, and it names none", width, "      ")
    if row.missing:
        lines += paragraph(f"missing: {_listed(row.missing, few)}", width, "      ")
    return lines


def _listed(names: Sequence[str], few: int | None) -> str:
    shown = ", ".join(names[:few]) or "tests that are not kept"
    return shown + (f" and {len(names) - few:,} more" if few is not None and len(names) > few else "")


def _coverage(report: TestSummaryReport, width: int) -> list[str]:
    rows = code_coverage(report)
    if not rows:
        return []
    columns = (Column("TOOL"), Column("LINE"), Column("BRANCH"), Column("FILE"))
    return _titled("Code coverage") + table(
        columns, [(row.tool, row.line, row.branch, row.path) for row in rows], width
    )


def _scans(report: TestSummaryReport, width: int) -> list[str]:
    rows = scans(report)
    if not rows:
        return []
    columns = (
        Column(least=1),
        Column("TOOL"),
        Column("ERRORS", right=True),
        Column("WARNINGS", right=True),
        Column("NOTES", right=True),
        Column("SUPPRESSED", right=True),
        Column("FILE"),
    )
    figures = [
        (row.mark.sign, row.tool, row.errors, row.warnings, row.notes, row.suppressed, row.path)
        for row in rows
    ]
    lines = _titled("Scans") + table(columns, figures, width)
    for row in rows:
        if row.reason:
            lines += paragraph(f"{row.tool}, {row.mark.word}: {row.reason}", width, "  ", "    ")
    return lines


def _inputs(report: TestSummaryReport, width: int, few: int | None) -> list[str]:
    rows = inputs(report)
    if not rows:
        return [*_titled("Inputs"), "  No files were read."]
    columns = (
        Column(least=1),
        Column("FILE", least=20),
        Column("READER"),
        Column("SIZE", right=True),
        Column("SHA-256"),
    )
    lines = _titled("Inputs") + table(
        columns,
        [(row.mark.sign, row.path, row.reader or row.mark.word, row.size, row.sha256) for row in rows[:few]],
        width,
    )
    return lines + _more(len(rows), few)


def _more(total: int, few: int | None, what: str = "") -> list[str]:
    return [f"  and {total - few:,} more {what}(--all lists them)"] if few is not None and total > few else []


def _titled(title: str) -> list[str]:
    return ["", title]
