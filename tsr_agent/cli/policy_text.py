"""A policy as a person reads it in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.layout import paragraph
from tsr_agent.sections.policy import EVIDENCE_RULE, UNNAMED
from tsr_agent.sections.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tsr_agent.sections.policy import EnvironmentSection, PolicyRuleRow, PolicySection


def policy_lines(section: PolicySection, width: int) -> list[str]:
    """The whole policy.

    Args:
        section: What to print.
        width: Columns to write in.
    """
    lines = _head(section, width)
    where = f" in {section.environment}" if section.environment else ""
    lines += ["", *paragraph(f"{counted(len(section.rules), 'rule')}{where}", width)]
    if section.is_unnamed:
        lines += paragraph(UNNAMED, width, "  ")
    lines += paragraph(EVIDENCE_RULE, width, "  ")
    for row in section.rules:
        lines += ["", *_rule(row, width)]
    for each in section.environments:
        lines += _environment(each, section, width)
    lines += ["", "Approval" + (where or " everywhere else" * bool(section.environments))]
    lines += paragraph(section.approval or "Nobody has to approve.", width, "  ")
    lines += ["", "Comparison", *paragraph(section.baseline, width, "  ")]
    lines += ["", "Unreliable tests", *paragraph(section.flaky, width, "  ")]
    for entry in section.quarantine:
        lines += paragraph(f"{entry.test}: {entry.facts}", width, "  - ", "    ")
    return lines


def _head(section: PolicySection, width: int) -> list[str]:
    lines = paragraph(f"Policy {section.name}, revision {section.revision}", width, "", "  ")
    lines += paragraph(section.description, width, "  ")
    lines.append(f"  SHA-256 {section.digest}")
    for parent in section.parents:
        lines += paragraph(f"Extends {parent.name} ({parent.source})", width, "  ", "    ")
        lines.append(f"    SHA-256 {parent.digest}")
    return lines


def _rule(row: PolicyRuleRow, width: int) -> list[str]:
    lines = paragraph(row.id, width, "  ")
    lines += paragraph(row.asks, width, "    ")
    for said in rule_facts(row):
        lines += paragraph(said, width, "    ", "      ")
    return lines


def rule_facts(row: PolicyRuleRow) -> Iterator[str]:
    """What there is to say of a rule beside what it asks for, a line each."""
    if row.on_failure == row.on_missing:
        yield f"If it fails, or without evidence: {row.on_failure}."
    else:
        yield f"If it fails: {row.on_failure}."
        if row.on_missing:
            yield f"Without evidence: {row.on_missing.rstrip('.')}."
    if row.effective:
        yield row.effective
    if row.is_locked:
        yield "Locked: a policy that extends this one can make it stricter, never looser."
    if row.origin:
        yield f"First defined in {row.origin}."
    if row.description:
        yield f"About it: {row.description}"
    if row.fix:
        yield f"Fix: {row.fix}"


def _environment(each: EnvironmentSection, section: PolicySection, width: int) -> list[str]:
    lines = ["", *paragraph(f"Different in {each.name}", width, "", "  ")]
    for rule in each.rules:
        lines += paragraph(rule.id, width, "  ")
        for change in rule.changes:
            lines += paragraph(change, width, "    ")
    if each.approval != section.approval:
        lines += paragraph(f"Approval: {each.approval or 'nobody has to approve.'}", width, "  ", "    ")
    return lines if len(lines) > 2 else [*lines, "  Nothing."]
