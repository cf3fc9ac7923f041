"""Rules, checklist, exceptions and approvals as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.models.decision import RuleEffect
from tsr_agent.sections.approval_history import SAME
from tsr_agent.sections.controls import controls_sentence
from tsr_agent.sections.document.tables import Cell, Column, Note, Row, Table, fields_table, mark_cell
from tsr_agent.sections.fields import Field
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import short_sha

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.sections.approval_history import ApprovalHistory, ApprovalRow
    from tsr_agent.sections.checklist import Checklist, ChecklistItem
    from tsr_agent.sections.controls import ControlRow, Framework
    from tsr_agent.sections.exceptions import ExceptionRow
    from tsr_agent.sections.rules import RuleRow

_RULE_COLUMNS = (
    Column(title="State", share=21),
    Column(title="Rule", share=23),
    Column(title="Expected", share=27),
    Column(title="Actual", share=20),
    Column(title="n", share=9, is_number=True),
)


def deciding_table(rows: Sequence[RuleRow], history: ApprovalHistory, *, is_go: bool) -> Table:
    """The rules that decided, those that block first; of a GO the warnings; and whose approval is missing."""
    wanted = [RuleEffect.BLOCKS, RuleEffect.NEEDS_REVIEW]
    if is_go or not any(row.effect in wanted for row in rows):
        wanted.append(RuleEffect.WARNS)
    made = [_deciding(row) for row in rows if row.effect in wanted] + _people(history)
    return Table(
        key="deciding",
        caption="Warnings" if is_go else "What decided",
        columns=_RULE_COLUMNS,
        rows=lambda: made,
        size=len(made),
    )


def _deciding(row: RuleRow) -> Row:
    notes = (Note(row.message),) if row.message else ()
    return Row(_rule_cells(row, leads_to=row.target), notes)


def _people(history: ApprovalHistory) -> list[Row]:
    standing = history.standing
    # Of a NO-GO the rules say why, and where nobody has to approve there is nothing to say.
    if standing is None or standing.tone in (Tone.MUTED, Tone.GO) or standing.sign == "■":
        return []
    cells = (
        mark_cell(standing),
        Cell("Approval", is_strong=True, target=Target(Kind.SECTION, "approvals")),
        Cell(history.asked),
        Cell(history.summary, standing.tone),
        Cell(""),
    )
    return [Row(cells, (Note(history.missing),) if history.missing else ())]


def rules_table(rows: Sequence[RuleRow]) -> Table:
    """Every rule with what it says; those that did not pass also with what to do."""
    return Table(
        key="rules", caption="Rules", columns=_RULE_COLUMNS, rows=lambda: map(_rule, rows), size=len(rows)
    )


def _rule_cells(row: RuleRow, leads_to: Target | None = None) -> tuple[Cell, ...]:
    # What it did to the verdict stands as a word: the colour alone would not say it to everybody.
    state = f"{row.state} · {row.effect_word}" if row.is_open else str(row.state)
    # The one thing that a figure is about says more than the section that it stands in.
    exact = [each for each in row.evidence if each.kind is not Kind.SECTION]
    return (
        Cell(state, row.state.tone),
        Cell(row.id, is_strong=row.is_open, target=leads_to),
        Cell(row.expected),
        Cell(
            row.actual,
            row.state.tone if row.is_open else Tone.PLAIN,
            target=next(iter((*exact, *row.evidence)), None),
        ),
        Cell(row.n, Tone.MUTED),
    )


def _rule(row: RuleRow) -> Row:
    said = [Note(row.message)] if row.message else []
    facts = [f"A failure {row.severity}", row.interval]
    said.append(Note(" · ".join(fact for fact in facts if fact), Tone.MUTED))
    for place in row.places:
        told = " · ".join(part for part in (place.where, place.message) if part)
        name = f"{place.mark.sign} {place.name}" + (f"  {told}" if told else "")
        said.append(Note(name, place.mark.tone, target=place.target))
    said += [Note(row.more_places, Tone.MUTED)] if row.more_places else []
    said += [Note(row.quarantined, Tone.PENDING)] if row.quarantined else []
    said += [Note(f"Remark: {each}", Tone.MUTED) for each in row.remarks]
    said += [Note(f"Fix: {row.fix}", Tone.MUTED)] if row.fix and row.is_open else []
    said += [Note(row.note, Tone.PENDING)] if row.note else []
    return Row(_rule_cells(row), tuple(said), row.target)


def checklist_table(found: Checklist, held: Sequence[Framework] = ()) -> Table:
    """The checklist item by item: what is asked for, what the report has, why, and for which controls."""
    columns = (
        Column(title="Compliance", share=20),
        Column(title="Item", share=28),
        Column(title="The policy asks for", share=26),
        Column(title="The report has", share=26),
    )
    return Table(
        key="checklist",
        caption="Checklist",
        columns=columns,
        rows=lambda: (_item(each, held) for each in found.items),
        size=len(found.items),
        remark=f"{found.mark}  All items: {found.summary}",
    )


def _item(item: ChecklistItem, held: Sequence[Framework]) -> Row:
    notes = (item.why, controls_sentence(item, held))
    rule = next((each for each in item.evidence if each.kind is Kind.RULE), None)
    figure = next((each for each in item.evidence if each.kind is not Kind.RULE), None)
    return Row(
        (
            mark_cell(item.mark),
            Cell(item.title, is_strong=True),
            Cell(item.expected or "no rule", Tone.PLAIN if item.expected else Tone.MUTED, target=rule),
            Cell(item.found, target=figure),
        ),
        tuple(Note(each, Tone.MUTED) for each in notes if each),
    )


def controls_tables(held: Sequence[Framework]) -> tuple[Table, ...]:
    """Of each framework every control, with what this report holds for it."""
    return tuple(_controls_table(each) for each in held)


def _controls_table(framework: Framework) -> Table:
    return Table(
        key=f"controls {framework.id}",
        caption=f"Evidence for {framework.title}",
        columns=(
            Column(title="This report has", share=21),
            Column(title="Control", share=15),
            Column(title="About", share=64),
        ),
        rows=lambda: map(_control, framework.controls),
        size=len(framework.controls),
        remark=f"{framework.summary}. {framework.origin}",
    )


def _control(row: ControlRow) -> Row:
    cells = (mark_cell(row.mark), Cell(row.id, is_strong=True), Cell(row.title))
    return Row(cells, (Note(row.asks), Note(row.why, Tone.MUTED)))


def exceptions_table(rows: Sequence[ExceptionRow]) -> Table:
    """Waivers and the quarantine; below each that excused nothing, why."""
    columns = (
        Column(title="State", share=17),
        Column(title="Exception", share=35),
        Column(title="For", share=20),
        Column(title="Owner", share=13),
        Column(title="Until", share=15),
    )
    return Table(
        key="exceptions",
        caption="Waivers and quarantine",
        columns=columns,
        rows=lambda: map(_exception, rows),
        size=len(rows),
    )


def _exception(row: ExceptionRow) -> Row:
    return Row(
        (
            mark_cell(row.mark),
            Cell(f"{row.kind} {row.id}", is_strong=not row.is_idle),
            Cell(row.about or "–", target=row.target),
            Cell(row.owner or "–"),
            Cell(row.until or "–", Tone.MUTED if row.is_idle else row.mark.tone),
        ),
        (Note(row.reason, Tone.MUTED),) if row.reason else (),
    )


def standing_table(history: ApprovalHistory) -> Table:
    """Where the release stands with the people who decide about it."""
    standing = history.standing
    fields = [Field("Now", str(standing), tone=standing.tone)] if standing is not None else []
    fields.append(Field("The policy", history.asked.removeprefix("The policy asks: ")))
    fields += [Field("Missing", history.missing, tone=Tone.PENDING)] if history.missing else []
    if not history.rows:
        fields.append(Field("On record", "Nobody has said anything yet.", tone=Tone.MUTED))
    return fields_table("standing", "Where it stands", fields)


def approvals_table(history: ApprovalHistory) -> Table:
    """Every document by its moment, with its note; what does not count says why."""
    columns = (
        Column(title="Said", share=17),
        Column(title="Who", share=28),
        Column(title="Role", share=18),
        Column(title="When", share=23),
        Column(title="Counts", share=14),
    )
    return Table(
        key="approvals",
        caption="Approval history",
        columns=columns,
        rows=lambda: map(_said, history.rows),
        size=len(history.rows),
    )


def _said(row: ApprovalRow) -> Row:
    notes = [Note(row.why_not, Tone.PENDING)] if row.why_not else []
    notes += [Note(row.note)] if row.note else []
    notes += [Note(f"Withdraws {row.revokes}", target=row.withdraws)] if row.revokes else []
    notes.append(Note(f"For {row.environment} · {row.id} · {row.when.utc}", Tone.MUTED))
    counts = Cell("✓ counts", Tone.GO) if row.counts else Cell("– does not", Tone.PENDING)
    return Row(
        (
            # What does nothing is not drawn in the colour of what it would have done.
            Cell(str(row.action), row.action.tone if row.counts else Tone.MUTED),
            Cell(row.who, is_strong=True),
            Cell(row.role, Tone.MUTED),
            Cell(row.when.local),
            counts,
        ),
        (*notes, *_bound(row)),
        row.target,
    )


def _bound(row: ApprovalRow) -> list[Note]:
    """What it is bound to, in one line where all of it is what is on record."""
    same = [f"{what} {short_sha(digest)}" for what, digest, told in row.bound if told == SAME]
    found = [Note(f"Bound to {', '.join(same)}, as on record", Tone.MUTED)] if same else []
    return found + [
        Note(f"Bound to {what} {digest}, {told}", Tone.PENDING)
        for what, digest, told in row.bound
        if told != SAME
    ]
