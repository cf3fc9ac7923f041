"""A comparison as headings and tables: what a line is about, what A and B say, what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitr_desktop.item_models.cells import Cell, Column, Node, Table
from aitr_desktop.item_models.report_detail import Block
from aitr_desktop.item_models.report_search import folded
from aitr_desktop.item_models.section_tables.rows import grouped, line, more_line, text_line
from aitr_desktop.translation import translate
from tsr_agent.sections.changes import SAME
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.topics import TITLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tsr_agent.sections.changes import ChangeGroup, ChangeRow, SideCell
    from tsr_agent.sections.comparison import ComparisonSection
    from tsr_agent.sections.rule_changes import RuleChangeRow
    from tsr_agent.sections.topics import Topic

OPEN_ROWS = 25
"""Rows of a group that is open from the start."""


def comparison_titles() -> tuple[str, str, str, str]:
    """Titles of the columns that all tables have."""
    return (
        translate("Comparison", "What"),
        translate("Comparison", "A"),
        translate("Comparison", "B"),
        translate("Comparison", "What became of it"),
    )


def block_titles() -> tuple[str, ...]:
    """Titles of the blocks of every comparison, whatever it says."""
    rules, rest = translate("Comparison", "Rules"), translate("Comparison", "What did not change")
    return rules, *TITLES.values(), rest


def comparison_blocks(
    section: ComparisonSection, unchanged: Mapping[str, Sequence[ChangeRow]] | None = None
) -> tuple[Block, ...]:
    """Rules by their effect on the verdict, then topic by topic what changed.

    Args:
        section: The comparison.
        unchanged: By topic what is the same in both; None to leave it out.
    """
    nodes, titles = _Nodes(section), block_titles()
    same = unchanged or {}
    return (
        _block(
            "rules",
            titles[0],
            section.title if section.rules else "",
            (*map(nodes.rule, section.rules), *nodes.same(same.get("rules", ()))),
            translate("Comparison", "No rule got better or worse, and none has an effect."),
        ),
        *(_topic(each, nodes, same.get(each.key, ())) for each in section.topics),
        _block("unchanged", titles[-1], "", (), section.unchanged),
    )


def _topic(topic: Topic, nodes: _Nodes, same: Sequence[ChangeRow]) -> Block:
    rows = [node for group in topic.groups for node in nodes.group(group, topic.title)]
    return _block(topic.key, topic.title, topic.summary, (*rows, *nodes.same(same)), topic.nothing)


def _block(key: str, title: str, summary: str, nodes: tuple[Node, ...], nothing: str) -> Block:
    columns = tuple(Column(title=each) for each in comparison_titles())
    tables = ((title, Table(columns=columns, nodes=nodes)),) if nodes else ()
    return Block(key=key, title=title, summary=summary, tables=tables, nothing="" if nodes else nothing)


@dataclass(frozen=True, slots=True)
class _Nodes:
    """Makes the rows; knows which report is A and which B."""

    section: ComparisonSection

    def rule(self, rule: RuleChangeRow) -> Node:
        """A rule, with what it requires, what it says, and what is behind it."""
        required = translate("Comparison", "Required: {what}").format(what=rule.expected)
        said = (text_line(rule.message),) if rule.message else ()
        return Node(
            cells=(
                Cell(text=rule.id, is_strong=True),
                self._side("A", rule.old),
                self._side("B", rule.new),
                Cell(text=f"{rule.mark.sign} {rule.said}", tone=rule.mark.tone),
            ),
            children=(
                *((line(required, tone=Tone.MUTED),) if rule.expected else ()),
                *said,
                *(node for each in rule.causes for node in self.group(each)),
            ),
            is_open=rule.mark.tone is Tone.NO_GO,
        )

    def group(self, group: ChangeGroup, above: str = "") -> tuple[Node, ...]:
        """The rows of a kind under its title; without one of its own they stand for themselves.

        Args:
            group: The rows.
            above: What stands above them already.
        """
        more = more_line(group.more, translate("Comparison", "changes"))
        if group.title in ("", above):
            return (*grouped(group.rows, self.row, _holds), *more)
        head = Cell(text=f"{group.mark.sign} {group.title}", tone=group.mark.tone)
        return (self._closed(head, group.rows, more, is_open=len(group.rows) <= OPEN_ROWS),)

    def same(self, rows: Sequence[ChangeRow]) -> tuple[Node, ...]:
        """What did not change, closed; made when somebody opens it."""
        if not rows:
            return ()
        words = translate("Comparison", "{count} the same in both").format(count=f"{len(rows):,}")
        return (self._closed(Cell(text=f"{SAME.sign} {words}", tone=Tone.MUTED), rows, ()),)

    def _closed(
        self, head: Cell, rows: Sequence[ChangeRow], more: tuple[Node, ...], *, is_open: bool = False
    ) -> Node:
        return Node(
            cells=(head,),
            make=lambda: (*grouped(rows, self.row, _holds), *more),
            spans=True,
            is_open=is_open,
            holds=lambda wanted: any(_holds(each, wanted) for each in rows),
        )

    def row(self, row: ChangeRow) -> Node:
        """One change in columns; what explains it opens below."""
        if not row.name:
            text = text_line(f"{row.mark.sign} {row.text}", tone=row.mark.tone)
            return Node(cells=text.cells, children=_lines(row.details), spans=True)
        said = row.note or ("" if row.mark is SAME else row.mark.word)
        return Node(
            cells=(
                Cell(text=row.name),
                self._side("A", row.old),
                self._side("B", row.new),
                Cell(text=f"{row.mark.sign} {said}", tone=row.mark.tone),
            ),
            children=_lines(row.below),
            holds=lambda wanted: _holds(row, wanted),
        )

    def _side(self, name: str, side: SideCell) -> Cell:
        side_row = self.section.old if name == "A" else self.section.new
        leads = None
        if side.target is not None:
            leads = side.target._replace(report=side_row.report_id_whole, side=name)
        tone = side.mark.tone if side.mark is not None else Tone.PLAIN if leads is not None else Tone.MUTED
        return Cell(text=str(side), tone=tone, leads_to=leads, keeps_tone=True)


def _lines(texts: Sequence[str]) -> tuple[Node, ...]:
    return tuple(text_line(each, tone=Tone.MUTED) for each in texts)


def _holds(row: ChangeRow, wanted: str) -> bool:
    texts = (row.name or row.text, str(row.old), str(row.new), row.note, *row.below)
    return any(wanted in folded(each) for each in texts)
