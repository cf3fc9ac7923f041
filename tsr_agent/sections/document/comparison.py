"""A comparison as a document: why the verdict changed, then topic by topic what A and B say side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.sections.document.tables import Cell, Column, Document, Note, Row, Table, mark_cell, section
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tsr_agent.sections.changes import ChangeGroup, ChangeRow, SideCell
    from tsr_agent.sections.comparison import ComparisonSection, SideRow
    from tsr_agent.sections.document.tables import Section
    from tsr_agent.sections.rule_changes import RuleChangeRow
    from tsr_agent.sections.topics import Topic

_WIDTHS = (34, 24, 24, 18)


def comparison_document(found: ComparisonSection) -> Document:
    """Everything that a comparison says, in reading order."""
    sections = (
        section("comparison", "Comparison", _sides(found), summary=_sentence(found)),
        section("comparison_rules", found.title, _rules(found.rules), nothing="No rule says anything else."),
        *(_topic(each) for each in found.topics),
        section("comparison_unchanged", "What did not change", summary="", nothing=found.unchanged),
    )
    return Document(
        title="Comparison of two reports",
        subject=f"A {found.old.subject} · B {found.new.subject}",
        sections=sections,
    )


def _sentence(found: ComparisonSection) -> str:
    said = found.sentence[:1].upper() + found.sentence[1:]
    return " ".join((f"{said}.", *found.notes))


def _columns(*titles: str) -> tuple[Column, ...]:
    return tuple(Column(title=title, share=share) for title, share in zip(titles, _WIDTHS, strict=True))


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
        columns=_columns("Rule", "A", "B", "Effect"),
        rows=lambda: map(_rule, rows),
        size=len(rows),
    )


def _rule(row: RuleChangeRow) -> Row:
    notes = [Note(f"Required: {row.expected}", Tone.MUTED)] if row.expected else []
    notes += [Note(row.message)] if row.message else []
    for group in row.causes:
        notes += [Note(f"{group.mark.sign} {group.title}", group.mark.tone)] if group.title else []
        for each in group.rows:
            notes.append(Note(f"{each.mark.sign} {each.text}", each.mark.tone))
            notes += [Note(detail, Tone.MUTED) for detail in each.details]
        notes += [Note(f"and {group.more:,} more", Tone.MUTED)] if group.more else []
    return Row(
        (
            Cell(row.id, is_strong=True),
            _said(row.old),
            _said(row.new),
            Cell(f"{row.mark.sign} {row.said}", row.mark.tone),
        ),
        tuple(notes),
    )


def _topic(topic: Topic) -> Section:
    tables = (_group(place, topic, each) for place, each in enumerate(topic.groups))
    key = f"comparison_{topic.key}"
    return section(key, topic.title, *tables, summary=topic.summary, nothing=topic.nothing)


def _group(place: int, topic: Topic, group: ChangeGroup) -> Table:
    def rows() -> Iterator[Row]:
        yield from map(_change, group.rows)
        if group.more:
            yield Row((Cell(f"{group.more:,} more", Tone.MUTED), *(Cell("") for _ in _WIDTHS[1:])))

    return Table(
        key=f"{topic.key} {place + 1}",
        caption=group.title or topic.title,
        columns=_columns("What", "A", "B", "Change"),
        rows=rows,
        size=len(group.rows) + bool(group.more),
    )


def _change(row: ChangeRow) -> Row:
    if not row.name:
        told = Cell(f"{row.mark.sign} {row.text}", row.mark.tone)
        return Row(
            (told, Cell(""), Cell(""), Cell("")), tuple(Note(each, Tone.MUTED) for each in row.details)
        )
    change = f"{row.mark.sign} {row.note or row.mark.word}"
    return Row(
        (Cell(row.name), _said(row.old), _said(row.new), Cell(change, row.mark.tone)),
        tuple(Note(each, Tone.MUTED) for each in row.below),
    )


def _said(cell: SideCell) -> Cell:
    return Cell(str(cell), Tone.PLAIN if cell.mark is None else cell.mark.tone)
