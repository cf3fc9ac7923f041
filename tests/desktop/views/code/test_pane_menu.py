"""The menu of a place in code, asked for with the pointer and with a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtGui import QContextMenuEvent, QGuiApplication
from qtpy.QtWidgets import QApplication, QMenu

from aitr_desktop.code.line_selection import LineSelection
from tests.desktop.views.code.panes import code_file, pane_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot
    from qtpy.QtWidgets import QWidget

    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.code.code_pane import CodePane

TEXT = "def alpha_2(beta):\n\tname = 'שלום' + Zürich\n   &call()\n".encode()


@pytest.fixture
def pane(theme: ThemeController, shown: Callable[[QWidget], QWidget]) -> Iterator[CodePane]:
    made = pane_of(theme, shown)
    made.show_file(code_file(TEXT))
    made.view.setFocus()
    yield made
    for menu in made.findChildren(QMenu):
        menu.close()


def ask(pane: CodePane, x: float, line: int) -> QMenu | None:
    view = pane.view
    point = QPoint(round(x), (line - 1) * view.row_height + 5)
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, point, view.viewport().mapToGlobal(point), Qt.KeyboardModifier(0)
    )
    QApplication.sendEvent(view.viewport(), event)
    found = [each for each in view.findChildren(QMenu) if each.isVisible()]
    return found[-1] if found else None


def at(pane: CodePane, column: float) -> float:
    return pane.view.text_left + (column + 0.4) * pane.view.line_painter.cell


@pytest.mark.parametrize(
    ("column", "line", "word"),
    [(4, 1, "alpha_2"), (10.3, 1, "alpha_2"), (12, 1, "beta"), (5, 2, "name"), (3, 1, ""), (60, 1, "")],
)
def test_the_word_at_the_pointer_is_found(pane: CodePane, column: float, line: int, word: str) -> None:
    menu = ask(pane, at(pane, column), line)
    words = [each.text() for each in menu.actions()] if menu is not None else []
    expected = [f"Copy “{word}”", f"Find “{word}” in this file"] if word else []
    assert [each for each in words if "“" in each] == expected
    assert pane.view.selection == LineSelection(line, line)


def test_a_word_beside_letters_that_are_read_from_the_right_is_the_one_that_is_seen_there(
    pane: CodePane,
) -> None:
    laid = pane.view.laid(2)
    text = pane.view.line(2).text
    for word in ("שלום", "Zürich"):
        places = [laid.shown.to_drawn(text.index(word) + each) for each in range(len(word))]
        for place in places:
            ((left, right),) = laid.rows[0].stretches(place, place + 1)
            x = pane.view.text_left + (left + right) / 2
            menu = ask(pane, x, 2)
            assert menu is not None
            assert menu.actions()[0].text() == f"Copy “{word}”"
            menu.close()


def test_a_word_is_copied_and_found(pane: CodePane, qtbot: QtBot) -> None:
    told: list[str] = []
    pane.menu.told.connect(told.append)
    menu = ask(pane, at(pane, 13), 1)
    assert menu is not None
    copy, find = menu.actions()[:2]
    copy.trigger()
    assert QGuiApplication.clipboard().text() == "beta"
    assert told == ["“beta” copied"]
    find.trigger()
    qtbot.waitUntil(lambda: pane.find_bar.count.text() == "1 of 1")


def test_a_line_of_the_selection_keeps_it_and_another_one_is_selected(pane: CodePane) -> None:
    pane.view.select(1, 2)
    ask(pane, at(pane, 4), 2)
    assert pane.view.selection == LineSelection(1, 2)
    ask(pane, 5, 3)
    assert pane.view.selection == LineSelection(3, 3)


def test_a_key_asks_for_the_menu_of_the_line_of_the_cursor_and_the_window_adds_to_it(pane: CodePane) -> None:
    added: list[QMenu] = []

    def fill(menu: QMenu) -> None:
        menu.addAction("Copy lines")
        added.append(menu)

    pane.menu.filling.connect(fill)
    pane.view.go_to(2)
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), QPoint(1, 1), Qt.KeyboardModifier(0)
    )
    QApplication.sendEvent(pane.view.viewport(), event)
    assert [each.text() for each in added[0].actions()] == ["Copy lines"]
    assert pane.view.selection == LineSelection(2, 2)
    assert added[0].pos().y() >= pane.view.viewport().mapToGlobal(QPoint(0, 2 * pane.view.row_height)).y()
