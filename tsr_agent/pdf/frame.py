"""What stands on each page around its text: what this is, what may not be missed, which page, whose bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.pdf import palette
from tsr_agent.pdf.line_breaks import cut
from tsr_agent.pdf.paper import MILLIMETRE
from tsr_agent.pdf.sheets import Words
from tsr_agent.sections.document.cautions import Caution
from tsr_agent.sections.marks import Mark, Tone

if TYPE_CHECKING:
    from tsr_agent.pdf.faces import Face
    from tsr_agent.pdf.sheets import Sheets

HEADER = 12 * MILLIMETRE
FOOTER = 12 * MILLIMETRE
"""From the edge of the paper to the line of text."""
SIZE = 7.5
_LEADING = SIZE * palette.LEADING
_MUTED = palette.TONES[Tone.MUTED]
_NUMBER = 110.0
"""Room that is kept for the number of the page."""


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on each page."""

    title: str
    """At the left of the head."""
    commit: str
    """Short SHA, at the right of the head."""
    verdicts: tuple[Mark, ...]
    """Beside it: of a report one, of a comparison two."""
    cautions: tuple[Caution, ...]
    """Below the head, each in a line."""
    digests: tuple[str, ...]
    """At the left of the foot, as ``SHA-256 …``."""
    verification: str
    """Below them."""

    def draw(self, sheets: Sheets) -> None:
        """Draws head and foot of a page that was just begun, except which page of how many it is."""
        faces = sheets.faces
        y = sheets.height - HEADER
        room = self._draw_verdicts(sheets, y) - sheets.left - 12
        _put(sheets, y, self.title, (faces.plain, SIZE, _MUTED), room)
        for caution in self.cautions:
            y -= _LEADING
            style = (faces.strong, SIZE, palette.TONES[caution.mark.tone])
            _put(sheets, y, f"{caution.mark} · {caution.sentence}", style)
        self._draw_foot(sheets)
        # Many cautions take room from the text, never from each other.
        sheets.top = sheets.y = min(sheets.top, y - 8)

    def _draw_verdicts(self, sheets: Sheets, y: float) -> float:
        """Short SHA and verdicts from the right; gives where they begin."""
        faces, right = sheets.faces, sheets.right
        said = [(str(mark), faces.strong, palette.TONES[mark.tone]) for mark in reversed(self.verdicts)]
        said += [(self.commit, faces.code, palette.TONES[Tone.PLAIN])] if self.commit else []
        for text, face, colour in said:
            left = right - face.width(text) * SIZE / 1000
            sheets.artifact(Words(((left, y, text),), face, SIZE, colour))
            right = left - 8
        return right

    def _draw_foot(self, sheets: Sheets) -> None:
        faces, y = sheets.faces, self._foot
        sheets.box(palette.HAIRLINE, sheets.left, y + SIZE + 2, sheets.width, 0.5)
        sheets.bottom = max(sheets.bottom, y + SIZE + 8)
        room = sheets.width - _NUMBER
        for digest in self.digests:
            _put(sheets, y, digest, (faces.code, palette.SMALL, _MUTED), room)
            y -= _LEADING
        if self.verification:
            _put(sheets, y, self.verification, (faces.plain, palette.SMALL, _MUTED))

    @property
    def _foot(self) -> float:
        """Height of the first line."""
        return FOOTER + _LEADING * (len(self.digests) + bool(self.verification) - 1)

    def number(self, sheets: Sheets) -> None:
        """Says on each page which one of how many it is, when all are known."""
        face, total = sheets.faces.plain, sheets.page
        for page in range(1, total + 1):
            said = f"Page {page:,} of {total:,}"
            x = sheets.right - face.width(said) * SIZE / 1000
            drawn = Words(((x, self._foot, said),), face, SIZE, _MUTED).drawn()
            sheets.later(page, b"/Artifact<</Type/Pagination>>BDC\n%bEMC\n" % drawn)


def _put(sheets: Sheets, y: float, text: str, style: tuple[Face, float, bytes], room: float = 0.0) -> None:
    """One line at the left, cut where it does not fit."""
    face, size, colour = style
    said = cut(face, text, (room or sheets.width) * 1000 / size)
    sheets.artifact(Words(((sheets.left, y, said),), face, size, colour))
