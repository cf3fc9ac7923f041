"""A decision as a person reads it in a terminal: the verdict and why, then every rule that needs a look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.layout import facts, marked, paragraph
from tsr_agent.models.decision import RuleEffect
from tsr_agent.sections.exceptions import exceptions
from tsr_agent.sections.overview import Overview, overview
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.rules import RuleRow, rules
from tsr_agent.sections.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.sections.exceptions import ExceptionRow
    from tsr_agent.sections.places import Place

FEW_PLACES = 3
"""Tests, failure modes or requirements that a rule names without ``--all``."""
MANY_PLACES = 50
FEW_IDLE = 5
"""Exceptions that excused nothing and are in order, that are listed without ``--all``."""
_WIDEST_ID = 26
_BLOCKS = "blocks"
_HEADINGS = {
    RuleEffect.BLOCKS: "Stops the release",
    RuleEffect.NEEDS_REVIEW: "A person has to look",
    RuleEffect.WARNS: "Warns",
    RuleEffect.NONE: "Is only shown",
}


def decision_lines(
    report: TestSummaryReport, decision: Decision, *, width: int, show_all: bool = False
) -> list[str]:
    """The whole answer of ``gate``, the verdict first.

    Args:
        report: What was judged.
        decision: What the policy made of it.
        width: Columns to write in.
        show_all: The rules that passed one by one, not only their number, and all that others refer to.
    """
    head = overview(report, decision)
    judged = rules(decision, report, MANY_PLACES if show_all else FEW_PLACES)
    lines = headline(head, width)
    opened = [row for row in judged if row.is_open]
    for effect, heading in _HEADINGS.items():
        rows = [row for row in opened if row.effect is effect]
        lines += _group(heading, rows, width)
        if effect is RuleEffect.NEEDS_REVIEW:
            lines += _approval(head, _beside_rules(decision), [] if rows else ["", heading], width)
    if head.comparison and not _is_said(decision.no_baseline, decision):
        lines += ["", *paragraph(head.comparison, width, "  ", "    ")]
    lines += _exceptions(head, exceptions(decision), width, show_all=show_all)
    lines += _ignored_rules([row for row in judged if row.is_ignored], width, show_all=show_all)
    passed = [row for row in judged if not row.is_open and not row.is_ignored]
    return lines + _passed_rules(passed, width, show_all=show_all)


def headline(head: Overview, width: int) -> list[str]:
    """The verdict with its reason, and what was judged."""
    subject = " · ".join(part for part in (head.subject, head.release, head.policy) if part)
    return [
        *paragraph(f"{head.verdict}  {head.sentence}", width, "", "  "),
        *paragraph(subject, width, "  "),
    ]


def _is_said(why_not: str, decision: Decision) -> bool:
    """Whether a rule that needs a look says already why there was nothing to compare with."""
    return bool(why_not) and any(
        why_not in rule.message for rule in decision.rules if rule.effect is not RuleEffect.NONE
    )


def _beside_rules(decision: Decision) -> list[str]:
    """What makes a review necessary and is no rule's result: approvals, and that nothing could be judged."""
    of_rules = {each.message for each in decision.rules}
    return [one_line(each, 2000) for each in decision.review_issues if each not in of_rules]


def _group(heading: str, rows: Sequence[RuleRow], width: int) -> list[str]:
    """The rules of one effect, each with what happened, its figures, where to look and what mends it."""
    if not rows:
        return []
    return ["", heading, *(line for row in rows for line in _open_rule(row, width))]


def _approval(head: Overview, reasons: Sequence[str], heading: list[str], width: int) -> list[str]:
    """Why a person has to decide, and who."""
    if not reasons and not head.approval:
        return []
    lines = heading
    for said in reasons:
        lines += paragraph(f"▲ {said}", width, "  ", "    ")
    return lines + paragraph(head.approval, width, "    ")


def _open_rule(row: RuleRow, width: int) -> list[str]:
    note = f" ({row.note})" if row.note else ""
    lines = marked(row.state.sign, row.id, width, "  ", "    ")
    lines += paragraph(f"{row.message}{note}", width, "    ")
    figures = [f"expected {row.expected}", f"actual {row.actual}"]
    figures += [f"n {row.n}"] if row.n else []
    figures += [row.interval] if row.interval else []
    lines += facts(figures, width, "    ", "      ")
    for place in row.places:
        lines += _place(place, width)
    if row.more_places:
        lines.append(f"      {row.more_places}")
    if row.quarantined:
        lines += paragraph(row.quarantined, width, "    ", "      ")
    for remark in row.remarks:
        lines += paragraph(f"Remark: {remark}", width, "    ", "            ")
    if row.fix:
        lines += paragraph(f"Fix: {row.fix}", width, "    ", "         ")
    return lines


def _place(place: Place, width: int) -> list[str]:
    where = f"  {place.where}" if place.where else ""
    lines = marked(place.mark.sign, f"{place.name}{where}", width, "      ", "        ")
    return lines + (paragraph(place.message, width, "        ") if place.message else [])


def _exceptions(head: Overview, rows: Sequence[ExceptionRow], width: int, *, show_all: bool) -> list[str]:
    """Waivers and quarantine: what was applied, what no longer holds, and the verdict without them."""
    if not rows and head.without_exceptions is None:
        return []
    lines = ["", "Exceptions"]
    if head.without_exceptions is not None:
        same = " as well" if head.without_exceptions == head.verdict else ""
        lines.append(f"  Without them: {head.without_exceptions}{same}")
    idle = [row for row in rows if row.is_idle]
    kept = [row for row in rows if not row.is_idle] + (idle if show_all else idle[:FEW_IDLE])
    for row in kept:
        lines += marked(row.mark.sign, row.sentence, width, "  ", "    ")
    if len(kept) < len(rows):
        lines.append(f"  and {len(rows) - len(kept):,} more that did not match (--all lists them)")
    return lines


def _ignored_rules(rows: Sequence[RuleRow], width: int, *, show_all: bool) -> list[str]:
    """Rules without evidence that the policy lets go, with its written reason where that is asked for."""
    if not rows:
        return []
    lines = ["", *paragraph(f"○ nothing to judge: {', '.join(row.id for row in rows)}", width, "  ", "    ")]
    if show_all:
        for row in rows:
            lines += paragraph(f"{row.id}: {row.message}", width, "    ", "      ")
    return lines


def _passed_rules(rows: Sequence[RuleRow], width: int, *, show_all: bool) -> list[str]:
    if not rows:
        return []
    if not show_all:
        lines = ["", f"  {counted(len(rows), 'rule')} passed (--all lists them)"]
    else:
        ids = min(_WIDEST_ID, max(len(row.id) for row in rows))
        lines = ["", *(line for row in rows for line in _passed_rule(row, width, ids))]
    # What a pass rests on is worth a word even where nobody asks for the passed rules.
    for row in rows:
        for remark in row.remarks:
            lines += paragraph(f"Remark on {row.id}: {remark}", width, "  ", "    ")
    return lines


def _passed_rule(row: RuleRow, width: int, ids: int) -> list[str]:
    """What it found in a sentence, behind its id; what a failure does where that is not to block."""
    milder = "" if row.severity == _BLOCKS else f" (a failure {row.severity})"
    first = f"  {row.state.sign} {row.id:<{ids}}  "
    return paragraph(f"{row.message}{milder}", width, first, " " * (ids + 6)) or [first.rstrip()]
