"""A backtest as a person reads it in a terminal: how many decisions flip, by which rules, the newest ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.layout import Column, paragraph, table
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import counted, verdict

if TYPE_CHECKING:
    from datetime import datetime

    from tsr_agent.backtest import Backtest, Deciding, Flip
    from tsr_agent.models.decision import GoNoGoDecision

_NAMED = 5


def backtest_lines(found: Backtest, *, width: int) -> list[str]:
    """The whole answer of ``policy backtest``.

    Args:
        found: What came of it.
        width: Columns to write in.
    """
    return [
        *_headline(found, width),
        *_turns(found),
        *_rules(found, width),
        *_flips(found, width),
        *_undecided(found, width),
    ]


def _headline(found: Backtest, width: int) -> list[str]:
    policy = one_line(f"{found.policy.name} {found.policy.version}", 80)
    when = f", made {_day(found.first)} to {_day(found.last)}" if found.first and found.last else ""
    judged = f"{found.judged:,} of {counted(found.reports, 'report')} judged by {policy}{when}."
    notes = [] if found.complete else ["Stopped: what follows is about these only."]
    notes.append(
        "Rules warn until their effective_on, as the policy says."
        if found.as_dated
        else "As if every rule were in force, whatever its effective_on says."
    )
    notes.append(
        "Verdicts without waivers are compared."
        if found.waivers_digest is None
        else "Verdicts with waivers are compared."
    )
    return [*paragraph(judged, width, "", "  "), *(f"  {each}" for each in notes)]


def _turns(found: Backtest) -> list[str]:
    if not found.flipped:
        return ["", "  No decision would flip." if found.judged else "  There was nothing to judge."]
    rows = [(_turn(each.was, each.would_be), f"{each.count:,}") for each in found.turns]
    return [
        "",
        f"  {counted(found.flipped, 'decision')} would flip:",
        *table((Column(), Column(right=True)), rows, 80, "    "),
    ]


def _turn(was: GoNoGoDecision, would_be: GoNoGoDecision) -> str:
    return f"{verdict(was).word} → {verdict(would_be).word}"


def _rules(found: Backtest, width: int) -> list[str]:
    if not found.rules:
        return []
    columns = (
        Column("RULE", least=26),
        Column("FLIPS", right=True),
        Column("ALONE", right=True),
        Column("FIRST", least=10),
        Column("LAST", least=10),
    )
    rows = [
        (one_line(each.id, 100), f"{each.flips:,}", f"{each.alone:,}", _day(each.first), _day(each.last))
        for each in found.rules
    ]
    return ["", *table(columns, rows, width)]


def _flips(found: Backtest, width: int) -> list[str]:
    if not found.flips:
        return []
    shown = len(found.flips)
    lines = ["", f"  The newest {shown:,} of {found.flipped:,} (--all lists them):"]
    if shown == found.flipped:
        lines = ["", "  All of them, the newest first:"]
    for flip in found.flips:
        lines += _flip(flip, width)
    return lines


def _flip(flip: Flip, width: int) -> list[str]:
    place = " · ".join(one_line(each, 60) for each in (flip.environment, flip.branch) if each)
    head = f"{_day(flip.created_at)}  {one_line(flip.report_id, 100)}  {place}"
    lines = paragraph(head, width, "  ", "    ")
    lines += paragraph(_turn(flip.was, flip.would_be), width, "    ")
    for rule in flip.rules:
        lines += paragraph(_deciding(rule), width, "    ", "      ")
    return lines


def _deciding(rule: Deciding) -> str:
    figures = [f"expected {one_line(rule.expected, 200)}"] if rule.expected else []
    figures += [f"actual {one_line(rule.actual, 200)}"] if rule.actual else []
    return f"{one_line(rule.id, 100)}: {', '.join(figures)}" if figures else one_line(rule.id, 100)


def _undecided(found: Backtest, width: int) -> list[str]:
    if not found.undecided:
        return []
    names = ", ".join(one_line(each, 100) for each in found.undecided_reports[:_NAMED])
    more = f" and {found.undecided - _NAMED:,} more" if found.undecided > _NAMED else ""
    have = "has" if found.undecided == 1 else "have"
    head = f"{counted(found.undecided, 'report')} {have} no decision on record to compare with"
    return ["", *paragraph(f"{head}: {names}{more}.", width, "  ", "    ")]


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
