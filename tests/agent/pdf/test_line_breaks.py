from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.pdf.faces import Faces
from tsr_agent.pdf.line_breaks import MOST_CHARACTERS, bounded, cut, lines_of

FACES = Faces()
ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=300)


@given(ANY, st.integers(1_500, 40_000), st.sampled_from([FACES.plain, FACES.strong, FACES.code]))
def test_no_line_is_wider_than_its_room_and_no_sign_is_lost(text, room, face) -> None:
    lines = lines_of(face, text, room)
    assert all(face.width(line) <= room for line in lines)
    assert "".join("".join(lines).split()) == "".join(face.printable(bounded(text)).split())


@given(ANY, st.integers(2_000, 40_000))
def test_a_cut_line_fits_and_shows_that_it_is_cut(text, room) -> None:
    line = cut(FACES.plain, text, room)
    assert FACES.plain.width(line) <= room
    assert line.endswith("…") or line == FACES.plain.printable(text.replace("\n", " "))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three", ["one two", "three"]),
        ("tests/test_bot.py::test_it", ["tests/", "test_bot.", "py::test_", "it"]),
        ("Wwwwwwwwwwwwwwwwwww", ["Wwwwwwwww", "wwwwwwwww", "w"]),
        ("  indented and long", ["  indented", "and long"]),
        ("two\n\nlines", ["two", "", "lines"]),
        ("", [""]),
    ],
)
def test_lines_end_between_words_then_behind_signs_then_anywhere(text: str, lines: list[str]) -> None:
    # Ten characters of a font in which all are 600 wide, and nine for the others.
    assert lines_of(FACES.code, text, 600 * (10 if text.startswith(" ") else 9)) == lines


def test_a_text_is_bounded_with_the_number_of_what_is_left_out() -> None:
    assert bounded("x" * MOST_CHARACTERS) == "x" * MOST_CHARACTERS
    assert bounded("x" * 5_000) == "x" * MOST_CHARACTERS + "… 3,000 more characters, see the record"


def test_ideographs_break_anywhere() -> None:
    lines = lines_of(FACES.plain, "中文" * 20, 10_000)
    assert [len(line) for line in lines] == [10, 10, 10, 10]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("a\x00b\ud800", "a⟨U+0000⟩b⟨U+D800⟩"),
        ("a\ue000", "a⟨U+E000⟩"),
        ("✓ Ω 中", "✓ Ω 中"),
        ("a\tb", "a    b"),
    ],
)
def test_what_hides_reorders_or_has_no_glyph_is_written_out(text: str, shown: str) -> None:
    assert FACES.plain.printable(text) == shown
