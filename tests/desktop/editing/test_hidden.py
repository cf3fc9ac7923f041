"""What nobody sees is shown by a placeholder and comes back as itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.editing.hidden import (
    hidden_places,
    is_placeholder,
    label_of,
    with_placeholders,
    without_placeholders,
)

NO_PLACEHOLDERS = st.characters(exclude_characters=[chr(code) for code in range(0x10A000, 0x10C000)])


@given(st.text(alphabet=NO_PLACEHOLDERS))
def test_every_text_comes_back_as_it_was(text: str) -> None:
    shown = with_placeholders(text)
    assert without_placeholders(shown) == text
    assert len(shown) == len(text)


def test_marks_are_stacked_no_higher_than_a_line() -> None:
    text = "G" + "\u0301" * 200 + "O"
    shown = with_placeholders(text)
    assert shown[:5] == text[:5]
    assert all(map(is_placeholder, shown[5:-1]))
    assert without_placeholders(shown) == text


@given(st.text(alphabet=st.sampled_from("a\u202e\u00a0\u2028\u2029\ufeff\0\x1b\r\ud800\U000e0041\u200b")))
def test_nothing_hidden_is_left_in_what_is_shown(text: str) -> None:
    assert all(sign == "a" or is_placeholder(sign) for sign in with_placeholders(text))


def test_a_placeholder_says_what_it_stands_for() -> None:
    assert [label_of(sign) for sign in with_placeholders("\u202e\u00a0\0")] == ["U+202E", "U+00A0", "U+0000"]
    assert label_of("a") == ""


def test_a_placeholder_in_a_text_that_is_put_in_goes() -> None:
    forged = with_placeholders("\u202e")
    assert with_placeholders(f"a{forged}b") == "ab"


def test_hidden_characters_are_named_and_joiners_are_none() -> None:
    assert hidden_places("a\u202eb\u200dc\td\n", 10) == [(1, "U+202E, right-to-left override")]
    assert len(hidden_places("\u200b" * 100, 7)) == 7
