from __future__ import annotations

import io
import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.code.lexing.frames import (
    MOST_BYTES,
    Frame,
    GarbageError,
    Kind,
    Pieces,
    pack_pieces,
    pack_text,
    read_frame,
    unpack_text,
    write_frame,
)
from aitr_desktop.code.styling import Piece, Style

ANY_TEXT = st.text(st.characters(codec=None), max_size=200)


def piped(frame: Frame) -> bytes:
    """A frame as it goes through a pipe."""
    pipe = io.BytesIO()
    write_frame(pipe, frame)
    return pipe.getvalue()


@given(st.sampled_from(Kind), st.integers(0, 2**32 - 1), st.binary(max_size=300))
def test_a_frame_comes_as_it_was_sent(kind: Kind, number: int, payload: bytes) -> None:
    sent = Frame(kind, number, payload)
    pipe = io.BytesIO(piped(sent) * 2)
    assert [read_frame(pipe), read_frame(pipe), read_frame(pipe)] == [sent, sent, None]


@given(st.binary(min_size=1, max_size=60))
def test_anything_else_is_garbage_or_the_frame_that_it_is(content: bytes) -> None:
    try:
        found = read_frame(io.BytesIO(content))
    except GarbageError:
        return
    assert found is not None
    assert content.startswith(piped(found))


class Endless(io.BytesIO):
    """A pipe that would give whatever is asked for."""

    def __init__(self, head: bytes) -> None:
        super().__init__(head)
        self.most = 0

    def read(self, size: int | None = -1) -> bytes:
        self.most = max(self.most, size or 0)
        return super().read(size)


def test_a_frame_that_claims_to_be_huge_is_not_waited_for() -> None:
    pipe = Endless(struct.pack("<4sBII", b"aiLx", Kind.PAGE, 1, MOST_BYTES + 1))
    with pytest.raises(GarbageError):
        read_frame(pipe)
    assert pipe.most == 13


@pytest.mark.parametrize("cut", [1, 12, 13, 20])
def test_a_frame_that_is_cut_short_is_garbage(cut: int) -> None:
    with pytest.raises(GarbageError):
        read_frame(io.BytesIO(piped(Frame(Kind.PAGE, 1, b"0123456789"))[:cut]))


@given(ANY_TEXT, st.integers(0, 10**6), st.integers(0, 10**6))
def test_any_text_can_be_asked_for(text: str, skipped: int, count: int) -> None:
    assert unpack_text(pack_text("C++", skipped, count, text)) == ("C++", skipped, count, text)


PIECE = st.tuples(st.integers(0, 20), st.integers(1, 20), st.sampled_from(Style))


@given(st.lists(st.lists(PIECE, max_size=6), max_size=8))
def test_pieces_come_in_order_and_never_overlap(lines: list[list[tuple[int, int, Style]]]) -> None:
    found = Pieces(pack_pieces(lines, is_last=True))
    assert len(found) == len(lines)
    for sent, line in zip(lines, found.lines(), strict=True):
        assert set(line) <= {Piece(*each) for each in sent}
        for one, other in pairwise(line):
            assert one.start + one.length <= other.start


@given(st.binary(max_size=120))
def test_bytes_that_are_no_pieces_are_garbage_or_harmless(payload: bytes) -> None:
    try:
        found = Pieces(payload)
    except GarbageError:
        return
    assert all(isinstance(each, Piece) for line in found.lines() for each in line)
