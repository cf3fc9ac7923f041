from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QEvent, QTimer
from qtpy.QtGui import QAccessible, QGuiApplication
from qtpy.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget

from aitr_desktop.views import notice_bar
from aitr_desktop.views.notice_bar import NoticeBar
from tests.factories import shown_reports as reports
from tsr_agent.errors import StoreError

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aitr_desktop.item_models.notices import Notice

Show = Callable[[QWidget], QWidget]


@pytest.fixture
def bar(shown: Show) -> Iterator[NoticeBar]:
    window, made = QWidget(), NoticeBar()
    QVBoxLayout(window).addWidget(made)
    window.resize(900, 200)
    shown(window)
    yield made
    made.stop()


def press(bar: NoticeBar, words: str) -> None:
    next(each for each in bar.findChildren(QPushButton) if each.text() == words and each.isVisible()).click()


def buttons(bar: NoticeBar) -> list[str]:
    return [each.text() for each in bar.findChildren(QPushButton) if each.isVisible()]


def timer(bar: NoticeBar) -> QTimer:
    return bar.findChildren(QTimer)[0]


def test_an_error_stays_until_it_is_closed(bar: NoticeBar) -> None:
    bar.say(StoreError("No space.", kept="What was read.", next_step="Free some."))
    assert bar.text() == "No space.\nKept: What was read.\nNext: Free some."
    assert not timer(bar).isActive()
    press(bar, "Copy details")
    assert QGuiApplication.clipboard().text() == "No space.\n  Kept: What was read.\n  Next: Free some."
    press(bar, "Close")
    assert bar.isHidden()


def test_errors_queue_and_are_counted(bar: NoticeBar) -> None:
    for number in range(3):
        bar.say(StoreError(f"Error {number}."))
    bar.say(StoreError("Error 0."))
    assert bar.text() == "Error 0."
    assert bar.waiting() == 3
    labels = [label.text() for label in bar.findChildren(QWidget) if hasattr(label, "text")]
    assert "1 of 3" in labels
    press(bar, "Close")
    assert bar.text() == "Error 1."
    press(bar, "Close all")
    assert bar.isHidden()
    assert bar.waiting() == 0
    bar.say(StoreError("Error 0."))
    assert bar.text() == "Error 0."
    assert "Close all" not in buttons(bar)


def test_information_goes_by_itself_and_leaves_the_errors(bar: NoticeBar) -> None:
    bar.say(StoreError("No space."))
    bar.tell("Imported TSR-1.")
    bar.tell("Imported TSR-2.")
    assert bar.text() == "No space.\nImported TSR-2."
    timer(bar).timeout.emit()
    assert bar.text() == "No space."


def test_information_stays_while_it_is_pointed_at_or_has_the_focus(bar: NoticeBar, qtbot: QtBot) -> None:
    bar.tell("Imported TSR-1.")
    QApplication.sendEvent(bar, QEvent(QEvent.Type.Leave))
    assert timer(bar).isActive()
    qtbot.waitUntil(bar.window().isActiveWindow)
    next(each for each in bar.findChildren(QPushButton) if each.isVisible()).setFocus()
    timer(bar).timeout.emit()
    assert bar.text() == "Imported TSR-1."
    press(bar, "Close")
    assert not timer(bar).isActive()


def test_information_with_a_button_waits_for_it(bar: NoticeBar) -> None:
    pressed: list[str] = []
    bar.tell("A scale of 125 % needs a restart.", "Restart now", lambda: pressed.append("restart"))
    assert not timer(bar).isActive()
    press(bar, "Restart now")
    assert pressed == ["restart"]
    assert bar.isHidden()


def test_nothing_moves_the_focus_and_screen_readers_hear_it(
    qtbot: QtBot, shown: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[str, bool]] = []
    monkeypatch.setattr(
        notice_bar, "announce", lambda _, words, *, at_once=False: heard.append((words, at_once))
    )
    window, field, bar = QWidget(), QLineEdit(), NoticeBar()
    column = QVBoxLayout(window)
    column.addWidget(field)
    column.addWidget(bar)
    shown(window)
    qtbot.waitUntil(window.isActiveWindow)
    field.setFocus()
    bar.say(StoreError("No space."))
    bar.tell("Imported TSR-1.")
    assert QApplication.focusWidget() is field
    assert heard == [("No space.", True), ("Imported TSR-1.", False)]
    bar.stop()


def test_announcing_to_a_screen_reader_works_with_this_binding(bar: NoticeBar) -> None:
    QAccessible.setActive(True)
    try:
        bar.say(StoreError("No space."))
        bar.tell("Imported TSR-1.")
    finally:
        QAccessible.setActive(False)


def test_an_error_of_any_length_shows_its_end_and_leaves_room(bar: NoticeBar, qtbot: QtBot) -> None:
    said: list[Notice] = []
    bar.said.connect(said.append)
    details = [f"line {number}" for number in range(1000)]
    bar.resize(960, 100)
    bar.say(
        StoreError("x" * 1_000_000 + reports.HOSTILE, details=details, kept="All.", next_step="Free some.")
    )
    assert bar.text().endswith("line 5\n… and 994 more\nKept: All.\nNext: Free some.")
    assert len(said[0].details) <= 20_000
    assert bar.sizeHint().height() < 400
    assert bar.minimumSizeHint().width() < 900


def test_hostile_text_is_text(bar: NoticeBar) -> None:
    bar.say(StoreError(reports.HOSTILE))
    bar.tell(reports.HOSTILE)
    assert "\u202e" not in bar.text()
    assert "<b>bold</b>" in bar.text()
    assert not bar.grab().isNull()
    bar.stop()
