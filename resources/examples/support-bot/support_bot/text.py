"""Words and sentences of plain English text."""

from __future__ import annotations

import re

_WORD = re.compile(r"[a-z0-9]+")
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=[A-Z0-9])")
_NUMBER = re.compile(r"\d+(?:[:.]\d+)?")
_SUFFIXES = ("ations", "ation", "ingly", "ings", "ing", "ies", "ed", "es", "s")
STOP_WORDS = frozenset(
    """
    a about an and any are as at be been but by can could did do does for from get had has
    have how i if in is it its may me my need of on or our should so than that the their them
    then there these they this to up us was we were what when where which who why will with
    would you your
    """.split()  # noqa: SIM905  (a list of words reads better without quotes)
)


def words(text: str) -> list[str]:
    """All words of a text in order, in lower case."""
    return _WORD.findall(text.lower().replace("'", ""))


def stem(word: str) -> str:
    """A word without its commonest endings, so that ``bookings`` and ``booked`` meet in ``book``."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word.removesuffix(suffix)
            break
    return word.removesuffix("e") if len(word) > 3 else word


def terms(text: str) -> list[str]:
    """The stems of the words that carry meaning, in order and with repetitions."""
    return [stem(word) for word in words(text) if word not in STOP_WORDS]


def numbers(text: str) -> set[str]:
    """The figures in a text, such as ``30`` and ``20:00``."""
    return set(_NUMBER.findall(text))


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph, in order."""
    return [part.strip() for part in _SENTENCE_END.split(" ".join(text.split())) if part.strip()]
