"""Finding a text in bytes: the same hits as looking at the whole, in bounded slices."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.code import text_search
from aitr_desktop.code.text_search import TextSearch


def hits(content: bytes, text: str, *, is_exact: bool = False) -> list[tuple[int, int]]:
    search = TextSearch(content, text, is_exact=is_exact)
    slices = 0
    while not search.is_done:
        search.go_on()
        slices += 1
        assert slices <= len(content) // 1_000 + 2
    return list(zip(search.starts, search.ends, strict=True))


PARTS = st.lists(
    st.sampled_from(["ab", "AB", "b", "é", "É", "ж", "Ж", "İ", "ſ", "\n", "中", "x" * 700]), max_size=60
)


@given(parts=PARTS, text=st.sampled_from(["ab", "b", "é", "жÉ", "中b", "aBé", "xx"]))
def test_the_hits_are_those_of_the_whole_text(parts: list[str], text: str) -> None:
    whole = "".join(parts)
    content = whole.encode()
    exact = [each.span() for each in re.finditer(re.escape(text.encode()), content)]
    assert hits(content, text, is_exact=True) == exact
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_search, "SLICE", 1_000)
        patch.setattr(text_search, "_SLICE_FOLDED", 1_000)
        assert hits(content, text, is_exact=True) == exact
        lowered = text_search.folded(whole)
        found = [
            (len(whole[: each.start()].encode()), len(whole[: each.end()].encode()))
            for each in re.finditer(re.escape(text_search.folded(text)), lowered)
        ]
        if text.isascii():
            found = [each.span() for each in re.finditer(re.escape(text.lower().encode()), content.lower())]
        assert hits(content, text) == found


@pytest.mark.parametrize("text", ["needle", "Nédlé"])
@pytest.mark.parametrize("before", range(70))
def test_a_hit_that_lies_across_two_slices_is_found(
    monkeypatch: pytest.MonkeyPatch, text: str, before: int
) -> None:
    monkeypatch.setattr(text_search, "SLICE", 16)
    monkeypatch.setattr(text_search, "_SLICE_FOLDED", 16)
    content = b"." * before + text.upper().encode() + b"." * 30 + text.encode()
    size = len(text.encode())
    search = TextSearch(content, text)
    for _ in content:
        search.go_on()
    assert search.is_done
    assert list(search.starts) == [before, before + size + 30]
    assert list(search.ends) == [before + size, before + 2 * size + 30]


@pytest.mark.parametrize(
    "text", ["a", "é", "⟨U+0000⟩", "⟨U+202E⟩", "⟨U+FFFFFF⟩", "(a+)+$", "\ud800", "[", "\\"]
)
def test_any_text_is_taken_literally(text: str) -> None:
    content = b"a \xff\xfe \x00 \xe2\x80\xae (a+)+$ [ \\ " * 50
    found = hits(content, text, is_exact=True)
    assert len(found) == {"a": 100, "é": 0, "⟨U+FFFFFF⟩": 0, "\ud800": 0}.get(text, 50)


def test_bytes_that_are_no_text_keep_the_places_of_those_behind_them() -> None:
    content = b"\xff\xfe\xed\xa0\x80 \xc3 \xc3\x89TAT"
    assert hits(content, "état") == [(8, 13)]


def test_so_many_hits_are_counted_and_no_more() -> None:
    search = TextSearch(b"a" * 50_000, "a")
    search.go_on()
    assert search.is_done
    assert search.has_more
    assert len(search.starts) == text_search.MOST_HITS


def test_nothing_is_found_where_nothing_is_looked_for() -> None:
    assert hits(b"abc", "") == []
    assert hits(b"", "abc") == []
