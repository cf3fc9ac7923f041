from __future__ import annotations

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aitr_desktop.code import differing
from aitr_desktop.code.differing import Difference, Row, RowKind, difference
from aitr_desktop.code.text_lines import TextLines

FEW = st.lists(st.sampled_from([b"a\n", b"b\n", b"\n", b"return x\n", b"a\r\n", b"caf\xc3\xa9\n", b"\xff\n"]))
ENDS = st.sampled_from([b"", b"a", b"b", b"\r"])
TEXTS = st.builds(lambda lines, end: b"".join(lines) + end, FEW, ENDS)
BUDGETS = st.sampled_from([0, 1, 7, 40, differing.STEPS])


def side(made: Difference, lines: TextLines, which: str) -> bytes:
    numbers = [getattr(row, which) for row in made.page(0, made.count)]
    return b"".join(lines.bytes_of(number, number) for number in numbers if number)


def mirrored(made: Difference) -> list[Row]:
    kinds = {RowKind.ADDED: RowKind.REMOVED, RowKind.REMOVED: RowKind.ADDED}
    return [
        Row(kinds.get(row.kind, row.kind), row.new, row.old, row.new_spans, row.old_spans, row.unseen)
        for row in made.page(0, made.count)
    ]


@given(old=TEXTS, new=TEXTS, steps=BUDGETS)
@example(old=b"a\nb", new=b"a\nb\n", steps=differing.STEPS)
@example(old=b"b\na", new=b"\na", steps=differing.STEPS)
def test_the_rows_give_both_texts_back(old: bytes, new: bytes, steps: int) -> None:
    made = difference(TextLines(old), TextLines(new), steps)
    assert side(made, made.old, "old") == old
    assert side(made, made.new, "new") == new
    for row in made.page(0, made.count):
        assert (row.old > 0, row.new > 0) == {
            RowKind.EQUAL: (True, True),
            RowKind.CHANGED: (True, True),
            RowKind.REMOVED: (True, False),
            RowKind.ADDED: (False, True),
        }[row.kind]
        if row.old and row.new:
            same = made.old.bytes_of(row.old, row.old) == made.new.bytes_of(row.new, row.new)
            assert same or row.kind is RowKind.CHANGED
            assert row.kind is RowKind.EQUAL or not same or not made.is_whole


@given(old=TEXTS, new=TEXTS, block=st.integers(1, 5))
def test_what_both_begin_and_end_with_is_found_in_blocks_of_any_size(
    old: bytes, new: bytes, block: int
) -> None:
    whole = difference(TextLines(old), TextLines(new))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(differing, "_BLOCK", block)
        made = difference(TextLines(old), TextLines(new))
    assert made.page(0, made.count) == whole.page(0, whole.count)


@given(old=TEXTS, new=TEXTS, steps=BUDGETS)
def test_both_directions_mirror_each_other(old: bytes, new: bytes, steps: int) -> None:
    there = difference(TextLines(old), TextLines(new), steps)
    back = difference(TextLines(new), TextLines(old), steps)
    assert sorted(mirrored(there), key=place) == sorted(back.page(0, back.count), key=place)
    assert there.is_whole == back.is_whole


def place(row: Row) -> tuple[int, int, str]:
    return row.old, row.new, row.kind.value


@given(old=TEXTS, new=TEXTS)
def test_hunks_are_the_rows_that_differ(old: bytes, new: bytes) -> None:
    made = difference(TextLines(old), TextLines(new))
    differing_rows = {number for number in range(made.count) if made.row(number).kind is not RowKind.EQUAL}
    assert differing_rows == {
        number for hunk in made.hunks for number in range(hunk.first_row, hunk.last_row + 1)
    }
    assert all(one.last_row + 1 < other.first_row for one, other in pairwise(made.hunks))
    for hunk in made.hunks:
        rows = made.page(hunk.first_row, hunk.last_row)
        assert hunk.old_count == sum(row.old > 0 for row in rows)
        assert hunk.new_count == sum(row.new > 0 for row in rows)
        assert hunk.old_count == 0 or hunk.old_first == min(row.old for row in rows if row.old)
        assert hunk.new_count == 0 or hunk.new_first == min(row.new for row in rows if row.new)


@given(old=TEXTS, new=TEXTS)
def test_each_line_is_found_in_its_row(old: bytes, new: bytes) -> None:
    made = difference(TextLines(old), TextLines(new))
    for number in range(made.count):
        row = made.row(number)
        assert not row.old or made.row_of_old(row.old) == number
        assert not row.new or made.row_of_new(row.new) == number
    assert 0 <= made.row_of_old(10_000) <= max(0, made.count - 1)


def test_a_change_stands_beside_what_it_replaced() -> None:
    old = TextLines(b"def a():\n    return 1\n\n\ndef b():\n    pass\n")
    new = TextLines(b"def a():\n    return 2\n\n\ndef new():\n    pass\n\n\ndef b():\n    pass\n")
    made = difference(old, new)
    assert [(row.kind.value, row.old, row.new) for row in made.page(0, 99)] == [
        ("equal", 1, 1),
        ("changed", 2, 2),
        ("added", 0, 3),
        ("added", 0, 4),
        ("added", 0, 5),
        ("added", 0, 6),
        ("equal", 3, 7),
        ("equal", 4, 8),
        ("equal", 5, 9),
        ("equal", 6, 10),
    ]
    row = made.row(1)
    assert [old.line(2).text[start : start + length] for start, length in row.old_spans] == ["1"]
    assert [new.line(2).text[start : start + length] for start, length in row.new_spans] == ["2"]
    assert [hunk[:2] for hunk in made.hunks] == [(1, 5)]


def test_one_goes_from_hunk_to_hunk() -> None:
    made = difference(TextLines(b"a\nb\nc\nd\ne\n"), TextLines(b"a\nB\nc\nD\nnew\ne\n"))
    first, second = made.hunks
    assert [hunk[:2] for hunk in made.hunks] == [(1, 1), (3, 4)]
    assert made.next_hunk(0) == first
    assert made.next_hunk(1) == second
    assert made.next_hunk(3) is None
    assert made.previous_hunk(3) == first
    assert made.previous_hunk(5) == second
    assert made.previous_hunk(1) is None


def test_there_is_no_such_row() -> None:
    made = difference(TextLines(b""), TextLines(b""))
    assert (made.count, made.hunks, made.page(0, 5)) == (0, (), [])
    with pytest.raises(IndexError):
        made.row(0)


def test_texts_of_nothing_but_line_ends_take_no_memory() -> None:
    """Twenty million lines on each side, and the middle line another: only that one is looked at."""
    size = 20_000_000
    old, new = TextLines(b"\n" * size + b"a" + b"\n" * size), TextLines(b"\n" * size + b"b" + b"\n" * size)
    made = difference(old, new)
    assert [row.kind.value for row in made.page(size - 1, size + 1)] == ["equal", "changed", "equal"]
    assert (made.count, len(made.hunks), made.is_whole) == (2 * size, 1, True)


def test_texts_too_long_to_compare_are_replaced_as_a_whole_and_said() -> None:
    """Millions of lines that differ are one stretch, not millions of rows in memory."""
    old, new = TextLines(b"x\n" + b"\n" * 5_000_000), TextLines(b"y\n" + b"\n\r\n" * 3_000_000 + b"z")
    tracemalloc.start()
    made = difference(old, new)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 50_000_000
    assert not made.is_whole
    assert "some lines stand as replaced that may be equal" in made.remark
    assert len(made.hunks) == 1
    assert (made.hunks[0].old_count, made.hunks[0].new_count) == (old.count, new.count)
    assert made.row(made.count - 1) == Row(RowKind.ADDED, 0, new.count)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"same\r\n", b"same\n", "Only the ends of the lines differ."),
        (b"same", b"same\n", "Only the ends of the lines differ."),
        (b"x" * 10_001 + b"a\n", b"x" * 10_001 + b"b\n", "The lines differ beyond what is shown of them."),
        (b"caf\xe9\n", b"caf\xe8\n", "The lines differ in bytes that are no text."),
        (b"one\n", b"two\n", ""),
    ],
)
def test_what_differs_though_both_look_the_same_is_said(old: bytes, new: bytes, said: str) -> None:
    for one, other in ((old, new), (new, old)):
        (row,) = difference(TextLines(one), TextLines(other)).page(0, 9)
        assert (row.kind, row.unseen) == (RowKind.CHANGED, said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"a\r\nb\r\n", b"a\nb\n", differing.ENDS_ONLY),
        (b"a\nb\n", b"a\nb", differing.ENDS_ONLY),
        (b"a\r\nb\r\n", b"a\nB\n", ""),
        (b"a\n", b"a\n", ""),
        (b"", b"x\n", ""),
    ],
)
def test_texts_that_differ_in_their_line_ends_only_are_told_so(old: bytes, new: bytes, said: str) -> None:
    assert difference(TextLines(old), TextLines(new)).remark == said
