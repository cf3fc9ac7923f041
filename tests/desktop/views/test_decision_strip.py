from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QEvent, QPoint, Qt
from qtpy.QtGui import QColor, QHelpEvent
from qtpy.QtWidgets import QApplication, QToolTip, QWidget

from aitr_desktop.library.timeline import Bar, Timeline, Unit
from aitr_desktop.settings import ThemeChoice
from aitr_desktop.views.decision_strip import DecisionStrip

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aitr_desktop.theme import ThemeController

Show = Callable[[QWidget], QWidget]
DAY = date(2026, 11, 1)
BARS = tuple(
    Bar(DAY + timedelta(days=place), DAY + timedelta(days=place), go=place, no_go=place % 2, not_judged=1)
    for place in range(20)
)


@pytest.fixture
def strip(theme: ThemeController, shown: Show) -> DecisionStrip:
    made = DecisionStrip(theme)
    made.resize(600, made.sizeHint().height())
    shown(made)
    made.show_timeline(Timeline(Unit.DAY, BARS))
    return made


@pytest.fixture
def chosen(strip: DecisionStrip) -> list[tuple[date, date]]:
    heard: list[tuple[date, date]] = []
    strip.chosen.connect(lambda since, until: heard.append((since, until)))
    return heard


def test_a_click_narrows_to_the_days_of_a_bar(
    strip: DecisionStrip, chosen: list[tuple[date, date]], qtbot: QtBot
) -> None:
    place = strip.bar_rect(7).center().toPoint()
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=place)
    assert chosen == [(BARS[7].since, BARS[7].until)]
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(599, 40))
    assert len(chosen) == 1, "there is no bar"


def test_arrows_go_from_bar_to_bar_and_enter_narrows(
    strip: DecisionStrip, chosen: list[tuple[date, date]], qtbot: QtBot
) -> None:
    strip.activateWindow()
    strip.setFocus()
    qtbot.keyClick(strip, Qt.Key.Key_Return)
    assert chosen == [], "one is at no bar yet"
    qtbot.keyClick(strip, Qt.Key.Key_Left)
    qtbot.keyClick(strip, Qt.Key.Key_Left)
    assert strip.words() == "2026-11-19: 18 GO, 1 NOT JUDGED"
    assert strip.accessibleDescription().startswith(strip.words())
    qtbot.keyClick(strip, Qt.Key.Key_Return)
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Space):
        qtbot.keyClick(strip, key)
    assert [since.day for since, _ in chosen] == [19, 2]


def test_hovering_shows_the_numbers_and_screen_readers_hear_all(strip: DecisionStrip) -> None:
    place = strip.bar_rect(3).center().toPoint()
    event = QHelpEvent(QEvent.Type.ToolTip, place, strip.mapToGlobal(place))
    QApplication.sendEvent(strip, event)
    assert "3 GO\n1 NO-GO\n1 NOT JUDGED" in QToolTip.text()
    QToolTip.hideText()
    assert strip.accessibleDescription().startswith(
        "220 reports in 20 bars, 2026-11-01 to 2026-11-20: 190 GO"
    )


@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK, ThemeChoice.HIGH_CONTRAST])
def test_one_no_go_among_a_million_is_seen(
    strip: DecisionStrip, theme: ThemeController, choice: ThemeChoice
) -> None:
    theme.choose(choice)
    strip.show_timeline(Timeline(Unit.DAY, (Bar(DAY, DAY, go=1_000_000, no_go=1),)))
    room = strip.bar_rect(0)
    image = strip.grab().toImage()
    colour = image.pixelColor(int(room.center().x()), int(room.bottom()) - 1)
    assert colour == QColor(theme.theme.no_go)
    top = image.pixelColor(int(room.center().x()), int(room.top()) + 10)
    assert top == QColor(theme.theme.go)


@pytest.mark.parametrize("number", [0, 1, 121])
@pytest.mark.parametrize("width", [81, 300, 1_900])
def test_any_number_of_bars_fits_any_width(strip: DecisionStrip, number: int, width: int) -> None:
    bars = tuple(Bar(DAY + timedelta(days=place), DAY, go=1) for place in range(number))
    strip.resize(width, strip.height())
    strip.show_timeline(Timeline(Unit.DAY, bars))
    assert not strip.grab().isNull()
    if bars:
        assert strip.bar_rect(number - 1).right() <= width
        assert strip.bar_at(strip.bar_rect(number - 1).center().x()) in (number - 1, number - 2)
