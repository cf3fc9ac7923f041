from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QApplication

from aitr_desktop.code.differing import RowKind, difference
from aitr_desktop.code.styling import Piece, Style
from aitr_desktop.code.text_lines import TextLines
from aitr_desktop.settings import ThemeChoice
from aitr_desktop.views.code.pair_side import PairSide
from aitr_desktop.views.code.side_by_side import SideBySide
from tests.factories.hostile_texts import HOSTILE_TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot
    from qtpy.QtWidgets import QWidget

    from aitr_desktop.theme import ThemeController

    Shown = Callable[[QWidget], QWidget]

OLD = "".join(f"line {number}\n" for number in range(1, 201))
NEW = (
    OLD.replace("line 50\n", "line fifty\n")
    .replace("line 150\n", "")
    .replace("line 199\n", "line 199\nmore\n")
)


@pytest.fixture
def pair(theme: ThemeController, shown: Shown) -> SideBySide:
    made = SideBySide(theme)
    made.resize(700, 400)
    shown(made)
    return made


def show(pair: SideBySide, old: str, new: str) -> None:
    pair.show_difference(
        difference(TextLines(old.encode("utf-8", "replace")), TextLines(new.encode("utf-8", "replace")))
    )


def colour(pair: SideBySide, x: int, place: int) -> str:
    """What is drawn in the middle of a row."""
    height = pair.line_painter.row_height
    line = place - pair.in_sight().start
    picture = pair.viewport().grab().toImage()
    return str(picture.pixelColor(x, line * height + 1).name())


def test_it_begins_at_the_first_change_with_the_rest_folded_away(pair: SideBySide) -> None:
    show(pair, OLD, NEW)
    assert pair.difference is not None
    assert pair.difference.row(pair.row).old == 50
    assert pair.rows.count < 50
    assert pair.accessibleDescription() == "3 changes · +2 –2"


def test_keys_go_from_change_to_change_and_stop_at_both_ends(pair: SideBySide, qtbot: QtBot) -> None:
    show(pair, OLD, NEW)
    found = pair.difference
    assert found is not None
    seen = [pair.row]
    for _ in range(4):
        qtbot.keyClick(pair, Qt.Key.Key_N)
        seen.append(pair.row)
    assert [found.row(row).kind for row in seen[:3]] == [RowKind.CHANGED, RowKind.REMOVED, RowKind.ADDED]
    assert seen[2] == seen[3] == seen[4]
    for _ in range(4):
        qtbot.keyClick(pair, Qt.Key.Key_P)
    assert pair.row == seen[0]
    assert pair.change() == 1


def test_the_row_of_the_cursor_is_always_in_sight(pair: SideBySide, qtbot: QtBot) -> None:
    show(pair, OLD, NEW)
    pair.set_folds(False)
    for key in (Qt.Key.Key_End, Qt.Key.Key_Home, Qt.Key.Key_PageDown, Qt.Key.Key_Down, Qt.Key.Key_PageUp):
        qtbot.keyClick(pair, key)
        assert pair.cursor_place in pair.in_sight()
    qtbot.keyClick(pair, Qt.Key.Key_End)
    assert pair.cursor_place == pair.rows.count - 1


def test_enter_opens_a_fold_and_the_row_behind_it_stays(pair: SideBySide, qtbot: QtBot) -> None:
    show(pair, OLD, NEW)
    qtbot.keyClick(pair, Qt.Key.Key_Home)
    assert pair.rows.at(pair.cursor_place).folded == 44
    before = pair.rows.count
    qtbot.keyClick(pair, Qt.Key.Key_Return)
    assert pair.rows.count == before + 43
    assert pair.rows.at(pair.cursor_place).row == 0


def test_enter_on_a_row_asks_for_its_line_on_the_side_that_has_it(pair: SideBySide, qtbot: QtBot) -> None:
    show(pair, OLD, NEW)
    with qtbot.waitSignal(pair.line_asked) as asked:
        qtbot.keyClick(pair, Qt.Key.Key_Return)
    assert asked.args == [1, 50]
    qtbot.keyClick(pair, Qt.Key.Key_N)
    with qtbot.waitSignal(pair.line_asked) as asked:
        qtbot.keyClick(pair, Qt.Key.Key_Return)
    assert asked.args == [0, 150]


def test_a_double_click_asks_for_the_line_of_the_side_that_was_clicked(
    pair: SideBySide, qtbot: QtBot
) -> None:
    show(pair, OLD, NEW)
    y = (pair.cursor_place - pair.in_sight().start) * pair.line_painter.row_height + 5
    for x, side in ((120, 0), (500, 1)):
        with qtbot.waitSignal(pair.line_asked) as asked:
            qtbot.mouseDClick(pair.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, y))
        assert asked.args == [side, 50]


def test_a_click_on_a_fold_opens_it(pair: SideBySide, qtbot: QtBot) -> None:
    show(pair, OLD, NEW)
    qtbot.keyClick(pair, Qt.Key.Key_Home)
    before = pair.rows.count
    qtbot.mouseClick(pair.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 5))
    assert pair.rows.count > before


@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK, ThemeChoice.HIGH_CONTRAST])
def test_grounds_tell_old_new_and_nothing_apart(
    pair: SideBySide, theme: ThemeController, choice: ThemeChoice
) -> None:
    theme.choose(choice)
    show(pair, OLD, NEW)
    colours, (left, right) = theme.theme, pair.halves()
    place = pair.rows.place_of(pair.row)
    assert colour(pair, left.right - 3, place) == colours.removed_ground.lower()
    assert colour(pair, right.right - 3, place) == colours.added_ground.lower()
    assert colour(pair, left.right - 3, place - 1) == colours.surface.lower()


def test_what_changed_within_a_line_has_a_ground_of_its_own(pair: SideBySide, theme: ThemeController) -> None:
    show(pair, OLD, NEW)
    left, right = pair.halves()
    cell = pair.line_painter.cell
    place = pair.rows.place_of(pair.row)
    assert colour(pair, round(left.text + 8 + 5.5 * cell), place) == theme.theme.removed_part.lower()
    assert colour(pair, round(left.text + 8 + 1.5 * cell), place) == theme.theme.removed_ground.lower()
    assert colour(pair, round(right.text + 8 + 6.5 * cell), place) == theme.theme.added_part.lower()


def test_both_sides_scroll_sideways_as_one_and_the_numbers_stay(pair: SideBySide, qtbot: QtBot) -> None:
    show(pair, "a" * 400 + "\n", "a" * 400 + "b\n")
    before = pair.viewport().grab().toImage()
    qtbot.keyClick(pair, Qt.Key.Key_Right)
    assert pair.horizontalScrollBar().value() > 0
    after = pair.viewport().grab().toImage()
    assert before != after
    gutter = pair.halves()[0].text
    numbers = before.copy(0, 0, gutter, 20), after.copy(0, 0, gutter, 20)
    assert numbers[0] == numbers[1]
    qtbot.keyClick(pair, Qt.Key.Key_Left)
    assert pair.horizontalScrollBar().value() == 0


def test_colours_are_asked_for_what_is_in_sight_and_once(pair: SideBySide) -> None:
    asked: list[tuple[int, int, int]] = []
    pair.pieces_wanted.connect(lambda *wanted: asked.append(wanted))
    show(pair, OLD, NEW)
    lines = {line for side, first, last in asked if side == 0 for line in range(first, last + 1)}
    found = pair.difference
    assert found is not None
    places = [pair.rows.at(place) for place in pair.in_sight()]
    in_sight = {found.row(each.row).old for each in places if not each.folded}
    assert in_sight - {0} <= lines
    assert 100 not in lines, "what is folded away is not lexed"
    count = len(asked)
    pair.measure()
    assert len(asked) == count


def test_pieces_of_a_side_are_drawn(pair: SideBySide, theme: ThemeController) -> None:
    show(pair, "key\n", "key\nmore\n")
    side = PairSide(pair, 0)
    before = pair.viewport().grab().toImage()
    side.set_pieces(1, [[Piece(0, 3, Style.STRING)]])
    assert pair.has_pieces() == (True, False)
    assert pair.viewport().grab().toImage() != before


def test_a_change_is_copied_as_a_difference(pair: SideBySide, qtbot: QtBot) -> None:
    show(pair, OLD, NEW)
    qtbot.keyClick(pair, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "-line 50\n+line fifty\n"
    qtbot.keyClick(pair, Qt.Key.Key_Up)
    qtbot.keyClick(pair, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "line 49\n"


def test_equal_and_empty_texts_say_so(pair: SideBySide, qtbot: QtBot) -> None:
    for text in ("same\n", ""):
        show(pair, text, text)
        assert pair.accessibleDescription() == "No line differs."
        for key in (Qt.Key.Key_N, Qt.Key.Key_P, Qt.Key.Key_End, Qt.Key.Key_Return):
            qtbot.keyClick(pair, key)
        qtbot.keyClick(pair, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        pair.viewport().grab()


def test_before_anything_is_shown_no_key_does_harm(pair: SideBySide, qtbot: QtBot) -> None:
    for key in (Qt.Key.Key_N, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_End):
        qtbot.keyClick(pair, key)
    qtbot.mouseClick(pair.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    pair.viewport().grab()


def test_alt_left_is_left_to_whoever_goes_back(pair: SideBySide, qtbot: QtBot) -> None:
    show(pair, "a" * 400 + "\n", "b\n")
    pair.horizontalScrollBar().setValue(50)
    qtbot.keyClick(pair, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert pair.horizontalScrollBar().value() == 50


def test_a_line_of_either_side_is_gone_to_out_of_a_fold(pair: SideBySide) -> None:
    show(pair, OLD, NEW)
    pair.go_to_line(1, 100)
    found = pair.difference
    assert found is not None
    assert found.row(pair.row).new == 100
    assert pair.cursor_place in pair.in_sight()


def test_zoom_draws_larger_and_keeps_the_cursor_in_sight(pair: SideBySide) -> None:
    show(pair, OLD, NEW)
    height = pair.line_painter.row_height
    pair.line_painter.zoom(3)
    assert pair.line_painter.row_height > height
    pair.viewport().grab()


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def test_hostile_texts_are_drawn_as_they_are(pair: SideBySide, qtbot: QtBot, text: str) -> None:
    show(pair, f"{text}\nsame\n", f"same\n{text} more\n")
    pair.viewport().grab()
    for key in (Qt.Key.Key_N, Qt.Key.Key_End, Qt.Key.Key_Home):
        qtbot.keyClick(pair, key)
    qtbot.keyClick(pair, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)


def test_a_hundred_thousand_lines_are_shown_at_once(pair: SideBySide) -> None:
    import time

    old = "".join(f"line {number}\n" for number in range(100_000))
    made = difference(TextLines(old.encode()), TextLines(old.replace("line 77777\n", "other\n").encode()))
    begun = time.perf_counter()
    pair.show_difference(made)
    pair.viewport().grab()
    pair.set_folds(False)
    pair.viewport().grab()
    assert time.perf_counter() - begun < 1.0
