"""A report as a document: the eight sections in the screen's order, and where asked every test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.controls.reading import shipped
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.sections.approval_history import approval_history
from tsr_agent.sections.checklist import checklist
from tsr_agent.sections.controls import frameworks
from tsr_agent.sections.document import evidence, judging, testing
from tsr_agent.sections.document.tables import Document, Section, fields_table, section
from tsr_agent.sections.evals import evals
from tsr_agent.sections.exceptions import exceptions
from tsr_agent.sections.failure_modes import failure_mode_registry, registry_summary
from tsr_agent.sections.figures import key_figures
from tsr_agent.sections.inputs import code_coverage, inputs, scans
from tsr_agent.sections.matrix import matrix
from tsr_agent.sections.overview import overview
from tsr_agent.sections.requirements import requirements
from tsr_agent.sections.rules import rules
from tsr_agent.sections.tests import tests
from tsr_agent.sections.versions import digests, judged_by, tools, versions
from tsr_agent.sections.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from tsr_agent.sections.approval_history import ApprovalHistory
    from tsr_agent.sections.checklist_items import Checklist
    from tsr_agent.sections.document.filed import FiledReport
    from tsr_agent.sections.evals import EvalsSection
    from tsr_agent.sections.rules import RuleRow
    from tsr_agent.sections.tests import TestsSection

PLACES = 3
"""Tests, failure modes or requirements that are named below a rule."""


def report_document(filed: FiledReport, zone: tzinfo | None = None, *, appendix: bool = False) -> Document:
    """Everything that a report says, in reading order.

    Args:
        filed: The report with its decision and approvals.
        zone: Where the reader is; None for the zone of this machine.
        appendix: Also list every test with what it said.
    """
    report, decision = filed.report, filed.decision
    head = overview(report, decision, zone, standing=filed.standing, policy_in_force=filed.policy_in_force)
    found = rules(decision, report, PLACES) if decision is not None else ()
    history = approval_history(decision, filed.approvals, filed.standing, zone)
    tested, evaluated = tests(report), evals(report)
    sections = [
        _overview(filed, found, history),
        _tests(tested, appendix=appendix),
        _evals(evaluated),
        _failure_modes(filed),
        _requirements(filed, appendix=appendix),
        _compliance(filed, found, zone),
        section(
            "approvals",
            "Approvals",
            judging.standing_table(history),
            judging.approvals_table(history),
            summary=history.summary,
        ),
        _versions(filed, zone),
    ]
    if appendix:
        sections.append(_every_test(tested, evaluated))
    return Document(title="Test summary report", subject=head.subject, sections=tuple(sections))


def _overview(filed: FiledReport, found: Sequence[RuleRow], history: ApprovalHistory) -> Section:
    report, decision = filed.report, filed.decision
    is_go = decision is not None and decision.decision is GoNoGoDecision.GO
    return section(
        "overview",
        "Overview",
        judging.deciding_table(found, history, is_go=is_go),
        evidence.figures_table(key_figures(report, decision)),
        evidence.inputs_table(inputs(report)),
        evidence.coverage_table(code_coverage(report)),
        evidence.scans_table(scans(report)),
        summary=f"{counted(len(report.inputs), 'file')} handed in",
    )


def _tests(tested: TestsSection, *, appendix: bool) -> Section:
    return section(
        "tests",
        "Tests",
        testing.types_table(tested),
        testing.runs_table(tested.runs),
        *testing.failures_tables(tested, appendix=appendix),
        nothing="No test results in this report: nothing ran, or nothing was handed in.",
    )


def _evals(found: EvalsSection) -> Section:
    return section(
        "evals",
        "Evals",
        evidence.evals_table(found),
        summary="Oldest first; the highest number is the latest.",
        nothing="No eval iterations in this report.",
    )


def _failure_modes(filed: FiledReport) -> Section:
    registry = failure_mode_registry(filed.report)
    return section(
        "failure_modes",
        "Failure modes",
        evidence.failure_modes_table(registry),
        summary=registry_summary(registry),
        nothing="No failure modes are recorded in this report.",
    )


def _requirements(filed: FiledReport, *, appendix: bool) -> Section:
    found = requirements(filed.report)
    if not found.rows and not found.unknown:
        return section("requirements", "Requirements", nothing="No requirements in this report.")
    both_ways = matrix(filed.report, found)
    return section(
        "requirements",
        "Requirements",
        testing.requirements_table(found, both_ways, is_whole=appendix),
        testing.loose_ends_table(both_ways),
        summary=found.summary,
    )


def report_checklist(filed: FiledReport, zone: tzinfo | None = None) -> Checklist:
    """The checklist of a report, as its document shows it.

    Args:
        filed: The report with its decision and approvals; without a decision nothing is determined.
        zone: Where the reader is; None for the zone of this machine.
    """
    return checklist(
        filed.report,
        filed.decision,
        filed.standing,
        approvals=filed.approvals,
        digest=filed.digest,
        in_force=filed.policy_in_force,
        zone=zone,
    )


def _compliance(filed: FiledReport, found: Sequence[RuleRow], zone: tzinfo | None) -> Section:
    decision = filed.decision
    if decision is None:
        nothing = "No decision is stored for this report, so no rule was judged. Nothing is determined."
        return section("compliance", "Compliance", nothing=nothing)
    checked = report_checklist(filed, zone)
    held = frameworks(checked, shipped() if filed.catalogues is None else filed.catalogues)
    left, idle = sum(row.is_open for row in found), sum(row.is_ignored for row in found)
    parts = [str(checked.mark)]
    parts += [f"{counted(left, 'rule')} did not pass"] if left else []
    parts += [f"{len(found) - left - idle:,} passed"]
    parts += [f"{idle:,} had nothing to judge"] if idle else []
    parts += [f"▲ A catalogue of controls is not used. {each}" for each in filed.refused_catalogues]
    return section(
        "compliance",
        "Compliance",
        judging.checklist_table(checked, held),
        judging.rules_table(found),
        judging.exceptions_table(exceptions(decision)),
        *judging.controls_tables(held),
        summary=" · ".join(parts),
    )


def _versions(filed: FiledReport, zone: tzinfo | None) -> Section:
    decision = filed.decision
    return section(
        "versions",
        "Versions",
        fields_table("manifest", "Version manifest", versions(filed.report, zone)),
        fields_table("decision", "Decision", judged_by(decision, zone) if decision else ()),
        fields_table("documents", "Documents", digests(filed.digest, filed.decision_digest)),
        fields_table("tools", "Tools", tools(filed.report)),
        summary="What was judged, what judged it, and what built it.",
    )


def _every_test(tested: TestsSection, evaluated: EvalsSection) -> Section:
    return section(
        "every_test",
        "Appendix: every test",
        *testing.every_test_tables(tested),
        *evidence.eval_cases_tables(evaluated),
        summary="All tests that the report holds, by type; those to look at come first.",
        nothing="The report holds no tests.",
    )
