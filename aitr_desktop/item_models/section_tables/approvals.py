"""What people said, in order, and what it comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.item_models.cells import Cell, Column, Node, Table, mark_cell
from aitr_desktop.item_models.section_tables.rows import fields_table, line, link_line, text_line
from tsr_agent.sections.fields import Field
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.wording import short_sha

if TYPE_CHECKING:
    from aitr_desktop.item_models.section_tables.known import Known
    from tsr_agent.sections.approval_history import ApprovalHistory, ApprovalRow

MOST_OPEN = 20
"""Documents that are open from the start; of more, only those that do not count."""


def standing_table(history: ApprovalHistory) -> Table:
    """Where the release stands with the people who decide about it."""
    standing = history.standing
    fields = [Field("Now", str(standing), tone=standing.tone)] if standing is not None else []
    fields.append(Field("The policy", history.asked.removeprefix("The policy asks: ")))
    fields += [Field("Missing", history.missing, tone=Tone.PENDING)] if history.missing else []
    if not history.rows:
        fields.append(Field("On record", "Nobody has said anything yet.", tone=Tone.MUTED))
    return fields_table(fields)


def approvals_table(history: ApprovalHistory, known: Known) -> Table:
    """Every document by its moment; what does not count says why."""
    columns = (
        Column(title="Said", width=120),
        Column(title="Who", width=200, stretches=True),
        Column(title="Role", width=140),
        Column(title="When", width=180),
        Column(title="Counts", width=110),
    )
    few = len(history.rows) <= MOST_OPEN
    return Table(columns=columns, nodes=tuple(_said(row, known, opens=few) for row in history.rows))


def _said(row: ApprovalRow, known: Known, *, opens: bool) -> Node:
    below = [line(row.why_not, tone=Tone.PENDING)] if row.why_not else []
    below += [text_line(row.note)] if row.note else []
    if row.revokes:
        below.append(link_line("Withdraws ", row.revokes, known.link(row.withdraws)))
    below.append(line(f"For {row.environment} · {row.id}", tone=Tone.MUTED))
    for what, digest, told in row.bound:
        tone = Tone.MUTED if told == "the one on record" else Tone.PENDING
        below.append(
            line(f"Bound to {what} {short_sha(digest)}, {told}", tone=tone, whole=f"{what} {digest}")
        )
    counts = Cell(text="✓ counts", tone=Tone.GO) if row.counts else Cell(text="– does not", tone=Tone.PENDING)
    return Node(
        cells=(
            mark_cell(row.action),
            Cell(text=row.who, is_strong=True),
            Cell(text=row.role, tone=Tone.MUTED),
            Cell(text=row.when.local, whole=row.when.utc),
            counts,
        ),
        children=tuple(below),
        is_open=opens or not row.counts,
        anchor=row.target,
    )
