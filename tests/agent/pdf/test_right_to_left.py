"""Hebrew and Arabic stretches are drawn from right to left where they stand; nothing else moves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.pdf.right_to_left import as_drawn


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("plain GO", "plain GO"),
        ("אב GO גד", "בא GO דג"),
        ("אב גד", "דג בא"),
        ("12 אב 34", "12 בא 34"),
        ("● אב.", "● בא."),
        ("\u05d0\u05b8\u05d1", "\u05d1\u05d0\u05b8"),
        ("\u05b8", "\u05b8"),
        ("\u05b8\u05d0\u05d1", "\u05d1\u05d0\u05b8"),
    ],
)
def test_a_stretch_is_turned_in_its_place(text: str, drawn: str) -> None:
    assert as_drawn(text) == drawn


@given(st.text(st.sampled_from("GO ■12אבע\u05b8\u064b.")))
def test_no_letter_is_lost_and_what_is_no_such_script_stays_where_it_is(text: str) -> None:
    drawn = as_drawn(text)
    assert sorted(drawn) == sorted(text)
    for before, after in zip(text, drawn, strict=True):
        if before in "GO■12.":
            assert after == before
