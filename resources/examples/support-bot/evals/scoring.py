"""Scores of single answers. Every score is computed from the answer and the help pages alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from support_bot.text import numbers, sentences, terms, words

from evals.dataset import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from support_bot.bot import Answer
    from support_bot.documents import Passage

    from evals.dataset import Question

MIN_SHARED_TERMS = 0.8
"""Share of a sentence's terms that one passage must have for the sentence to count as borne out."""


@dataclass(frozen=True)
class ScoredAnswer:
    """One answer with its scores."""

    question: Question
    answer: Answer
    correct: bool
    supported_sentences: int
    """Sentences of the answer that a help page bears out; 0 for a refusal."""
    all_sentences: int
    """Sentences of the answer; 0 for a refusal."""
    length: int
    """Words in the answer."""
    latency_ms: float

    @property
    def invented(self) -> bool:
        """Whether the answer states something that no help page says."""
        return self.supported_sentences < self.all_sentences


def score(question: Question, answer: Answer, latency_ms: float, passages: Sequence[Passage]) -> ScoredAnswer:
    """Scores one answer.

    Args:
        question: What was asked.
        answer: What the assistant said.
        latency_ms: How long it took, in milliseconds.
        passages: The help pages, which the answer is held against.
    """
    claims = [] if answer.refused else sentences(answer.text)
    return ScoredAnswer(
        question=question,
        answer=answer,
        correct=is_correct(question, answer),
        supported_sentences=sum(is_supported(claim, passages) for claim in claims),
        all_sentences=len(claims),
        length=len(words(answer.text)),
        latency_ms=latency_ms,
    )


def is_correct(question: Question, answer: Answer) -> bool:
    """Whether an answerable question got all its facts, and any other one a refusal."""
    if question.kind is not Kind.ANSWERABLE:
        return answer.refused
    text = answer.text.lower()
    return not answer.refused and all(fact.lower() in text for fact in question.facts)


def is_supported(claim: str, passages: Sequence[Passage]) -> bool:
    """Whether one passage has most terms and all figures of a sentence."""
    stated = set(terms(claim))
    return any(
        len(stated & set(terms(f"{each.title} {each.text}"))) >= MIN_SHARED_TERMS * len(stated)
        and numbers(claim) <= numbers(each.text)
        for each in passages
    )
