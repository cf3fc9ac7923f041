"""A comparison as headings and tables, in the form that reports are shown in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.item_models.cells import Cell, Column, Node, Table, mark_cell
from aitr_desktop.item_models.report_detail import Block
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from tsr_agent.sections.changes import ChangeGroup, ChangeRow
    from tsr_agent.sections.comparison import ComparisonSection, SideRow
    from tsr_agent.sections.rule_changes import RuleChangeRow

_CHANGES = (Column(title="", width=130), Column(title="Change", width=600, stretches=True))


def comparison_blocks(section: ComparisonSection) -> tuple[Block, ...]:
    """The two reports, why the verdict changed, what else did, and what did not."""
    sides = Table(
        columns=(
            Column(title="", width=30),
            Column(title="Decision", width=150),
            Column(title="Report", width=420, stretches=True),
            Column(title="Id", width=240),
        ),
        nodes=(_side(section.old), _side(section.new)),
    )
    judged = Table(columns=_CHANGES, nodes=tuple(_change(each) for each in section.judged))
    rules = Table(
        columns=(
            Column(title="", width=130),
            Column(title="Rule", width=220),
            Column(title="Effect", width=200),
            Column(title="Then → now", width=240, stretches=True),
        ),
        nodes=tuple(_rule(each) for each in section.rules),
    )
    others = Table(columns=_CHANGES, nodes=tuple(_group(each) for each in section.others))
    return (
        _block("reports", "Reports", " ".join(section.notes), "", ("Reports", sides)),
        _block("rules", section.title, "", "No rule says anything else.", ("Rules", rules)),
        _block("judged", "What was judged", "", "The same in both.", ("What was judged", judged)),
        _block(
            "changes", "Other changes", section.unchanged, "Nothing else changed.", ("Other changes", others)
        ),
    )


def _block(key: str, title: str, summary: str, nothing: str, table: tuple[str, Table]) -> Block:
    tables = (table,) if table[1].nodes else ()
    return Block(key=key, title=title, summary=summary, tables=tables, nothing="" if tables else nothing)


def _side(side: SideRow) -> Node:
    return Node(
        cells=(
            Cell(text=side.name, is_strong=True),
            mark_cell(side.verdict),
            Cell(text=side.subject),
            Cell(text=side.report_id, whole=f"{side.report_id}\nSHA-256 {side.digest}", tone=Tone.MUTED),
        )
    )


def _rule(rule: RuleChangeRow) -> Node:
    said = (Node(cells=(Cell(text=rule.message),), spans=True),) if rule.message else ()
    return Node(
        cells=(mark_cell(rule.mark), Cell(text=rule.id), Cell(text=rule.said), Cell(text=rule.then_and_now)),
        children=(*said, *(node for each in rule.causes for node in _cause(each))),
        is_open=rule.mark.tone is Tone.NO_GO,
    )


def _cause(group: ChangeGroup) -> tuple[Node, ...]:
    """What is behind a rule's change; rows without a heading stand for themselves."""
    rows = tuple(
        Node(cells=(Cell(text=f"{row.mark.sign} {row.text}", tone=row.mark.tone),), spans=True)
        for row in group.rows
    )
    if not group.title:
        return rows
    head = Cell(text=f"{group.mark.sign} {group.title}", tone=group.mark.tone)
    return (Node(cells=(head,), children=rows, spans=True),)


def _group(group: ChangeGroup) -> Node:
    more = (
        (Node(cells=(Cell(text=f"{group.more:,} more", tone=Tone.MUTED),), spans=True),) if group.more else ()
    )
    return Node(
        cells=(mark_cell(group.mark), Cell(text=group.title)),
        children=(*(_change(row) for row in group.rows), *more),
        is_open=group.mark.tone is Tone.NO_GO,
    )


def _change(row: ChangeRow) -> Node:
    details = tuple(Node(cells=(Cell(text=each),), spans=True) for each in row.details)
    return Node(cells=(mark_cell(row.mark), Cell(text=row.text)), children=details)
