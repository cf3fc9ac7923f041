from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.sections.plain_text import one_line, visible

ALLOWED = {"\n", "\t", "\u200c", "\u200d"}


def is_hidden(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and character not in ALLOWED


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\u202etxt.exe", "⟨U+202E⟩txt.exe"),
        ("\x1b[31mred", "⟨U+001B⟩[31mred"),
        ("a\x00b", "a⟨U+0000⟩b"),
        ("a\u200bb", "a⟨U+200B⟩b"),
        ("one\r\ntwo\rthree", "one\ntwo⟨U+000D⟩three"),
        ("<b>stays & stays</b>", "<b>stays & stays</b>"),
        ("Größe 日本 👩‍💻 é", "Größe 日本 👩‍💻 é"),
        ("e" + "\u0301" * 50, "e" + "\u0301" * 4 + "⟨46 marks⟩"),
        ("\U000e0041", "⟨U+E0041⟩"),
    ],
)
def test_hidden_characters_are_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_every_hidden_character_of_unicode_is_written_out() -> None:
    left = [
        hex(point) for point in range(0x110000) if is_hidden(chr(point)) and visible(chr(point)) == chr(point)
    ]
    assert left == []


@given(st.text(alphabet=st.characters()))
def test_nothing_hidden_is_left_and_a_second_pass_changes_nothing(text: str) -> None:
    shown = visible(text)
    assert not any(is_hidden(character) for character in shown)
    assert visible(shown) == shown


@given(st.text(alphabet=st.characters()), st.integers(min_value=2, max_value=80))
def test_one_line_is_one_bounded_line(text: str, limit: int) -> None:
    shown = one_line(text, limit)
    assert len(shown) <= limit
    assert len(shown.splitlines()) <= 1
    assert "\t" not in shown


def test_a_cut_shows() -> None:
    assert one_line("x" * 600).endswith("x…")
    assert one_line("a\n\n  b") == "a ⏎ b"


def test_a_huge_text_costs_little() -> None:
    assert len(one_line("\x00" * 5_000_000)) == 500
