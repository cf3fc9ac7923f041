"""Items with their evidence and controls, and controls with their items, as rows of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.item_models.cells import Cell, Column, Link, Node, Table, mark_cell
from aitr_desktop.item_models.section_tables.compliance import target_words
from aitr_desktop.item_models.section_tables.rows import line, link_line
from aitr_desktop.translation import translate
from tsr_agent.sections.checklist import Compliance
from tsr_agent.sections.controls import Support, controls_lines, shown
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.targets import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aitr_desktop.item_models.section_tables.known import Known
    from tsr_agent.sections.checklist import ChecklistItem
    from tsr_agent.sections.controls import ControlRow, Framework
    from tsr_agent.sections.targets import Target


def items_table(nodes: tuple[Node, ...]) -> Table:
    """The items of the checklist."""
    columns = (
        Column(title=translate("Check", "Standing"), width=172, is_state=True),
        Column(title=translate("Check", "Item"), width=300),
        Column(title=translate("Check", "The policy asks for"), width=280),
        Column(title=translate("Check", "The report has"), width=240, stretches=True),
    )
    return Table(columns=columns, nodes=nodes)


def item_node(item: ChecklistItem, frameworks: Sequence[Framework], known: Known) -> Node:
    """One item: what is asked for and found in its row; why, evidence and controls below."""
    targets = [each for each in item.evidence if known.link(each) is not None]
    rule = next((each for each in targets if each.kind is Kind.RULE), None)
    figure = next((each for each in targets if each.kind is not Kind.RULE), None)
    asked = item.expected or translate("Check", "no rule")
    return Node(
        cells=(
            mark_cell(item.mark),
            Cell(text=item.title, is_strong=True),
            Cell(text=asked, tone=Tone.PLAIN if item.expected else Tone.MUTED, leads_to=rule),
            Cell(text=item.found, leads_to=figure),
        ),
        children=(
            line(item.why),
            *_evidence(targets),
            *(line(each, tone=Tone.MUTED) for each in controls_lines(item, frameworks)),
        ),
        is_open=item.standing is not Compliance.COMPLIANT,
        links=tuple(Link(target_words(each), each) for each in targets),
    )


def _evidence(targets: Iterable[Target]) -> list[Node]:
    """Every place to look, a line each, so that each is one step away with the keyboard."""
    before = translate("Check", "Evidence:") + " "
    return [link_line(before, target_words(each), each, tone=Tone.MUTED) for each in targets]


def controls_table(nodes: tuple[Node, ...], frame: Framework) -> Table:
    """The controls of a framework; at the end where they were taken from."""
    columns = (
        Column(title=translate("Check", "In this report"), width=184, is_state=True),
        Column(title=translate("Check", "Control"), width=120),
        Column(title=translate("Check", "Title"), width=440),
        Column(title=translate("Check", "What it comes to"), width=340, stretches=True),
    )
    return Table(columns=columns, nodes=(*nodes, line(frame.origin, tone=Tone.MUTED)))


def control_node(control: ControlRow, items: Mapping[str, ChecklistItem]) -> Node:
    """One control: what the report holds for it in its row, what it asks for and its items below."""
    asks = translate("Check", "Asks for: {text}").format(text=control.asks)
    return Node(
        cells=(
            mark_cell(control.mark),
            Cell(text=control.id, is_strong=True),
            Cell(text=control.title),
            Cell(text=control.why, tone=Tone.MUTED if control.support is Support.NONE else Tone.PLAIN),
        ),
        children=(
            line(asks, tone=Tone.MUTED),
            *(_item_line(items[key]) for key in control.items if key in items),
        ),
        is_open=control.support in (Support.AGAINST, Support.PART),
    )


def _item_line(item: ChecklistItem) -> Node:
    said = item.found
    if shown(item) is not item.standing:
        said = translate("Check", "{found}; compliant, and no evidence").format(found=said)
    tone = item.mark.tone if shown(item) is item.standing else Tone.MUTED
    return line(f"{item.mark}  {item.title}: {said}", tone=tone)
