from __future__ import annotations

import pytest
from support_bot.retrieval import Bm25Index

TEXTS = [
    "reset the password",
    "cancel the booking",
    "book a room with a projector",
    "the password of the room",
]


@pytest.mark.requirement("REQ-1")
def test_the_text_that_shares_the_rarer_words_comes_first() -> None:
    assert Bm25Index(TEXTS).search("I want to reset my password", 2)[0].place == 0


def test_a_text_that_shares_nothing_is_not_found() -> None:
    assert Bm25Index(TEXTS).search("catering", 5) == []
    assert Bm25Index([]).search("catering", 5) == []


def test_support_is_the_share_of_what_was_asked() -> None:
    whole, part = Bm25Index(TEXTS).search("reset password", 2)
    assert whole.support == pytest.approx(1.0)
    assert 0 < part.support < 0.5


def test_a_word_that_no_text_has_lowers_the_support() -> None:
    (best, *_) = Bm25Index(TEXTS).search("reset password catering", 1)
    assert best.support < 0.8


@pytest.mark.requirement("REQ-7")
def test_equal_scores_keep_the_order_of_the_texts() -> None:
    matches = Bm25Index(["same words", "same words", "same words"]).search("same", 3)
    assert [match.place for match in matches] == [0, 1, 2]


def test_no_more_than_the_limit_is_found() -> None:
    assert len(Bm25Index(TEXTS).search("password room booking", 2)) == 2
