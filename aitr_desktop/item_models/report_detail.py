"""Everything that the detail view shows of one report, made ready on the worker thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitr_desktop.item_models import section_tables
from aitr_desktop.item_models.figures import eval_timeline, outcome_bars
from tsr_agent.sections.evals import evals, failure_modes
from tsr_agent.sections.exceptions import exceptions
from tsr_agent.sections.inputs import code_coverage, inputs, scans
from tsr_agent.sections.overview import Overview, overview
from tsr_agent.sections.requirements import requirements
from tsr_agent.sections.rules import rules
from tsr_agent.sections.tests import tests
from tsr_agent.sections.versions import versions
from tsr_agent.sections.wording import counted

if TYPE_CHECKING:
    from aitr_desktop.item_models.cells import Table
    from aitr_desktop.item_models.figures import Figure
    from aitr_desktop.library.workspace import OpenedReport

PLACES = 3
"""Tests, failure modes or requirements that are shown below a rule; their own sections have all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One section: a heading, a line about it, its tables; or a sentence where it has nothing."""

    key: str
    """Lasting name, for links and tests."""
    title: str
    summary: str
    tables: tuple[tuple[str, Table], ...]
    """Name for screen readers, and the table; the empty ones are left out."""
    nothing: str
    """What is said where there is no table."""
    figures: tuple[Figure, ...] = ()
    """Drawn above the tables, which have the same numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDetail:
    """One report, ready to be shown."""

    report_id: str
    digest: str
    repository: str
    """Address of the repository as the report names it; empty where it names none."""
    commit: str
    """Whole SHA of the commit that was tested, at which the lines of code count."""
    head: Overview
    blocks: tuple[Block, ...]


def report_detail(opened: OpenedReport) -> ReportDetail:
    """The sections of a report as headings and tables."""
    report, decision = opened.report, opened.decision
    return ReportDetail(
        report_id=report.id,
        digest=opened.digest,
        repository=report.versions.codebase_repo,
        commit=report.versions.checked_out_sha or report.versions.codebase_sha,
        head=overview(report, decision, standing=opened.standing),
        blocks=(
            _rules_block(opened),
            _tests_block(opened),
            _block(
                "evals",
                "Evals",
                "Oldest first; the highest number is the latest.",
                "No eval iterations in this report.",
                ("Eval iterations", section_tables.evals_table(evals(report))),
                figures=eval_timeline(report, decision, twin="Eval iterations"),
            ),
            _block(
                "failure_modes",
                "Failure modes",
                "Open and critical first.",
                "No failure modes are recorded in this report.",
                ("Failure modes", section_tables.failure_modes_table(failure_modes(report))),
            ),
            _requirements_block(opened),
            _block(
                "inputs",
                "Inputs",
                counted(len(report.inputs), "file") + " handed in",
                "No files were handed in.",
                ("Input files", section_tables.inputs_table(inputs(report))),
                ("Code coverage", section_tables.coverage_table(code_coverage(report))),
                ("Static analysis", section_tables.scans_table(scans(report))),
            ),
            _block(
                "versions",
                "Versions",
                "What was judged, and what built it.",
                "",
                ("Version manifest", section_tables.fields_table(versions(report))),
            ),
        ),
    )


def _rules_block(opened: OpenedReport) -> Block:
    rows = rules(opened.decision, opened.report, PLACES) if opened.decision else ()
    excepted = exceptions(opened.decision) if opened.decision else ()
    left, idle = sum(row.is_open for row in rows), sum(row.is_ignored for row in rows)
    parts = [f"{left:,} did not pass"] if left else []
    parts += [f"{len(rows) - left - idle:,} passed"]
    parts += [f"{idle:,} had nothing to judge"] if idle else []
    summary = " · ".join(parts) if rows else ""
    return _block(
        "rules",
        "Rules",
        summary,
        "No decision is stored for this report, so no rule was judged.",
        ("Rules", section_tables.rules_table(rows)),
        ("Waivers and quarantine", section_tables.exceptions_table(excepted)),
    )


def _tests_block(opened: OpenedReport) -> Block:
    section = tests(opened.report)
    total = sum(each.total for each in opened.report.test_results)
    return _block(
        "tests",
        "Tests",
        counted(total, "test") if section.types else "",
        "No test results in this report: nothing ran, or nothing was handed in.",
        ("Test results", section_tables.tests_table(section)),
        ("Test runs", section_tables.runs_table(section)),
        figures=outcome_bars(opened.report, twin="Test results"),
    )


def _requirements_block(opened: OpenedReport) -> Block:
    section = requirements(opened.report)
    return _block(
        "requirements",
        "Requirements",
        section.summary if section.rows else "",
        "No requirements in this report.",
        ("Requirements", section_tables.requirements_table(section)),
    )


def _block(
    key: str,
    title: str,
    summary: str,
    nothing: str,
    *tables: tuple[str, Table],
    figures: tuple[Figure, ...] = (),
) -> Block:
    kept = tuple((name, table) for name, table in tables if table.nodes)
    said, idle = (summary, "") if kept else ("", nothing)
    return Block(key=key, title=title, summary=said, tables=kept, nothing=idle, figures=figures)
