"""What Pygments says of a whole file, to hold pages of it against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.code.lexing.child import Child, load_lexer
from aitr_desktop.code.lexing.composing import compose
from aitr_desktop.code.lexing.frames import Frame, Kind, Pieces, pack_text
from aitr_desktop.code.lexing.known_spans import KnownSpans, unpack_scanned
from aitr_desktop.code.lexing.lines_of_tokens import lines_of
from aitr_desktop.code.lexing.spans import family_of
from aitr_desktop.code.lexing.token_styles import TokenStyles

if TYPE_CHECKING:
    from aitr_desktop.code.lexing.languages import Language
    from aitr_desktop.code.text_lines import TextLines

Line = tuple[tuple[int, int, int], ...]
_CHILD = Child()


def of_whole_file(lines: TextLines, language: Language) -> list[Line]:
    """The pieces of each line where the whole file is lexed at once."""
    text = "\n".join(each.text for each in lines.page(1, lines.count, 10**9)) + "\n"
    tokens = load_lexer(language).get_tokens_unprocessed(text)
    return [tuple(each) for each in lines_of(text, tokens, TokenStyles(language.tag))][: lines.count]


def known_spans(lines: TextLines, language: Language) -> KnownSpans | None:
    """What spans lines of the whole file."""
    if family_of(language.family) is None:
        return None
    known = KnownSpans(lines)
    while not known.is_complete:
        known.take(unpack_scanned(_CHILD.answer(Frame(Kind.SCAN, 1, known.next_chunk(language.family)))))
    return known


def of_window(
    lines: TextLines, language: Language, known: KnownSpans | None, first: int, last: int
) -> list[Line]:
    """The pieces of lines that are lexed as a page."""
    composed = compose(lines, language, known, first, last)
    payload = pack_text(language.name, composed.skipped, composed.taken, composed.text)
    found = Pieces(_CHILD.answer(Frame(Kind.PAGE, 1, payload))).lines()
    return [tuple((start, length, int(style)) for start, length, style in line) for line in found]
