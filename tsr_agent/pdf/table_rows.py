"""Tables: titles on each page, rows that are never split, what belongs to a row below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.pdf import palette
from tsr_agent.pdf.line_breaks import lines_of
from tsr_agent.pdf.line_rows import SIZE, LineRows, Place
from tsr_agent.pdf.sheets import OVERHANG, Words
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tsr_agent.pdf.faces import Face
    from tsr_agent.pdf.sheets import Sheets
    from tsr_agent.sections.document.tables import Cell, Column, Note, Row, Table

LEADING = SIZE * palette.LEADING
PADDING = 2.3
GAP = 11.0
"""Between columns."""
CROWDED = 9
"""Columns from which they stand closer together."""
BEFORE_NOTES = 1.5
NARROW = 0.23
"""Share of the width up to which a first column stays free beside what is said below a row."""
INDENT = 12.0
CONTINUED = "(row continued)"
_BASE = SIZE * 0.95


@dataclass(slots=True)
class _Piece:
    """Texts that stand side by side: the cells of a row, or one note over the whole width."""

    cells: Sequence[tuple[Place, list[str], Cell | Note, Face]]
    lines: int
    spans: int = 1


class TableRows:
    """Draws the rows of one table.

    Args:
        sheets: The pages.
        table: What is drawn.
    """

    def __init__(self, sheets: Sheets, table: Table) -> None:
        self._sheets = sheets
        self._table = table
        self._faces = sheets.faces
        self._columns = _places(table.columns, sheets)
        self._note = _note_place(self._columns, sheets)
        self._spans = b"/A<</O/Table/ColSpan %d>>" % len(table.columns)
        self._titles = self._titled(table.columns)
        self._lines = LineRows(sheets.faces, self._columns)
        self._is_begun = False

    @property
    def _titles_height(self) -> float:
        if self._table.is_plain:
            return 0.0
        return max(len(lines) for lines in self._titles) * LEADING + 2 * PADDING

    def height(self, rows: Iterable[Row]) -> float:
        """How high the titles and some rows are together."""
        return self._titles_height + sum(_height(self._pieces(row)) for row in rows)

    def begin(self) -> None:
        """Draws the titles for the first time."""
        self._sheets.structure.open(b"Table")
        self._draw_titles(is_first=True)

    def end(self) -> None:
        """Draws the line below the last row."""
        self._sheets.structure.close()
        self._sheets.y -= 4.0

    def put(self, row: Row) -> None:
        """Draws a row: whole on this page, or whole on the next one, or else piece by piece."""
        is_first, self._is_begun = not self._is_begun, True
        if not row.notes and self._put_line(row):
            return
        pieces = self._pieces(row)
        height = _height(pieces)
        sheets = self._sheets
        # Titles with nothing below them look like a table that has nothing: the first row stays with them.
        is_movable = height <= sheets.whole - self._titles_height and not is_first
        is_movable = is_movable or sheets.room < sheets.whole * 0.3
        if height > sheets.room and is_movable:
            self._next_page()
        sheets.anchor(row.anchor)
        if height > sheets.room:
            self._put_long(pieces)
            return
        sheets.y -= PADDING
        for place, piece in enumerate(pieces):
            sheets.y -= BEFORE_NOTES if place == 1 else 0.0
            self._draw(piece)
        sheets.y -= PADDING
        self._sheets.rule()

    def _put_line(self, row: Row) -> bool:
        """Draws a row of one line without links, as most of a long table are; says whether it was one."""
        sheets = self._sheets
        if sheets.room < LEADING + 2 * PADDING:
            return False
        drawn = self._lines.drawn(row.cells, sheets.next_mark, sheets.y - PADDING - _BASE)
        if drawn is None:
            return False
        sheets.anchor(row.anchor)
        sheets.row(drawn, len(row.cells))
        sheets.y -= LEADING + 2 * PADDING
        sheets.rule()
        return True

    def _put_long(self, pieces: list[_Piece]) -> None:
        """A row that is taller than a page: as many lines as fit, and the rest on the next."""
        sheets = self._sheets
        sheets.y -= PADDING
        for piece in pieces:
            while piece.lines:
                fitting = int((sheets.room - PADDING) / LEADING)
                if fitting < 1:
                    self._next_page(is_inside=True)
                    continue
                shown, piece = _split(piece, fitting)  # noqa: PLW2901 - the rest is what is left to draw
                self._draw(shown)
        sheets.y -= PADDING
        self._sheets.rule()

    def _next_page(self, *, is_inside: bool = False) -> None:
        self._sheets.begin_page()
        self._draw_titles(is_first=False)
        if is_inside:
            base = self._sheets.y - PADDING - _BASE
            placed = ((self._note.left, base, CONTINUED),)
            muted = palette.TONES[Tone.MUTED]
            self._sheets.artifact(Words(placed, self._faces.plain, SIZE, muted))
            self._sheets.y -= PADDING + LEADING

    def _pieces(self, row: Row) -> list[_Piece]:
        return [self._cells(row), *map(self._noted, row.notes)]

    def _cells(self, row: Row) -> _Piece:
        found, most = [], 1
        for place, cell in zip(self._columns, row.cells, strict=True):
            face = self._face(cell)
            # A digest is printed in full: nobody can copy the rest of it from paper.
            lines = lines_of(face, cell.whole if cell.is_code and cell.whole else cell.text, place.room)
            most = max(most, len(lines))
            found.append((place, lines, cell, face))
        return _Piece(found, most)

    def _noted(self, note: Note) -> _Piece:
        face = self._faces.code if note.is_code else self._faces.plain
        lines = lines_of(face, note.text, self._note.room)
        return _Piece([(self._note, lines, note, face)], len(lines), len(self._columns))

    def _face(self, cell: Cell) -> Face:
        if cell.is_code:
            return self._faces.code
        return self._faces.strong if cell.is_strong else self._faces.plain

    def _draw(self, piece: _Piece) -> None:
        sheets = self._sheets
        entries = self._spans if piece.spans > 1 else b""
        base = sheets.y - _BASE
        sheets.structure.open(b"TR")
        for place, lines, cell, face in piece.cells:
            if not lines or (not lines[0] and len(lines) == 1):
                sheets.structure.empty(b"TD", entries)
                continue
            colour = palette.TONES[cell.tone]
            # What a tone says is worth more than that something is a link.
            if cell.tone is Tone.PLAIN and sheets.is_known(cell.target):
                colour = palette.LINK
            words = Words(_placed(place, lines, face, base), face, SIZE, colour)
            sheets.text(b"TD", words, target=cell.target, entries=entries)
        sheets.structure.close()
        sheets.y -= piece.lines * LEADING

    def _titled(self, columns: tuple[Column, ...]) -> list[list[str]]:
        return [
            lines_of(self._faces.strong, column.title, place.room)
            for column, place in zip(columns, self._columns, strict=True)
        ]

    def _draw_titles(self, *, is_first: bool) -> None:
        sheets = self._sheets
        if self._table.is_plain:
            if is_first:
                self._sheets.rule()
            return
        height = self._titles_height
        sheets.box(
            palette.GROUND, sheets.left - OVERHANG, sheets.y - height, sheets.width + 2 * OVERHANG, height
        )
        sheets.y -= PADDING
        base = sheets.y - _BASE
        if is_first:
            sheets.structure.open(b"TR")
        for place, lines in zip(self._columns, self._titles, strict=True):
            placed = _placed(place, lines, self._faces.strong, base)
            words = Words(placed, self._faces.strong, SIZE, palette.TONES[Tone.MUTED])
            if is_first:
                sheets.text(b"TH", words, entries=b"/A<</O/Table/Scope/Column>>")
            else:
                sheets.artifact(words)
        if is_first:
            sheets.structure.close()
        sheets.y -= height - PADDING


def _places(columns: tuple[Column, ...], sheets: Sheets) -> tuple[Place, ...]:
    """Columns by their shares of the width, but none narrower than a word of its title."""
    gap = GAP if len(columns) < CROWDED else GAP / 2
    room = sheets.width - gap * (len(columns) - 1)
    face = sheets.faces.strong
    least = [
        max((face.width(face.printable(word)) * SIZE / 1000 + 0.5 for word in each.title.split()), default=0)
        for each in columns
    ]
    total = sum(each.share for each in columns)
    widths = [room * each.share / total for each in columns]
    lacking = sum(max(0.0, low - width) for low, width in zip(least, widths, strict=True))
    spare = sum(max(0.0, width - low) for low, width in zip(least, widths, strict=True))
    if spare > lacking > 0:
        kept = 1 - lacking / spare
        widths = [low + max(0.0, width - low) * kept for low, width in zip(least, widths, strict=True)]
    left, found = sheets.left, []
    for column, wide in zip(columns, widths, strict=True):
        found.append(Place(left, left + wide, wide * 1000 / SIZE, column.is_number, b"%.2f" % left))
        left += wide + gap
    return tuple(found)


def _note_place(columns: tuple[Place, ...], sheets: Sheets) -> Place:
    """Beside a narrow first column, so that what a row is called stands out; else a little indented."""
    is_narrow = len(columns) > 1 and columns[1].left - sheets.left <= sheets.width * (NARROW + 0.02)
    left = columns[1].left if is_narrow and not columns[1].is_number else sheets.left + INDENT
    return Place(left, sheets.right, (sheets.right - left) * 1000 / SIZE, is_number=False, at=b"%.2f" % left)


def _height(pieces: list[_Piece]) -> float:
    notes = BEFORE_NOTES if len(pieces) > 1 else 0.0
    return sum(piece.lines for piece in pieces) * LEADING + 2 * PADDING + notes


def _placed(place: Place, lines: list[str], face: Face, base: float) -> tuple[tuple[float, float, str], ...]:
    if not place.is_number:
        return tuple((place.left, base - LEADING * number, line) for number, line in enumerate(lines))
    return tuple(
        (place.right - face.width(line) * SIZE / 1000, base - LEADING * number, line)
        for number, line in enumerate(lines)
    )


def _split(piece: _Piece, lines: int) -> tuple[_Piece, _Piece]:
    shown = [(place, texts[:lines], cell, face) for place, texts, cell, face in piece.cells]
    rest = [(place, texts[lines:], cell, face) for place, texts, cell, face in piece.cells]
    return (
        _Piece(shown, min(lines, piece.lines), piece.spans),
        _Piece(rest, max(0, piece.lines - lines), piece.spans),
    )
