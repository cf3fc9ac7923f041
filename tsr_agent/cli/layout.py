"""Plain tables and paragraphs for a log of 80 columns, without colour."""

from __future__ import annotations

import textwrap
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.sections.plain_text import CUT

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Args:
        title: Its header; empty for none.
        widest: Most columns of the terminal that it may take; longer values are cut and show it.
        right: Numbers stand at the right.
    """

    title: str
    widest: int
    right: bool = False


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], indent: str = "  ") -> list[str]:
    """Rows under their headers, each column as wide as its widest value but within its bound."""
    lines = (
        [[column.title for column in columns], *rows] if any(each.title for each in columns) else list(rows)
    )
    widths = [
        min(max((cells(line[place]) for line in lines), default=0), column.widest)
        for place, column in enumerate(columns)
    ]
    return [
        (
            indent
            + "  ".join(
                _fit(value, width, column) for value, width, column in zip(line, widths, columns, strict=True)
            )
        ).rstrip()
        for line in lines
    ]


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
    """A text broken at spaces; words longer than a line, such as paths, are kept whole."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
