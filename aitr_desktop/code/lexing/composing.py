"""The text that is lexed for a page: its lines, and what has to stand before and behind them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from aitr_desktop.code.lexing.languages import Language
    from aitr_desktop.code.text_lines import TextLines

MOST_TEXT = 256 * 1024
"""Characters of a page's text."""
LOOK_BACK = 200
"""Lines above a page among which is looked for one to begin at."""
LEAD = 60
"""Lines above a page to begin at where none of them is any better than another."""
_LIKELY = {
    "python": re.compile(r"(?:async def|def|class|import|from|@|if __name__)\b"),
    "": re.compile(r"[A-Za-z_#@<{\[]"),
}
"""How a line begins that stands in nothing else, most probably."""


class Composed(NamedTuple):
    """What is sent."""

    text: str
    skipped: int
    """Lines at its top that were not asked for."""
    taken: int
    """Lines after them that were."""


def compose(lines: TextLines, language: Language, first: int, last: int) -> Composed:
    """The text for lines of a file, lexed from the likeliest place above them."""
    start = likely_start(lines, language, first)
    shown = [each.text for each in lines.page(start, last)]
    room = max(500, MOST_TEXT // max(1, len(shown)))
    if sum(map(len, shown)) > MOST_TEXT:
        shown = [each[:room] for each in shown]
    return Composed("\n".join(shown) + "\n", first - start, last - first + 1)


def likely_start(lines: TextLines, language: Language, first: int) -> int:
    """The nearest line above that most probably stands in nothing that began before it."""
    likely = _LIKELY.get(language.family, _LIKELY[""])
    above = lines.page(first - LOOK_BACK, first - 1, most=80)
    for back, line in enumerate(reversed(above), 1):
        if likely.match(line.text):
            return first - back
    return max(1, first - LEAD)
