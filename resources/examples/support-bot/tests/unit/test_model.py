from __future__ import annotations

import pytest
from support_bot.documents import Passage
from support_bot.guard import Refusal
from support_bot.model import LocalModel
from support_bot.prompts import Prompt

MEMORY = ["A booking can be made 365 days ahead.", "Pay by cheque."]
PAGE = Passage(
    page="booking", title="Booking: Ahead", text="A booking can be made 180 days ahead. It is free."
)


def prompt(**options: bool | int) -> Prompt:
    return Prompt(version="v0", name="Test", text="the instructions", **options)  # type: ignore[arg-type]  # mixed kinds


def test_given_passages_win_over_memory() -> None:
    written = LocalModel(MEMORY).complete(prompt(max_sentences=1), "How many days ahead?", [PAGE])
    assert written.text == "A booking can be made 180 days ahead."
    assert written.page == "booking"


def test_without_passages_the_answer_comes_from_memory_and_names_no_page() -> None:
    written = LocalModel(MEMORY).complete(prompt(max_sentences=1), "How many days ahead can I book?", [])
    assert written.text == MEMORY[0]
    assert written.page == ""


def test_without_passages_and_memory_the_model_refuses() -> None:
    written = LocalModel(MEMORY).complete(prompt(answer_from_memory=False), "How many days ahead?", [])
    assert written.refusal is Refusal.UNSUPPORTED


@pytest.mark.requirement("REQ-2")
def test_a_model_that_must_have_support_refuses_a_far_question() -> None:
    strict = prompt(refuse_when_unsupported=True)
    assert (
        LocalModel(MEMORY).complete(strict, "Pay for catering in advance?", []).refusal is Refusal.UNSUPPORTED
    )


def test_passages_that_share_nothing_with_the_question_give_a_refusal() -> None:
    assert LocalModel(MEMORY).complete(prompt(), "catering", [PAGE]).refusal is Refusal.UNSUPPORTED


@pytest.mark.requirement("REQ-4")
def test_no_more_sentences_than_asked_for() -> None:
    written = LocalModel(MEMORY).complete(prompt(max_sentences=2), "Is booking ahead free?", [PAGE, PAGE])
    assert written.text.count(".") == 2
