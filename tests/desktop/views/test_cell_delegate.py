"""Text in cells: nothing of it is hidden at the edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qtpy.QtCore import QRect, Qt
from qtpy.QtGui import QFontMetrics, QGuiApplication

from aitr_desktop.views.cell_delegate import breakable

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

BREAK = "\u200b"


@given(st.text(st.characters(exclude_characters=BREAK)))
def test_only_places_to_break_are_added(text: str) -> None:
    drawn = breakable(text)
    assert drawn.replace(BREAK, "") == text
    assert all(len(word) <= 30 for part in drawn.split() for word in part.split(BREAK))


@pytest.mark.parametrize("word", ["long" * 100, "/etc" * 60, "W" * 500])
def test_a_word_longer_than_the_line_is_drawn_to_its_end(qtbot: QtBot, word: str) -> None:
    metrics = QFontMetrics(QGuiApplication.font())
    width = metrics.horizontalAdvance("W" * 31)
    flags = int(Qt.TextFlag.TextWordWrap)
    drawn = metrics.boundingRect(QRect(0, 0, width, 100_000), flags, breakable(f"x {word}"))
    assert drawn.width() <= width
    assert drawn.height() * width >= metrics.horizontalAdvance(word) * metrics.height()


def test_ordinary_text_stays_as_it_is() -> None:
    assert breakable("words that are short enough to wrap") == "words that are short enough to wrap"
