"""Finding in code with real keys: counts, on and back, bounded work, files that change under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from tests.desktop.views.code.panes import code_file, pane_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot
    from qtpy.QtWidgets import QWidget

    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.code.code_pane import CodePane

KEY = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
TEXT = b"Alpha\nbeta alpha\n" + b"nothing\n" * 500 + b"ALPHA\n"


@pytest.fixture
def pane(theme: ThemeController, shown: Callable[[QWidget], QWidget]) -> CodePane:
    made = pane_of(theme, shown)
    made.show_file(code_file(TEXT))
    made.view.setFocus()
    return made


def find(pane: CodePane, text: str, qtbot: QtBot) -> None:
    QTest.keyClick(pane.view, KEY.Key_F, CTRL)
    assert pane.find_bar.field.hasFocus()
    pane.find_bar.field.clear()
    QTest.keyClicks(pane.find_bar.field, text)
    QTest.keyClick(pane.find_bar, KEY.Key_Return)
    qtbot.waitUntil(lambda: "…" not in pane.find_bar.count.text())


def test_ctrl_f_counts_and_keys_go_on_and_back_past_the_ends(pane: CodePane, qtbot: QtBot) -> None:
    find(pane, "alpha", qtbot)
    assert (pane.find_bar.count.text(), pane.view.cursor_line) == ("1 of 3", 1)
    QTest.keyClick(pane.find_bar, KEY.Key_Return)
    assert (pane.find_bar.count.text(), pane.view.cursor_line) == ("2 of 3", 2)
    QTest.keyClick(pane.view, KEY.Key_F3)
    assert (pane.find_bar.count.text(), pane.view.cursor_line) == ("3 of 3", 503)
    first, last = pane.view.visible_lines()
    assert first <= 503 <= last
    QTest.keyClick(pane.view, KEY.Key_F3)
    assert pane.find_bar.count.text() == "1 of 3"
    QTest.keyClick(pane.view, KEY.Key_F3, SHIFT)
    assert pane.find_bar.count.text() == "3 of 3"
    grounds = pane.view.grounds(1, 503)
    found = [(line, *each) for line, on_line in grounds.items() for each in on_line]
    assert [(*each[:3], each[4]) for each in found] == [
        (1, 0, 5, ""), (2, 5, 10, ""), (503, 0, 5, "accent"),
    ]  # fmt: skip


def test_upper_and_lower_case_are_told_apart_on_demand(pane: CodePane, qtbot: QtBot) -> None:
    find(pane, "ALPHA", qtbot)
    assert pane.find_bar.count.text() == "1 of 3"
    QTest.mouseClick(pane.find_bar.exact, Qt.MouseButton.LeftButton)
    assert (pane.find_bar.count.text(), pane.view.cursor_line) == ("1 of 1", 503)


def test_what_is_not_there_is_said_and_a_key_goes_on_from_the_cursor(pane: CodePane, qtbot: QtBot) -> None:
    find(pane, "gamma", qtbot)
    assert pane.find_bar.count.text() == "Not in the file"
    find(pane, "alpha", qtbot)
    pane.view.go_to(300)
    QTest.keyClick(pane.view, KEY.Key_F3)
    assert pane.find_bar.count.text() == "3 of 3"
    pane.view.go_to(300)
    QTest.keyClick(pane.view, KEY.Key_F3, SHIFT)
    assert pane.find_bar.count.text() == "2 of 3"


def test_escape_closes_marks_nothing_and_goes_back_to_the_text(pane: CodePane, qtbot: QtBot) -> None:
    find(pane, "alpha", qtbot)
    QTest.keyClick(pane.find_bar, KEY.Key_Escape)
    assert pane.find_bar.isHidden()
    assert pane.view.hasFocus()
    assert pane.view.grounds(1, 10) == {}
    QTest.keyClick(pane.view, KEY.Key_F3)
    assert not pane.find_bar.isHidden()


def test_another_file_is_searched_while_the_bar_is_open(pane: CodePane, qtbot: QtBot) -> None:
    find(pane, "alpha", qtbot)
    pane.show_file(code_file(b"x\nalpha\n"))
    qtbot.waitUntil(lambda: pane.find_bar.count.text() == "1 found")
    assert pane.view.cursor_line == 1


def test_many_hits_are_bounded_and_a_hit_to_the_right_is_brought_into_sight(
    pane: CodePane, qtbot: QtBot
) -> None:
    pane.show_file(code_file(b"a" * 9_000 + b"needle" + b"a" * 20_000 + b"far needle\n"))
    find(pane, "a", qtbot)
    assert pane.find_bar.count.text() == "1 of 10,000+"
    find(pane, "needle", qtbot)
    assert pane.find_bar.count.text() == "1 of 2"
    bar = pane.view.horizontalScrollBar()
    left = 9_000 * pane.view.line_painter.cell - bar.value()
    assert 0 < left < pane.view.viewport().width()
    QTest.keyClick(pane.view, KEY.Key_F3)
    assert pane.find_bar.count.text() == "2 of 2, in a part of the line that is not shown"


def test_a_search_never_holds_the_window_up(
    pane: CodePane, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each turn of the event loop looks through a few slices and no more, whatever the file's size."""
    from aitr_desktop.views.code import finding_lines

    monkeypatch.setattr(finding_lines, "SLICE_MS", 0)
    slices: list[int] = []
    original = finding_lines.TextSearch.go_on
    monkeypatch.setattr(
        finding_lines.TextSearch, "go_on", lambda search: (slices.append(1), original(search))[1]
    )
    pane.show_file(code_file(b"line of code\n" * 1_000_000))
    pane.find_bar.open()
    pane.finding.find("absent")
    assert len(slices) <= 1
    qtbot.waitUntil(lambda: pane.find_bar.count.text() == "Not in the file", timeout=20_000)
    assert len(slices) == pytest.approx(13_000_000 / (256 * 1024), abs=2)


def test_ctrl_g_goes_to_a_line(pane: CodePane) -> None:
    QTest.keyClick(pane.view, KEY.Key_G, CTRL)
    assert pane.line_bar.field.text() == "1"
    QTest.keyClicks(pane.line_bar.field, "250")
    QTest.keyClick(pane.line_bar.field, KEY.Key_Return)
    assert pane.view.cursor_line == 250
    assert pane.view.hasFocus()
    QTest.keyClick(pane.view, KEY.Key_G, CTRL)
    QTest.keyClicks(pane.line_bar.field, "9999999")
    QTest.keyClick(pane.line_bar.field, KEY.Key_Return)
    assert pane.view.cursor_line == 503
