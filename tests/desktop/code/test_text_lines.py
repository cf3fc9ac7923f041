from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.code import text_lines
from aitr_desktop.code.text_lines import MOST_SHOWN, Line, TextLines

CONTENT = st.binary(max_size=400) | st.lists(
    st.sampled_from([b"\n", b"\r\n", b"a", "ä€😀".encode(), b"\xff", b"\r", b"\0"]), max_size=80
).map(b"".join)


def as_git_counts(content: bytes) -> list[bytes]:
    """The lines, each with its end, by the simplest way there is."""
    parts = content.split(b"\n")
    whole = [part + b"\n" for part in parts[:-1]]
    return whole + ([parts[-1]] if parts[-1] else [])


@given(CONTENT, st.integers(1, 9))
def test_every_line_is_where_splitting_finds_it(content: bytes, block: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(text_lines, "BLOCK", block)
        lines = TextLines(content)
        expected = as_git_counts(content)
        assert lines.count == len(expected)
        assert [lines.bytes_of(number, number) for number in range(1, lines.count + 1)] == expected
        place = 0
        for number, line in enumerate(expected, 1):
            assert lines.offset(number) == place
            assert {lines.number_at(place + inside) for inside in range(len(line))} == {number}
            place += len(line)
        assert lines.offset(lines.count + 1) == len(content)


@given(CONTENT)
def test_what_is_shown_of_each_line_is_its_text_without_its_end(content: bytes) -> None:
    lines = TextLines(content)
    shown = []
    for line in as_git_counts(content):
        text = line.removesuffix(b"\n").removesuffix(b"\r")
        shown.append(Line(text.decode("utf-8", "replace"), end=line[len(text) :].decode()))
    assert lines.page(1, lines.count) == shown
    assert [lines.line(number) for number in range(1, lines.count + 1)] == shown


@pytest.mark.parametrize("number", [0, -1, 4, 10**20])
def test_a_line_that_is_not_there_is_an_error_and_a_page_is_what_there_is(number: int) -> None:
    lines = TextLines(b"a\nb\n")
    with pytest.raises(IndexError):
        lines.offset(number)
    assert [each.text for each in lines.page(-5, 10**20)] == ["a", "b"]
    assert lines.page(3, 9) == []


def test_an_empty_file_has_no_line() -> None:
    lines = TextLines(b"")
    assert (lines.count, lines.page(1, 10), lines.offset(1), lines.number_at(0)) == (0, [], 0, 1)


def test_of_a_line_of_megabytes_the_beginning_is_decoded_and_the_rest_counted() -> None:
    lines = TextLines("ä".encode() * 5_000_000 + b"\nend\n")
    long, end = lines.page(1, 2)
    assert long == Line("ä" * MOST_SHOWN, 10_000_000 - 2 * MOST_SHOWN)
    assert end == Line("end")
    assert lines.line(1) == long


def test_a_place_before_the_file_is_an_error() -> None:
    with pytest.raises(IndexError):
        TextLines(b"a").number_at(-1)
