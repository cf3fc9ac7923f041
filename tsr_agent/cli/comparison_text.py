"""A comparison as a person reads it in a terminal: the verdicts and why they differ first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.layout import paragraph

if TYPE_CHECKING:
    from tsr_agent.sections.changes import ChangeGroup, ChangeRow
    from tsr_agent.sections.comparison import ComparisonSection
    from tsr_agent.sections.rule_changes import RuleChangeRow


def comparison_lines(section: ComparisonSection, width: int) -> list[str]:
    """The whole comparison.

    Args:
        section: What to print.
        width: Columns to write in.
    """
    old, new = section.old, section.new
    lines = paragraph(f"{old.verdict} → {new.verdict}  {section.sentence}", width, "", "  ")
    for side in (old, new):
        lines += paragraph(f"{side.name}  {side.subject}", width, "  ", "     ")
    for note in section.notes:
        lines += paragraph(note, width, "  ", "    ")
    for row in section.judged:
        lines += paragraph(row.text, width, "  ", "    ")
    if section.rules:
        lines += ["", section.title]
    for rule in section.rules:
        lines += _rule(rule, width)
    if section.others:
        lines += ["", "Also changed" if section.rules else "Changed"]
    for group in section.others:
        lines += _group(group, width, "  ")
    lines += ["", *paragraph(section.unchanged, width, "", "  "), ""]
    for side in (old, new):
        lines += [f"{side.name} is report {side.report_id}", f"  SHA-256 {side.digest}"]
    return lines


def _rule(rule: RuleChangeRow, width: int) -> list[str]:
    figures = f" ({rule.then_and_now})" if rule.then_and_now else ""
    lines = paragraph(f"{rule.mark.sign} {rule.id} {rule.said}{figures}", width, "  ", "    ")
    lines += paragraph(rule.message, width, "    ")
    for group in rule.causes:
        lines += _group(group, width, "    ")
    return lines


def _group(group: ChangeGroup, width: int, indent: str) -> list[str]:
    lines = []
    if group.title:
        lines += paragraph(f"{group.mark.sign} {group.title}", width, indent, indent + "  ")
        indent += "  "
    for row in group.rows:
        lines += _row(row, width, indent, signed=row.mark is not group.mark or not group.title)
    if group.more:
        lines.append(f"{indent}and {group.more:,} more (--all lists them)")
    return lines


def _row(row: ChangeRow, width: int, indent: str, *, signed: bool) -> list[str]:
    sign = f"{row.mark.sign} " if signed else ""
    lines = paragraph(f"{sign}{row.text}", width, indent, indent + "  ")
    for detail in row.details:
        lines += paragraph(detail, width, indent + "  ", indent + "    ")
    return lines
