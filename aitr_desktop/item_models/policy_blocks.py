"""Problems of a draft, its effect on a report and on all reports, as headings and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.editing.checking import FileKind, Weight
from aitr_desktop.item_models.cells import Cell, Column, Kind, Node, Table, Target, mark_cell
from aitr_desktop.item_models.report_detail import Block
from aitr_desktop.translation import translate
from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import counted, moment, verdict

if TYPE_CHECKING:
    from datetime import tzinfo

    from aitr_desktop.editing.checking import Checked, Finding
    from aitr_desktop.editing.draft_texts import TextSize
    from tsr_agent.backtest import Backtest, Flip
    from tsr_agent.sections.policy_effect import PolicyEffect, RuleChange

_WEIGHTS = {
    Weight.ERROR: Mark("✕", "error", Tone.NO_GO),
    Weight.WARNING: Mark("▲", "warning", Tone.PENDING),
    Weight.NOTE: Mark("○", "note", Tone.MUTED),
}
SHORT = 50
"""Characters of a message that stands in its row alone."""


def kind_words(kind: FileKind) -> str:
    """What a file is, in words."""
    return {
        FileKind.POLICY: translate("Policies", "Policy"),
        FileKind.WAIVERS: translate("Policies", "Waivers"),
        FileKind.QUARANTINE: translate("Policies", "Quarantine"),
        FileKind.CASES: translate("Policies", "Policy cases"),
        FileKind.REQUIREMENTS: translate("Policies", "Requirements"),
        FileKind.DRAFT: translate("Policies", "Draft"),
    }[kind]


def size_words(size: TextSize) -> str:
    """How long a draft is."""
    return ", ".join((counted(size.characters, "character"), counted(size.words, "word")))


def problem_words(checked: Checked) -> str:
    """How many problems there are, in one line; for the text that was checked."""
    errors = checked.errors
    others = len(checked.findings) + checked.more - errors
    if not errors and not others:
        return translate("Policies", "No problems")
    parts = [counted(errors, "error")] if errors else []
    warnings = sum(each.weight is Weight.WARNING for each in checked.findings)
    parts += [counted(warnings, "warning")] if warnings else []
    notes = others - warnings
    parts += [counted(notes, "note")] if notes else []
    return ", ".join(parts)


def problem_mark(checked: Checked) -> Mark:
    """The same as a sign with its words."""
    words = problem_words(checked)
    if checked.errors:
        return Mark("✕", words, Tone.NO_GO)
    if checked.findings:
        return Mark("▲", words, Tone.PENDING)
    return Mark("✓", words, Tone.GO)


def problem_blocks(checked: Checked) -> tuple[Block, ...]:
    """What was found, each leading to its place."""
    table = Table(
        columns=(
            Column(title="", width=90, is_state=True),
            Column(title=translate("Policies", "Place"), width=80, is_number=True),
            Column(title=translate("Policies", "What"), width=600, stretches=True),
        ),
        nodes=tuple(_problem(each) for each in checked.findings),
    )
    nothing = {
        FileKind.POLICY: translate("Policies", "No problems: every gate takes this policy."),
        FileKind.REQUIREMENTS: translate("Policies", "No problems: these requirements are read."),
        FileKind.DRAFT: translate("Policies", "Nothing to be said: no gate reads this text."),
    }.get(checked.kind, translate("Policies", "No problems: the gate takes this file."))
    summary = counted(checked.more, "more finding") if checked.more else ""
    return (_block("problems", kind_words(checked.kind), summary, nothing, table),)


def place_target(finding: Finding) -> Target:
    """Where a finding stands in the text."""
    return Target(Kind.LINE, f"{finding.line}:{finding.column}")


def _problem(finding: Finding) -> Node:
    is_long = bool(finding.about) or len(finding.message) > SHORT
    whole = f"{finding.about}: {finding.message}" if finding.about else finding.message
    below = (Node(cells=(Cell(text=one_line(finding.message, 2_000)),), spans=True),) if is_long else ()
    return Node(
        cells=(
            mark_cell(_WEIGHTS[finding.weight]),
            Cell(text=f"{finding.line:,}:{finding.column:,}", is_number=True, leads_to=place_target(finding)),
            Cell(text=one_line(finding.about or finding.message, 200), whole=whole),
        ),
        anchor=place_target(finding),
        children=below,
        is_open=True,
    )


def effect_blocks(effect: PolicyEffect) -> tuple[Block, ...]:
    """What a draft does to the report on screen."""
    verdicts = Table(
        columns=(
            Column(title="", width=130),
            Column(title=translate("Policies", "Verdict"), width=170, is_state=True),
            Column(title=translate("Policies", "Policy"), width=300, stretches=True),
        ),
        nodes=(
            _verdict_row(translate("Policies", "On record"), effect.then, effect.policy_then),
            _verdict_row(translate("Policies", "With the draft"), effect.now, effect.policy_now),
        ),
    )
    changes = Table(
        columns=(
            Column(title=translate("Policies", "Rule"), width=220, stretches=True),
            Column(title=translate("Policies", "Then"), width=110, is_state=True),
            Column(title=translate("Policies", "Draft"), width=110, is_state=True),
        ),
        nodes=tuple(_rule_change(each) for each in effect.changed),
    )
    same = translate("Policies", "Every rule comes to the same.") if effect.unchanged else ""
    return (
        _block("verdict", translate("Policies", "Verdict"), _notes(effect), "", verdicts),
        _block("changed", translate("Policies", "Rules that change"), effect.unchanged, same, changes),
    )


def _verdict_row(name: str, mark: Mark, policy: str) -> Node:
    return Node(cells=(Cell(text=name), mark_cell(mark), Cell(text=policy, tone=Tone.MUTED)))


def _rule_change(change: RuleChange) -> Node:
    figures = [
        translate("Policies", "expected {what}").format(what=change.expected) if change.expected else "",
        translate("Policies", "actual {what}").format(what=change.actual) if change.actual else "",
        f"n {change.n}" if change.n else "",
    ]
    lines = (
        change.message,
        " · ".join(filter(None, figures)),
        change.effect,
        translate("Policies", "Fix: {what}").format(what=change.fix) if change.fix else "",
    )
    below = tuple(Node(cells=(Cell(text=text),), spans=True) for text in lines if text)
    return Node(
        cells=(
            Cell(text=change.id, is_strong=change.decides, leads_to=change.target),
            mark_cell(change.then),
            mark_cell(change.now),
        ),
        children=below,
        is_open=True,
        anchor=change.target,
    )


def backtest_sentence(found: Backtest) -> str:
    """What came of it, in a sentence."""
    judged = counted(found.judged, "report")
    if not found.judged:
        return translate("Policies", "No report on record has a decision to compare with.")
    said = translate("Policies", "{count} of {judged} would be decided otherwise.").format(
        count=f"{found.flipped:,}", judged=judged
    )
    if not found.complete:
        said = f"{said} " + translate("Policies", "Stopped after {judged} of {total}.").format(
            judged=f"{found.judged + found.undecided + found.damaged:,}", total=f"{found.reports:,}"
        )
    return said


def backtest_blocks(found: Backtest, zone: tzinfo | None = None) -> tuple[Block, ...]:
    """Decisions that would change, by which rules, and what could not be judged."""
    words = _left_out_words(found)
    left_out = _block("left-out", translate("Policies", "Not judged"), words, "", _left_out(found))
    further = (_rules(found), left_out)
    return (_flips(found, zone), *(each for each in further if each.tables))


def _flips(found: Backtest, zone: tzinfo | None) -> Block:
    table = Table(
        columns=(
            Column(title=translate("Policies", "Report"), width=200, stretches=True),
            Column(title=translate("Policies", "Then"), width=150, is_state=True),
            Column(title=translate("Policies", "Draft"), width=150, is_state=True),
            Column(title=translate("Policies", "Made"), width=110),
        ),
        nodes=tuple(_flip(each, zone) for each in found.flips),
    )
    turns = " · ".join(
        f"{verdict(each.was).word} → {verdict(each.would_be).word} {each.count:,}" for each in found.turns
    )
    more = found.flipped - len(found.flips)
    if more > 0:
        turns += " · " + translate("Policies", "the newest {count} are listed").format(
            count=f"{len(found.flips):,}"
        )
    nothing = translate("Policies", "No decision would change.") if found.judged else ""
    return _block("flips", translate("Policies", "Decisions that would change"), turns, nothing, table)


def _flip(flip: Flip, zone: tzinfo | None) -> Node:
    made = moment(flip.created_at, zone)
    target = Target(Kind.REPORT, flip.report_id)
    rules = tuple(
        Node(cells=(Cell(text=_rule_words(each.id, each.expected, each.actual)),), spans=True)
        for each in flip.rules[:50]
    )
    return Node(
        cells=(
            Cell(text=one_line(flip.report_id, 100), whole=flip.report_id, leads_to=target),
            mark_cell(verdict(flip.was)),
            mark_cell(verdict(flip.would_be)),
            Cell(text=made.day, whole=f"{made.local}\n{made.utc}", tone=Tone.MUTED),
        ),
        children=rules,
        anchor=target,
    )


def _rule_words(rule: str, expected: str, actual: str) -> str:
    said = [one_line(rule, 100)]
    said += (
        [translate("Policies", "expected {what}").format(what=one_line(expected, 300))] if expected else []
    )
    said += [translate("Policies", "actual {what}").format(what=one_line(actual, 300))] if actual else []
    return " · ".join(said)


def _rules(found: Backtest) -> Block:
    table = Table(
        columns=(
            Column(title=translate("Policies", "Rule"), width=240, stretches=True),
            Column(title=translate("Policies", "Decides in"), width=110, is_number=True),
            Column(title=translate("Policies", "Alone in"), width=110, is_number=True),
        ),
        nodes=tuple(
            Node(
                cells=(
                    Cell(text=one_line(each.id, 100)),
                    Cell(text=f"{each.flips:,}", is_number=True),
                    Cell(text=f"{each.alone:,}", is_number=True),
                )
            )
            for each in found.rules[:500]
        ),
    )
    return _block("rules", translate("Policies", "Rules that make them change"), "", "", table)


def _left_out_words(found: Backtest) -> str:
    parts = []
    if found.undecided:
        parts.append(
            translate("Policies", "{count} without a decision on record").format(
                count=counted(found.undecided, "report")
            )
        )
    if found.damaged:
        parts.append(
            translate("Policies", "{count} altered or damaged").format(count=counted(found.damaged, "report"))
        )
    return " · ".join(parts)


def _left_out(found: Backtest) -> Table:
    undecided = [(each, translate("Policies", "no decision on record")) for each in found.undecided_reports]
    damaged = [(each.report_id, each.reason) for each in found.damaged_reports]
    rows = [*((name, why, Tone.NO_GO) for name, why in damaged), *((*each, Tone.MUTED) for each in undecided)]
    return Table(
        columns=(
            Column(title=translate("Policies", "Report"), width=200),
            Column(title=translate("Policies", "Why"), width=400, stretches=True),
        ),
        nodes=tuple(
            Node(
                cells=(
                    Cell(text=one_line(name, 100), whole=name, leads_to=Target(Kind.REPORT, name)),
                    Cell(text=one_line(why, 300), tone=tone),
                )
            )
            for name, why, tone in rows[:MOST_LISTED]
        ),
    )


MOST_LISTED = 500


def _block(key: str, title: str, summary: str, nothing: str, table: Table) -> Block:
    tables = ((title, table),) if table.nodes else ()
    return Block(key=key, title=title, summary=summary, tables=tables, nothing="" if tables else nothing)


def _notes(effect: PolicyEffect) -> str:
    """What bears on the verdict. That it is a preview stands above all of it already."""
    from tsr_agent.sections.policy_effect import PREVIEW

    return " ".join(each for each in effect.notes if each != PREVIEW)
