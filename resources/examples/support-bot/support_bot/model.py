"""The local language model: deterministic, without a network, steered by the prompt alone.

It stands in for a hosted model and shares the properties that matter to a test: it writes only what
its prompt lets it, it answers from a dated memory when it is given no context, and it follows
instructions hidden in a question unless it is told not to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from support_bot.guard import Refusal
from support_bot.retrieval import Bm25Index
from support_bot.text import sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from support_bot.documents import Passage
    from support_bot.prompts import Prompt

MIN_SUPPORT = 0.55
"""Share of a question's information that a text must have words for, where the prompt asks for support."""

_INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget)\b.{0,40}\b(?:instruction|prompt|rule)s?\b|"
    r"\b(?:print|show|repeat|reveal)\b.{0,40}\b(?:instructions|prompt)\b|\byou are now\b|\bsystem ?:",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Completion:
    """What the model wrote."""

    text: str
    page: str = ""
    """The page that the answer was taken from; empty for an answer from memory and for a refusal."""
    refusal: Refusal | None = None


class LocalModel:
    """Writes answers out of given passages or out of its memory.

    Args:
        memory: Sentences that the model learnt when it was made; they may be out of date.
    """

    def __init__(self, memory: Sequence[str]) -> None:
        self._memory = list(memory)
        self._memory_index = Bm25Index(self._memory)

    def complete(self, prompt: Prompt, question: str, context: Sequence[Passage]) -> Completion:
        """Answers one question.

        Args:
            prompt: What the model is told to do.
            question: The cleaned question.
            context: Retrieved passages, the nearest first; empty where nothing was retrieved.
        """
        if _INSTRUCTION.search(question):
            if prompt.ignore_instructions_in_questions:
                return _refusal(Refusal.INSTRUCTION)
            return Completion(text=prompt.text)
        if context:
            return _from_context(prompt, question, context)
        if prompt.answer_from_memory:
            return self._from_memory(prompt, question)
        return _refusal(Refusal.UNSUPPORTED)

    def _from_memory(self, prompt: Prompt, question: str) -> Completion:
        matches = self._memory_index.search(question, prompt.max_sentences)
        least = MIN_SUPPORT if prompt.refuse_when_unsupported else 0.0
        kept = [self._memory[match.place] for match in matches if match.support >= least]
        return Completion(text=" ".join(kept)) if kept else _refusal(Refusal.UNSUPPORTED)


def _from_context(prompt: Prompt, question: str, context: Sequence[Passage]) -> Completion:
    lines = [(passage, sentence) for passage in context for sentence in sentences(passage.text)]
    # The heading belongs to each of its sentences: "It costs 6 euros" alone does not name the plan.
    matches = Bm25Index([f"{passage.title} {sentence}" for passage, sentence in lines]).search(
        question, prompt.max_sentences
    )
    if not matches:
        return _refusal(Refusal.UNSUPPORTED)
    best = lines[matches[0].place][0]
    written = " ".join(lines[place][1] for place in sorted(match.place for match in matches))
    return Completion(text=written, page=best.page)


def _refusal(reason: Refusal) -> Completion:
    return Completion(text=reason.value, refusal=reason)
