"""No text of a report is a formula, whatever a spreadsheet does before it looks, and each can be had back."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.hostile_texts import HOSTILE_TEXTS
from tsr_agent.export.spreadsheet import guarded, restored
from tsr_agent.export.tables import csv_lines
from tsr_agent.sections.plain_text import visible

LEADING = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\x00",
    "|",
    "%",
    "＝",
    "＋",
    "－",
    "＠",
    "﹦",
    "﹢",
    "﹣",
    "﹫",
    "−",
)
BEFORE = ("", " ", '"', "'", '" ', "\u00a0", "\u3000", "\u200b", "\ufeff", "“", "«", "\x0b", '""')
FORMULA = set("=+-@|%＝＋－＠﹦﹢﹣﹫−")
DROPPED = ' "\u00a0\u3000\u200b\ufeff“”«»\x0b\x0c\x00\t\r\n'


def is_harmless(cell: str) -> bool:
    """Judged anew: what is left of a cell once everything is dropped that a spreadsheet may drop."""
    left = cell.lstrip(DROPPED)
    return cell[:1] not in ("\x00", "\t", "\r", "\n") and left[:1] not in FORMULA


@pytest.mark.parametrize("lead", LEADING, ids=lambda each: f"U+{ord(each):04X}")
@pytest.mark.parametrize(
    "before", BEFORE, ids=lambda each: "-".join(f"{ord(sign):x}" for sign in each) or "bare"
)
def test_what_begins_a_formula_is_preceded_by_an_apostrophe(lead: str, before: str) -> None:
    # Behind something else, blanks are only dangerous for what follows them.
    text = f"{before}{lead}1+1" if not before or lead.isprintable() else f"{before}{lead}=1+1"
    assert "'" in guarded(text)[: len(before) + 2]
    assert restored(guarded(text)) == text


@pytest.mark.parametrize("separator", [";", "\t", "\n", "\r", "\r\n", ";\t"])
def test_a_piece_that_another_separator_splits_off_is_no_formula_either(separator: str) -> None:
    text = f"all passed{separator}=1+1"
    assert guarded(text) == f"all passed{separator}'=1+1" or separator == ";\t"
    for piece in guarded(text).replace("\t", ";").replace("\r", ";").replace("\n", ";").split(";"):
        assert is_harmless(piece) or not piece


@pytest.mark.parametrize("separator", [";", "\t", "\n", "\r"])
def test_a_piece_that_begins_with_nul_is_marked_too(separator: str) -> None:
    assert guarded(f"a{separator}\x00") == f"a{separator}'\x00"
    assert restored(guarded(f"{separator}\x00")) == f"{separator}\x00"


@pytest.mark.parametrize(
    "text", ["accuracy ≥ 0.85", "NO-GO", "● GO", "– passed", "a;b", "x = 1", "user@host", ""]
)
def test_what_is_no_formula_is_left_alone(text: str) -> None:
    assert guarded(text) == text


PIECES = st.sampled_from([*LEADING, *BEFORE, ";", "'", "a", "1", "\n", "\r"])


@given(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=60))
def test_every_text_can_be_had_back_and_no_piece_of_it_is_a_formula(text: str) -> None:
    shown = guarded(text)
    assert restored(shown) == text
    assert is_harmless(shown) or not shown
    for piece in shown.replace("\t", ";").replace("\r", ";").replace("\n", ";").split(";"):
        assert is_harmless(piece) or not piece, (text, shown)


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def test_a_hostile_text_is_read_back_as_it_is_shown(text: str) -> None:
    stream = io.BytesIO()
    with csv_lines(stream, marked=True) as lines:
        lines.write(("id", text, -0.5, None, 12))
    limit = csv.field_size_limit(10_000_000)
    try:
        ((first, second, number, nothing, whole),) = csv.reader(
            io.StringIO(stream.getvalue().decode("utf-8-sig"), newline="")
        )
    finally:
        csv.field_size_limit(limit)
    assert (first, number, nothing, whole) == ("id", "-0.5", "", "12")
    assert restored(second) == visible(text)
    assert is_harmless(second)
    assert "\x00" not in stream.getvalue().decode()
    assert "\x1b" not in stream.getvalue().decode()


def test_a_long_text_takes_no_time() -> None:
    for text in (" " * 1_000_000, "\n " * 500_000, "'" * 1_000_000, ";" * 1_000_000, '"; ' * 300_000):
        assert restored(guarded(text)) == text
