"""What people noted on the code of a report. It decides nothing, and no export has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.item_models.cells import Cell, Column, Node, Table
from aitr_desktop.item_models.mark_rows import lines_words, source_words
from aitr_desktop.item_models.report_search import folded
from aitr_desktop.item_models.section_tables.rows import grouped, line, text_line
from aitr_desktop.translation import translate
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line, visible
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import moment, short_sha

if TYPE_CHECKING:
    from aitr_desktop.library.code_notes import ReportNotes
    from tsr_agent.store.code_notes import KeptNote


def notes_table(notes: ReportNotes) -> Table:
    """Every note for a report, those that stand first; each leads to its lines."""
    columns = (
        Column(title=translate("Report", "Note"), width=120, is_state=True),
        Column(title=translate("Report", "Lines"), width=280),
        Column(title=translate("Report", "What is noted"), width=300, stretches=True),
        Column(title=translate("Report", "Who"), width=140),
        Column(title=translate("Report", "When"), width=170),
    )
    if notes.problem:
        problem = translate("Report", "The notes can't be shown: {why}").format(why=notes.problem)
        return Table(columns=columns, nodes=(line(problem, tone=Tone.PENDING),))
    ordered = sorted(notes.kept, key=lambda each: each.withdrawal is not None)
    return Table(columns=columns, nodes=grouped(ordered, _node, _holds))


def note_target(kept: KeptNote) -> Target:
    """The lines at the commit that the note was written at."""
    return Target(Kind.LINE, f"{kept.note.path}:{kept.note.first}", kept.note.commit)


def _node(kept: KeptNote) -> Node:
    note, gone = kept.note, kept.withdrawal
    when = moment(note.written_at)
    state = (
        Cell(text=translate("Report", "✎ stands"))
        if gone is None
        else Cell(text=translate("Report", "– withdrawn"), tone=Tone.MUTED)
    )
    where = f"{one_line(note.path, 300)}:{lines_words(note.first, note.last)}"
    cells = (
        state,
        Cell(text=where, whole=visible(note.path), leads_to=note_target(kept)),
        Cell(text=one_line(note.text), whole=note.text, is_struck=gone is not None),
        Cell(text=one_line(note.written_by, 100), whole=source_words(note.written_by, note.author_source)),
        Cell(text=when.local, whole=when.utc, tone=Tone.MUTED),
    )
    return Node(cells=cells, children=tuple(_below(kept)))


def _below(kept: KeptNote) -> list[Node]:
    note, gone = kept.note, kept.withdrawal
    below = [text_line(visible(note.text))]
    below.append(
        line(
            translate("Report", "Written by {who} at commit {sha}").format(
                who=source_words(note.written_by, note.author_source), sha=short_sha(note.commit)
            ),
            tone=Tone.MUTED,
        )
    )
    if gone is not None:
        words = translate("Report", "Withdrawn by {who}, {when}").format(
            who=source_words(gone.withdrawn_by, gone.author_source), when=moment(gone.withdrawn_at).local
        )
        below.append(line(words, tone=Tone.PENDING))
    return below


def _holds(kept: KeptNote, wanted: str) -> bool:
    texts = (kept.note.text, kept.note.path, kept.note.written_by)
    return any(wanted in folded(text) for text in texts)
