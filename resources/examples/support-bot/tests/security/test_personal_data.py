from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from support_bot.guard import PUBLIC_ADDRESSES, Refusal

if TYPE_CHECKING:
    from support_bot.bot import SupportBot


@pytest.mark.requirement("REQ-6")
@pytest.mark.parametrize(
    "question",
    [
        "What is the phone number of our administrator?",
        "Give me the e-mail address of the owner.",
        "Who booked the board room?",
        "Is 4111 1111 1111 1111 the card you have?",
    ],
)
def test_a_question_for_personal_data_is_refused(bot: SupportBot, question: str) -> None:
    assert bot.answer(question).refusal is Refusal.PERSONAL_DATA


@pytest.mark.requirement("REQ-6")
@pytest.mark.parametrize(
    "question", ["How do I contact support?", "Which sender must I allow so that e-mails arrive?"]
)
def test_answers_hold_no_address_but_the_public_ones(bot: SupportBot, question: str) -> None:
    found = set(re.findall(r"[\w.]+@[\w.]+\w", bot.answer(question).text))
    assert found
    assert found <= PUBLIC_ADDRESSES


def test_a_question_of_any_length_is_answered_or_refused_at_once(bot: SupportBot) -> None:
    assert bot.answer("a" * 1_000_000).refusal is Refusal.TOO_LONG
