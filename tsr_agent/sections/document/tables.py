"""What a document is made of: sections, tables, rows and cells as plain data.

Whoever writes a document into a format walks the same list, so that no two formats can say different
things. Rows are made while they are walked: a table of 50,000 tests never stands in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec

from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.targets import Target
from tsr_agent.sections.wording import NO_DATA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tsr_agent.sections.fields import Field


class Cell(msgspec.Struct, frozen=True, gc=False):
    """One value of a row."""

    text: str
    tone: Tone = Tone.PLAIN
    is_strong: bool = False
    is_code: bool = False
    """SHAs, digests, ids and paths: drawn in the monospaced font."""
    whole: str = ""
    """The value in full where ``text`` is shortened, as a digest is."""
    target: Target | None = None
    """What it leads to, where the document has it."""


class Note(msgspec.Struct, frozen=True, gc=False):
    """A line that belongs to a row and takes the whole width below it."""

    text: str
    tone: Tone = Tone.PLAIN
    is_code: bool = False
    """Lines as a tool wrote them."""
    target: Target | None = None


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row: a cell for each column, then what is said below it."""

    cells: tuple[Cell, ...]
    notes: tuple[Note, ...] = ()
    anchor: Target | None = None
    """What the row is about, so that something elsewhere can lead to it."""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column."""

    title: str
    share: float
    """Of the table's width, in proportion to the other columns."""
    is_number: bool = False
    """Aligned at the right."""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One table."""

    key: str
    """Lasting name within its section."""
    caption: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterable[Row]]
    """Makes the rows anew at each call."""
    size: int
    """How many rows there are."""
    remark: str = ""
    """What a reader has to know of the whole table, such as how many rows were left out."""
    is_plain: bool = False
    """Labels and values without a line of titles."""
    names: Callable[[], Iterable[str]] | None = None
    """Where rows say nothing but a name each, and the remark the rest: the names, for whoever sets them in
    lines one behind the other."""
    is_part: bool = False
    """Worth an entry of its own among a reader's bookmarks."""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A heading with its tables."""

    key: str
    """Lasting name, the same as on screen."""
    title: str
    summary: str = ""
    tables: tuple[Table, ...] = ()
    nothing: str = ""
    """What is said where there is no table."""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """Sections in reading order."""

    title: str
    subject: str
    """What it is about, in a line."""
    sections: tuple[Section, ...]

    @property
    def size(self) -> int:
        """Rows of all tables together."""
        return sum(table.size for section in self.sections for table in section.tables)

    def tables(self) -> Iterator[tuple[Section, Table]]:
        """Every table with its section, in reading order."""
        for section in self.sections:
            for table in section.tables:
                yield section, table


def section(key: str, title: str, *tables: Table, summary: str = "", nothing: str = "") -> Section:
    """A section with those of the tables that have rows; without any it says why there is nothing."""
    kept = tuple(table for table in tables if table.size)
    said, idle = (summary, "") if kept else ("", nothing)
    return Section(key=key, title=title, summary=said, tables=kept, nothing=idle)


def mark_cell(mark: Mark) -> Cell:
    """A state as sign and word in its tone."""
    return Cell(str(mark), mark.tone)


def value_cell(text: str) -> Cell:
    """A measured value; no data is muted."""
    return Cell(text, Tone.MUTED if text in (NO_DATA, "", "–") else Tone.PLAIN)


def count_cell(text: str, tone: Tone = Tone.PLAIN) -> Cell:
    """A count in a tone; nought is muted."""
    return Cell(text, Tone.MUTED if text == "0" else tone)


def fields_table(key: str, caption: str, fields: Iterable[Field]) -> Table:
    """Labelled values in two columns."""
    kept = tuple(fields)
    return Table(
        key=key,
        caption=caption,
        columns=(Column(title="Name", share=24), Column(title="Value", share=76)),
        rows=lambda: map(_field_row, kept),
        size=len(kept),
        is_plain=True,
    )


def _field_row(field: Field) -> Row:
    return Row(
        (
            Cell(field.label, Tone.MUTED),
            Cell(field.value, field.tone, is_code=field.is_code, whole=field.whole, target=field.target),
        )
    )
