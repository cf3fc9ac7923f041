"""Reading on: wrapping, sizes, the wheel, what hovering says, what focus and theme change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QColor, QHelpEvent, QWheelEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QLineEdit, QToolTip

from aitr_desktop.code.line_marks import LineMark, MarkKind
from aitr_desktop.code.styling import Piece, Style
from aitr_desktop.code.text_lines import TextLines
from aitr_desktop.settings import CODE_SIZES, ThemeChoice
from aitr_desktop.views.code.code_view import CodeView
from aitr_desktop.views.code.marked_lines import MOST_SAID
from aitr_desktop.views.code.pieces_kept import MOST_KEPT, PiecesKept
from aitr_desktop.views.code.row_positions import MOST_PARTS, RowPosition
from tests.desktop.views.code.panes import SHA, code_file, pane_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot
    from qtpy.QtWidgets import QWidget

    from aitr_desktop.theme import ThemeController

CTRL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def view(theme: ThemeController, shown: Callable[[QWidget], QWidget]) -> CodeView:
    made = CodeView(theme)
    made.resize(600, 400)
    shown(made)
    made.show_lines_of(TextLines(b"".join(b"line %d of some\n" % number for number in range(1, 1_001))))
    return made


def turn(view: CodeView, x: int, y: int, held: Qt.KeyboardModifier = NONE) -> None:
    where = QPointF(200, 50)
    event = QWheelEvent(
        where, view.viewport().mapToGlobal(where), QPoint(), QPoint(x, y), Qt.MouseButton.NoButton, held,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)


def test_the_wheel_moves_by_rows_and_small_turns_add_up(view: CodeView) -> None:
    turn(view, 0, -120)
    assert view.top == RowPosition(4)
    for _ in range(4):
        turn(view, 0, -30)
    assert view.top == RowPosition(7)
    turn(view, 0, 120)
    assert view.top == RowPosition(4)
    assert view.cursor_line == 1


def test_sizes_change_with_keys_and_with_the_wheel_within_their_bounds(view: CodeView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.zoomed):
        QTest.keyClick(view, Qt.Key.Key_Plus, CTRL)
    assert view.pixels == 15
    for _ in range(20):
        turn(view, 0, 120, CTRL)
    assert view.pixels == CODE_SIZES[-1]
    height = view.row_height
    for _ in range(30):
        QTest.keyClick(view, Qt.Key.Key_Minus, CTRL)
    assert view.pixels == CODE_SIZES[0]
    assert view.row_height < height
    QTest.keyClick(view, Qt.Key.Key_0, CTRL)
    assert view.pixels == 13


def test_a_long_line_that_wraps_is_scrolled_row_by_row_to_its_end_and_back(view: CodeView) -> None:
    view.show_lines_of(TextLines(b"first\n" + b"word " * 2_000 + b"\nlast\n"))
    view.set_wraps(True)
    rows = len(view.laid(2).rows)
    assert rows > 100
    assert view.horizontalScrollBar().maximum() == 0
    seen = [view.top]
    for _ in range(rows + 10):
        view.scroll_rows(1)
        seen.append(view.top)
    assert seen[:4] == [RowPosition(1), RowPosition(2), RowPosition(2, 1), RowPosition(2, 2)]
    assert view.rows_in_sight()[-1].line == 3
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    view.scroll_rows(-10_000)
    assert view.top == RowPosition(1)
    # Each line takes as much of the bar, however many rows it has: this is the middle of the second one.
    bar.setValue(MOST_PARTS * 3 // 2)
    assert view.top.line == 2
    assert abs(view.top.row - rows // 2) <= 1
    view.go_to(3)
    assert RowPosition(3) in view.rows_in_sight()[: view.page]


def test_the_line_at_the_top_stays_there_when_lines_wrap(view: CodeView) -> None:
    view.go_to(500)
    top = view.top
    view.set_wraps(True)
    assert view.top == top
    view.resize(300, 400)
    assert view.top.line == top.line
    view.set_wraps(False)
    assert view.top.line == top.line


def test_the_longest_line_seen_can_be_scrolled_to_and_keys_go_aside(view: CodeView) -> None:
    view.show_lines_of(TextLines(b"short\n" * 100 + b"x" * 500 + b"\n"))
    bar = view.horizontalScrollBar()
    assert bar.maximum() == 0
    view.go_to(101)
    assert bar.maximum() >= 500 * view.line_painter.cell - view.viewport().width()
    QTest.keyClick(view, Qt.Key.Key_End)
    assert bar.value() > bar.maximum() // 2
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert bar.value() == 0
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert bar.value() > 0
    turn(view, 120, 0)
    assert bar.value() == 0


def test_hovering_the_gutter_says_all_marks_of_the_line_as_plain_text(view: CodeView) -> None:
    marks = [
        LineMark(kind=MarkKind.NOTE, first=1, last=3, words="<b>look</b>\u202e"),
        *[LineMark(kind=MarkKind.FAILED_TEST, first=2, last=2, words=f"boom {each}") for each in range(20)],
        LineMark(kind=MarkKind.UNCOVERED, first=-5, last=10**9, words=""),
    ]
    view.set_marks(marks)
    said = view.gutter.marked.words(2).split("\n")
    assert said[0] == "✕ failed test: boom 0"
    assert len(said) == MOST_SAID + 1
    assert said[-1] == "and 10 more"
    point = QPoint(10, view.row_height // 2)
    event = QHelpEvent(QEvent.Type.ToolTip, point, view.viewport().mapToGlobal(point))
    QApplication.sendEvent(view.viewport(), event)
    assert "&lt;b&gt;look" in QToolTip.text() or QToolTip.text().startswith("✎ audit note: <b>look")
    assert "U+202E" in QToolTip.text()
    QToolTip.hideText()
    assert view.gutter.marked.words(500) == "○ not covered"


def grab(view: CodeView) -> set[str]:
    image = view.viewport().grab().toImage()
    return {
        image.pixelColor(x, y).name()
        for x in range(0, image.width(), 1)
        for y in range(0, min(image.height(), 80), 2)
    }


def test_colours_come_from_the_theme_and_follow_it(view: CodeView, theme: ThemeController) -> None:
    view.show_lines_of(TextLines("████ plain\n".encode() * 5))
    view.set_pieces(1, [[Piece(0, 4, Style.STRING)]] * 5)
    for choice in (ThemeChoice.LIGHT, ThemeChoice.DARK, ThemeChoice.HIGH_CONTRAST):
        theme.choose(choice)
        seen = grab(view)
        tokens = theme.theme
        assert {QColor(tokens.surface).name(), QColor(tokens.raised).name()} <= seen
        assert QColor(tokens.code(Style.STRING)).name() in seen


def test_the_focus_and_the_line_of_the_cursor_are_seen(
    view: CodeView, theme: ThemeController, shown: Callable[[QWidget], QWidget], qtbot: QtBot
) -> None:
    other = QLineEdit(view.parentWidget())
    shown(other)
    other.activateWindow()
    other.setFocus()
    qtbot.waitUntil(lambda: not view.hasFocus())
    without = grab(view)
    view.activateWindow()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    accent = QColor(theme.theme.accent).name()
    assert accent in grab(view)
    assert accent not in without


def test_pieces_are_forgotten_before_they_fill_memory_and_asked_for_again() -> None:
    kept = PiecesKept()
    page = 50
    for first in range(1, 4 * MOST_KEPT, page):
        for start, end in kept.wanted(first, first + page - 1, page, 10 * MOST_KEPT):
            kept.take(start, [[Piece(0, 1, Style.STRING)]] * (end - start + 1))
    assert len(kept._pieces) <= MOST_KEPT + 4 * page
    assert kept.of(1) == ()
    assert kept.wanted(1, page, page, 10 * MOST_KEPT) != []


def test_the_head_says_which_file_this_is_and_where_it_is_from(
    theme: ThemeController, shown: Callable[[QWidget], QWidget]
) -> None:
    pane = pane_of(theme, shown)
    path = "src/" + "very_long_folder/" * 12 + "bot.py"
    pane.show_file(code_file(b"x\n", path))
    assert pane.head.path.whole() == path
    assert "…" in pane.head.path.text()
    assert pane.head.path.text().endswith("bot.py")
    assert path in pane.head.path.toolTip()
    assert pane.head.sha.text() == SHA[:7]
    assert SHA in pane.head.sha.toolTip()
    assert pane.head.origin.whole() == "From the clone in /src/support-bot"
    assert pane.view.accessibleName().startswith("Code of src/")
    pane.show_file(code_file(b"x\n", working=True))
    assert pane.head.origin.whole() == "▲ Working tree in /src/support-bot"
    assert not pane.head.sha.isVisible()
