"""The fonts that are shipped, and how what was printed of each is embedded."""

from __future__ import annotations

import gzip
import io
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.pdf.pdf_file import PdfFile

FOLDER = Path(__file__).resolve().parent / "fonts"
ASCII = range(32, 127)
_FIRST = 33
"""Code of the first character of a part without ASCII: 32 would be taken for a space by some readers."""


def font_bytes(name: str) -> bytes:
    """A font of those that are shipped, by the name of its file without endings.

    They are shipped packed, because whoever only runs the gate installs them, too. The one for Chinese,
    Japanese and Korean is packed as small as it can be: it is unpacked only where one of these is printed.
    """
    packed = FOLDER / f"{name}.ttf.gz"
    if packed.is_file():
        return gzip.decompress(packed.read_bytes())
    import lzma

    return lzma.decompress((FOLDER / f"{name}.ttf.xz").read_bytes())


class FontFile:
    """One font: which characters it has, how wide they are, and which of them were printed.

    A font is embedded in parts of at most 256 characters, each with the characters that were asked for
    in their order. The first part of a font for texts has ASCII at its own codes.

    Args:
        name: Of the file without its ending.
        short: Begins the names of its parts on the pages.
        has_ascii: Whether texts are mostly printed in it.
    """

    def __init__(self, name: str, short: bytes, *, has_ascii: bool = False) -> None:
        self.name = name
        self._short = short
        self._parts: list[list[int]] = [[0] * 32 + list(ASCII)] if has_ascii else []

    @cached_property
    def _font(self) -> Any:
        from reportlab.pdfbase.ttfonts import TTFontFile  # type: ignore[import-untyped]

        return TTFontFile(io.BytesIO(font_bytes(self.name)), validate=0)

    def has(self, character: str) -> bool:
        """Whether there is a glyph for a character."""
        return ord(character) in self._font.charToGlyph

    def width(self, character: str) -> int:
        """In thousandths of the size."""
        width: float = self._font.charWidths.get(ord(character), self._font.defaultWidth)
        return round(width)

    def place(self, character: str) -> tuple[bytes, int]:
        """The part that has a character, by its name on the pages, and its code there."""
        if not self._parts or len(self._parts[-1]) > 255:
            self._parts.append([0] * _FIRST)
        part = self._parts[-1]
        part.append(ord(character))
        return self.part_name(len(self._parts) - 1), len(part) - 1

    def part_name(self, number: int) -> bytes:
        """What a part is called on the pages."""
        return b"%b%d" % (self._short, number)

    def embed(self, file: PdfFile) -> list[tuple[bytes, int]]:
        """Writes all parts and gives their names on the pages with their objects' numbers."""
        return [
            (self.part_name(number), self._embed(file, number, codes))
            for number, codes in enumerate(self._parts)
        ]

    def _embed(self, file: PdfFile, number: int, codes: Sequence[int]) -> int:
        font = self._font
        outlines = font.makeSubset(list(codes))
        # Six letters before the name say that it is a part of the font.
        letters = "".join(chr(65 + (number // 26**place) % 26) for place in range(6))
        name = f"/{letters}+{self.name}".encode()
        data = file.add_stream(outlines, b"/Length1 %d" % len(outlines))
        box = b" ".join(b"%d" % round(edge) for edge in font.bbox)
        descriptor = file.add(
            b"<</Type/FontDescriptor/FontName%b/Flags 4/FontBBox[%b]/ItalicAngle 0/Ascent %d/Descent %d"
            b"/CapHeight %d/StemV %d/FontFile2 %d 0 R>>"
            % (name, box, font.ascent, font.descent, font.capHeight, font.stemV, data)
        )
        first = next(code for code, character in enumerate(codes) if character)
        widths = b" ".join(b"%d" % self.width(chr(each)) if each else b"0" for each in codes[first:])
        return file.add(
            b"<</Type/Font/Subtype/TrueType/BaseFont%b/FirstChar %d/LastChar %d/Widths[%b]"
            b"/FontDescriptor %d 0 R/ToUnicode %d 0 R>>"
            % (name, first, len(codes) - 1, widths, descriptor, file.add_stream(_to_unicode(codes)))
        )


def _to_unicode(codes: Sequence[int]) -> bytes:
    """Says which text each code stands for, so that it can be searched, copied and read aloud."""
    rows = [
        b"<%02x><%b>" % (code, chr(character).encode("utf-16-be").hex().encode())
        for code, character in enumerate(codes)
        if character
    ]
    blocks = (rows[at : at + 100] for at in range(0, len(rows), 100))
    mapped = b"".join(
        b"%d beginbfchar\n%b\nendbfchar\n" % (len(block), b"\n".join(block)) for block in blocks
    )
    return (
        b"/CIDInit/ProcSet findresource begin 12 dict begin begincmap\n"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n"
        b"/CMapName/Adobe-Identity-UCS def/CMapType 2 def\n"
        b"1 begincodespacerange\n<00><ff>\nendcodespacerange\n"
        + mapped
        + b"endcmap CMapName currentdict/CMap defineresource pop end end"
    )
