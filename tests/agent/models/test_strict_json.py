"""Reading JSON of other tools takes a time that grows with its length and no faster."""

from __future__ import annotations

import json

import pytest

from tsr_agent.errors import DocumentError
from tsr_agent.models.strict_json import MAX_DEPTH, load_tree


@pytest.mark.parametrize("end", [b"", b"\\", b"\\\\", b'\\"'])
def test_an_unclosed_string_of_escaped_quotes_is_read_once(end: bytes) -> None:
    # Looking again from each of the quotes would take hours.
    document = b"[" * (MAX_DEPTH + 1) + b'"' + b'\\"' * 2_000_000 + end
    with pytest.raises(DocumentError, match="levels deep"):
        load_tree(document)
    with pytest.raises(DocumentError, match="not JSON"):
        load_tree(b"{}" * MAX_DEPTH + document[MAX_DEPTH:])


def test_a_key_that_stands_twice_is_found_among_very_many() -> None:
    pairs = ",".join(f'"k{number}":0' for number in range(200_000))
    with pytest.raises(DocumentError, match="'k199999' stands twice"):
        load_tree(f'{{{pairs},"k199999":1}}'.encode())


def test_brackets_in_a_string_with_escapes_are_no_nesting() -> None:
    text = '\\"' + "[" * 2 * MAX_DEPTH
    assert load_tree(json.dumps([text]).encode()) == [text]


def test_numbers_that_are_none_are_none_where_a_tool_writes_them() -> None:
    document = b'{"a": NaN, "b": [Infinity, -Infinity], "c": 1.5}'
    assert load_tree(document, non_finite=True) == {"a": None, "b": [None, None], "c": 1.5}
    with pytest.raises(DocumentError, match="NaN is not a JSON number"):
        load_tree(document)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"[1e999]", "out of range"),
        (b"[NaN, 1e999]", "out of range"),
        (b"[NaN, " + b"9" * 330 + b"]", "out of range"),
        (b"[NaN, " + b"9" * 5_000 + b"]", "out of range"),
        (b'{"a": NaN, "b": {"c": 1, "c": 2}}', "the key 'c' stands twice"),
        (b'[NaN, "\\ud800"]', "half of a surrogate pair"),
        (b'[NaN, "\xff"]', "not UTF-8 at byte 7"),
        (b"[NaN, ", "not JSON at line 1"),
    ],
)
def test_what_else_is_wrong_is_refused_beside_a_number_that_is_none(document: bytes, why: str) -> None:
    with pytest.raises(DocumentError, match=why):
        load_tree(document, non_finite=True)
