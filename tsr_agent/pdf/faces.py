"""Faces: which font has a character, how wide a text is, and how it stands on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.pdf.font_files import FontFile
from tsr_agent.pdf.pdf_file import escaped
from tsr_agent.pdf.right_to_left import as_drawn
from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.pdf.pdf_file import PdfFile

_KEPT = 4_096
"""Widths and codes of texts that are kept: states, figures and types come again and again."""
_KEPT_LENGTH = 40
Run = tuple[bytes, bytes]
"""Name of a font's part, and codes in it."""
Placed = tuple[bytes, int, int]
"""Part, code and width of a character."""


class Face:
    """A look: a font with others behind it for the characters that it lacks.

    Args:
        fonts: The first that has a character prints it.
    """

    def __init__(self, fonts: Sequence[FontFile]) -> None:
        self._fonts = fonts
        self.first = fonts[0].part_name(0)
        """The part that has ASCII, at its own codes."""
        self.longest_line = 300
        """Characters from which no text has one line."""
        self._widths = [fonts[0].width(chr(code)) if 32 <= code < 127 else 0 for code in range(256)]
        self._placed: dict[str, Placed] = {}
        self._known_widths: dict[str, int] = {}
        self._known_runs: dict[str, tuple[Run, ...]] = {}

    def printable(self, text: str) -> str:
        """The text with all that can't be printed written as code points.

        Line feeds stay. What hides or reorders is written out, and so is what no font has a glyph for: an
        empty box would stand for anything.
        """
        if text.isascii() and text.isprintable():
            return text
        shown = visible(text).replace("\t", "    ")
        strange = {each for each in set(shown) if not ("\x20" <= each < "\x7f") and each != "\n"}
        for each in sorted(strange):
            if each not in self._placed and self._font_of(each) is None:
                shown = shown.replace(each, f"⟨U+{ord(each):04X}⟩")
        return shown

    def width(self, text: str) -> int:
        """Width of a printable text without line feeds, in thousandths of the size."""
        found = self._known_widths.get(text)
        if found is not None:
            return found
        if text.isascii():
            found = self.ascii_width(text.encode())
        else:
            found = sum(self._place(each)[2] for each in text)
        if len(text) <= _KEPT_LENGTH:
            if len(self._known_widths) >= _KEPT:
                self._known_widths.clear()
            self._known_widths[text] = found
        return found

    def ascii_width(self, codes: bytes) -> int:
        """Width of a printable text in ASCII, in thousandths of the size."""
        return sum(map(self._widths.__getitem__, codes))

    def runs(self, text: str) -> tuple[Run, ...]:
        """A printable text without line feeds as codes of the fonts that print it."""
        if text.isascii():
            return ((self.first, escaped(text.encode())),)
        found = self._known_runs.get(text)
        if found is None:
            found = self._runs(text)
            if len(text) <= _KEPT_LENGTH:
                if len(self._known_runs) >= _KEPT:
                    self._known_runs.clear()
                self._known_runs[text] = found
        return found

    def fitting(self, text: str, room: float) -> int:
        """How many characters of a printable text fit into thousandths of the size; at least one."""
        left = room
        for number, each in enumerate(text):
            left -= self._widths[ord(each)] if each < "\x7f" else self._place(each)[2]
            if left < 0:
                return max(number, 1)
        return len(text)

    def _runs(self, text: str) -> tuple[Run, ...]:
        runs: list[Run] = []
        part, codes = b"", bytearray()
        for each in as_drawn(text):
            name, code, _ = self._place(each)
            if name != part and codes:
                runs.append((part, escaped(bytes(codes))))
                codes = bytearray()
            part = name
            codes.append(code)
        if codes:
            runs.append((part, escaped(bytes(codes))))
        return tuple(runs)

    def _place(self, character: str) -> Placed:
        placed = self._placed.get(character)
        if placed is None:
            if "\x20" <= character < "\x7f":
                placed = (self.first, ord(character), self._widths[ord(character)])
            else:
                font = self._font_of(character) or self._fonts[0]
                placed = (*font.place(character), font.width(character))
            self._placed[character] = placed
        return placed

    def _font_of(self, character: str) -> FontFile | None:
        return next((font for font in self._fonts if font.has(character)), None)


class Faces:
    """The three faces of a file and the fonts behind them."""

    def __init__(self) -> None:
        own = [
            FontFile("IBMPlexSans-Regular", b"R", has_ascii=True),
            FontFile("IBMPlexSans-SemiBold", b"S", has_ascii=True),
            FontFile("IBMPlexMono-Regular", b"M", has_ascii=True),
        ]
        # Signs, Greek, Cyrillic, Hebrew, Arabic and mathematics; then Chinese, Japanese and Korean.
        others = [FontFile("DejaVuSans", b"D"), FontFile("DroidSansFallback", b"C")]
        self.plain, self.strong, self.code = (Face([each, *others]) for each in own)
        self._files = [*own, *others]

    def embed(self, file: PdfFile) -> bytes:
        """Writes what was printed of each font and gives the dictionary that pages look fonts up in."""
        parts = [part for each in self._files for part in each.embed(file)]
        return b"<<" + b"".join(b"/%b %d 0 R" % part for part in parts) + b">>"
