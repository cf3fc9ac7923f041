"""The checklist, every rule, and what was excused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.item_models.cells import Cell, Column, Kind, Link, Node, Table, Target, mark_cell
from aitr_desktop.item_models.section_tables.rows import line, link_line
from aitr_desktop.translation import translate
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aitr_desktop.item_models.section_tables.known import Known
    from tsr_agent.sections.checklist import Checklist, ChecklistItem
    from tsr_agent.sections.controls import Framework
    from tsr_agent.sections.exceptions import ExceptionRow
    from tsr_agent.sections.places import Place
    from tsr_agent.sections.rules import RuleRow

_SECTIONS = {"failure_modes": "Failure modes"}


def target_words(target: Target) -> str:
    """What a target is called where it stands as a link of its own."""
    value = one_line(target.value, 200)
    named = {
        Kind.ITERATION: translate("Report", "eval iteration V{number}").format(number=value),
        Kind.TEST_TYPE: translate("Report", "{kind} tests").format(kind=value),
        Kind.INPUT: value,
        Kind.SECTION: translate("Report", "section {title}").format(title=_SECTIONS.get(value, words(value))),
    }
    return named.get(target.kind, f"{target.kind.value} {value}")


def rule_columns() -> tuple[Column, ...]:
    """The columns of a table of rules."""
    return (
        Column(title=translate("Report", "State"), width=184, is_state=True),
        Column(title=translate("Report", "Rule"), width=220),
        Column(title=translate("Report", "Expected"), width=190, stretches=True),
        Column(title=translate("Report", "Actual"), width=130),
        Column(title=translate("Report", "n"), width=64, is_number=True),
    )


def rules_table(rows: Iterable[RuleRow], known: Known) -> Table:
    """Every rule; those that did not pass are open and say why and what to do."""
    return Table(columns=rule_columns(), nodes=tuple(_rule_node(row, known) for row in rows))


def rule_cells(row: RuleRow, leads_to: Target | None, id_leads_to: Target | None = None) -> tuple[Cell, ...]:
    """A rule's row: state, id, expected, actual, n."""
    # What it did to the verdict stands as a word: the colour alone would not say it to everybody.
    state = Cell(text=f"{row.state} · {row.effect_word}", tone=row.state.tone)
    return (
        state if row.is_open else mark_cell(row.state),
        Cell(
            text=row.id,
            is_strong=row.is_open,
            whole=translate("Report", "{rule}: a failure {effect}").format(rule=row.id, effect=row.severity),
            leads_to=id_leads_to,
        ),
        Cell(text=row.expected),
        Cell(text=row.actual, tone=row.state.tone if row.is_open else Tone.PLAIN, leads_to=leads_to),
        Cell(text=row.n, is_number=True, tone=Tone.MUTED),
    )


def figure_target(row: RuleRow, known: Known) -> Target | None:
    """Where the figure that was judged is: the one thing it is about, else the part that has it."""
    found = [each for each in row.evidence if known.link(each) is not None]
    exact = [each for each in found if each.kind is not Kind.SECTION]
    return next(iter((*exact, *found)), None)


def _rule_node(row: RuleRow, known: Known) -> Node:
    target = figure_target(row, known)
    said = [line(row.message)] if row.message else []
    facts = [translate("Report", "A failure {effect}").format(effect=row.severity), row.interval]
    said += [line(" · ".join(fact for fact in facts if fact), tone=Tone.MUTED)]
    said += [place_node(each, known) for each in row.places]
    if row.more_places:
        said.append(link_line("", row.more_places, target, tone=Tone.MUTED))
    said += (
        [link_line(translate("Report", "Evidence:") + " ", target_words(target), target, tone=Tone.MUTED)]
        if target
        else []
    )
    said += [line(row.quarantined, tone=Tone.PENDING)] if row.quarantined else []
    said += [
        line(translate("Report", "Remark: {text}").format(text=each), tone=Tone.MUTED) for each in row.remarks
    ]
    said += (
        [line(translate("Report", "Fix: {text}").format(text=row.fix), tone=Tone.MUTED)]
        if row.fix and row.is_open
        else []
    )
    said += [line(row.note, tone=Tone.PENDING)] if row.note else []
    links = [Link(each.name, each.target) for each in row.places if each.target]
    return Node(
        cells=rule_cells(row, target),
        children=tuple(said),
        is_open=row.is_open,
        anchor=row.target,
        links=tuple(each for each in links if known.link(each.target) is not None),
    )


def place_node(place: Place, known: Known) -> Node:
    """One thing that a rule says to look at."""
    said = " · ".join(part for part in (place.where, place.message) if part)
    target = known.link(place.target)
    return link_line(
        f"{place.mark.sign} ", place.name, target, f"  {said}" if said else "", tone=place.mark.tone
    )


def exceptions_table(rows: Iterable[ExceptionRow], known: Known) -> Table:
    """Waivers and the quarantine; below each that excused nothing, why."""
    columns = (
        Column(title=translate("Report", "State"), width=132, is_state=True),
        Column(title=translate("Report", "Exception"), width=240, stretches=True),
        Column(title=translate("Report", "For"), width=160),
        Column(title=translate("Report", "Owner"), width=110),
        Column(title=translate("Report", "Until"), width=150),
    )
    return Table(columns=columns, nodes=tuple(_exception(row, known) for row in rows))


def _exception(row: ExceptionRow, known: Known) -> Node:
    target = known.link(row.target)
    return Node(
        cells=(
            mark_cell(row.mark),
            Cell(text=f"{row.kind} {row.id}", whole=row.id, is_strong=not row.is_idle),
            Cell(text=row.about or "–", leads_to=target if row.about else None),
            Cell(text=row.owner or "–"),
            Cell(text=row.until or "–", tone=Tone.MUTED if row.is_idle else row.mark.tone),
        ),
        children=(
            # The id of a test seldom has room in the row.
            *((line(row.id, is_code=True, leads_to=target),) if row.is_test else ()),
            *((line(row.reason, tone=Tone.MUTED),) if row.reason else ()),
        ),
        is_open=(row.is_test or bool(row.reason)) and not row.is_idle,
    )


def checklist_table(found: Checklist, known: Known) -> Table:
    """The checklist as a whole, then item by item with its evidence."""
    columns = (
        Column(title=translate("Report", "Compliance"), width=150, is_state=True),
        Column(title=translate("Report", "Item"), width=220, stretches=True),
        Column(title=translate("Report", "The policy asks for"), width=180),
        Column(title=translate("Report", "The report has"), width=170),
    )
    whole = Node(
        cells=(
            Cell(
                text=translate("Report", "{mark}  All items: {summary}").format(
                    mark=found.mark, summary=found.summary
                ),
                tone=found.mark.tone,
                is_strong=True,
            ),
        ),
        spans=True,
    )
    by = line(found.judged_by.sentence, tone=Tone.MUTED)
    remarks = (line(each, tone=Tone.PENDING) for each in found.remarks)
    return Table(columns=columns, nodes=(whole, by, *remarks, *(_item(each, known) for each in found.items)))


def frameworks_table(found: Iterable[Framework]) -> Table:
    """For how many controls of each framework the report holds evidence; the Check place has each of them."""
    columns = (
        Column(title=translate("Report", "Framework"), width=150),
        Column(title=translate("Report", "Evidence"), width=380),
        Column(title=translate("Report", "Edition"), width=300, stretches=True),
    )
    nodes = (
        Node(
            cells=(
                Cell(text=each.title, is_strong=True),
                Cell(text=each.summary),
                Cell(text=each.edition, tone=Tone.MUTED, whole=each.origin),
            )
        )
        for each in found
    )
    return Table(columns=columns, nodes=tuple(nodes))


def _item(item: ChecklistItem, known: Known) -> Node:
    """The rule and the figure are one step away from what stands in their columns; more is in the menu."""
    targets = [each for each in item.evidence if known.link(each) is not None]
    rule = next((each for each in targets if each.kind is Kind.RULE), None)
    figure = next((each for each in targets if each.kind is not Kind.RULE), None)
    asked = item.expected or translate("Report", "no rule")
    return Node(
        cells=(
            mark_cell(item.mark),
            Cell(text=item.title),
            Cell(text=asked, tone=Tone.PLAIN if item.expected else Tone.MUTED, leads_to=rule),
            Cell(text=item.found, leads_to=figure),
        ),
        children=(line(item.why),),
        is_open=item.mark.tone is not Tone.GO,
        links=tuple(Link(target_words(each), each) for each in targets),
    )
