from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qtpy.QtCore import QPoint, Qt

from aitr_desktop.item_models.cells import Kind, Target
from aitr_desktop.item_models.figures import StackedBars, outcome_bars
from aitr_desktop.settings import ThemeChoice
from aitr_desktop.views.figures.bar_layout import LEAST_SEGMENT, widths
from aitr_desktop.views.figures.stacked_bars import StackedBarsView
from tests.factories import shown_reports as reports
from tsr_agent.models.results import TestType, TestTypeResult
from tsr_agent.sections.series import Part

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aitr_desktop.theme import ThemeController

NOTHING_RAN = TestTypeResult(test_type=TestType.E2E, total=3, passed=0, failed=0, skipped=3, duration_ms=0)
EMPTY = TestTypeResult(test_type=TestType.PERFORMANCE, total=0, passed=0, failed=0, skipped=0, duration_ms=0)
UNIT = Target(Kind.TEST_TYPE, "unit")


def figure(*results: TestTypeResult) -> StackedBars:
    return outcome_bars(reports.report(test_results=results), twin="Test results")[0]


@pytest.fixture
def bars(qtbot: QtBot, theme: ThemeController) -> StackedBarsView:
    view = StackedBarsView(theme)
    view.setFixedWidth(900)
    qtbot.addWidget(view)
    view.show_figure(figure(reports.unit_results(), NOTHING_RAN, EMPTY))
    view.show()
    view.setFocus()
    return view


def test_keys_go_along_the_segments_and_say_them(qtbot: QtBot, bars: StackedBarsView) -> None:
    assert bars.accessibleName() == "Outcomes by test type"
    assert bars.accessibleDescription().startswith("Unit: 40 passed")
    said = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_End):
        qtbot.keyClick(bars, key)
        said.append(bars.accessibleDescription())
    assert said == [
        "Unit: ▲ 1 flaky, 2.3 % of 44 tests",
        "Unit: ✕ 1 failed, 2.3 % of 44 tests",
        "End to end: – 3 skipped, 100 % of 3 tests",
        "Unit: ✓ 40 passed, 90.9 % of 44 tests",
        "End to end: – 3 skipped, 100 % of 3 tests",
    ]


def test_enter_and_a_click_lead_to_the_row_of_the_type(qtbot: QtBot, bars: StackedBarsView) -> None:
    led: list[Target] = []
    bars.chosen.connect(led.append)
    qtbot.keyClick(bars, Qt.Key.Key_Return)
    qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=QPoint(300, 10))
    qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=QPoint(300, bars.height() - 4))
    qtbot.mouseClick(bars, Qt.MouseButton.RightButton, pos=QPoint(300, 10))
    assert led == [UNIT, UNIT, Target(Kind.TEST_TYPE, "performance")]


def test_keys_that_lead_nowhere_are_left_to_the_page(qtbot: QtBot, bars: StackedBarsView) -> None:
    from qtpy.QtGui import QKeyEvent

    for key in (Qt.Key.Key_PageDown, Qt.Key.Key_Up, Qt.Key.Key_A):
        event = QKeyEvent(QKeyEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
        bars.keyPressEvent(event)
        assert not event.isAccepted()


@pytest.mark.parametrize("width", [120, 300, 460, 900, 2000])
def test_everything_stands_within_the_widget(bars: StackedBarsView, width: int) -> None:
    bars.setFixedWidth(width)
    bars.resize(width, bars.height())
    entries = [each.entry for each in bars.placed()]
    assert all(each.area.right() <= width for each in bars.placed())
    assert all(entry.bottom() <= bars.height() for entry in entries)
    assert not any(one.intersects(other) for one in entries for other in entries if one is not other)


@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK, ThemeChoice.HIGH_CONTRAST])
def test_parts_differ_without_colour(theme: ThemeController, choice: ThemeChoice) -> None:
    """In grey, and as a pattern of dark and light, no two parts are the same picture."""
    from qtpy.QtCore import QRectF
    from qtpy.QtGui import QImage, QPainter

    from aitr_desktop.views.figures.patterns import paint_part

    theme.choose(choice)
    pictures = set()
    for part in Part:
        image = QImage(40, 14, QImage.Format.Format_RGB32)
        image.fill(0)
        painter = QPainter(image)
        paint_part(painter, QRectF(0, 0, 40, 14), part, theme.theme)
        painter.end()
        mono = image.convertToFormat(QImage.Format.Format_Grayscale8)
        levels = [mono.pixelColor(x, y).red() for y in range(14) for x in range(40)]
        middle = (max(levels) + min(levels)) / 2
        pictures.add(tuple(level > middle for level in levels))
    assert len(pictures) == len(Part)


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=7), st.floats(100, 4000))
def test_each_segment_can_be_seen_and_none_takes_more_than_there_is(numbers: list[int], room: float) -> None:
    found = widths(numbers, room)
    assert sum(found) == pytest.approx(room)
    assert all(width >= LEAST_SEGMENT - 1e-9 for width in found)


def test_a_changed_theme_repaints(bars: StackedBarsView, theme: ThemeController) -> None:
    before = bars.grab().toImage()
    theme.choose(ThemeChoice.DARK)
    assert bars.grab().toImage() != before
