"""Colours of a line: right for what people write, bounded for what nobody should."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.editing.tokens import MOST, TokenKind, opens_text, tokens_of


def kinds(line: str) -> list[tuple[str, str]]:
    return [(line[each.start : each.end], each.kind.value) for each in tokens_of(line)]


def test_a_line_is_taken_apart() -> None:
    assert kinds("  - id: accuracy  # why") == [("  - ", "sign"), ("id", "key"), ("# why", "comment")]
    assert kinds('require: {at_least: 0.85, of: "x: y"}') == [
        ("require", "key"),
        ("{", "sign"),
        ("at_least", "key"),
        ("0.85", "constant"),
        (",", "sign"),
        ("of", "key"),
        ('"x: y"', "text"),
        ("}", "sign"),
    ]
    assert kinds("a: &anchor") == [("a", "key"), ("&anchor", "refused")]
    assert kinds('{"version": 1}')[1] == ('"version"', "key")


@pytest.mark.parametrize("line", ["a: |", "a: >-", "- |2", "|", "a: |  # text"])
def test_what_opens_a_text(line: str) -> None:
    assert opens_text(line)


@pytest.mark.parametrize("line", ["a: b|", "a: 'x |'  b", "a > b", "a: 1"])
def test_what_opens_none(line: str) -> None:
    assert not opens_text(line)


@given(st.text(max_size=300))
def test_stretches_follow_one_another(line: str) -> None:
    end = 0
    for each in tokens_of(line):
        assert end <= each.start < each.end <= min(len(line), MOST)
        assert isinstance(each.kind, TokenKind)
        end = each.end


@pytest.mark.parametrize(
    "piece", ["x", '"', "'", "a: ", "- ", "#", "1.", "{", "&", "\\", '"\\', " ", "a'", "~"]
)
def test_no_line_takes_long(piece: str) -> None:
    began = time.monotonic()
    list(tokens_of(piece * 100_000))
    opens_text(piece * 100_000)
    assert time.monotonic() - began < 0.25
