from __future__ import annotations

import pytest
from support_bot.text import numbers, sentences, stem, terms


@pytest.mark.parametrize("word", ["booking", "bookings", "booked", "books"])
def test_endings_of_one_word_meet_in_one_stem(word: str) -> None:
    assert stem(word) == "book"


def test_a_short_word_keeps_its_ending() -> None:
    assert stem("is") == "is"
    assert stem("gas") == "gas"


def test_terms_leave_out_words_without_meaning_and_keep_the_order() -> None:
    assert terms("How do I cancel the booking?") == ["cancel", "book"]


def test_figures_keep_their_form() -> None:
    assert numbers("From 20:00 for 30 minutes at 2.5 euros") == {"20:00", "30", "2.5"}


def test_a_paragraph_is_cut_at_its_sentences_and_not_at_decimals() -> None:
    assert sentences("It costs 2.5 euros. Pay\nmonthly! Or not") == [
        "It costs 2.5 euros.",
        "Pay monthly!",
        "Or not",
    ]
