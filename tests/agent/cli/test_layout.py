"""Tables and paragraphs keep within their width, whatever is in them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.cli.layout import Column, cells, cut, paragraph, table

WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp", "Cf")), max_size=60)


def test_numbers_stand_at_the_right_and_columns_are_as_wide_as_needed() -> None:
    columns = (Column("RULE"), Column("N", right=True))
    assert table(columns, [("accuracy", "250"), ("unit", "1,204")], 80) == [
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


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=5), st.integers(40, 120))
def test_no_line_of_a_table_is_wider_than_asked(rows: list[tuple[str, str, str]], width: int) -> None:
    lines = table((Column("A"), Column("B", right=True), Column("C")), rows, width)
    assert len(lines) == len(rows) + 1
    assert all(cells(line) <= width for line in lines)


def test_only_the_wide_columns_are_narrowed() -> None:
    lines = table((Column(), Column(), Column(right=True)), [("short", "x" * 90, "1,204")], 40)
    assert lines == ["  short  " + "x" * 23 + "…  1,204"]


@given(st.lists(st.text(st.characters(min_codepoint=97, max_codepoint=122), min_size=1, max_size=12)))
def test_paragraphs_lose_no_word(words: list[str]) -> None:
    lines = paragraph(" ".join(words), 40, "  ")
    assert " ".join(lines).split() == words
    assert all(len(line) <= 40 for line in lines)
