"""What decided, the key figures, and the files that all of it was read from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.item_models.cells import Cell, Column, Kind, Node, Table, Target, mark_cell
from aitr_desktop.item_models.section_tables.compliance import figure_target, rule_cells, rule_columns
from aitr_desktop.item_models.section_tables.rows import line, more_line
from aitr_desktop.translation import translate
from tsr_agent.models.decision import RuleEffect
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import visible
from tsr_agent.sections.wording import NO_DATA

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aitr_desktop.item_models.section_tables.known import Known
    from tsr_agent.sections.approval_history import ApprovalHistory
    from tsr_agent.sections.figures import KeyFigure
    from tsr_agent.sections.inputs import InputRow
    from tsr_agent.sections.rules import RuleRow

MOST_DECIDING = 10
"""Rules that decided and are shown at once; the rest is one step away."""


def deciding_table(rows: Sequence[RuleRow], history: ApprovalHistory, known: Known, *, is_go: bool) -> Table:
    """The rules that decided, those that block first; of a GO the warnings; and whose approval is missing."""
    wanted = [RuleEffect.BLOCKS, RuleEffect.NEEDS_REVIEW]
    if is_go or not any(row.effect in wanted for row in rows):
        wanted.append(RuleEffect.WARNS)
    deciding = [row for row in rows if row.effect in wanted]
    nodes = [_deciding(row, known) for row in deciding[:MOST_DECIDING]]
    left = len(deciding) - MOST_DECIDING
    nodes += more_line(left, translate("Report", "rules"), Target(Kind.SECTION, "compliance"))
    nodes += _people(history)
    return Table(columns=rule_columns(), nodes=tuple(nodes))


def _deciding(row: RuleRow, known: Known) -> Node:
    below = (line(row.message),) if row.message else ()
    cells = rule_cells(row, figure_target(row, known), known.link(row.target))
    return Node(cells=cells, children=below, is_open=True)


def _people(history: ApprovalHistory) -> tuple[Node, ...]:
    if history.standing is None or history.standing.tone in (Tone.MUTED, Tone.GO):
        return ()
    if history.standing.sign == "■":
        # Of a NO-GO the rules above say why.
        return ()
    target = Target(Kind.SECTION, "approvals")
    cells = (
        mark_cell(history.standing),
        Cell(text=translate("Report", "Approval"), is_strong=True, leads_to=target),
        Cell(text=history.asked),
        Cell(text=history.summary, tone=history.standing.tone),
        Cell(text=""),
    )
    said = " ".join(part for part in (history.asked, history.missing) if part)
    return (Node(cells=cells, children=(line(said),), is_open=True),)


def figures_table(figures: Iterable[KeyFigure], known: Known) -> Table:
    """Each figure with its sign; the figure itself leads to where the report has it in full."""
    columns = (
        Column(title=translate("Report", "State"), width=184, is_state=True),
        Column(title=translate("Report", "Figure"), width=280),
        Column(title=translate("Report", "Value"), width=300, stretches=True),
        Column(title=translate("Report", "n"), width=84, is_number=True),
    )
    nodes = (
        Node(
            cells=(
                mark_cell(row.mark),
                Cell(text=row.name),
                Cell(
                    text=row.value,
                    tone=Tone.MUTED if row.value == NO_DATA else Tone.PLAIN,
                    leads_to=known.link(row.leads_to),
                ),
                Cell(text=row.n, is_number=True, tone=Tone.MUTED),
            )
        )
        for row in figures
    )
    return Table(columns=columns, nodes=tuple(nodes))


def inputs_table(rows: Iterable[InputRow], known: Known) -> Table:
    """Every file that was handed in."""
    columns = (
        Column(title=translate("Report", "State"), width=112, is_state=True),
        Column(title=translate("Report", "File"), width=240, stretches=True),
        Column(title=translate("Report", "Size"), width=80, is_number=True),
        Column(title=translate("Report", "Reader"), width=190),
        Column(title=translate("Report", "Type"), width=110),
        Column(title=translate("Report", "SHA-256"), width=82),
    )
    nodes = (
        Node(
            cells=(
                mark_cell(row.mark),
                Cell(text=row.path, whole=visible(row.target.value)),
                Cell(text=row.size, is_number=True, tone=Tone.MUTED),
                Cell(text=row.reader or "–", tone=Tone.MUTED),
                Cell(
                    text=row.test_type or "–",
                    tone=Tone.MUTED,
                    leads_to=known.link(Target(Kind.TEST_TYPE, row.test_type)),
                ),
                Cell(text=row.sha256 or "–", whole=row.sha256_whole, is_code=True),
            ),
            children=(
                *((line(row.reason, tone=Tone.MUTED),) if row.reason else ()),
                *(line(each, tone=Tone.PENDING) for each in row.remarks),
            ),
            is_open=row.mark.tone is Tone.NO_GO,
            anchor=row.target,
        )
        for row in rows
    )
    return Table(columns=columns, nodes=tuple(nodes))
