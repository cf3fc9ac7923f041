"""The view of code under real keys and the pointer: what is in sight, what is told, what is drawn anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest

from aitr_desktop.code.line_marks import LineMark, MarkKind
from aitr_desktop.code.styling import Piece, Style
from aitr_desktop.code.text_lines import TextLines
from aitr_desktop.views.code.code_view import CodeView

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot
    from qtpy.QtWidgets import QWidget

    from aitr_desktop.theme import ThemeController

KEY = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def view(theme: ThemeController, shown: Callable[[QWidget], QWidget]) -> CodeView:
    made = CodeView(theme)
    made.resize(700, 410)
    shown(made)
    made.show_lines_of(TextLines(b"".join(b"line %d\n" % number for number in range(1, 1_001))))
    made.setFocus()
    return made


def test_keys_move_the_line_of_the_cursor_and_keep_it_in_sight(view: CodeView) -> None:
    QTest.keyClick(view, KEY.Key_Down)
    QTest.keyClick(view, KEY.Key_Down)
    assert view.cursor_line == 3
    QTest.keyClick(view, KEY.Key_End, CTRL)
    assert view.cursor_line == view.visible_lines()[1] == 1_000
    QTest.keyClick(view, KEY.Key_Up)
    QTest.keyClick(view, KEY.Key_PageUp)
    first, last = view.visible_lines()
    assert first <= view.cursor_line <= last < 1_000
    QTest.keyClick(view, KEY.Key_Home, CTRL)
    assert view.visible_lines()[0] == view.cursor_line == 1


def test_the_line_of_the_cursor_stays_whole_in_sight_where_room_is_taken(view: CodeView) -> None:
    view.go_to(100)
    view.resize(view.width(), 5 * view.row_height + view.row_height // 2)
    assert 100 in {each.line for each in view.rows_in_sight()[: view.page]}


def test_a_cursor_out_of_sight_moves_nothing_where_room_is_taken(view: CodeView) -> None:
    view.go_to(100)
    view.verticalScrollBar().setValue(0)
    view.resize(view.width(), 5 * view.row_height)
    assert view.visible_lines()[0] == 1


def test_a_letter_is_told_and_never_taken(view: CodeView) -> None:
    typed: list[str] = []
    view.typed.connect(lambda event: typed.append(event.text()))
    QTest.keyClicks(view, "jk3")
    QTest.keyClick(view, KEY.Key_Down)
    assert typed == ["j", "k", "3"]


def test_a_selection_is_normalised_and_bounded(view: CodeView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.selection_changed):
        view.select(9, 3)
    assert view.selection is not None
    assert (view.selection.first, view.selection.last, view.selection.cursor) == (3, 9, 3)
    view.select(999, 10**12)
    assert (view.selection.first, view.selection.last) == (999, 1_000)
    view.clear_selection()
    assert view.selection is None


def test_a_press_in_the_gutter_is_told_with_its_line_and_a_drag_with_each(view: CodeView) -> None:
    told: list[object] = []
    view.gutter_pressed.connect(lambda line, shift: told.append((line, shift)))
    view.gutter_dragged.connect(told.append)
    x, height = view.gutter_width - 10, view.row_height
    where = view.viewport()
    QTest.mousePress(where, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(x, height // 2))
    QTest.mouseMove(where, QPoint(x, 3 * height + 4))
    QTest.mouseRelease(where, Qt.MouseButton.LeftButton, pos=QPoint(x, 3 * height + 4))
    QTest.mouseClick(where, Qt.MouseButton.LeftButton, SHIFT, QPoint(x, 5 * height + 4))
    assert told[0] == (1, False)
    assert told[-1] == (6, True)
    assert told[1:-1] in ([4], [])  # the platform without a screen sends no move with a button held


def test_the_sign_of_a_mark_is_told_and_the_rest_of_the_gutter_selects(view: CodeView) -> None:
    marks = [
        LineMark(kind=MarkKind.NOTE, first=2, last=2, words="look"),
        LineMark(kind=MarkKind.FAILED_TEST, first=2, last=2, words="boom"),
    ]
    view.set_marks(marks)
    asked: list[int] = []
    view.mark_asked.connect(asked.append)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(8, view.row_height + 4))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(8, 4))
    assert asked == [2]
    assert view.gutter.marked.words(2) == "✕ failed test: boom\n✎ audit note: look"


def test_colours_are_asked_for_once_with_a_page_ahead(view: CodeView, qtbot: QtBot) -> None:
    asked: list[tuple[int, int]] = []
    view.pieces_wanted.connect(lambda first, last: asked.append((first, last)))
    qtbot.wait(1)
    view.forget_pieces()
    qtbot.waitUntil(lambda: bool(asked))
    last = view.visible_lines()[1]
    assert asked == [(1, last + view.page)]
    for _ in range(5):
        QTest.keyClick(view, KEY.Key_PageDown)
        qtbot.wait(1)
    lines = [line for first, end in asked for line in range(first, end + 1)]
    assert len(lines) == len(set(lines))
    assert set(range(1, view.visible_lines()[1] + 1)) <= set(lines)
    assert len(asked) <= 6


def test_a_step_of_one_row_draws_what_is_new_and_moves_the_rest(view: CodeView, qtbot: QtBot) -> None:
    qtbot.waitExposed(view)
    view.viewport().repaint()
    before = view.painting.drawn_rows
    view.scroll_rows(1)
    qtbot.waitUntil(lambda: view.painting.drawn_rows > before)
    assert view.painting.drawn_rows - before <= 3


def test_pieces_out_of_sight_draw_nothing_anew(view: CodeView, qtbot: QtBot) -> None:
    qtbot.waitExposed(view)
    qtbot.wait(1)
    before = view.painting.drawn_rows
    view.set_pieces(500, [[Piece(0, 4, Style.KEYWORD)]] * 100)
    qtbot.wait(1)
    assert view.painting.drawn_rows == before
    view.set_pieces(1, [[Piece(0, 4, Style.KEYWORD)]])
    qtbot.waitUntil(lambda: view.painting.drawn_rows == before + 1)


@pytest.mark.parametrize("key", [KEY.Key_F, KEY.Key_G, KEY.Key_0])
def test_keys_of_menus_stay_in_the_text(view: CodeView, key: Qt.Key) -> None:
    found, lines = [], []
    view.find_asked.connect(lambda: found.append(1))
    view.line_asked.connect(lambda: lines.append(1))
    QTest.keyClick(view, key, CTRL)
    assert (len(found), len(lines)) == (int(key == KEY.Key_F), int(key == KEY.Key_G))
