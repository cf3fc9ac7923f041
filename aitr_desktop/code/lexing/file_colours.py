"""The colours of one file: which lines are asked for next, and what is known already.

A small file is lexed whole, beside the pages that somebody looks at; then its colours are those that Pygments
gives the file. Of a larger one, only the lines that are looked at are lexed, each page from a place where
the lexer's state is known (see ``spans``), or from the likeliest one until it is.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from aitr_desktop.code.lexing.composing import BEHIND, compose
from aitr_desktop.code.lexing.frames import Frame, GarbageError, Kind, Pieces, pack_text
from aitr_desktop.code.lexing.known_spans import KnownSpans, unpack_scanned
from aitr_desktop.code.lexing.lexing import Failure
from aitr_desktop.code.lexing.spans import family_of
from aitr_desktop.code.text_lines import MOST_SHOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aitr_desktop.code.lexing.composing import Composed
    from aitr_desktop.code.lexing.languages import Language
    from aitr_desktop.code.styling import Piece
    from aitr_desktop.code.text_lines import TextLines

WHOLE_LINES = 5_000
WHOLE_BYTES = 256 * 1024
"""Up to here a file is lexed whole."""
MOST_FAILURES = 2
"""After so many a file is plain."""
MOST_WANTED = 4_096
"""Ranges of lines that wait."""
MOST_RANGES = 256
"""Ranges that may be given anew."""
_numbers = count(1)

Given = tuple[tuple["Piece", ...], ...]


@dataclass(frozen=True, slots=True)
class _Range:
    first: int
    last: int


class FileColours:
    """The colours of one file as a client of ``Lexing``.

    Args:
        lines: The file.
        language: How it is lexed.
        on_pieces: Called with the first line and the pieces of it and the lines after it, on another thread.
        on_plain: Called there with the reason why the file stays without colours.
        on_doubt: Called there where ``is_likely`` has become so.
    """

    def __init__(
        self,
        lines: TextLines,
        language: Language,
        on_pieces: Callable[[int, Given], None],
        on_plain: Callable[[Failure], None],
        on_doubt: Callable[[], None],
    ) -> None:
        self._lines, self._language = lines, language
        self._on_pieces, self._on_plain, self._on_doubt = on_pieces, on_plain, on_doubt
        self._number = next(_numbers)
        self._wanted: deque[_Range] = deque(maxlen=MOST_WANTED)
        """Appended to by whoever wants lines; all else is the thread's of ``Lexing``."""
        self._given: dict[_Range, Given] = {}
        self._asked: _Range | None = None
        self._composed: Composed | None = None
        self._provisional: dict[_Range, tuple[int, int, int]] = {}
        """Lines lexed from the likeliest place: the byte behind them, which text it was, what came of it."""
        self._before = 0
        """What came of the page that is made again; 0 where it is none."""
        self._whole = _Whole(lines, self._number, language)
        self._known = KnownSpans(lines) if family_of(language.family) is not None else None
        self._under_way: Kind | None = None
        self._failures = 0
        self._has_died = False
        self._is_seen = False
        """Whether a page has been given."""
        self._is_plain = False

    @property
    def language(self) -> Language:
        """How it is lexed."""
        return self._language

    @property
    def is_likely(self) -> bool:
        """Whether the colours are the likeliest ones: a large file of a language that is not known enough."""
        family = family_of(self._language.family) if self._known is not None else None
        return not self._whole.is_possible and (family is None or not family.is_flat)

    def want(self, first: int, last: int) -> None:
        """Somebody looks at these lines. Called on any thread; waits for nothing."""
        self._wanted.append(_Range(max(1, first), min(last, self._lines.count)))

    def next_request(self, *, is_urgent: bool) -> Frame | None:
        """What to ask for next: what somebody looks at now, before what is good to know."""
        request = self._next(is_urgent=is_urgent)
        self._under_way = request.kind if request is not None else self._under_way
        return request

    def _next(self, *, is_urgent: bool) -> Frame | None:
        if self._is_plain:
            return None
        if not is_urgent:
            # Not before the first page: somebody waits for that.
            if not self._is_seen:
                return None
            return self._whole.next_request() or self._next_chunk()
        while self._asked is None and self._wanted:
            self._before = 0
            # The newest first: that is where somebody is.
            wanted = self._wanted.pop()
            if wanted.first > wanted.last:
                continue
            if self._whole.reaches(wanted.last):
                self._give(wanted, self._whole.pieces(wanted.first, wanted.last))
                continue
            self._asked = wanted
        self._asked = self._asked or self._known_by_now()
        if self._asked is None:
            return None
        composed = compose(self._lines, self._language, self._known, self._asked.first, self._asked.last)
        self._composed = composed
        payload = pack_text(self._language.name, composed.skipped, composed.taken, composed.text)
        return Frame(Kind.PAGE, self._number, payload)

    def answered(self, answer: Frame) -> None:
        """What came of the last request.

        Raises:
            GarbageError: It is no answer to that.
        """
        if answer.kind is Kind.SCAN and self._known is not None:
            self._known.take(unpack_scanned(answer.payload))
            return
        if answer.kind is not Kind.PAGE:
            self._whole.take(answer)
            self._renew()
            return
        asked = self._asked
        pieces = Pieces(answer.payload)
        if asked is None or len(pieces) != asked.last - asked.first + 1:
            raise GarbageError("pieces of other lines than those asked for")
        self._asked = None
        self._is_seen = True
        composed = self._composed
        if composed is not None and not composed.is_exact and self._known is not None:
            behind = self._lines.offset(min(self._lines.count, asked.last + BEHIND) + 1)
            self._provisional[asked] = behind, hash(composed[:2]), hash(answer.payload)
            while len(self._provisional) > MOST_RANGES:
                del self._provisional[next(iter(self._provisional))]
        before, self._before = self._before, 0
        if hash(answer.payload) != before:
            self._give(asked, tuple(pieces.lines()))

    def restarted(self) -> None:
        """The process is another one, and knows nothing of what was begun."""
        self._whole.again()

    def failed(self, failure: Failure) -> None:
        """The last request has no answer: nothing like it is asked for again, or a page once more.

        A page that fails twice leaves the file without colours. What only goes with pages, the whole text and
        what spans lines, is done without.
        """
        asked, self._under_way = self._under_way, None
        if failure is not Failure.NOT_STARTED and asked is not Kind.PAGE:
            if asked is Kind.SCAN and self._known is not None:
                self._known.give_up()
                self._known = None
            elif failure is Failure.DIED and not self._has_died:
                # It may have been ended for reasons of its own.
                self._has_died = True
                self._whole.again()
                return
            self._whole.give_up()
            if self.is_likely:
                self._on_doubt()
            return
        self._failures += 1
        if self._failures >= MOST_FAILURES or failure in {Failure.RAISED, Failure.NOT_STARTED}:
            self._is_plain = True
            self._on_plain(failure)

    def _next_chunk(self) -> Frame | None:
        if self._known is None or self._known.is_complete or self._whole.is_possible:
            return None
        return Frame(Kind.SCAN, self._number, self._known.next_chunk(self._language.family))

    def _known_by_now(self) -> _Range | None:
        """Lines that were lexed from the likeliest place, and are lexed from another now that it is known."""
        if self._known is None:
            return None
        reached = self._known.is_exact_to
        for lines, (behind, sent, came) in [*self._provisional.items()]:
            if behind <= reached:
                del self._provisional[lines]
                exact = compose(self._lines, self._language, self._known, lines.first, lines.last)
                if hash(exact[:2]) != sent:
                    self._before = came
                    return lines
        return None

    def _give(self, lines: _Range, given: Given) -> None:
        if self._whole.is_possible and not self._whole.reaches(lines.last):
            self._given[lines] = given
            while len(self._given) > MOST_RANGES:
                del self._given[next(iter(self._given))]
        self._on_pieces(lines.first, given)

    def _renew(self) -> None:
        """Gives anew what was given before more was known, where it is something else now."""
        for lines in [each for each in self._given if self._whole.reaches(each.last)]:
            exact = self._whole.pieces(lines.first, lines.last)
            if exact != self._given.pop(lines):
                self._on_pieces(lines.first, exact)


class _Whole:
    """A small file's pieces, slice after slice from the top.

    Args:
        lines: The file.
        number: By which the process knows it.
        language: How it is lexed.
    """

    def __init__(self, lines: TextLines, number: int, language: Language) -> None:
        self._lines, self._number, self._language = lines, number, language
        self._slices: list[Pieces] = []
        self._starts: list[int] = []
        self._reached = 0
        self._is_begun = False
        self.is_possible = lines.count <= WHOLE_LINES and len(lines.content) <= WHOLE_BYTES
        """Whether the file is small enough."""
        self._is_over = not self.is_possible or not lines.count

    def reaches(self, last: int) -> bool:
        """Whether the pieces of all lines up to one are known."""
        return last <= self._reached

    def next_request(self) -> Frame | None:
        if self._is_over:
            return None
        if self._is_begun:
            return Frame(Kind.GO_ON, self._number, b"")
        self._is_begun = True
        text = self._lines.content.decode("utf-8", "replace").replace("\r\n", "\n")
        text = text if text.endswith("\n") else text + "\n"
        return Frame(Kind.BEGIN, self._number, pack_text(self._language.name, 0, self._lines.count, text))

    def take(self, answer: Frame) -> None:
        """A slice.

        Raises:
            GarbageError: It is none.
        """
        pieces = Pieces(answer.payload)
        self._slices.append(pieces)
        self._starts.append(self._reached + 1)
        self._reached += len(pieces)
        if pieces.is_last:
            self._is_over = True
            if self._reached < self._lines.count:
                raise GarbageError("fewer lines than there are")

    def again(self) -> None:
        """Begins anew."""
        if not self._is_over:
            self._slices, self._starts, self._reached, self._is_begun = [], [], 0, False

    def give_up(self) -> None:
        """The text is not lexed as a whole."""
        self._slices, self._starts, self._reached = [], [], 0
        self.is_possible, self._is_over = False, True

    def pieces(self, first: int, last: int) -> Given:
        """The pieces of lines that are known."""
        found: list[Sequence[Piece]] = []
        for start, pieces in zip(self._starts, self._slices, strict=True):
            if start + len(pieces) > first and start <= last:
                found += pieces.lines(max(0, first - start), min(len(pieces), last - start + 1))
        return tuple(_shown(each) for each in found)


def _shown(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Those of the part of a line that is shown."""
    if not pieces or pieces[-1].start + pieces[-1].length <= MOST_SHOWN:
        return tuple(pieces)
    return tuple(
        each._replace(length=min(each.length, MOST_SHOWN - each.start))
        for each in pieces
        if each.start < MOST_SHOWN
    )
