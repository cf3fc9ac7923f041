"""Selecting lines with real keys and a real mouse, in a code view with fields beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QEvent, QPoint, Qt
from qtpy.QtGui import QAction, QGuiApplication, QKeyEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from aitr_desktop.code.line_selection import LineSelection
from aitr_desktop.code.text_lines import TextLines
from aitr_desktop.views.code import line_copying, line_cursor, line_selecting
from aitr_desktop.views.code.code_view import CodeView
from aitr_desktop.views.code.line_selecting import LineSelecting

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from aitr_desktop.theme import ThemeController

KEY = Qt.Key
NONE, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(theme: ThemeController, shown: Callable[[QWidget], QWidget]) -> QWidget:
    """A field, and code of 200 lines below it."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.addWidget(QLineEdit())
    view = CodeView(theme)
    column.addWidget(view)
    made.resize(700, 500)
    view.show_lines_of(TextLines("".join(f"line {number}\n" for number in range(1, 201)).encode()))
    shown(made)
    view.setFocus()
    return made


@pytest.fixture
def view(page: QWidget) -> CodeView:
    found = page.findChild(CodeView)
    assert isinstance(found, CodeView)
    return found


@pytest.fixture
def selecting(view: CodeView) -> LineSelecting:
    return LineSelecting(view)


def press(view: CodeView, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(view, key, modifiers)


def number(view: CodeView, line: int) -> QPoint:
    """Where the number of a line stands in the gutter, on screen."""
    first, _ = view.visible_lines()
    return QPoint(view.gutter_width - 6, (line - first) * view.row_height + view.row_height // 2)


def click(view: CodeView, line: int, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.mouseClick(view.viewport(), LEFT, modifiers, number(view, line))


def lines_of(view: CodeView) -> tuple[int, int] | None:
    return None if view.selection is None else (view.selection.first, view.selection.last)


def send(
    view: CodeView, text: str, key: Qt.Key, modifiers: Qt.KeyboardModifier, *, held: bool = False
) -> bool:
    """A key as a keyboard of another layout, or one that is held, sends it; whether somebody took it."""
    event = QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text, held)
    QApplication.sendEvent(view, event)
    return event.isAccepted()


def test_a_click_selects_a_line_and_shift_click_up_to_another(
    view: CodeView, selecting: LineSelecting
) -> None:
    click(view, 12)
    assert lines_of(view) == (12, 12)
    assert selecting.words() == "12 · 1 line"
    click(view, 20, SHIFT)
    assert lines_of(view) == (12, 20)
    assert selecting.words() == "12–20 · 9 lines"
    click(view, 5, SHIFT)
    assert view.selection == LineSelection(12, 5)
    click(view, 7)
    assert lines_of(view) == (7, 7)


def test_shift_click_where_nothing_is_selected_selects_that_line(
    view: CodeView, selecting: LineSelecting
) -> None:
    click(view, 9, SHIFT)
    assert lines_of(view) == (9, 9)


def test_a_drag_selects_up_to_where_it_goes(view: CodeView, selecting: LineSelecting) -> None:
    QTest.mousePress(view.viewport(), LEFT, NONE, number(view, 10))
    QTest.mouseMove(view.viewport(), number(view, 14))
    assert lines_of(view) == (10, 14)
    QTest.mouseMove(view.viewport(), number(view, 4))
    assert view.selection == LineSelection(10, 4)
    QTest.mouseRelease(view.viewport(), LEFT, NONE, number(view, 4))
    QTest.mouseMove(view.viewport(), number(view, 16))
    assert view.selection == LineSelection(10, 4), "the button is up"


@pytest.mark.parametrize("beyond", [1, -1])
def test_a_drag_that_is_held_beyond_an_edge_goes_on_until_it_comes_back(
    view: CodeView, selecting: LineSelecting, qtbot: QtBot, beyond: int
) -> None:
    view.go_to(100)
    begun = view.visible_lines()[0] + 5
    outside = QPoint(view.gutter_width - 6, view.viewport().height() + 30 if beyond > 0 else -30)
    QTest.mousePress(view.viewport(), LEFT, NONE, number(view, begun))
    QTest.mouseMove(view.viewport(), outside)
    seen = view.visible_lines()
    qtbot.waitUntil(lambda: abs(view.visible_lines()[0] - seen[0]) > 20)
    assert view.selection is not None
    assert view.selection.anchor == begun
    QTest.mouseMove(view.viewport(), number(view, view.visible_lines()[0] + 3))
    stands = view.visible_lines()
    qtbot.wait(150)
    assert view.visible_lines() == stands, "back inside, it stands"
    QTest.mouseMove(view.viewport(), outside)
    QTest.mouseRelease(view.viewport(), LEFT, NONE, outside)
    stands = view.visible_lines()
    qtbot.wait(150)
    assert view.visible_lines() == stands, "let go, it stands"


def test_j_and_k_move_and_with_shift_extend(view: CodeView, selecting: LineSelecting) -> None:
    press(view, KEY.Key_J)
    assert lines_of(view) == (1, 1), "the first press selects the line of the cursor"
    press(view, KEY.Key_J)
    press(view, KEY.Key_J)
    assert lines_of(view) == (3, 3)
    press(view, KEY.Key_J, SHIFT)
    press(view, KEY.Key_J, SHIFT)
    assert lines_of(view) == (3, 5)
    press(view, KEY.Key_K, SHIFT)
    assert lines_of(view) == (3, 4)
    for _ in range(3):
        press(view, KEY.Key_K, SHIFT)
    assert view.selection == LineSelection(3, 1)
    press(view, KEY.Key_K, SHIFT)
    assert view.selection == LineSelection(3, 1), "it stops at the first line"
    press(view, KEY.Key_K)
    assert lines_of(view) == (1, 1)


def test_the_cursor_stays_in_sight_and_stops_at_the_last_line(
    view: CodeView, selecting: LineSelecting
) -> None:
    for _ in range(230):
        press(view, KEY.Key_J)
        first, last = view.visible_lines()
        assert first <= view.cursor_line <= last
    assert lines_of(view) == (200, 200)


def test_g_number_enter_goes_there_and_is_shown_while_it_is_typed(
    view: CodeView, selecting: LineSelecting
) -> None:
    said: list[str] = []
    selecting.changed.connect(lambda: said.append(selecting.words()))
    QTest.keyClicks(view, "g120")
    assert said == ["g…", "g1…", "g12…", "g120…"]
    press(view, KEY.Key_Return)
    assert lines_of(view) == (120, 120)
    assert view.cursor_line == 120
    first, last = view.visible_lines()
    assert first < 120 < last
    assert selecting.words() == "120 · 1 line"


def test_g_beyond_the_end_goes_to_the_last_line_and_says_so(
    view: CodeView, selecting: LineSelecting, qtbot: QtBot
) -> None:
    QTest.keyClicks(view, "g99999")
    with qtbot.waitSignal(selecting.told) as told:
        press(view, KEY.Key_Enter)
    assert told.args == ["There is no line 99,999: the file ends with line 200."]
    assert lines_of(view) == (200, 200)


def test_gg_and_capital_g_go_to_the_ends_and_a_count_is_taken(
    view: CodeView, selecting: LineSelecting
) -> None:
    press(view, KEY.Key_G, SHIFT)
    assert lines_of(view) == (200, 200)
    QTest.keyClicks(view, "gg")
    assert lines_of(view) == (1, 1)
    QTest.keyClicks(view, "15j")
    assert lines_of(view) == (16, 16)


def test_shift_with_the_travelling_keys_extends(view: CodeView, selecting: LineSelecting) -> None:
    QTest.keyClicks(view, "g100")
    press(view, KEY.Key_Return)
    press(view, KEY.Key_Down, SHIFT)
    assert lines_of(view) == (100, 101)
    press(view, KEY.Key_End, SHIFT)
    assert lines_of(view) == (100, 200)
    press(view, KEY.Key_Home, CTRL | SHIFT)
    assert view.selection == LineSelection(100, 1)
    QTest.keyClicks(view, "gg")
    press(view, KEY.Key_PageDown, SHIFT)
    assert view.selection is not None
    assert view.selection.first == 1
    assert view.selection.size > 10
    press(view, KEY.Key_PageUp, SHIFT)
    assert lines_of(view) == (1, 1)


def test_a_key_goes_on_from_the_cursor_where_that_went_elsewhere(
    view: CodeView, selecting: LineSelecting
) -> None:
    click(view, 3)
    for _ in range(4):
        press(view, KEY.Key_Down)
    assert lines_of(view) == (3, 3), "an arrow moves the cursor alone"
    press(view, KEY.Key_Down, SHIFT)
    assert lines_of(view) == (7, 7)
    press(view, KEY.Key_Down, SHIFT)
    assert lines_of(view) == (7, 8)


def test_keys_go_on_from_the_lines_that_a_link_selected(view: CodeView, selecting: LineSelecting) -> None:
    view.select(40, 48)
    view.go_to(40)
    press(view, KEY.Key_J, SHIFT)
    assert view.selection == LineSelection(40, 49)
    view.select(40, 48)
    view.go_to(40)
    press(view, KEY.Key_J)
    assert lines_of(view) == (41, 41)


def test_escape_ends_a_command_then_the_selection_and_then_goes_back(
    page: QWidget, view: CodeView, selecting: LineSelecting
) -> None:
    went = []
    back = QAction("Back", page)
    back.setShortcut("Escape")
    back.triggered.connect(lambda: went.append(1))
    page.addAction(back)
    click(view, 4)
    QTest.keyClicks(view, "g1")
    press(view, KEY.Key_Escape)
    assert (selecting.words(), went) == ("4 · 1 line", [])
    press(view, KEY.Key_Escape)
    assert (selecting.words(), lines_of(view), went) == ("", None, [])
    press(view, KEY.Key_Escape)
    assert went == [1]


def test_a_menu_key_that_is_a_letter_is_not_taken_from_a_command(
    page: QWidget, view: CodeView, selecting: LineSelecting
) -> None:
    went = []
    keys = QAction("Keys", page)
    keys.setShortcut("?")
    keys.triggered.connect(lambda: went.append(1))
    page.addAction(keys)
    QTest.keyClicks(view, "g1?")
    assert (selecting.words(), went) == ("", []), "an unknown key ends the command and does nothing else"
    QTest.keyClicks(view, "?")
    assert went == [1]


@pytest.mark.parametrize("way", ["y", "ctrl-c"])
def test_the_selected_lines_are_copied_as_the_file_has_them(
    view: CodeView, selecting: LineSelecting, qtbot: QtBot, way: str
) -> None:
    view.show_lines_of(TextLines("é\tx  \r\nb\u202ec\nlast".encode()))
    click(view, 1)
    click(view, 3, SHIFT)
    with qtbot.waitSignal(selecting.told) as told:
        QTest.keyClicks(view, "y") if way == "y" else press(view, KEY.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == "é\tx  \nb\u202ec\nlast"
    assert told.args == ["3 lines copied"]


def test_a_screen_reader_hears_what_is_selected_typed_and_copied(
    view: CodeView, selecting: LineSelecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    for module in (line_cursor, line_copying, line_selecting):
        monkeypatch.setattr(module, "announce", lambda _, words: heard.append(words))
    click(view, 12)
    click(view, 20, SHIFT)
    QTest.keyClicks(view, "y")
    QTest.keyClicks(view, "g1")
    press(view, KEY.Key_Escape)
    press(view, KEY.Key_Escape)
    assert heard == [
        "12 · 1 line",
        "12–20 · 9 lines",
        "9 lines copied",
        "g…",
        "g1…",
        "",
        "Selection taken back",
    ]


def test_copying_says_what_it_did_not_do(view: CodeView, selecting: LineSelecting, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("before")
    with qtbot.waitSignal(selecting.told) as told:
        QTest.keyClicks(view, "y")
    assert told.args == ["No line is selected, and nothing was copied."]
    assert QGuiApplication.clipboard().text() == "before"
    view.show_lines_of(TextLines(b"caf\xe9\n"))
    press(view, KEY.Key_A, CTRL)
    with qtbot.waitSignal(selecting.told) as told:
        QTest.keyClicks(view, "y")
    assert told.args == ["1 line copied; what is not UTF-8 in them was replaced"]
    assert QGuiApplication.clipboard().text() == "caf\ufffd\n"


def test_ctrl_a_selects_all_and_what_is_seen_stays(view: CodeView, selecting: LineSelecting) -> None:
    view.go_to(90)
    seen = view.visible_lines()
    press(view, KEY.Key_A, CTRL)
    assert lines_of(view) == (1, 200)
    assert view.visible_lines() == seen


def test_nothing_acts_while_somebody_types_in_a_field(
    page: QWidget, view: CodeView, selecting: LineSelecting
) -> None:
    field = page.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    click(view, 4)
    field.setFocus()
    QTest.keyClicks(field, "jkyg12GJK")
    QTest.keyClick(field, KEY.Key_Return)
    assert field.text() == "jkyg12GJK"
    assert lines_of(view) == (4, 4)


def test_a_command_is_forgotten_with_the_focus(
    page: QWidget, view: CodeView, selecting: LineSelecting
) -> None:
    field = page.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(view, "g1")
    field.setFocus()
    view.setFocus()
    assert selecting.words() == ""
    QTest.keyClicks(view, "j")
    assert lines_of(view) == (1, 1)


def test_caps_lock_and_other_layouts(view: CodeView, selecting: LineSelecting) -> None:
    click(view, 3)
    assert send(view, "J", KEY.Key_J, NONE)
    assert lines_of(view) == (4, 4), "CapsLock is no Shift"
    assert send(view, "j", KEY.Key_J, SHIFT)
    assert lines_of(view) == (4, 5)
    assert not send(view, "о", KEY(0x041E), NONE), "the key of j under a Cyrillic layout"
    assert lines_of(view) == (4, 5)
    assert not send(view, "\n", KEY.Key_J, CTRL)


def test_shift_alone_ends_no_command(view: CodeView, selecting: LineSelecting) -> None:
    QTest.keyClicks(view, "g")
    press(view, KEY.Key_Shift, SHIFT)
    assert send(view, "1", KEY.Key_1, SHIFT), "on a French keyboard digits need it"
    assert selecting.words() == "g1…"


def test_keys_that_are_held(view: CodeView, selecting: LineSelecting, qtbot: QtBot) -> None:
    click(view, 3)
    for _ in range(5):
        send(view, "j", KEY.Key_J, NONE, held=True)
    assert lines_of(view) == (8, 8)
    with qtbot.assertNotEmitted(selecting.told):
        assert send(view, "y", KEY.Key_Y, NONE, held=True)
    press(view, KEY.Key_Escape)
    assert send(view, "\x1b", KEY.Key_Escape, NONE, held=True), "held, it does not go back as well"


def test_an_empty_file_has_nothing_to_select(view: CodeView, selecting: LineSelecting) -> None:
    view.show_lines_of(TextLines(b""))
    for text in ("j", "G", "y"):
        QTest.keyClicks(view, text)
    press(view, KEY.Key_A, CTRL)
    press(view, KEY.Key_End, SHIFT)
    assert view.selection is None
    assert selecting.words() == ""


def test_another_file_has_no_selection_and_no_command(view: CodeView, selecting: LineSelecting) -> None:
    click(view, 3)
    QTest.keyClicks(view, "g1")
    view.show_lines_of(TextLines(b"a\nb\n"))
    assert selecting.words() == ""
