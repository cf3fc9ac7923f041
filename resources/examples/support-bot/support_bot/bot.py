"""The assistant: guard, retrieval, model and citation in one line."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from support_bot import guard
from support_bot.documents import Passage, load_passages
from support_bot.model import MIN_SUPPORT, LocalModel
from support_bot.prompts import Prompt, load_prompt
from support_bot.retrieval import Bm25Index

if TYPE_CHECKING:
    from collections.abc import Sequence

    from support_bot.guard import Refusal

HOME = Path(__file__).resolve().parent.parent
RELEASED_PROMPT = "v3-rag"


@dataclass(frozen=True)
class Answer:
    """What a person gets to read."""

    text: str
    source: str = ""
    """The cited help page; empty where the prompt asks for no citation."""
    refusal: Refusal | None = None

    @property
    def refused(self) -> bool:
        """Whether the question was not answered."""
        return self.refusal is not None


class SupportBot:
    """Answers questions about Larkfield Rooms.

    Args:
        prompt: What the model is told.
        passages: The help pages.
        model: The model that writes.
    """

    def __init__(self, prompt: Prompt, passages: Sequence[Passage], model: LocalModel) -> None:
        self._prompt = prompt
        self._passages = list(passages)
        self._index = Bm25Index([f"{each.title} {each.text}" for each in self._passages])
        self._model = model

    def answer(self, question: str) -> Answer:
        """Answers one question or says why not. Equal questions get equal answers."""
        asked = guard.clean(question)
        refusal = guard.refusal_of(asked)
        if refusal is not None:
            return Answer(text=refusal.value, refusal=refusal)
        written = self._model.complete(self._prompt, asked, self._retrieve(asked))
        cited = written.page if self._prompt.cite_source else ""
        return Answer(text=guard.redact(written.text), source=cited, refusal=written.refusal)

    def _retrieve(self, question: str) -> list[Passage]:
        if not self._prompt.use_retrieved_context:
            return []
        least = MIN_SUPPORT if self._prompt.refuse_when_unsupported else 0.0
        matches = self._index.search(question, self._prompt.passages)
        return [self._passages[match.place] for match in matches if match.support >= least]


def released_prompt() -> str:
    """Name of the prompt that is in use: what ``SUPPORT_BOT_PROMPT`` names, or the released one."""
    return os.environ.get("SUPPORT_BOT_PROMPT", RELEASED_PROMPT)


def build_bot(prompt_file: Path | None = None) -> SupportBot:
    """The assistant with the shipped help pages.

    Args:
        prompt_file: The prompt to use; without it the released one.
    """
    prompt = load_prompt(prompt_file or HOME / "prompts" / f"{released_prompt()}.md")
    memory = (HOME / "support_bot" / "memory.txt").read_text(encoding="utf-8").splitlines()
    return SupportBot(prompt, load_passages(HOME / "documents"), LocalModel(memory))
