"""A comparison as Markdown, for a merge request: every text of somebody else's is written in entities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.ci_summary import code, plain

if TYPE_CHECKING:
    from tsr_agent.sections.changes import ChangeGroup
    from tsr_agent.sections.comparison import ComparisonSection

_WHOLE = 1_000


def comparison_page(section: ComparisonSection) -> list[str]:
    """The whole comparison as lines of Markdown."""
    old, new = section.old, section.new
    lines = [f"## {old.verdict} → {new.verdict}", "", plain(section.sentence, _WHOLE), ""]
    lines += ["| | Verdict | Report | SHA-256 |", "|---|---|---|---|"]
    for side in (old, new):
        lines.append(
            f"| {side.name} | {side.verdict} | {plain(side.subject, _WHOLE)}<br>{code(side.report_id)} "
            f"| {code(side.digest)} |"
        )
    notes = [plain(each, _WHOLE) for each in (*section.notes, *(row.text for row in section.judged))]
    lines += ["", *(f"- {each}" for each in notes)] if notes else []
    if section.rules:
        lines += ["", f"### {section.title}", ""]
    for rule in section.rules:
        figures = f" ({plain(rule.then_and_now, _WHOLE)})" if rule.then_and_now else ""
        lines.append(f"- {rule.mark.sign} {code(rule.id)} {plain(rule.said)}{figures}")
        lines.append(f"  <br>{plain(rule.message, _WHOLE)}")
        for group in rule.causes:
            lines += _group(group, "  ")
    if section.others:
        lines += ["", "### Also changed" if section.rules else "### Changed", ""]
    for group in section.others:
        lines += _group(group, "")
    return [*lines, "", plain(section.unchanged, _WHOLE)]


def _group(group: ChangeGroup, indent: str) -> list[str]:
    lines = []
    if group.title:
        lines.append(f"{indent}- {group.mark.sign} {plain(group.title)}")
        indent += "  "
    for row in group.rows:
        below = "".join(f"<br>{plain(each, _WHOLE)}" for each in row.details)
        lines.append(f"{indent}- {row.mark.sign} {plain(row.text, _WHOLE)}{below}")
    if group.more:
        lines.append(f"{indent}- and {group.more:,} more")
    return lines
