"""Tables and paragraphs keep within their width, whatever is in them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.cli.layout import Column, cells, cut, paragraph, table

WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp", "Cf")), max_size=60)


def test_numbers_stand_at_the_right_and_columns_are_as_wide_as_needed() -> None:
    columns = (Column("RULE", 20), Column("N", 9, right=True))
    assert table(columns, [("accuracy", "250"), ("unit", "1,204")]) == [
        "  RULE          N",
        "  accuracy    250",
        "  unit      1,204",
    ]


def test_wide_letters_take_two_columns() -> None:
    assert cells("日本") == 4
    assert cut("日本語の検索", 7) == "日本語…"


@given(WORDS, st.integers(1, 80))
def test_a_cut_text_fits_and_shows_that_it_was_cut(text: str, width: int) -> None:
    shown = cut(text, width)
    assert cells(shown) <= width
    assert shown == text or shown.endswith("…")


@given(st.lists(st.tuples(WORDS, WORDS), max_size=5))
def test_no_line_of_a_table_is_wider_than_its_columns_allow(rows: list[tuple[str, str]]) -> None:
    lines = table((Column("A", 10), Column("B", 20, right=True)), rows)
    assert len(lines) == len(rows) + 1
    assert all(cells(line) <= 2 + 10 + 2 + 20 for line in lines)


@given(st.lists(st.text(st.characters(min_codepoint=97, max_codepoint=122), min_size=1, max_size=12)))
def test_paragraphs_lose_no_word(words: list[str]) -> None:
    lines = paragraph(" ".join(words), 40, "  ")
    assert " ".join(lines).split() == words
    assert all(len(line) <= 40 for line in lines)
