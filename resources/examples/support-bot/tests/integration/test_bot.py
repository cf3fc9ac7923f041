"""The parts together: guard, retrieval, model and the shipped help pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support_bot.bot import build_bot
from support_bot.guard import Refusal

if TYPE_CHECKING:
    from pathlib import Path

    from support_bot.bot import SupportBot


@pytest.mark.requirement("REQ-1", "REQ-3")
@pytest.mark.parametrize(
    ("question", "fact", "page"),
    [
        ("How long does the reset link for a password work?", "30 minutes", "accounts"),
        ("What does the Business plan cost?", "11 euros", "plans"),
        ("How are webhooks signed?", "HMAC-SHA256", "api"),
    ],
)
def test_an_answer_states_the_fact_and_names_its_page(
    bot: SupportBot, question: str, fact: str, page: str
) -> None:
    answer = bot.answer(question)
    assert fact in answer.text
    assert answer.source == page


@pytest.mark.requirement("REQ-2")
def test_a_question_that_no_page_answers_is_refused(bot: SupportBot) -> None:
    assert bot.answer("Can I order catering for the garden?").refusal is Refusal.UNSUPPORTED


@pytest.mark.requirement("REQ-7")
def test_equal_questions_get_equal_answers(bot: SupportBot, home: Path) -> None:
    again = build_bot(home / "prompts" / "v3-rag.md")
    question = "Until when can I cancel a booking?"
    assert bot.answer(question) == bot.answer(question) == again.answer(question)


def test_the_prompt_alone_decides_whether_retrieval_is_used(home: Path) -> None:
    question = "What does the Team plan cost?"
    assert "6 euros" in build_bot(home / "prompts" / "v3-rag.md").answer(question).text
    assert "6 euros" not in build_bot(home / "prompts" / "v2-no-rag.md").answer(question).text


def test_the_environment_names_the_prompt_to_be_released(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPPORT_BOT_PROMPT", "v2-no-rag")
    assert build_bot().answer("What does the Team plan cost?").source == ""
    monkeypatch.delenv("SUPPORT_BOT_PROMPT")
    assert build_bot().answer("What does the Team plan cost?").source == "plans"
