from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from qtpy.QtCore import QRect, QSize
from qtpy.QtWidgets import QWidget

from aitr_desktop.windows.layout_state import encode_state
from aitr_desktop.windows.window_place import FIRST_SIZE, first_size, on_screen, open_at

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

LEFT, RIGHT = QRect(0, 0, 1920, 1080), QRect(1920, 0, 1280, 720)
NUMBER = st.integers(-5_000, 5_000)
RECT = st.builds(QRect, NUMBER, NUMBER, st.integers(1, 6_000), st.integers(1, 6_000))


def test_the_first_window_is_never_larger_than_the_screen() -> None:
    assert first_size(QSize(2560, 1440)) == FIRST_SIZE
    small = first_size(QSize(960, 540))
    assert small.width() < 960
    assert small.height() < 540


def test_where_it_was_is_where_it_comes_back() -> None:
    there = QRect(2000, 50, 900, 600)
    assert on_screen(there, LEFT, [LEFT, RIGHT]) == there


def test_a_screen_that_is_gone_gives_its_windows_back() -> None:
    placed = on_screen(QRect(2000, 50, 900, 600), LEFT, [LEFT])
    assert LEFT.contains(placed)
    assert placed.size() == QSize(900, 600)


def test_a_window_that_was_larger_than_the_screen_is_cut() -> None:
    assert on_screen(QRect(0, 0, 5000, 4000), LEFT, [LEFT]) == LEFT


@given(RECT, st.lists(st.sampled_from([LEFT, RIGHT]), unique_by=lambda rect: rect.left(), min_size=1))
def test_wherever_it_was_it_is_on_one_screen_and_whole(wanted: QRect, screens: list[QRect]) -> None:
    placed = on_screen(wanted, screens[0], screens)
    assert any(screen.contains(placed) for screen in screens)
    assert placed.width() <= wanted.width()
    assert placed.height() <= wanted.height()


def test_a_real_window_comes_back_to_the_screen_there_is(qtbot: QtBot) -> None:
    before, after = QWidget(), QWidget()
    qtbot.addWidget(before)
    qtbot.addWidget(after)
    before.setGeometry(100, 80, 500, 300)
    open_at(after, encode_state(before.saveGeometry()))
    assert after.geometry() == before.geometry()
    before.setGeometry(9_000, 9_000, 5_000, 300)
    open_at(after, encode_state(before.saveGeometry()))
    assert after.screen().availableGeometry().contains(after.geometry())
    open_at(after, "nonsense")
    assert after.screen().availableGeometry().width() > after.width()
