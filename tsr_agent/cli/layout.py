"""Plain tables and paragraphs for a log of 80 columns, without colour."""

from __future__ import annotations

import textwrap
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from tsr_agent.sections.plain_text import CUT

if TYPE_CHECKING:
    from collections.abc import Sequence

_TIED = "\x00"
"""Stands for a space where no line may break; texts that are shown hold none, see ``plain_text``."""
_SECOND = "\x01"
"""Stands for the second column of a letter that takes two, so that lines are broken by columns."""


class Column(NamedTuple):
    """One column of a table."""

    title: str = ""
    """Its header; empty for none."""
    right: bool = False
    """Numbers stand at the right."""
    least: int = 8
    """Columns of the terminal that it keeps, if its values need them, when the table has to shrink."""


def table(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int, indent: str = "  "
) -> list[str]:
    """Rows under their headers, every column as wide as its widest value.

    A table that would be wider than ``width`` is narrowed where it is widest; values that no longer
    fit are cut and show it.
    """
    titles = [column.title for column in columns]
    lines = [titles, *rows] if any(titles) else list(rows)
    widths = _narrowed(columns, lines, width - len(indent) - 2 * (len(columns) - 1))
    return [
        (
            indent
            + "  ".join(
                _fit(value, wide, column) for value, wide, column in zip(line, widths, columns, strict=True)
            )
        ).rstrip()
        for line in lines
    ]


def _narrowed(columns: Sequence[Column], lines: Sequence[Sequence[str]], room: int) -> list[int]:
    natural = [max((cells(line[place]) for line in lines), default=0) for place in range(len(columns))]
    floors = [min(wide, column.least) for wide, column in zip(natural, columns, strict=True)]
    # Sharing the room evenly among the wide ones keeps short columns whole.
    widths = list(natural)
    while sum(widths) > room:
        widest = max(
            (place for place in range(len(widths)) if widths[place] > floors[place]),
            key=widths.__getitem__,
            default=None,
        )
        if widest is None:
            break
        widths[widest] -= min(widths[widest] - floors[widest], max(1, (sum(widths) - room) // len(widths)))
    return widths


def _fit(value: str, width: int, column: Column) -> str:
    shown = cut(value, width)
    padding = " " * (width - cells(shown))
    return padding + shown if column.right else shown + padding


def cells(text: str) -> int:
    """How many columns of a terminal a text takes; wide East Asian letters and most emoji take two."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1
        for each in text
    )


def cut(text: str, width: int) -> str:
    """The text within so many columns; a cut shows as ``…``."""
    if cells(text) <= width:
        return text
    kept = text[: max(0, width - 1)]
    while cells(kept) > width - 1:
        kept = kept[:-1]
    return kept.rstrip() + CUT


def paragraph(text: str, width: int, indent: str = "", hanging: str | None = None) -> list[str]:
    """A text broken at spaces; words longer than a line, such as paths, are kept whole.

    A number and its per cent sign stay together.
    """
    if not text.isascii():
        text = "".join(each + _SECOND * (cells(each) - 1) for each in text)
    lines = textwrap.wrap(
        text.replace(" %", f"{_TIED}%"),
        width,
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_TIED, " ").replace(_SECOND, "") for line in lines]


def marked(sign: str, text: str, width: int, indent: str, hanging: str) -> list[str]:
    """A paragraph behind a sign, which is never left alone on its line."""
    return paragraph(f"{sign}{_TIED}{text}", width, indent, hanging)


def facts(parts: Sequence[str], width: int, indent: str = "", hanging: str | None = None) -> list[str]:
    """Short facts in a row, ``actual 0.812 · n 250``, broken between them where that can be."""
    room = width - len(indent if hanging is None else hanging)
    tied = [each.replace(" ", _TIED) if len(each) + 2 <= room else each for each in parts]
    return paragraph(f"{_TIED}· ".join(tied), width, indent, hanging)
