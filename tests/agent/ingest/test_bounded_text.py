"""Foreign text made fit for a document."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.ingest.bounded_text import MAX_TEXT, clean, cut_middle, cut_name

ANY_TEXT = st.text(st.characters(), max_size=200)


@given(ANY_TEXT)
def test_clean_text_can_be_written_and_holds_no_control_character(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert len(cleaned) == len(text)
    assert not any(ord(each) < 32 and each not in "\t\n\r" for each in cleaned)
    assert not any(0x7F <= ord(each) <= 0x9F for each in cleaned)
    assert clean(cleaned) == cleaned


@given(st.text(max_size=400), st.integers(128, 300), st.integers(0, 10))
def test_a_cut_text_is_short_and_counts_what_is_missing(text: str, limit: int, left_out: int) -> None:
    cut = cut_middle(text, limit, left_out)
    if not left_out:
        assert len(cut) <= limit
    if len(text) <= limit and not left_out:
        assert cut == text
    else:
        missing = int(cut.partition("[… ")[2].partition(" characters left out …]")[0].replace(",", ""))
        mark = f"\n[… {missing:,} characters left out …]\n"
        assert missing == len(text) + left_out - (len(cut) - len(mark))


def test_names_that_differ_far_behind_stay_different() -> None:
    first, second = cut_name("n" * 100_000 + "1"), cut_name("n" * 100_000 + "2")
    assert first != second
    assert len(first) <= MAX_TEXT
    assert cut_name("short") == "short"
