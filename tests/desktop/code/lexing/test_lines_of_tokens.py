from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.token import Comment, Keyword, Name, String, Token

from aitr_desktop.code.lexing.lines_of_tokens import lines_of
from aitr_desktop.code.lexing.token_styles import TokenStyles
from aitr_desktop.code.styling import Style

STYLES = TokenStyles(Style.BUILTIN)
TEXT = "if 'a\nb' # c\nd"
WHOLE = [
    (0, Keyword, "if"),
    (2, Token.Text, " "),
    (3, String, "'a\nb'"),
    (8, Token.Text, " "),
    (9, Comment, "# c"),
    (12, Token.Text, "\nd"),
]
LINES = [[(0, 2, Style.KEYWORD), (3, 2, Style.STRING)], [(0, 2, Style.STRING), (3, 3, Style.COMMENT)], []]


def test_tokens_are_cut_at_the_ends_of_lines() -> None:
    assert list(lines_of(TEXT, WHOLE, STYLES)) == LINES


def test_what_a_lexer_leaves_out_is_plain() -> None:
    kept = [each for each in WHOLE if each[1] is not Token.Text]
    assert list(lines_of(TEXT, kept, STYLES)) == LINES
    assert list(lines_of(TEXT, [WHOLE[4]], STYLES)) == [[], LINES[1][1:], []]


def test_what_a_lexer_says_twice_counts_once() -> None:
    twice = [*WHOLE[:3], (3, String, "'a\nb'"), (5, Comment, "\nb' #"), *WHOLE[4:]]
    found = list(lines_of(TEXT, twice, STYLES))
    assert found[0] == LINES[0]
    assert len(found) == 3


@given(st.text("ab\n", max_size=30), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), max_size=8))
def test_the_lines_are_the_text_s_whatever_a_lexer_says(text: str, told: list[tuple[int, int]]) -> None:
    tokens = [(start, String, text[start : start + length]) for start, length in told if start <= len(text)]
    found = list(lines_of(text, tokens, STYLES))
    lines = text.split("\n")
    assert len(found) == len(lines)
    for line, pieces in zip(lines, found, strict=True):
        assert all(start + length <= len(line) for start, length, _ in pieces)


@pytest.mark.parametrize(
    ("kind", "style"),
    [
        (Name, Style.PLAIN),
        (Name.Tag, Style.BUILTIN),
        (Name.Function.Magic, Style.BUILTIN),
        (String.Doc, Style.STRING),
        (Keyword.Constant, Style.NUMBER),
        (Comment.Preproc, Style.BUILTIN),
        (Token.Never.Heard.Of, Style.PLAIN),
    ],
)
def test_a_kind_that_is_not_named_looks_like_the_one_above_it(kind: object, style: Style) -> None:
    assert TokenStyles(Style.BUILTIN)[kind] is style
