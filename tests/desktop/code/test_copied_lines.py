from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.code.copied_lines import MAX_COPIED, copied_lines
from aitr_desktop.code.line_selection import LineSelection
from aitr_desktop.code.text_lines import TextLines
from tsr_agent.errors import InputError


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8")), min_size=1), st.data())
def test_what_is_copied_is_what_the_file_has(parts: list[str], data: st.DataObject) -> None:
    lines = TextLines("".join(f"{part}\n" for part in parts).encode())
    one, other = (data.draw(st.integers(1, len(parts))) for _ in range(2))
    found = copied_lines(lines, LineSelection(one, other))
    first, last = sorted((one, other))
    assert found.text == "".join(f"{part}\n" for part in parts[first - 1 : last])
    assert found.count == last - first + 1
    assert found.is_exact


@given(st.binary(min_size=1, max_size=200))
def test_any_bytes_are_copied_as_text_that_can_be_pasted(content: bytes) -> None:
    lines = TextLines(content)
    found = copied_lines(lines, LineSelection(1, 10**20))
    assert found.count == lines.count
    assert found.text.encode("utf-8")
    assert found.is_exact == (found.text.encode() == content.replace(b"\r\n", b"\n"))


def test_windows_line_ends_become_one_sign_and_lone_carriage_returns_stay() -> None:
    found = copied_lines(TextLines(b"a\r\nb\rc\r\n"), LineSelection(1, 2))
    assert found.text == "a\nb\rc\n"


def test_a_last_line_without_an_end_has_none() -> None:
    assert copied_lines(TextLines(b"a\nb"), LineSelection(2, 2)).text == "b"


def test_what_is_not_utf_8_is_replaced_and_said() -> None:
    found = copied_lines(TextLines(b"a\xffb\n"), LineSelection(1, 1))
    assert (found.text, found.is_exact) == ("a\ufffdb\n", False)


def test_too_much_is_refused_with_what_to_do() -> None:
    lines = TextLines(b"x" * 99 + b"\n" + b"y" * MAX_COPIED)
    assert copied_lines(lines, LineSelection(1, 1)).text == "x" * 99 + "\n"
    with pytest.raises(InputError) as refused:
        copied_lines(lines, LineSelection(1, 2))
    assert refused.value.message == "2 lines of 10 MB were not copied: at most 10 MB go into the clipboard."
    assert refused.value.next_step == "Select fewer lines."


def test_an_empty_file_has_nothing_to_copy() -> None:
    with pytest.raises(InputError):
        copied_lines(TextLines(b""), LineSelection(1, 1))
