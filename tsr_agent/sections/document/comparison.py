"""A comparison as a document: the two reports, why the verdict changed, what else did, what did not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.sections.document.tables import Cell, Column, Document, Note, Row, Table, mark_cell, section
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tsr_agent.sections.changes import ChangeGroup, ChangeRow
    from tsr_agent.sections.comparison import ComparisonSection, RuleChangeRow, SideRow

_CHANGES = (Column(title="State", share=18), Column(title="Change", share=82))


def comparison_document(found: ComparisonSection) -> Document:
    """Everything that a comparison says, in reading order."""
    sections = (
        section("comparison", "Comparison", _sides(found), summary=_sentence(found)),
        section("comparison_rules", found.title, _rules(found.rules), nothing="No rule says anything else."),
        section(
            "comparison_judged",
            "What was judged in each",
            _changes("judged", found.judged),
            nothing="The same in both.",
        ),
        section(
            "comparison_changes",
            "Other changes",
            _groups(found.others),
            summary=found.unchanged,
            nothing="Nothing else changed.",
        ),
    )
    return Document(
        title="Comparison of two reports",
        subject=f"A {found.old.subject} · B {found.new.subject}",
        sections=sections,
    )


def _sentence(found: ComparisonSection) -> str:
    said = found.sentence[:1].upper() + found.sentence[1:]
    return " ".join((f"{said}.", *found.notes))


def _sides(found: ComparisonSection) -> Table:
    return Table(
        key="reports",
        caption="The two reports",
        columns=(
            Column(title="", share=5),
            Column(title="Decision", share=23),
            Column(title="Report", share=72),
        ),
        rows=lambda: (_side(found.old), _side(found.new)),
        size=2,
    )


def _side(side: SideRow) -> Row:
    return Row(
        (Cell(side.name, is_strong=True), mark_cell(side.verdict), Cell(side.subject)),
        (
            Note(side.report_id, Tone.MUTED),
            Note(f"SHA-256 {side.digest}", Tone.MUTED, is_code=True),
        ),
    )


def _rules(rows: Sequence[RuleChangeRow]) -> Table:
    return Table(
        key="rules",
        caption="Rules",
        columns=(
            Column(title="State", share=16),
            Column(title="Rule", share=26),
            Column(title="Effect", share=23),
            Column(title="Then → now", share=35),
        ),
        rows=lambda: map(_rule, rows),
        size=len(rows),
    )


def _rule(row: RuleChangeRow) -> Row:
    notes = [Note(row.message)] if row.message else []
    for group in row.causes:
        notes += [Note(f"{group.mark.sign} {group.title}", group.mark.tone)] if group.title else []
        for each in group.rows:
            notes.append(Note(f"{each.mark.sign} {each.text}", each.mark.tone))
            notes += [Note(detail, Tone.MUTED) for detail in each.details]
        notes += [Note(f"and {group.more:,} more", Tone.MUTED)] if group.more else []
    return Row(
        (mark_cell(row.mark), Cell(row.id, is_strong=True), Cell(row.said), Cell(row.then_and_now)),
        tuple(notes),
    )


def _changes(key: str, rows: Sequence[ChangeRow]) -> Table:
    return Table(
        key=key,
        caption="What was judged",
        columns=_CHANGES,
        rows=lambda: map(_change, rows),
        size=len(rows),
    )


def _change(row: ChangeRow) -> Row:
    return Row((mark_cell(row.mark), Cell(row.text)), tuple(Note(each, Tone.MUTED) for each in row.details))


def _groups(groups: Sequence[ChangeGroup]) -> Table:
    def rows() -> Iterator[Row]:
        for group in groups:
            yield Row((mark_cell(group.mark), Cell(group.title, is_strong=True)))
            yield from map(_change, group.rows)
            if group.more:
                yield Row((Cell(""), Cell(f"{group.more:,} more", Tone.MUTED)))

    return Table(
        key="changes",
        caption="Other changes",
        columns=_CHANGES,
        rows=rows,
        size=sum(1 + len(group.rows) + bool(group.more) for group in groups),
    )
