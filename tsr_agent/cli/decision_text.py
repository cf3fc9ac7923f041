"""A decision as a person reads it in a terminal: the verdict and why, then every rule that needs a look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.layout import Column, paragraph, table
from tsr_agent.models.decision import ExceptionStanding
from tsr_agent.sections.overview import Overview, overview
from tsr_agent.sections.plain_text import CUT
from tsr_agent.sections.rules import RuleRow, rules
from tsr_agent.sections.wording import counted, verdict

if TYPE_CHECKING:
    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport


def decision_lines(
    report: TestSummaryReport, decision: Decision, *, width: int, show_all: bool = False
) -> list[str]:
    """The whole answer of ``gate``, the verdict first.

    Args:
        report: What was judged.
        decision: What the policy made of it.
        width: Columns to write in.
        show_all: The rules that passed one by one, not only their number.
    """
    head = overview(report, decision)
    judged = rules(decision)
    lines = headline(head, width)
    if decision.decision_without_waivers is not decision.decision:
        lines.append(f"  Without waivers: {verdict(decision.decision_without_waivers)}")
    lines += _open_rules([row for row in judged if row.is_open], width)
    lines += _ignored_rules([row for row in judged if row.is_ignored], width, show_all=show_all)
    lines += _passed_rules(
        [row for row in judged if not row.is_open and not row.is_ignored], width, show_all=show_all
    )
    unused = [each for each in decision.waivers if each.standing is not ExceptionStanding.APPLIED]
    if unused:
        lines += ["", f"  {counted(len(unused), 'waiver')} did not match:"]
        for waiver in unused:
            lines += paragraph(f"{waiver.id}: {waiver.reason}", width, "    ", "      ")
    return lines


def headline(head: Overview, width: int) -> list[str]:
    """The verdict with its reason, and what was judged."""
    subject = " · ".join(part for part in (head.subject, head.release, head.policy) if part)
    return [
        *paragraph(f"{head.verdict}  {head.sentence}", width, "", "  "),
        *paragraph(subject, width, "  "),
    ]


def _open_rules(rows: list[RuleRow], width: int) -> list[str]:
    """Each rule that did not pass: its figures in a table, under it what happened and what mends it."""
    if not rows:
        return []
    header, *figures = _rule_table(rows, width)
    lines = ["", header]
    for row, line in zip(rows, figures, strict=True):
        lines.append(line)
        note = f" ({row.note})" if row.note else ""
        lines += paragraph(f"{row.message}{note}", width, "    ")
        if CUT in line:
            lines += paragraph(f"Expected {row.expected}; actual {row.actual}.", width, "    ")
        if row.fix:
            lines += paragraph(f"Fix: {row.fix}", width, "    ", "         ")
    return lines


def _ignored_rules(rows: list[RuleRow], width: int, *, show_all: bool) -> list[str]:
    """Rules without evidence that the policy lets go, with its written reason where that is asked for."""
    if not rows:
        return []
    lines = ["", *paragraph(f"○ nothing to judge: {', '.join(row.id for row in rows)}", width, "  ", "    ")]
    if show_all:
        for row in rows:
            lines += paragraph(f"{row.id}: {row.message}", width, "    ", "      ")
    return lines


def _passed_rules(rows: list[RuleRow], width: int, *, show_all: bool) -> list[str]:
    if not rows:
        return []
    if not show_all:
        return ["", f"  {counted(len(rows), 'rule')} passed (--all lists them)"]
    return ["", *_rule_table(rows, width)]


def _rule_table(rows: list[RuleRow], width: int) -> list[str]:
    """One line a rule under one line of headers."""
    columns = (
        Column(least=1),
        Column("RULE", least=26),
        Column("EFFECT"),
        Column("EXPECTED", least=12),
        Column("ACTUAL", least=12),
        Column("N", right=True),
    )
    return table(
        columns,
        [(row.state.sign, row.id, row.severity, row.expected, row.actual, row.n) for row in rows],
        width,
    )
