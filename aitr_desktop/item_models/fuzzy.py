"""Finds words by some of their letters: ``hc`` finds "High contrast". Knows no Qt."""

from __future__ import annotations

from typing import NamedTuple

MAX_TYPED, MAX_TEXT = 60, 200
"""Letters that are looked at; what stands behind them matches nothing and costs nothing."""
_LETTER, _WORD_START, _FIRST, _IN_A_ROW = 1, 8, 4, 6


class Match(NamedTuple):
    """How well a text is what was typed, and which of its letters were."""

    score: int
    places: tuple[int, ...]


def folded(text: str) -> str:
    """A text as letters are compared: each stays one, so that places hold."""
    if text.isascii():
        return text.lower()
    return "".join(low if len(low := letter.casefold()) == 1 else letter for letter in text)


def match(typed: str, text: str) -> Match | None:
    """Finds the letters of ``typed`` in ``text`` in their order, white space left out.

    Letters at the start of words and letters in a row count most; of all placements the best is taken.

    Returns:
        The match, or None where a letter is missing.
    """
    wanted = "".join(folded(typed[:MAX_TYPED]).split())
    inside = folded(text[:MAX_TEXT])
    if not wanted:
        return Match(0, ())
    worth = [_worth(inside, place) for place in range(len(inside))]
    # Row by row: the best score with this letter placed there, and where the one before it is then.
    scores: list[int | None] = []
    came_from: list[list[int]] = []
    for number, letter in enumerate(wanted):
        row: list[int | None] = [None] * len(inside)
        back = [-1] * len(inside)
        best, best_at = None, -1
        for place, each in enumerate(inside):
            # Of letters that are not next to this one, the best so far.
            if number and place >= 2 and _more(scores[place - 2], best):
                best, best_at = scores[place - 2], place - 2
            if each != letter:
                continue
            if not number:
                row[place] = worth[place]
                continue
            beside = scores[place - 1] if place else None
            if beside is not None and _more(beside + _IN_A_ROW, best):
                row[place], back[place] = beside + _IN_A_ROW + worth[place], place - 1
            elif best is not None:
                row[place], back[place] = best + worth[place], best_at
        scores = row
        came_from.append(back)
    return _traced(scores, came_from)


def _traced(scores: list[int | None], came_from: list[list[int]]) -> Match | None:
    """The best placement, read backwards."""
    ends = [(score, -place) for place, score in enumerate(scores) if score is not None]
    if not ends:
        return None
    score, end = max(ends)
    places = [-end]
    for back in reversed(came_from[1:]):
        places.append(back[places[-1]])
    return Match(score, tuple(reversed(places)))


def _worth(text: str, place: int) -> int:
    """What a letter at that place counts."""
    starts_word = text[place].isalnum() and (place == 0 or not text[place - 1].isalnum())
    return _LETTER + (_WORD_START if starts_word else 0) + (_FIRST if place == 0 else 0)


def _more(one: int | None, other: int | None) -> bool:
    """Whether the first is a better score."""
    return one is not None and (other is None or one > other)
