"""What is known of the lines of a file, a row each: from the report, and what people noted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aitr_desktop.code.line_marks import LineMark, MarkKind
from aitr_desktop.translation import translate
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import moment, short_sha

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.code.report_marks import FileMarks
    from aitr_desktop.library.code_notes import FileNotes
    from tsr_agent.models.code_note import AuthorSource
    from tsr_agent.store.code_notes import KeptNote

_ORDER = {kind: place for place, kind in enumerate(MarkKind)}
MAX_WORDS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRow:
    """One row."""

    mark: LineMark
    where: str
    """``12``, ``12–14``, or why it is no line here."""
    goes_to: int
    """The line that it leads to; 0 where it has none in this file."""
    state: str = ""
    """What else is to be said of it in a word or two: withdrawn, on other content."""
    note: KeptNote | None = None

    @property
    def is_struck(self) -> bool:
        """Whether it no longer stands."""
        return self.note is not None and self.note.withdrawal is not None

    @property
    def whole(self) -> str:
        """All of it on several lines, to be read."""
        if self.note is not None:
            return _note_facts(self.note)
        return "\n".join((f"{self.kind_words} · {self.where}", "", self.mark.words))

    @property
    def kind_words(self) -> str:
        """Sign, word and state."""
        word = f"{self.mark.kind.sign} {kind_word(self.mark.kind)}"
        return f"{word}, {self.state}" if self.state else word


def _note_facts(kept: KeptNote) -> str:
    """A note in full: whose it is, when and where it was written, its words, and whether it stands."""
    note, gone = kept.note, kept.withdrawal
    lines = [
        translate("Marks", "{who}, {when}").format(
            who=source_words(note.written_by, note.author_source), when=moment(note.written_at).local
        ),
        translate("Marks", "Lines {lines} at commit {sha}, for report {report}").format(
            lines=lines_words(note.first, note.last), sha=short_sha(note.commit), report=note.report_id
        ),
    ]
    if gone is not None:
        lines.append(
            translate("Marks", "Withdrawn by {who}, {when}").format(
                who=source_words(gone.withdrawn_by, gone.author_source), when=moment(gone.withdrawn_at).local
            )
        )
    return "\n".join((note.text, "", *lines))


def source_words(name: str, source: AuthorSource) -> str:
    """A person, and how it is known who that is."""
    known = {
        "server": translate("Marks", "{who} (named by the server)"),
        "account": translate("Marks", "{who} (account of a machine)"),
    }
    return known[source.value].format(who=one_line(name, 100))


@dataclass(frozen=True, slots=True)
class ListedMarks:
    """The rows of a file with what is asked of all of them, made on a worker thread: there may be 100,000."""

    rows: tuple[MarkRow, ...] = ()
    counts: tuple[tuple[MarkKind, int], ...] = ()
    """How many rows there are of each kind that there is, heaviest first."""
    lines: tuple[int, ...] = ()
    """The lines of this file that are marked; withdrawn notes mark none."""


NO_MARKS = ListedMarks()


def kind_word(kind: MarkKind) -> str:
    """What a kind is called."""
    words = {
        MarkKind.FAILED_TEST: translate("Marks", "Failed test"),
        MarkKind.FINDING_ERROR: translate("Marks", "Finding, error"),
        MarkKind.FINDING_WARNING: translate("Marks", "Finding, warning"),
        MarkKind.NOTE: translate("Marks", "Audit note"),
        MarkKind.FINDING_NOTE: translate("Marks", "Finding, note"),
        MarkKind.FLAKY_TEST: translate("Marks", "Flaky test"),
        MarkKind.SKIPPED_TEST: translate("Marks", "Skipped test"),
        MarkKind.UNCOVERED: translate("Marks", "Not covered"),
    }
    return words[kind]


def mark_rows(marks: FileMarks, notes: FileNotes, total: int) -> tuple[MarkRow, ...]:
    """Everything known of a file: first what is of no line of it, then by line, the heaviest first.

    Args:
        marks: What the report says.
        notes: What people noted.
        total: Lines that the file has.
    """
    rows = [
        MarkRow(mark=each, where=translate("Marks", "file"), goes_to=0, state=translate("Marks", "no line"))
        for each in marks.whole_file
    ]
    rows += [_note_row(each, total, is_here=False) for each in notes.elsewhere]
    placed = [_row(each, total) for each in marks.marks]
    placed += [_note_row(each, total, is_here=True) for each in notes.here]
    placed.sort(key=lambda row: (row.mark.first, _ORDER[row.mark.kind]))
    return (*rows, *placed)


def gutter_marks(rows: Sequence[MarkRow]) -> tuple[LineMark, ...]:
    """What is drawn beside the lines: all that stands and has lines here."""
    return tuple(row.mark for row in rows if row.goes_to and not row.is_struck)


def listed_marks(rows: Sequence[MarkRow]) -> ListedMarks:
    """The rows with their counts and lines."""
    counts: dict[MarkKind, int] = {}
    for row in rows:
        counts[row.mark.kind] = counts.get(row.mark.kind, 0) + 1
    ordered = sorted(counts.items(), key=lambda each: _ORDER[each[0]])
    lines = sorted({row.goes_to for row in rows if row.goes_to and not row.is_struck})
    return ListedMarks(tuple(rows), tuple(ordered), tuple(lines))


def lines_words(first: int, last: int) -> str:
    """``12`` or ``12–14``."""
    return f"{first:,}" if first == last else f"{first:,}–{last:,}"


def note_words(kept: KeptNote) -> str:
    """Who noted what; of a withdrawn one who withdrew it."""
    note, gone = kept.note, kept.withdrawal
    said = f"{one_line(note.written_by, 100)}: {one_line(note.text, MAX_WORDS)}"
    if gone is None:
        return said
    by = translate("Marks", "withdrawn by {who}").format(who=one_line(gone.withdrawn_by, 100))
    return f"{said} ({by})"


def _row(mark: LineMark, total: int) -> MarkRow:
    where = lines_words(mark.first, mark.last)
    if mark.first > total:
        return MarkRow(mark=mark, where=where, goes_to=0, state=translate("Marks", "behind the end"))
    return MarkRow(mark=mark, where=where, goes_to=mark.first)


def _note_row(kept: KeptNote, total: int, *, is_here: bool) -> MarkRow:
    note = kept.note
    mark = LineMark(kind=MarkKind.NOTE, first=note.first, last=note.last, words=note_words(kept))
    row = replace(_row(mark, total), note=kept)
    if not is_here:
        row = replace(row, goes_to=0, state=translate("Marks", "on other content"))
    if kept.withdrawal is not None:
        row = replace(row, state=", ".join(filter(None, (translate("Marks", "withdrawn"), row.state))))
    return row
