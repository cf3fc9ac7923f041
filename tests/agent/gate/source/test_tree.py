"""What a file of the gate may hold, and where a fault of it stands."""

from __future__ import annotations

import json

import pytest

from tsr_agent.gate.source.problem import FaultyFileError
from tsr_agent.gate.source.tree import MAX_VALUES, parse_source


def refused(data: str | bytes) -> FaultyFileError:
    with pytest.raises(FaultyFileError) as caught:
        parse_source(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data, "p.yaml")
    return caught.value


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        ("# ä\n# 中中\nname: ".encode() + b"\xff", 3, 7),
        (b"\xef\xbb\xbf" + "# ä\r\nname: ".encode() + b"\xff", 2, 7),
        (b"\xff\xfe", 1, 1),
        ('{"ä": 1,\n "b": NaN}', 2, 7),
        ('{"a": "NaN",\r\n "b": [-Infinity]}', 2, 8),
        ('{"a": 1,\n "b": 1e999}', 2, 7),
        ('{"a": 1,\n "b": ' + "9" * 400 + "}", 2, 7),
        ('{"a": 1,\n "b": "\\ud800"}', 2, 7),
        ('{"a": 1,\n "\\udc00": 1}', 2, 2),
        ('a: 1\nb: "\\ud83d"', 2, 4),
        ('a: 1\n"\\udc00x": 1', 2, 1),
        ('{"a": 1,\n "a": 2}', 2, 2),
    ],
)
def test_a_fault_is_placed_where_it_stands(data: str | bytes, line: int, column: int) -> None:
    (problem,) = refused(data).problems
    assert (problem.line, problem.column) == (line, column)


def test_both_halves_of_a_sign_are_that_sign() -> None:
    escaped = '"\\ud83d\\ude00": ["\\ud83d\\ude00", \'\\ud83d\']'
    assert parse_source(escaped.encode(), "p.yaml").tree == {"😀": ["😀", "\\ud83d"]}


def test_a_key_that_json_writes_in_halves_has_its_place() -> None:
    document = parse_source(b'{"a": 1,\n "\\ud83d\\ude00": 1}', "p.json")
    assert document.position("$.😀") == "p.json:2:2"


def test_more_values_than_anybody_writes_are_refused() -> None:
    most = "[" + "1," * (MAX_VALUES - 2) + "1]"
    assert len(parse_source(most.encode(), "p.yaml").tree) == MAX_VALUES - 1
    assert "more than 100,000 keys and values" in refused("[" + "1," * MAX_VALUES + "1]").message
    assert "more than 100,000 keys and values" in refused(json.dumps({"a": [1] * MAX_VALUES})).message
