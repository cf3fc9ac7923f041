from __future__ import annotations

from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.code.line_selection import (
    MAX_LINE,
    FileLines,
    LineSelection,
    ParameterError,
    from_parameters,
    is_inside,
    read_range,
)
from aitr_desktop.deep_link import LineLink, parse
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tsr_agent.sections.plain_text import HIDDEN

SHA = "3fa9c1e" + "0" * 33

numbers = st.integers(-(10**20), 10**20) | st.sampled_from([-1, 0, 1, 2, 10**20])
counts = st.integers(0, 10**7)
steps = st.integers(-(10**9), 10**9)
lines = st.integers(1, MAX_LINE)
names = st.text(min_size=1, max_size=30).filter(
    lambda each: not set("/\\\n\t") & set(each) and each not in {".", ".."} and not HIDDEN.search(each)
)
paths = st.lists(names, min_size=1, max_size=4).map("/".join).filter(is_inside)


@given(numbers, numbers, counts)
def test_whatever_comes_is_bound_to_the_file_and_ordered(anchor: int, cursor: int, count: int) -> None:
    found = LineSelection(anchor, cursor).within(count)
    assert 1 <= found.first <= found.last <= max(1, count)
    assert found.size == found.last - found.first + 1
    assert {found.first, found.last} == {found.anchor, found.cursor}
    assert found.within(count) == found


@given(numbers, numbers, counts)
def test_the_direction_of_selecting_is_kept(anchor: int, cursor: int, count: int) -> None:
    found = LineSelection(anchor, cursor).within(count)
    assert (found.anchor <= found.cursor) or anchor > cursor


@given(numbers, numbers, steps, counts)
def test_moving_and_extending_stay_in_the_file(anchor: int, cursor: int, step: int, count: int) -> None:
    begun = LineSelection(anchor, cursor)
    moved, extended = begun.moved(step, count), begun.extended(step, count)
    assert moved.size == 1
    assert extended.cursor == moved.cursor
    assert extended.anchor == begun.within(count).anchor
    assert moved.within(count) == moved
    assert extended.within(count) == extended


@given(st.integers(1, 1_000), st.integers(0, 500))
def test_what_was_extended_goes_back_by_as_much(line: int, step: int) -> None:
    begun = LineSelection(line, line)
    assert begun.extended(step, 2_000).extended(-step, 2_000) == begun


def test_a_selection_reaches_over_the_line_where_it_began() -> None:
    begun = LineSelection(12, 20)
    assert begun.reaching(5, 100) == LineSelection(12, 5)
    assert (begun.reaching(5, 100).first, begun.reaching(5, 100).last) == (5, 12)
    assert 12 in begun
    assert 20 in begun
    assert 21 not in begun


def test_a_cursor_that_lies_outside_moves_from_the_end_that_is_nearest() -> None:
    assert LineSelection(1, 10**20).moved(-1, 10) == LineSelection(9, 9)
    assert LineSelection(1, -5).extended(2, 10) == LineSelection(1, 3)


@given(paths, lines, lines, st.sampled_from(["", SHA, "a" * 64]))
def test_parameters_come_back_as_they_were_however_they_are_carried(
    file: str, one: int, other: int, ref: str
) -> None:
    first, last = sorted((one, other))
    meant = FileLines(file=file, selection=LineSelection(first, last), ref=ref)
    assert from_parameters(meant.parameters()) == meant
    assert from_parameters(parse_qs(urlencode(meant.parameters()))) == meant


@given(paths, lines, lines)
def test_a_link_and_its_parameters_name_the_same_lines(file: str, one: int, other: int) -> None:
    first, last = sorted((one, other))
    link = parse(LineLink(file=file, first=first, last=last, ref=SHA).address)
    assert isinstance(link, LineLink)
    found = from_parameters({"file": file, "L": f"{first}-{last}", "ref": SHA})
    assert (link.file, link.first, link.last, link.ref) == (
        found.file,
        found.selection.first,
        found.selection.last,
        found.ref,
    )


@given(st.text(max_size=20) | st.from_regex(r"-?[0-9]{0,25}-?[0-9]{0,25}", fullmatch=True))
def test_any_range_is_read_whole_or_refused(text: str) -> None:
    try:
        found = read_range(text)
    except ParameterError as error:
        assert "“L”" in error.message
    else:
        assert 1 <= found.first <= found.last <= MAX_LINE
        assert text in {found.range_text(), f"{found.first}-{found.last}"}


REFUSED = {
    "nothing": ({}, "“file”"),
    "no file": ({"L": "3"}, "“file”"),
    "no lines": ({"file": "a.py"}, "“L”"),
    "an empty list": ({"file": "a.py", "L": []}, "“L”"),
    "a word": ({"file": "a.py", "L": "x"}, "“L”"),
    "a negative line": ({"file": "a.py", "L": "-5"}, "“L”"),
    "three lines": ({"file": "a.py", "L": "1-2-3"}, "“L”"),
    "line zero": ({"file": "a.py", "L": "0"}, "“L”"),
    "a huge line": ({"file": "a.py", "L": str(10**20)}, "“L”"),
    "the wrong order": ({"file": "a.py", "L": "5-2"}, "before the first"),
    "half a range": ({"file": "a.py", "L": "5-"}, "“L”"),
    "spaces": ({"file": "a.py", "L": " 5 "}, "“L”"),
    "two ranges": ({"file": "a.py", "L": ["1", "2"]}, "named twice"),
    "a number": ({"file": "a.py", "L": 3}, "not text"),
    "a list of a number": ({"file": "a.py", "L": [3]}, "not text"),
    "no value": ({"file": "a.py", "L": "3", "ref": [None]}, "not text"),
    "a branch": ({"file": "a.py", "L": "3", "ref": "main"}, "whole SHA"),
    "a short commit": ({"file": "a.py", "L": "3", "ref": "3fa9c1e"}, "whole SHA"),
    "a list with a short commit": ({"file": "a.py", "L": "3", "ref": ["abcdef"]}, "whole SHA"),
    "a path above": ({"file": "../etc/passwd", "L": "3"}, "repository's root"),
    "an absolute path": ({"file": "/etc/passwd", "L": "3"}, "repository's root"),
    "a path on a drive": ({"file": "C:x.py", "L": "3"}, "repository's root"),
    "a path of Windows": ({"file": "a\\b", "L": "3"}, "repository's root"),
    "a long path": ({"file": "a" * 20_000, "L": "3"}, "repository's root"),
    "a NUL": ({"file": "a\0b", "L": "3"}, "repository's root"),
    "a line end": ({"file": "a\nb", "L": "3"}, "repository's root"),
}


@pytest.mark.parametrize(("parameters", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_anything_else_is_refused_with_the_reason(parameters: dict[str, str], reason: str) -> None:
    with pytest.raises(ParameterError) as refused:
        from_parameters(parameters)
    assert reason in refused.value.message


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def test_hostile_texts_name_no_lines(text: str) -> None:
    for name in ("file", "L", "ref"):
        sound = {"file": "a.py", "L": "3", "ref": SHA}
        try:
            found = from_parameters({**sound, name: text})
        except ParameterError as error:
            assert len(error.message) < 200
        else:
            assert name == "file" or not text
            assert not HIDDEN.search(found.file)
