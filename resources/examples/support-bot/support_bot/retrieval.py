"""Finding texts by the words they share with a question: Okapi BM25."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from support_bot.text import terms

if TYPE_CHECKING:
    from collections.abc import Sequence

SATURATION = 1.2
LENGTH_WEIGHT = 0.75


@dataclass(frozen=True)
class Match:
    """A text that shares words with a question."""

    place: int
    """Position of the text in the index."""
    score: float
    """BM25; larger is nearer."""
    support: float
    """Share of the question's information that the text has words for, between 0 and 1."""


class Bm25Index:
    """An inverted index over a few texts.

    Args:
        texts: What is searched; matches name their position.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._counts = [Counter(terms(text)) for text in texts]
        self._lengths = [counts.total() for counts in self._counts]
        self._mean_length = sum(self._lengths) / max(1, len(self._lengths))
        self._holders = Counter(term for counts in self._counts for term in counts)

    def search(self, question: str, limit: int) -> list[Match]:
        """The nearest texts, best first; equals keep their order."""
        asked = sorted(set(terms(question)))
        found = [match for place in range(len(self._counts)) if (match := self._match(place, asked))]
        return sorted(found, key=lambda match: (-match.score, match.place))[:limit]

    def weight(self, term: str) -> float:
        """Inverse document frequency: how much a term tells. Largest for a term that no text has."""
        holders = self._holders[term]
        return math.log(1 + (len(self._counts) - holders + 0.5) / (holders + 0.5))

    def _match(self, place: int, asked: list[str]) -> Match | None:
        counts = self._counts[place]
        shared = [term for term in asked if term in counts]
        if not shared:
            return None
        length = 1 - LENGTH_WEIGHT + LENGTH_WEIGHT * self._lengths[place] / self._mean_length
        score = sum(
            self.weight(term) * counts[term] * (SATURATION + 1) / (counts[term] + SATURATION * length)
            for term in shared
        )
        support = sum(map(self.weight, shared)) / sum(map(self.weight, asked))
        return Match(place=place, score=score, support=support)
