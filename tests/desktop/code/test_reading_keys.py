from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.code.reading_keys import MAX_DIGITS, Command, Deed, ReadingKeys, Special

PENDING = Command(Deed.PENDING)
LEFT = Command(Deed.LEFT)


def typed(keys: ReadingKeys, text: str) -> Command:
    """The last command of letters; capitals are typed with Shift, ``⏎`` is Enter."""
    found = LEFT
    for sign in text:
        if sign == "⏎":
            found = keys.special(Special.ENTER, has_selection=False)
        else:
            found = keys.press(sign, shift=sign.isupper())
    return found


TABLE = {
    "j": Command(Deed.MOVE, 1),
    "k": Command(Deed.MOVE, -1),
    "J": Command(Deed.EXTEND, 1),
    "K": Command(Deed.EXTEND, -1),
    "y": Command(Deed.COPY),
    "g12⏎": Command(Deed.GO_TO, 12),
    "gg": Command(Deed.GO_TO, 1),
    "G": Command(Deed.GO_TO_END),
    "5j": Command(Deed.MOVE, 5),
    "10k": Command(Deed.MOVE, -10),
    "3J": Command(Deed.EXTEND, 3),
    "12G": Command(Deed.GO_TO, 12),
    "12gg": Command(Deed.GO_TO, 12),
    "g0": PENDING,
    "0": LEFT,
    "x": LEFT,
    "⏎": LEFT,
    "g⏎": PENDING,
    "3y": PENDING,
    "gj": PENDING,
    "gy": PENDING,
    "gG": PENDING,
    "g1g": PENDING,
    "g1x": PENDING,
}


@pytest.mark.parametrize(("text", "command"), TABLE.items(), ids=TABLE.keys())
def test_what_each_key_does(text: str, command: Command) -> None:
    assert typed(ReadingKeys(), text) == command


@pytest.mark.parametrize(
    ("text", "pending"),
    [
        ("g", "g…"),
        ("g12", "g12…"),
        ("3", "3…"),
        ("3g", "3g…"),
        ("g12⏎", ""),
        ("gx", ""),
        ("gg", ""),
        ("g0", "g…"),
    ],
)
def test_what_is_typed_of_a_command_is_known(text: str, pending: str) -> None:
    keys = ReadingKeys()
    typed(keys, text)
    assert keys.pending == pending


def test_escape_ends_a_command_then_takes_the_selection_back_and_is_then_left_to_the_window() -> None:
    keys = ReadingKeys()
    typed(keys, "g1")
    assert keys.special(Special.ESCAPE, has_selection=True) == PENDING
    assert keys.pending == ""
    assert keys.special(Special.ESCAPE, has_selection=True) == Command(Deed.CLEAR)
    assert keys.special(Special.ESCAPE, has_selection=False) == LEFT


def test_escape_that_is_held_does_one_thing() -> None:
    keys = ReadingKeys()
    typed(keys, "g1")
    assert keys.special(Special.ESCAPE, has_selection=True) == PENDING
    for _ in range(3):
        assert keys.special(Special.ESCAPE, has_selection=True, repeated=True) == PENDING


def test_backspace_takes_a_digit_back_and_is_otherwise_left_to_the_window() -> None:
    keys = ReadingKeys()
    typed(keys, "2g12")
    for pending in ("2g1…", "2g…", "2…", ""):
        assert keys.special(Special.BACKSPACE, has_selection=False) == PENDING
        assert keys.pending == pending
    assert keys.special(Special.BACKSPACE, has_selection=False) == LEFT


def test_caps_lock_changes_nothing() -> None:
    keys = ReadingKeys()
    assert keys.press("J", shift=False) == Command(Deed.MOVE, 1)
    assert keys.press("j", shift=True) == Command(Deed.EXTEND, 1)
    assert keys.press("Y", shift=False) == Command(Deed.COPY)
    assert keys.press("G", shift=False) == PENDING
    assert keys.press("G", shift=False) == Command(Deed.GO_TO, 1)
    assert keys.press("g", shift=True) == Command(Deed.GO_TO_END)


def test_a_keyboard_may_need_shift_for_digits_and_may_write_others() -> None:
    keys = ReadingKeys()
    keys.press("g")
    keys.press("1", shift=True)
    keys.press("٢")
    assert keys.pending == "g12…"
    assert keys.special(Special.ENTER, has_selection=False) == Command(Deed.GO_TO, 12)


@pytest.mark.parametrize("text", ["о", "ο", "ㅓ", "ち", "", "jj", "²", "½", "\x00", "\ud800"])
def test_what_is_no_latin_letter_and_no_digit_is_left(text: str) -> None:
    assert ReadingKeys().press(text) == LEFT


def test_a_key_that_is_held_moves_on_and_copies_once() -> None:
    keys = ReadingKeys()
    assert keys.press("j", repeated=True) == Command(Deed.MOVE, 1)
    assert keys.press("J", shift=True, repeated=True) == Command(Deed.EXTEND, 1)
    assert keys.press("y") == Command(Deed.COPY)
    assert keys.press("y", repeated=True) == PENDING
    assert keys.press("g") == PENDING
    assert keys.press("g", repeated=True) == PENDING
    assert keys.pending == "g…"


@given(
    st.lists(
        st.tuples(st.sampled_from("jkyg019Gx٣ \n"), st.booleans(), st.booleans())
        | st.tuples(st.sampled_from(list(Special)), st.booleans(), st.booleans()),
        max_size=60,
    )
)
def test_whatever_is_typed_a_command_is_bounded_and_can_be_ended(
    presses: list[tuple[str | Special, bool, bool]],
) -> None:
    keys = ReadingKeys()
    for key, flag, repeated in presses:
        if isinstance(key, Special):
            command = keys.special(key, has_selection=flag, repeated=repeated)
        else:
            command = keys.press(key, shift=flag, repeated=repeated)
        if command.deed is not Deed.PENDING:
            assert keys.pending == "", "a command that is done, or left, leaves nothing behind"
        if command.deed is Deed.GO_TO:
            assert 1 <= command.number < 10**MAX_DIGITS
        assert len(keys.pending) <= 2 * MAX_DIGITS + 2
    keys.special(Special.ESCAPE, has_selection=False)
    assert keys.pending == ""


def test_a_digit_that_is_held_down_makes_no_endless_number() -> None:
    keys = ReadingKeys()
    typed(keys, "g")
    for _ in range(5_000):
        assert keys.press("9", repeated=True) == PENDING
    assert keys.pending == f"g{'9' * MAX_DIGITS}…"
    assert keys.special(Special.ENTER, has_selection=False) == Command(Deed.GO_TO, 10**MAX_DIGITS - 1)
