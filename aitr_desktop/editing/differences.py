"""What one text has that another has not."""

from __future__ import annotations

import difflib
from typing import NamedTuple

from tsr_agent.sections.wording import counted

MOST_LINES = 5_000
"""Of a difference that are shown."""
MOST_COMPARED = 5_000
"""Lines of a text that are compared: the work grows with their square where all differ."""


class Difference(NamedTuple):
    """Lines that begin with ``-``, ``+``, a space, or ``@@`` where lines were left out."""

    lines: tuple[str, ...]
    said: str
    """How many there are on each side."""


def difference(old: str, new: str) -> Difference:
    """The lines that differ, with three around them."""
    one, other = old.split("\n"), new.split("\n")
    cut = max(len(one), len(other)) > MOST_COMPARED
    made = list(difflib.unified_diff(one[:MOST_COMPARED], other[:MOST_COMPARED], lineterm="", n=3))[2:]
    out, into = (sum(line.startswith(sign) for line in made) for sign in "-+")
    said = f"− {counted(out, 'line')}, + {counted(into, 'line')}"
    if cut:
        said += f"; only the first {MOST_COMPARED:,} lines are compared"
    return Difference(tuple(made[:MOST_LINES]), said)
