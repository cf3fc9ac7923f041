"""Headings, paragraphs and lists, one below the other, over as many pages as it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.pdf import palette
from tsr_agent.pdf.line_breaks import lines_of
from tsr_agent.pdf.sheets import Words
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from tsr_agent.pdf.faces import Face
    from tsr_agent.pdf.sheets import Sheets
    from tsr_agent.sections.targets import Target


class Flow:
    """Puts texts below each other.

    Args:
        sheets: The pages.
    """

    def __init__(self, sheets: Sheets) -> None:
        self.sheets = sheets
        self._faces = sheets.faces

    def space(self, height: float) -> None:
        """Room below what was put last; none at the top of a page."""
        if self.sheets.y < self.sheets.top:
            self.sheets.y -= height

    def heading(
        self,
        text: str,
        level: int,
        *,
        follows: float = 0.0,
        target: Target | None = None,
        depth: int = 0,
    ) -> None:
        """A heading that stays with what follows it.

        Args:
            text: Its words.
            level: 1 for a section, 2 for a table.
            follows: Height of what has to stand on the same page.
            target: What leads here.
            depth: How deep it stands among the bookmarks, from 1; 0 for not at all.
        """
        size = palette.HEADING if level == 1 else palette.CAPTION
        above, below = (22.0, 5.0) if level == 1 else (12.0, 3.0)
        lines = lines_of(self._faces.strong, text, self.sheets.width * 1000 / size)
        height = len(lines) * size * palette.LEADING
        self.sheets.need(above + height + below + follows)
        self.space(above)
        self.sheets.anchor(target)
        if depth:
            self.sheets.bookmark(text, depth)
        self._put(b"H%d" % level, lines, (self._faces.strong, size, palette.TONES[Tone.PLAIN]))
        self.sheets.y -= below

    def paragraph(
        self,
        text: str,
        *,
        face: Face | None = None,
        size: float = palette.TEXT,
        colour: bytes = b"",
        indent: float = 0.0,
        kind: bytes = b"P",
        target: Target | None = None,
    ) -> None:
        """A text in lines, over pages where it has to be."""
        used = face or self._faces.plain
        lines = lines_of(used, text, (self.sheets.width - indent) * 1000 / size)
        leading = size * palette.LEADING
        while lines:
            fitting = int(self.sheets.room / leading)
            if fitting < 1:
                self.sheets.begin_page()
                continue
            shown, lines = lines[:fitting], lines[fitting:]
            style = (used, size, colour or palette.TONES[Tone.PLAIN])
            self._put(kind, shown, style, indent=indent, target=target)

    def height(self, text: str, size: float, face: Face | None = None) -> float:
        """How high a paragraph would be."""
        used = face or self._faces.plain
        return len(lines_of(used, text, self.sheets.width * 1000 / size)) * size * palette.LEADING

    def _put(
        self,
        kind: bytes,
        lines: list[str],
        style: tuple[Face, float, bytes],
        *,
        indent: float = 0.0,
        target: Target | None = None,
    ) -> None:
        face, size, colour = style
        leading = size * palette.LEADING
        left, first = self.sheets.left + indent, self.sheets.y - size * 0.95
        placed = tuple((left, first - number * leading, line) for number, line in enumerate(lines))
        self.sheets.text(kind, Words(placed, face, size, colour), target=target)
        self.sheets.y -= len(lines) * leading
