"""The sections of a document, one below the other, with their bookmarks."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from tsr_agent.pdf import palette
from tsr_agent.pdf.cover import section_target
from tsr_agent.pdf.table_rows import TableRows
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tsr_agent.pdf.flow import Flow
    from tsr_agent.sections.document.tables import Document, Section, Table
    from tsr_agent.sections.targets import Target

STEP = 64
"""Rows after which somebody is told, and asked whether to go on."""
MOST_ANCHORED = 2_000
"""Rows of a table up to which something can lead to one of them."""


FEW = 4
"""Rows of a table that stay together where they are no more than a quarter of a page."""


_CAPTION = 30.0
"""Height of a caption with the room around it."""


class CancelledError(Exception):
    """Nobody wants the file any more."""


class Body:
    """Draws documents.

    Args:
        flow: Where to.
        total: Rows of all documents.
        progress: Is told how many of how many rows are done.
        is_cancelled: Is asked whether anybody still wants it.
    """

    def __init__(
        self,
        flow: Flow,
        total: int,
        progress: Callable[[int, int], None] | None,
        is_cancelled: Callable[[], bool] | None,
    ) -> None:
        self._flow = flow
        self._total = total
        self._done = 0
        self._progress = progress
        self._is_cancelled = is_cancelled

    def draw(self, document: Document, *, is_first: bool = True) -> None:
        """Draws all sections of a document.

        Args:
            document: Which.
            is_first: Whether it leads the file; the bookmarks of any other stand below its first section's.

        Raises:
            CancelledError: Somebody asked for it.
        """
        for place, section in enumerate(document.sections):
            self._section(section, 1 if is_first or place == 0 else 2)

    def _section(self, section: Section, depth: int) -> None:
        flow, sheets = self._flow, self._flow.sheets
        said = section.summary or section.nothing
        first = 0.0
        if section.tables:
            table = section.tables[0]
            first = _beginning(TableRows(sheets, table), table, sheets.whole) + _CAPTION
        sheets.structure.open(b"Sect")
        follows = (flow.height(said, palette.TEXT) if said else 0.0) + first
        flow.heading(section.title, 1, follows=follows, target=section_target(section), depth=depth)
        if said:
            flow.paragraph(said, colour=palette.TONES[Tone.MUTED])
        for table in section.tables:
            self._table(table, depth + 1, is_named=table.caption != section.title)
        sheets.structure.close()

    def _table(self, table: Table, depth: int, *, is_named: bool) -> None:
        flow = self._flow
        rows = TableRows(flow.sheets, table)
        remark = flow.height(table.remark, palette.BODY) if table.remark else 0.0
        height = _beginning(rows, table, flow.sheets.whole)
        if is_named:
            flow.heading(table.caption, 2, follows=height + remark, depth=depth)
        if table.remark:
            flow.paragraph(table.remark, size=palette.BODY, colour=palette.TONES[Tone.MUTED])
            flow.sheets.y -= 2
        if table.names is not None:
            self._names(table.names())
            return
        rows.begin()
        for row in table.rows():
            rows.put(row)
            self._did()
        rows.end()

    def _names(self, names: Iterable[str]) -> None:
        """Sets names in lines, none of them broken where it fits on one."""
        face, room = self._flow.sheets.faces.plain, self._flow.sheets.width * 1000 / palette.BODY
        line = ""
        for name in names:
            longer = f"{line} · {name}" if line else name
            if line and face.width(face.printable(f"{longer} ·")) > room:
                self._flow.paragraph(f"{line} ·", size=palette.BODY)
                longer = name
            line = longer
            self._did()
        self._flow.paragraph(line, size=palette.BODY)

    def _did(self) -> None:
        self._done += 1
        if self._done % STEP == 0:
            self._tell()

    def _tell(self) -> None:
        if self._is_cancelled is not None and self._is_cancelled():
            raise CancelledError
        if self._progress is not None:
            self._progress(self._done, self._total)

    def finish(self) -> None:
        """Tells that all rows are done."""
        self._done = self._total
        self._tell()


def _beginning(rows: TableRows, table: Table, page: float) -> float:
    """Height of what stays with a table's caption: a short table whole, of any other the first row."""
    if table.size <= FEW:
        whole = rows.height(table.rows())
        if whole <= page / 4:
            return whole
    return min(rows.height(islice(table.rows(), 1)), page / 2)


def anchors(documents: Iterable[Document]) -> frozenset[Target]:
    """Everything that a link can lead to: sections, and rows of tables that are not very long."""
    found: set[Target] = set()
    for document in documents:
        found.update(section_target(each) for each in document.sections)
        for _, table in document.tables():
            if table.size <= MOST_ANCHORED:
                found.update(row.anchor for row in table.rows() if row.anchor is not None)
    return frozenset(found)
