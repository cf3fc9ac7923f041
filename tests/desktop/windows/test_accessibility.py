"""The window without a mouse or without eyes: every part has a name, is reached, and shows the focus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtGui import QAccessible
from qtpy.QtWidgets import QApplication, QWidget

from aitr_desktop.actions.spec import Act
from aitr_desktop.actions.table import ACTIONS, MENUS
from aitr_desktop.settings import ThemeChoice
from tsr_agent.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot
    from qtpy.QtGui import QImage

    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.main_window import MainWindow

THEMES = (ThemeChoice.LIGHT, ThemeChoice.DARK, ThemeChoice.HIGH_CONTRAST)
SEEN = 24
"""Pixels that must differ at least, so that one finds the focus without searching."""


@pytest.fixture
def full(window: MainWindow, settled: Callable[[], None], qtbot: QtBot) -> MainWindow:
    """A window with a library, a report, an error and information."""
    window.resize(1360, 860)
    window.show_library(Path("/data/audit-2026.db"))
    settled()
    window.notices.say(StoreError("No space.", next_step="Free some."))
    window.notices.tell("Imported TSR-1.", "Show", lambda: None)
    qtbot.waitUntil(window.isActiveWindow)
    return window


def stops(window: QWidget, qtbot: QtBot) -> list[QWidget]:
    """Where Tab leads, from the first stop once around."""
    found: list[QWidget] = []
    for _ in range(200):
        focused = QApplication.focusWidget()
        if focused is None or focused in found:
            return found
        found.append(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    raise AssertionError("Tab leads nowhere back")


def focusable(window: QWidget) -> list[QWidget]:
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not widget.objectName().startswith("qt_")
    ]  # fmt: skip


def name_of(widget: QWidget) -> str:
    """What a screen reader says of it."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface is not None else ""


def picture(window: QWidget) -> QImage:
    return window.grab().toImage()


def differing(one: QImage, other: QImage) -> int:
    """How many pixels differ."""
    assert one.size() == other.size()
    first, second = (
        np.frombuffer(bytes(each.constBits()), np.uint32).reshape(each.height(), -1) for each in (one, other)
    )
    return int((first != second).sum())


def test_every_part_that_takes_the_focus_has_a_name(full: MainWindow) -> None:
    nameless = [widget for widget in focusable(full) if not name_of(widget).strip()]
    assert [f"{each} in {each.parent()}" for each in nameless] == []


def test_tab_reaches_every_part_once_and_comes_back(full: MainWindow, qtbot: QtBot) -> None:
    reached = stops(full, qtbot)
    missing = [each for each in focusable(full) if each not in reached and not is_grouped(each)]
    assert [f"{type(each).__name__}: {name_of(each)}" for each in missing] == [], reached


def is_grouped(widget: QWidget) -> bool:
    """Of buttons that exclude each other Tab reaches one; arrows go through the others."""
    return bool(getattr(widget, "autoExclusive", bool)()) or bool(getattr(widget, "group", lambda: None)())


def test_tab_goes_the_way_one_reads(full: MainWindow, qtbot: QtBot) -> None:
    """From the rail to the notices, the filters, the list, the report, the last line."""
    reached = stops(full, qtbot)
    bench = full.workbench
    assert bench is not None
    parts = [full.pages.rail, full.notices.bar, bench.filters, bench.table, bench.detail, full.status]
    order = [
        place
        for widget in reached
        for place, part in enumerate(parts)
        if part is widget or part.isAncestorOf(widget)
    ]
    start = order.index(min(order))
    around = order[start:] + order[:start]
    # Where the walk began in the middle of a part, its first stops come last.
    while around and around[-1] < around[-2]:
        around.insert(0, around.pop())
    assert around == sorted(around), [parts[place].__class__.__name__ for place in around]
    assert set(order) == set(range(len(parts)))


def test_within_the_filters_and_notices_tab_goes_from_left_to_right(full: MainWindow, qtbot: QtBot) -> None:
    bench = full.workbench
    assert bench is not None
    for part in (bench.filters, full.status):
        row = [each for each in stops(full, qtbot) if part.isAncestorOf(each)]
        lefts = [each.mapTo(full, QPoint(0, 0)).x() for each in row]
        start = lefts.index(min(lefts))
        assert lefts[start:] + lefts[:start] == sorted(lefts), [name_of(each) for each in row]


@pytest.mark.parametrize("choice", THEMES)
def test_the_focus_is_seen_wherever_it_is(
    full: MainWindow, theme: ThemeController, choice: ThemeChoice, qtbot: QtBot
) -> None:
    theme.choose(choice)
    QApplication.setCursorFlashTime(0)
    unseen = []
    for widget in stops(full, qtbot):
        # One step back and one forth again, so that what scrolls has scrolled.
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.keyClick(widget, Qt.Key.Key_Backtab)
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert focused is not None
        with_focus = picture(full)
        focused.clearFocus()
        if differing(with_focus, picture(full)) < SEEN:
            unseen.append(f"{type(widget).__name__}: {name_of(widget)}")
    QApplication.setCursorFlashTime(1000)
    assert unseen == [], "\n".join(unseen)


def test_every_action_can_be_done_with_the_keyboard(full: MainWindow) -> None:
    """Each has a key, or a letter of its own in each menu on the way to it."""
    without = []
    for spec in ACTIONS:
        titles = spec.menu.split(">")
        if not spec.keys and not all("&" in words for words in (*titles, spec.text)):
            without.append(spec.act)
    assert without == []
    letters = [title[title.index("&") + 1].lower() for title in MENUS]
    assert len(set(letters)) == len(letters)
    assert full.menus.action(Act.COMMANDS).isEnabled()


def test_the_window_fits_the_smallest_screen(full: MainWindow) -> None:
    smallest = full.minimumSizeHint()
    assert (smallest.width() <= 960, smallest.height() <= 540) == (True, True), smallest
