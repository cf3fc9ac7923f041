"""A policy as a page of Markdown, for a report, a wiki or a merge request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.ci_summary import code, plain
from tsr_agent.cli.policy_text import rule_facts
from tsr_agent.sections.policy import EVIDENCE_RULE, UNNAMED
from tsr_agent.sections.wording import counted

if TYPE_CHECKING:
    from tsr_agent.sections.policy import EnvironmentSection, PolicySection

_WHOLE = 5_000
"""Signs that a text may have; a policy's own texts are bounded by its form."""


def policy_page(section: PolicySection) -> list[str]:
    """The whole policy as lines of Markdown; every text of its author is written in entities."""
    where = f" in {plain(section.environment)}" if section.environment else ""
    lines = [
        f"# Policy {plain(section.name)}, revision {plain(section.revision)}",
        *_paragraph(f"What it is for: {section.description}" if section.description else ""),
        "",
        f"SHA-256 {code(section.digest)}",
    ]
    for parent in section.parents:
        lines += ["", f"Extends {plain(parent.name)} ({code(parent.source)}), SHA-256 {code(parent.digest)}"]
    lines += ["", f"## {counted(len(section.rules), 'rule')}{where}"]
    lines += [*_paragraph(UNNAMED if section.is_unnamed else ""), *_paragraph(EVIDENCE_RULE)]
    for row in section.rules:
        lines += ["", f"### {plain(row.id)}", "", f"**{plain(row.asks, _WHOLE)}**", ""]
        lines += [f"- {plain(said, _WHOLE)}" for said in rule_facts(row)]
    for each in section.environments:
        lines += _environment(each, section)
    everywhere = where or " everywhere else" * bool(section.environments)
    lines += ["", f"## Approval{everywhere}", *_paragraph(section.approval or "Nobody has to approve.")]
    lines += ["", "## Comparison", *_paragraph(section.baseline)]
    lines += ["", "## Unreliable tests", *_paragraph(section.flaky)]
    if section.quarantine:
        lines.append("")
    return lines + [
        f"- {code(entry.test, _WHOLE)}: {plain(entry.facts, _WHOLE)}" for entry in section.quarantine
    ]


def _environment(each: EnvironmentSection, section: PolicySection) -> list[str]:
    changed = [
        f"- {code(rule.id)}: {' '.join(plain(change, _WHOLE) for change in rule.changes)}"
        for rule in each.rules
    ]
    if each.approval != section.approval:
        changed.append(f"- Approval: {plain(each.approval or 'nobody has to approve.', _WHOLE)}")
    return ["", f"## Different in {plain(each.name)}", "", *(changed or ["Nothing."])]


def _paragraph(text: str) -> list[str]:
    return ["", plain(text, _WHOLE)] if text else []
