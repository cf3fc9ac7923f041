"""What keys do to lines: indentation, comments, and columns as Qt counts them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

STEP = 2
"""Spaces of one level."""
_OPENS = re.compile(r":(?:\s+[|>][-+0-9]*)?\s*(?:#.*)?$")
"""A line below which something deeper stands."""
_ITEM = re.compile(r"(\s*)((?:-\s+)+)(?=[^\s#])")
_COMMENT = re.compile(r"(\s*)# ?")


def indent_of(line: str) -> int:
    """Spaces that a line begins with."""
    return len(line) - len(line.lstrip(" "))


def indent_below(line: str) -> str:
    """What the next line begins with when Enter is pressed behind some of this one."""
    item = _ITEM.match(line)
    # Below "- id: x" stand the further keys of the same entry.
    start = len(item[1]) + len(item[2]) if item and ":" in line else indent_of(line)
    is_comment = line.lstrip().startswith("#")
    if line.rstrip().endswith(("{", "[")) or (not is_comment and _OPENS.search(line)):
        start += STEP
    return " " * start


def indent_of_point(line: str) -> str:
    """What the next line of prose begins with: the same spaces, and no more."""
    return " " * indent_of(line)


def to_next_stop(column: int) -> str:
    """The spaces that Tab writes at a column that counts from 0."""
    return " " * (STEP - column % STEP)


def outdented(line: str) -> str:
    """A line one level further left."""
    if line.startswith("\t"):
        return line[1:]
    spaces = indent_of(line)
    return line[min(spaces, (spaces % STEP) or STEP) :]


def indented(line: str) -> str:
    """A line one level further right; an empty one stays as it is."""
    return " " * STEP + line if line.strip() else line


def commented(lines: Sequence[str]) -> list[str]:
    """Lines made comments, or no comments any more where all of them are."""
    written = [line for line in lines if line.strip()]
    if written and all(line.lstrip().startswith("#") for line in written):
        return [_COMMENT.sub(r"\1", line, count=1) for line in lines]
    column = min((indent_of(line) for line in written), default=0)
    return [f"{line[:column]}# {line[column:]}" if line.strip() else line for line in lines]


def units(text: str) -> int:
    """How long a text is for Qt, which counts what lies beyond the basic plane twice."""
    return len(text) if text.isascii() else len(text) + sum(sign > "\uffff" for sign in text)


def signs(line: str, unit: int) -> int:
    """How many characters Qt's first units of a line are."""
    if line.isascii():
        return min(unit, len(line))
    taken = 0
    for place, sign in enumerate(line):
        if taken >= unit:
            return place
        taken += 2 if sign > "\uffff" else 1
    return len(line)
