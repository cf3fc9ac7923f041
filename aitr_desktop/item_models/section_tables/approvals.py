"""What people said, in order, and what it comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.item_models.approval_words import noun
from aitr_desktop.item_models.cells import Cell, Column, Node, Table
from aitr_desktop.item_models.section_tables.rows import block, fields_table, line, link_line, text_line
from aitr_desktop.library.approving import Whereabouts
from aitr_desktop.translation import translate
from tsr_agent.sections.approval_history import SAME
from tsr_agent.sections.fields import Field
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line, visible
from tsr_agent.sections.wording import moment, short_sha

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.item_models.section_tables.known import Known
    from aitr_desktop.library.approving import SaidHere
    from tsr_agent.sections.approval_history import ApprovalHistory, ApprovalRow

MOST_OPEN = 20
"""Documents that are open from the start; of more, only those that do not count."""
MOST_LINES = 10
"""Lines of a note that are drawn as rows; a longer one is a block."""


def standing_table(history: ApprovalHistory) -> Table:
    """Where the release stands with the people who decide about it."""
    standing = history.standing
    fields = (
        [Field(translate("Report", "Now"), str(standing), tone=standing.tone)] if standing is not None else []
    )
    fields.append(Field(translate("Report", "The policy"), history.asked.removeprefix("The policy asks: ")))
    fields += (
        [Field(translate("Report", "Missing"), history.missing, tone=Tone.PENDING)] if history.missing else []
    )
    if not history.rows:
        fields.append(
            Field(
                translate("Report", "On record"),
                translate("Report", "Nobody has said anything yet."),
                tone=Tone.MUTED,
            )
        )
    return fields_table(fields)


def said_here_table(said: Sequence[SaidHere]) -> Table:
    """What was said here and is not on record: it waits, was refused, or is yet to be synchronised."""
    columns = (
        Column(title=translate("Report", "Where"), width=180, is_state=True),
        Column(title=translate("Report", "What"), width=120),
        Column(title=translate("Report", "Who"), width=200, stretches=True),
        Column(title=translate("Report", "Since"), width=180),
        Column(title=translate("Report", "Counts"), width=110, is_state=True),
    )
    return Table(columns=columns, nodes=tuple(_said_here(each) for each in said))


def _said_here(said: SaidHere) -> Node:
    where = {
        Whereabouts.WAITS: (translate("Report", "▲ waits to be sent"), Tone.PENDING),
        Whereabouts.REFUSED: (translate("Report", "✕ refused"), Tone.NO_GO),
        Whereabouts.RECORDED: (translate("Report", "▲ at the server"), Tone.PENDING),
    }
    words, tone = where[said.where]
    when = moment(said.since)
    below = [text_line(each, tone=tone) for each in (visible(said.outcome), visible(said.next_step)) if each]
    below += _note(visible(said.note.strip()))
    below.append(line(one_line(" · ".join(filter(None, (said.server, said.id))), 300), tone=Tone.MUTED))
    return Node(
        cells=(
            Cell(text=words, tone=tone),
            Cell(text=noun(said.action)),
            Cell(text=one_line(said.by, 200), is_strong=True),
            Cell(text=when.local, whole=when.utc),
            Cell(text=translate("Report", "– does not"), tone=Tone.PENDING),
        ),
        children=tuple(below),
        is_open=True,
    )


def approvals_table(history: ApprovalHistory, known: Known) -> Table:
    """Every document by its moment; what does not count says why."""
    columns = (
        Column(title=translate("Report", "Said"), width=120, is_state=True),
        Column(title=translate("Report", "Who"), width=200, stretches=True),
        Column(title=translate("Report", "Role"), width=140),
        Column(title=translate("Report", "When"), width=180),
        Column(title=translate("Report", "Counts"), width=110, is_state=True),
    )
    few = len(history.rows) <= MOST_OPEN
    return Table(columns=columns, nodes=tuple(_said(row, known, opens=few) for row in history.rows))


def _said(row: ApprovalRow, known: Known, *, opens: bool) -> Node:
    below = [line(row.why_not, tone=Tone.PENDING)] if row.why_not else []
    below += _note(row.note)
    if row.revokes:
        below.append(
            link_line(translate("Report", "Withdraws") + " ", row.revokes, known.link(row.withdraws))
        )
    below.append(
        line(
            translate("Report", "For {environment} · {id}").format(environment=row.environment, id=row.id),
            tone=Tone.MUTED,
        )
    )
    below += _bound(row)
    counts = (
        Cell(text=translate("Report", "✓ counts"), tone=Tone.GO)
        if row.counts
        else Cell(text=translate("Report", "– does not"), tone=Tone.PENDING)
    )
    return Node(
        cells=(
            # What does nothing is not drawn in the colour of what it would have done.
            Cell(text=str(row.action), tone=row.action.tone if row.counts else Tone.MUTED),
            Cell(text=row.who, is_strong=True),
            Cell(text=row.role, tone=Tone.MUTED),
            Cell(text=row.when.local, whole=row.when.utc),
            counts,
        ),
        children=tuple(below),
        is_open=opens or not row.counts,
        anchor=row.target,
    )


def _note(note: str) -> list[Node]:
    lines = note.split("\n", MOST_LINES) if note else []
    return [text_line(each) for each in lines] if len(lines) <= MOST_LINES else [block(note)]


def _bound(row: ApprovalRow) -> list[Node]:
    """What it is bound to, in one line where all of it is what is on record."""
    whole = "\n".join(f"{what} {digest}" for what, digest, _ in row.bound)
    same = [f"{what} {short_sha(digest)}" for what, digest, told in row.bound if told == SAME]
    found = [line(f"Bound to {', '.join(same)}, as on record", tone=Tone.MUTED, whole=whole)] if same else []
    return found + [
        line(f"Bound to {what} {short_sha(digest)}, {told}", tone=Tone.PENDING, whole=f"{what} {digest}")
        for what, digest, told in row.bound
        if told != SAME
    ]
