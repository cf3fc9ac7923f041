"""Breaking text into lines: between words, then behind signs that join them, else anywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tsr_agent.pdf.faces import Face

MOST_CHARACTERS = 2_000
"""Of one text in a row; the record has the rest."""
# A word with the spaces before it, cut behind what joins names: /, _, ., :, -, commas and brackets.
_PIECES = re.compile(r" *[^ /_.:,;\-)\]}>]*(?:[/_.:,;\-)\]}>]+|$|(?= ))")
_IDEOGRAPHS = re.compile("([\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef])")


def bounded(text: str, most: int = MOST_CHARACTERS) -> str:
    """A text of at most so many characters, with the number of those that are left out."""
    if len(text) <= most:
        return text
    return f"{text[:most].rstrip()}… {len(text) - most:,} more characters, see the record"


def lines_of(face: Face, text: str, room: float) -> list[str]:
    """A text in lines that fit.

    Args:
        face: What it is printed in.
        text: Any text; it is made printable and bounded here.
        room: Width of a line in thousandths of the size.
    """
    # Bounded first, so that no text costs more than its part that is printed.
    text = face.printable(bounded(text))
    if "\n" not in text:
        return [text] if face.width(text) <= room else _broken(face, text, room)
    found: list[str] = []
    for line in text.split("\n"):
        kept = line.rstrip()
        found += [kept] if face.width(kept) <= room else _broken(face, kept, room)
    return found


def _broken(face: Face, text: str, room: float) -> list[str]:
    indent = text[: len(text) - len(text.lstrip(" "))]
    lines: list[str] = []
    line, left = "", room
    for piece in _pieces(text):
        width = face.width(piece)
        if width <= left:
            line += piece
            left -= width
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = piece.lstrip(" ") if lines else indent + piece.lstrip(" ")
        while face.width(line) > room:
            fits = face.fitting(line, room)
            lines.append(line[:fits])
            line = line[fits:]
        left = room - face.width(line)
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _pieces(text: str) -> list[str]:
    pieces = [each for each in _PIECES.findall(text) if each]
    if text.isascii():
        return pieces
    # Between ideographs a line may end anywhere.
    return [part for each in pieces for part in _IDEOGRAPHS.split(each) if part]


def cut(face: Face, text: str, room: float) -> str:
    """A text on one line, cut with a sign where it does not fit."""
    text = face.printable(bounded(text).replace("\n", " "))
    if face.width(text) <= room:
        return text
    return text[: face.fitting(text, room - face.width("…"))].rstrip() + "…"
