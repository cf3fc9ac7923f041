"""The compliance checklist at a terminal: what it comes to, what needs looking after, and the controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.layout import paragraph
from tsr_agent.sections.checklist import MARKS, Compliance
from tsr_agent.sections.controls import controls_lines
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.targets import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.sections.checklist import Checklist, ChecklistItem
    from tsr_agent.sections.controls import ControlRow, Framework


def compliance_lines(
    found: Checklist, frameworks: Sequence[Framework], width: int, *, show_all: bool = False
) -> list[str]:
    """The checklist in the words of the screen.

    Args:
        found: The checklist.
        frameworks: Catalogues beside it.
        width: Columns to write in.
        show_all: Every item with what is asked, found and where, and every control.
    """
    lines = ["", "Compliance", f"  {found.mark} · {found.summary}"]
    for each in (found.judged_by.sentence, *found.remarks):
        lines += paragraph(each, width, "  ", "    ")
    if not found.judged_by.policy:
        return lines
    holds = [each for each in found.items if each.standing is Compliance.COMPLIANT]
    for item in found.items:
        if show_all or item.standing is not Compliance.COMPLIANT:
            lines += _item(item, frameworks, width, show_all=show_all)
    if holds and not show_all:
        word = MARKS[Compliance.COMPLIANT].word
        lines.append(f"  {MARKS[Compliance.COMPLIANT].sign} {len(holds):,} {word} (--all lists them)")
    for frame in frameworks:
        lines += paragraph(f"{frame.title}: {frame.summary}", width, "  ", "    ")
        if show_all:
            lines += [line for each in frame.controls for line in _control(each, width)]
            lines += paragraph(frame.origin, width, "    ")
    return lines


def _item(item: ChecklistItem, frameworks: Sequence[Framework], width: int, *, show_all: bool) -> list[str]:
    lines = paragraph(f"{item.mark} · {item.title}", width, "  ", "    ")
    lines += paragraph(item.why, width, "      ")
    if show_all:
        asked = item.expected or "no rule"
        lines += paragraph(f"asked: {asked}; found: {item.found}", width, "      ", "        ")
        named = [f"{each.kind.value} {one_line(each.value, 200)}" for each in item.evidence]
        lines += paragraph(f"see: {', '.join(named)}", width, "      ", "        ") if named else []
        for each in controls_lines(item, frameworks):
            lines += paragraph(each, width, "      ", "        ")
        return lines
    rules = [one_line(each.value, 200) for each in item.evidence if each.kind is Kind.RULE]
    return lines + (paragraph(f"rule {', '.join(rules)}", width, "      ", "        ") if rules else [])


def _control(control: ControlRow, width: int) -> list[str]:
    return paragraph(f"{control.mark} · {control.id} {control.title}. {control.why}", width, "    ", "      ")
