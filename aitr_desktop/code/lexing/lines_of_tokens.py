"""Tokens of a text as pieces of its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.code.styling import Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pygments.token import _TokenType

Raw = tuple[int, int, int]
"""Start, length and style of a piece."""


def lines_of(
    text: str, tokens: Iterable[tuple[int, _TokenType, str]], styles: Mapping[_TokenType, Style]
) -> Iterator[list[Raw]]:
    r"""The pieces of each line, one list a line, as soon as the line is over.

    What stands side by side and looks the same is one piece; what is plain is none. The last line is given
    too, though no ``\n`` ends it. The lines are the text's whatever the lexer says: what it leaves out is
    plain, and what it says twice counts once.
    """
    line: list[Raw] = []
    column = position = 0
    for at, kind, said in tokens:
        value = said
        if at > position:
            for each in _plain(text[position:at]):
                yield line
                line, column = each, 0
            column, position = _column(text, at), at
        elif at < position:
            value = value[position - at :]
        position += len(value)
        style = int(styles[kind])
        if "\n" not in value:
            _add(line, column, len(value), style)
            column += len(value)
            continue
        first, *rest = value.split("\n")
        _add(line, column, len(first), style)
        for part in rest:
            yield line
            line = []
            _add(line, 0, len(part), style)
        column = len(rest[-1])
    for each in _plain(text[position:]):
        yield line
        line = each
    yield line


def _plain(text: str) -> Iterator[list[Raw]]:
    """The line that each end of a line begins."""
    for _ in range(text.count("\n")):
        yield []


def _column(text: str, at: int) -> int:
    return at - text.rfind("\n", 0, at) - 1


def _add(line: list[Raw], start: int, length: int, style: int) -> None:
    if not length or style == Style.PLAIN:
        return
    if line:
        before, width, same = line[-1]
        if same == style and before + width == start:
            line[-1] = (before, width + length, style)
            return
    line.append((start, length, style))
