"""Rows of one line each, as nearly all rows of a long table are: drawn in one go, without layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.pdf import palette
from tsr_agent.pdf.pdf_file import escaped
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.pdf.faces import Face, Faces
    from tsr_agent.sections.document.tables import Cell

SIZE = palette.BODY
_COLOURS = {tone.value: colour for tone, colour in palette.TONES.items()}
_SHORT, _KEPT = 24, 4_096
"""Characters up to which what draws a text is kept, and how many texts are."""
_CELL = b"/TD<</MCID %d>>BDC 1 0 0 1 %b %b Tm%b%bEMC\n"


class Place(msgspec.Struct, frozen=True):
    """A column on the page."""

    left: float
    right: float
    room: float
    """Width in thousandths of the type's size."""
    is_number: bool
    at: bytes
    """``left`` as it stands on a page."""


class _Said(msgspec.Struct, frozen=True, gc=False):
    """A text, ready to be drawn."""

    tone: Tone
    is_strong: bool
    style: bytes
    """Colour and font; equal ones are one object."""
    shown: bytes
    width: int


class LineRows:
    """Draws rows of one line.

    Args:
        faces: What texts are printed in.
        places: The columns.
    """

    def __init__(self, faces: Faces, places: Sequence[Place]) -> None:
        self._faces = faces
        self._places = places
        self._row = b"BT\n" + _CELL * len(places) + b"ET\n"
        self._kept: dict[str, _Said] = {}
        self._styles: dict[tuple[bytes, bytes], bytes] = {}

    def drawn(self, cells: Sequence[Cell], mark: int, y: float) -> bytes | None:
        """The operators of a row, one mark for each cell; None for a row that takes more than that.

        Args:
            cells: One for each column.
            mark: Number of the first mark.
            y: Of the base line.
        """
        base, last = b"%.2f" % y, b""
        parts: list[object] = []
        for place, cell in zip(self._places, cells, strict=True):
            said = self._kept.get(cell.text)
            if said is None or said.tone is not cell.tone or said.is_strong is not cell.is_strong:
                said = self._said(cell)
            if said is None or said.width > place.room or cell.target is not None or cell.is_code:
                return None
            style = said.style
            parts += (
                mark,
                b"%.2f" % (place.right - said.width * SIZE / 1000) if place.is_number else place.at,
                base,
                b"" if style is last else style,
                said.shown,
            )
            last = style
            mark += 1
        return self._row % tuple(parts)

    def _said(self, cell: Cell) -> _Said | None:
        """A text made ready; None for one of several lines."""
        face = self._faces.strong if cell.is_strong else self._faces.plain
        text, colour = cell.text, _COLOURS[cell.tone.value]
        if text.isascii() and text.isprintable():
            if len(text) > face.longest_line:
                return None
            codes = text.encode()
            style = self._style(colour, face.first)
            said = _Said(
                cell.tone, cell.is_strong, style, b"(%b)Tj " % escaped(codes), face.ascii_width(codes)
            )
        else:
            found = self._mixed(cell, face, colour)
            if found is None:
                return None
            said = found
        if len(text) <= _SHORT:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[text] = said
        return said

    def _mixed(self, cell: Cell, face: Face, colour: bytes) -> _Said | None:
        if len(cell.text) > face.longest_line:
            return None
        text = face.printable(cell.text)
        if "\n" in text:
            return None
        shown = b"".join(b"/%b %.4g Tf(%b)Tj " % (name, SIZE, codes) for name, codes in face.runs(text))
        # It leaves some font behind, so that its style is never that of another text.
        return _Said(cell.tone, cell.is_strong, b" " + colour, shown, face.width(text))

    def _style(self, colour: bytes, font: bytes) -> bytes:
        style = self._styles.get((colour, font))
        if style is None:
            style = self._styles[colour, font] = b" %b/%b %.4g Tf" % (colour, font, SIZE)
        return style
