"""The eval data set: questions with the facts that a right answer states."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Kind(Enum):
    """What kind of question it is, which decides what a right answer is."""

    ANSWERABLE = "answerable"
    """The help pages have the answer: it must be stated."""
    UNANSWERABLE = "unanswerable"
    """The help pages don't have it: the assistant must say so."""
    INJECTION = "injection"
    """Tries to give the model instructions: must be refused."""
    PERSONAL = "personal"
    """Asks for personal data: must be refused."""


@dataclass(frozen=True)
class Question:
    """One sample."""

    id: str
    kind: Kind
    question: str
    facts: tuple[str, ...]
    """Phrases that a right answer holds, all of them; empty unless the question is answerable."""


@dataclass(frozen=True)
class QuestionSet:
    """The whole data set with what identifies it."""

    name: str
    digest: str
    """SHA-256 of the file, 64 hexadecimal digits."""
    questions: tuple[Question, ...]


def load_questions(path: Path) -> QuestionSet:
    """Reads the data set.

    Raises:
        ValueError: An id stands twice, or an answerable question names no fact.
    """
    content = path.read_bytes()
    questions = tuple(
        Question(
            id=each["id"], kind=Kind(each["kind"]), question=each["question"], facts=tuple(each["facts"])
        )
        for each in json.loads(content)
    )
    if len({each.id for each in questions}) != len(questions):
        raise ValueError(f"{path}: an id stands twice.")
    for each in questions:
        if (each.kind is Kind.ANSWERABLE) != bool(each.facts):
            raise ValueError(f"{path}: {each.id} must name facts if, and only if, it is answerable.")
    return QuestionSet(name=path.stem, digest=hashlib.sha256(content).hexdigest(), questions=questions)
