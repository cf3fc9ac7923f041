"""The text that is lexed for a page: its lines, and what has to stand before and behind them.

A page that begins in something that spans lines is lexed from where that begins; where this is far above,
from what opens it, without what is between. One that ends in something has it closed: a lexer knows a
docstring only by its end.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from aitr_desktop.code.lexing.spans import Construct, Family, Span, family_of

if TYPE_CHECKING:
    from aitr_desktop.code.lexing.known_spans import KnownSpans
    from aitr_desktop.code.lexing.languages import Language
    from aitr_desktop.code.text_lines import TextLines

MOST_TEXT = 256 * 1024
"""Characters of a page's text."""
LOOK_BACK = 200
"""Lines above a page among which is looked for one to begin at."""
LEAD = 60
"""Lines above a page to begin at where none of them is any better than another."""
UNKNOWN = (r"[A-Za-z_#@<{\[]",)
"""How a line begins that most probably stands in nothing else, in a language that nothing is known of."""
FLAT_LEAD = 3
"""Lines above a page to begin at where one is as good as another: a statement may be continued."""
NEAR = 300
"""Lines above a page that are lexed along, so that it begins where what it stands in does."""
NEAR_BYTES = 48 * 1024
BEHIND = 6
"""Lines behind a page that are lexed along: some lexers look ahead."""


class Composed(NamedTuple):
    """What is sent."""

    text: str
    skipped: int
    """Lines at its top that were not asked for."""
    taken: int
    """Lines after them that were."""
    is_exact: bool
    """Whether it is known what its first line stands in."""


class _Start(NamedTuple):
    line: int
    before: str = ""


def compose(
    lines: TextLines, language: Language, known: KnownSpans | None, first: int, last: int
) -> Composed:
    """The text for lines of a file.

    Args:
        lines: The file.
        language: How it is lexed.
        known: What spans its lines; None where nobody knows that of its language.
        first: The first line that is wanted.
        last: The last one.
    """
    family = family_of(language.family)
    end = min(lines.count, last + BEHIND)
    behind = lines.offset(end + 1)
    is_exact = known is not None and family is not None and (known.is_exact_to >= behind or known.is_complete)
    if not is_exact or known is None or family is None:
        start, after = _Start(likely_start(lines, family, first)), ""
    else:
        start = _start(lines, family, known, first)
        after = _closing(lines, family, known.around(behind))
    before = (family.preamble if family is not None and start.line > 1 else "") + start.before
    shown = [each.text for each in lines.page(start.line, end)]
    if sum(map(len, shown)) > MOST_TEXT:
        room = max(500, MOST_TEXT // len(shown))
        shown = [each[:room] for each in shown]
    text = before + "\n".join(shown) + "\n" + after
    return Composed(text, before.count("\n") + first - start.line, last - first + 1, is_exact)


def likely_start(lines: TextLines, family: Family | None, first: int) -> int:
    """The nearest line above that most probably stands in nothing that began before it."""
    above = lines.page(first - LOOK_BACK, first - 1, most=80)
    for likely in map(_likely, family.likely if family is not None else UNKNOWN):
        for back, line in enumerate(reversed(above), 1):
            if likely.match(line.text):
                return first - back
    return max(1, first - LEAD)


@cache
def _likely(source: str) -> re.Pattern[str]:
    return re.compile(source)


def _start(lines: TextLines, family: Family, known: KnownSpans, first: int) -> _Start:
    line = max(1, first - FLAT_LEAD) if family.is_flat else likely_start(lines, family, first)
    nearest = max(1, line - NEAR)
    top = lines.offset(line)
    while (span := known.around(lines.offset(line))) is not None:
        above = lines.number_at(span.start)
        if above < nearest or top - span.start > NEAR_BYTES:
            return _far(lines, family, known, first)
        line = above
    return _Start(line)


def _far(lines: TextLines, family: Family, known: KnownSpans, first: int) -> _Start:
    """Begins with what opens the span in which the page begins, and leaves out what is between."""
    span = known.around(lines.offset(first))
    if span is None:
        return _Start(first)
    construct, opener, word = _opened(lines, family, span)
    return _Start(first, construct.lead.replace("{opener}", opener).replace("{w}", word))


def _closing(lines: TextLines, family: Family, span: Span | None) -> str:
    if span is None or (span.end == len(lines.content) and not _is_closed(lines, family, span)):
        return ""
    construct, _, word = _opened(lines, family, span)
    return construct.closer.replace("{w}", word) + "\n"


def _is_closed(lines: TextLines, family: Family, span: Span) -> bool:
    construct, _, word = _opened(lines, family, span)
    closer = construct.closer.replace("{w}", word).encode()
    return lines.content.endswith((closer, closer + b"\n"))


def _opened(lines: TextLines, family: Family, span: Span) -> tuple[Construct, str, str]:
    opener = lines.content[span.start : span.start + span.opener]
    word = family.word(span.construct, opener)
    return (
        family.constructs[span.construct],
        opener.decode("utf-8", "replace"),
        word.decode("utf-8", "replace"),
    )
