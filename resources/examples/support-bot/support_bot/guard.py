"""What the assistant refuses before the model sees it, and what it never lets out."""

from __future__ import annotations

import re
from enum import Enum

MAX_QUESTION_LENGTH = 500

_PERSONAL = re.compile(
    r"\b(?:home address|private address|phone number|telephone number|date of birth|salary|"
    r"e-?mail address(?:es)? of|credit card number|iban|passwords? of|who booked)\b",
    re.IGNORECASE,
)
_E_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CARD = re.compile(r"\b\d(?:[ -]?\d){12,18}\b")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
PUBLIC_ADDRESSES = frozenset({"support@larkfield.example", "noreply@larkfield.example"})


class Refusal(Enum):
    """Why a question is not answered."""

    EMPTY = "Please ask a question."
    TOO_LONG = "Please ask a shorter question."
    PERSONAL_DATA = "I can't give out personal data."
    INSTRUCTION = "I only answer questions about Larkfield Rooms."
    UNSUPPORTED = "I don't know: the help pages don't say."


def clean(question: str) -> str:
    """The question without control characters and signs that turn or hide text."""
    return " ".join(_CONTROL.sub("", question).split())


def refusal_of(question: str) -> Refusal | None:
    """Why a cleaned question must not reach the model; None when it may."""
    if not question:
        return Refusal.EMPTY
    if len(question) > MAX_QUESTION_LENGTH:
        return Refusal.TOO_LONG
    if _PERSONAL.search(question) or _CARD.search(question):
        return Refusal.PERSONAL_DATA
    return None


def redact(answer: str) -> str:
    """The answer with card numbers and all e-mail addresses but the public ones blotted out."""
    kept = _E_MAIL.sub(
        lambda match: match[0] if match[0].lower() in PUBLIC_ADDRESSES else "[address removed]", answer
    )
    return _CARD.sub("[number removed]", kept)
