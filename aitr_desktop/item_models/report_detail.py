"""Everything that the detail view shows of one report, made ready on the worker thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitr_desktop.item_models.checked_report import checked_report
from aitr_desktop.item_models.figures import eval_timeline, outcome_bars
from aitr_desktop.item_models.judged_commits import judged_code
from aitr_desktop.item_models.section_tables import (
    approvals,
    code_notes,
    compliance,
    evals,
    lines_of_code,
    overview,
)
from aitr_desktop.item_models.section_tables import requirements as requirement_tables
from aitr_desktop.item_models.section_tables import tests as test_tables
from aitr_desktop.item_models.section_tables.known import Known
from aitr_desktop.item_models.section_tables.rows import fields_table
from aitr_desktop.library.code_notes import NO_NOTES, ReportNotes
from aitr_desktop.translation import translate
from tsr_agent.gate.saying import Release
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.sections.approval_history import approval_history
from tsr_agent.sections.evals import evals as eval_section
from tsr_agent.sections.exceptions import exceptions
from tsr_agent.sections.failure_modes import failure_mode_registry, registry_summary
from tsr_agent.sections.figures import key_figures
from tsr_agent.sections.inputs import code_coverage, inputs, scans
from tsr_agent.sections.matrix import matrix
from tsr_agent.sections.overview import Overview
from tsr_agent.sections.overview import overview as head_of
from tsr_agent.sections.requirements import requirements
from tsr_agent.sections.rules import rules
from tsr_agent.sections.tests import tests
from tsr_agent.sections.versions import digests, judged_by, tools, versions
from tsr_agent.sections.wording import counted

if TYPE_CHECKING:
    from aitr_desktop.item_models.cells import Table
    from aitr_desktop.item_models.checked_report import CheckedReport
    from aitr_desktop.item_models.figures import Figure
    from aitr_desktop.item_models.judged_commits import JudgedCode
    from aitr_desktop.library.approving import SaidHere
    from aitr_desktop.library.workspace import OpenedReport
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.sections.approval_history import ApprovalHistory
    from tsr_agent.sections.matrix import Matrix
    from tsr_agent.sections.requirements import RequirementsSection
    from tsr_agent.sections.rules import RuleRow

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
    """Caption and name for screen readers, and the table; the empty ones are left out."""
    nothing: str
    """What is said where there is no table."""
    figures: tuple[Figure, ...] = ()
    """Drawn above the tables, which have the same numbers."""
    ways: tuple[str, ...] = ()
    """Words for the first tables where the person chooses which one of them is shown; empty for all."""


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
    record: str = ""
    """What ``Workspace.record`` said of it; another text means that this is no longer all."""
    release: Release | None = None
    """All that counts for what people may say about it."""
    decision_digest: str = ""
    """SHA-256 of the decision's document; empty where none is on record."""
    policy_in_force: bool | None = None
    """Whether the policy that decided still decides; None where this library can't tell."""
    said_here: tuple[SaidHere, ...] = ()
    """What was said here and is not on record in the library: it does not count."""
    checked: CheckedReport | None = None
    """Its checklist with the controls, for the Check place."""
    code: JudgedCode | None = None
    """The commits that it judged, for the Code place."""
    notes: ReportNotes = NO_NOTES
    """What people noted on its code."""
    judged: TestSummaryReport | None = None
    """The report itself, in which what it says of lines of code is looked up when code is read."""


def report_detail(opened: OpenedReport, said: tuple[SaidHere, ...] = ()) -> ReportDetail:
    """The eight sections of a report as headings and tables.

    Args:
        opened: The report with what is on record about it.
        said: What was said here about it and is not on record.
    """
    report, decision = opened.report, opened.decision
    section = requirements(report)
    both_ways = matrix(report, section)
    known = Known(opened, both_ways)
    rows = rules(decision, report, PLACES) if decision else ()
    history = approval_history(decision, opened.approvals, opened.standing)
    head = head_of(report, decision, standing=opened.standing, policy_in_force=opened.policy_in_force)
    checked = checked_report(opened, known, head)
    return ReportDetail(
        report_id=report.id,
        digest=opened.digest,
        repository=report.versions.codebase_repo,
        commit=report.versions.checked_out_sha or report.versions.codebase_sha,
        head=head,
        record=opened.record,
        release=_release(opened),
        decision_digest=opened.decision_digest or "",
        policy_in_force=opened.policy_in_force,
        said_here=said,
        checked=checked,
        notes=opened.notes,
        judged=report,
        code=judged_code(report.id, report.versions, report.build),
        blocks=(
            _overview(opened, rows, history, known),
            _tests(opened, known),
            _block(
                "evals",
                translate("Report", "Evals"),
                translate("Report", "Oldest first; the highest number is the latest."),
                translate("Report", "No eval iterations in this report."),
                (translate("Report", "Eval iterations"), evals.evals_table(eval_section(report), known)),
                figures=eval_timeline(report, decision, twin=translate("Report", "Eval iterations")),
            ),
            _failure_modes(opened, known),
            _requirements(section, both_ways),
            _compliance(opened, rows, known, checked),
            _block(
                "approvals",
                translate("Report", "Approvals"),
                history.summary,
                "",
                (translate("Report", "Where it stands"), approvals.standing_table(history)),
                (translate("Report", "Said here, not on record"), approvals.said_here_table(said)),
                (translate("Report", "Approval history"), approvals.approvals_table(history, known)),
            ),
            _versions(opened),
        ),
    )


def _release(opened: OpenedReport) -> Release:
    report = opened.report
    return Release(
        report_id=report.id,
        report_digest=opened.digest,
        decision=opened.decision,
        approvals=opened.approvals,
        standing=opened.standing,
        author=report.versions.codebase_author,
        triggered_by=report.triggered_by,
    )


def _overview(
    opened: OpenedReport, rows: tuple[RuleRow, ...], history: ApprovalHistory, known: Known
) -> Block:
    report, decision = opened.report, opened.decision
    is_go = decision is not None and decision.decision is GoNoGoDecision.GO
    return _block(
        "overview",
        translate("Report", "Overview"),
        translate("Report", "{files} handed in").format(files=counted(len(report.inputs), "file")),
        "",
        (
            translate("Report", "Warnings") if is_go else translate("Report", "What decided"),
            overview.deciding_table(rows, history, known, is_go=is_go),
        ),
        (translate("Report", "Key figures"), overview.figures_table(key_figures(report, decision), known)),
        (translate("Report", "Input files"), overview.inputs_table(inputs(report), known)),
        (translate("Report", "Code coverage"), lines_of_code.coverage_table(code_coverage(report), known)),
        (translate("Report", "Static analysis"), lines_of_code.scans_table(scans(report), known)),
    )


def _tests(opened: OpenedReport, known: Known) -> Block:
    section = tests(opened.report)
    total = sum(each.total for each in opened.report.test_results)
    return _block(
        "tests",
        translate("Report", "Tests"),
        counted(total, "test") if section.types else "",
        translate("Report", "No test results in this report: nothing ran, or nothing was handed in."),
        (translate("Report", "Test results"), test_tables.tests_table(section, known)),
        (translate("Report", "Test runs"), test_tables.runs_table(section)),
        figures=outcome_bars(opened.report, twin=translate("Report", "Test results")),
    )


def _failure_modes(opened: OpenedReport, known: Known) -> Block:
    registry = failure_mode_registry(opened.report)
    return _block(
        "failure_modes",
        translate("Report", "Failure modes"),
        registry_summary(registry),
        translate("Report", "No failure modes are recorded in this report."),
        (translate("Report", "Failure modes"), evals.failure_modes_table(registry, known)),
    )


def _requirements(section: RequirementsSection, both_ways: Matrix) -> Block:
    if not section.rows and not section.unknown:
        return _block(
            "requirements",
            translate("Report", "Requirements"),
            "",
            translate("Report", "No requirements in this report."),
        )
    return _block(
        "requirements",
        translate("Report", "Requirements"),
        section.summary,
        "",
        (
            translate("Report", "Requirements and their tests"),
            requirement_tables.requirements_table(section, both_ways),
        ),
        (
            translate("Report", "Tests and their requirements"),
            requirement_tables.tests_by_requirement_table(both_ways),
        ),
        (translate("Report", "Loose ends"), requirement_tables.loose_ends_table(both_ways)),
        ways=(translate("Report", "By requirement"), translate("Report", "By test")),
    )


def _compliance(
    opened: OpenedReport, rows: tuple[RuleRow, ...], known: Known, checked: CheckedReport
) -> Block:
    decision = opened.decision
    if decision is None:
        nothing = translate(
            "Report", "No decision is stored for this report, so no rule was judged. Nothing is determined."
        )
        return _block("compliance", translate("Report", "Compliance"), "", nothing)
    found = checked.found
    left, idle = sum(row.is_open for row in rows), sum(row.is_ignored for row in rows)
    parts = [str(found.mark)]
    parts += (
        [
            translate("Report", "{count} rules did not pass").format(count=f"{left:,}")
            if left != 1
            else translate("Report", "1 rule did not pass")
        ]
        if left
        else []
    )
    parts += [translate("Report", "{count} passed").format(count=f"{len(rows) - left - idle:,}")]
    parts += [translate("Report", "{count} had nothing to judge").format(count=f"{idle:,}")] if idle else []
    return _block(
        "compliance",
        translate("Report", "Compliance"),
        " · ".join(parts),
        "",
        (translate("Report", "Checklist"), compliance.checklist_table(found, known)),
        (translate("Report", "Controls"), compliance.frameworks_table(checked.frameworks)),
        (translate("Report", "Rules"), compliance.rules_table(rows, known)),
        (
            translate("Report", "Waivers and quarantine"),
            compliance.exceptions_table(exceptions(decision), known),
        ),
    )


def _versions(opened: OpenedReport) -> Block:
    decision = opened.decision
    return _block(
        "versions",
        translate("Report", "Versions"),
        translate("Report", "What was judged, what judged it, and what built it."),
        "",
        (translate("Report", "Version manifest"), fields_table(versions(opened.report))),
        (translate("Report", "Decision"), fields_table(judged_by(decision) if decision else ())),
        (translate("Report", "Documents"), fields_table(digests(opened.digest, opened.decision_digest))),
        (translate("Report", "Tools"), fields_table(tools(opened.report))),
        (
            translate("Report", "Notes on code, kept in this library only"),
            code_notes.notes_table(opened.notes),
        ),
    )


def _block(
    key: str,
    title: str,
    summary: str,
    nothing: str,
    *tables: tuple[str, Table],
    figures: tuple[Figure, ...] = (),
    ways: tuple[str, ...] = (),
) -> Block:
    kept = tuple((name, table) for name, table in tables if table.nodes)
    said, idle = (summary, "") if kept else ("", nothing)
    # Where one of the ways has nothing there is no choice.
    chosen = ways if kept[: len(ways)] == tables[: len(ways)] else ()
    return Block(key=key, title=title, summary=said, tables=kept, nothing=idle, figures=figures, ways=chosen)
