"""The text under real keys: indentation, comments, leaving, what is hidden, what is let in."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from qtpy.QtCore import QMimeData, Qt
from qtpy.QtGui import QTextCursor
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from aitr_desktop.editing.checking import Finding, Weight
from aitr_desktop.editing.completion import Offer, Offers
from aitr_desktop.editing.text_files import MAX_LINE
from aitr_desktop.item_models.offer_list import OfferList
from aitr_desktop.views.editor.editor_pane import EditorPane
from tests.factories.hostile_texts import HOSTILE_TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.modeltest import ModelTester
    from pytestqt.qtbot import QtBot

    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.editor.text_edit import TextEdit

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
KEY = Qt.Key


@pytest.fixture
def page(theme: ThemeController, shown: Callable[[QWidget], QWidget]) -> QWidget:
    """A field, the editor, and another field."""
    made = QWidget()
    column = QVBoxLayout(made)
    for part in (QLineEdit(), EditorPane(theme, "Text"), QLineEdit()):
        column.addWidget(part)
    made.resize(700, 500)
    return shown(made)


@pytest.fixture
def pane(page: QWidget) -> EditorPane:
    found = page.findChild(EditorPane)
    assert isinstance(found, EditorPane)
    found.text.setFocus()
    return found


@pytest.fixture
def edit(pane: EditorPane) -> TextEdit:
    return pane.text


def press(
    edit: TextEdit, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.keyClick(edit, key, modifiers)


def select(edit: TextEdit, first: int, last: int) -> None:
    edit.go_to(first)
    cursor = edit.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.Down, QTextCursor.MoveMode.KeepAnchor, last - first)
    cursor.movePosition(QTextCursor.MoveOperation.EndOfLine, QTextCursor.MoveMode.KeepAnchor)
    edit.setTextCursor(cursor)


def test_enter_goes_on_where_one_writes_and_tab_writes_spaces(edit: TextEdit) -> None:
    QTest.keyClicks(edit, "rules:")
    press(edit, KEY.Key_Return)
    QTest.keyClicks(edit, "- id: a")
    press(edit, KEY.Key_Return)
    QTest.keyClicks(edit, "check:")
    press(edit, KEY.Key_Tab)
    assert edit.text() == "rules:\n  - id: a\n    check:  "
    assert "\t" not in edit.text()


def test_selected_lines_are_indented_and_back_in_one_step(edit: TextEdit) -> None:
    edit.show_text("a:\n  b: 1\n\nc: 2\n")
    select(edit, 1, 4)
    press(edit, KEY.Key_Tab)
    assert edit.text() == "  a:\n    b: 1\n\n  c: 2\n"
    press(edit, KEY.Key_Backtab, SHIFT)
    assert edit.text() == "a:\n  b: 1\n\nc: 2\n"
    press(edit, KEY.Key_Z, CTRL)
    press(edit, KEY.Key_Z, CTRL)
    assert edit.text() == "a:\n  b: 1\n\nc: 2\n"
    press(edit, KEY.Key_Z, CTRL | SHIFT)
    assert edit.text().startswith("  a:")


def test_lines_become_comments_and_none(edit: TextEdit) -> None:
    edit.show_text("a:\n  b: 1\n  c: 2\n")
    select(edit, 2, 3)
    press(edit, KEY.Key_Slash, CTRL)
    assert edit.text() == "a:\n  # b: 1\n  # c: 2\n"
    press(edit, KEY.Key_Slash, CTRL)
    assert edit.text() == "a:\n  b: 1\n  c: 2\n"


def test_backspace_takes_a_level_of_indentation(edit: TextEdit) -> None:
    edit.show_text("    x")
    edit.go_to(1, 5)
    press(edit, KEY.Key_Backspace)
    assert edit.text() == "  x"
    edit.go_to(1, 4)
    press(edit, KEY.Key_Backspace)
    assert edit.text() == "  "


def test_no_keyboard_is_caught_in_the_text(page: QWidget, edit: TextEdit) -> None:
    before, behind = page.findChildren(QLineEdit)[0], page.findChildren(QLineEdit)[-1]
    press(edit, KEY.Key_Tab)
    assert edit.hasFocus()
    press(edit, KEY.Key_Escape)
    press(edit, KEY.Key_Tab)
    assert not edit.hasFocus()
    edit.setFocus()
    press(edit, KEY.Key_Tab, CTRL)
    assert not edit.hasFocus()
    edit.setFocus()
    press(edit, KEY.Key_Backtab, CTRL | SHIFT)
    assert before.hasFocus()
    assert edit.text() == "  "
    assert behind is not before


def test_escape_is_said_and_taken_back_by_writing(pane: EditorPane, edit: TextEdit) -> None:
    press(edit, KEY.Key_Escape)
    assert "Tab leaves" in pane._where.text()
    QTest.keyClicks(edit, "a")
    press(edit, KEY.Key_Tab)
    assert edit.text() == "a "
    assert edit.hasFocus()


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_hostile_text_is_kept_as_it_is_and_drawn(edit: TextEdit, text: str) -> None:
    kept = text.replace("\r\n", "\n")
    if max(map(len, kept.split("\n"))) > MAX_LINE:
        kept = kept[:MAX_LINE]
    edit.show_text(kept)
    edit.grab()
    assert edit.text() == kept
    edit.selectAll()
    # A clipboard of Qt takes no half of a pair.
    copied = edit.createMimeDataFromSelection().text()
    assert copied == "".join(sign for sign in kept if not "\ud800" <= sign <= "\udfff")


def test_what_is_hidden_is_written_out_and_reorders_nothing(edit: TextEdit) -> None:
    edit.show_text("name: a\u202eb\u00a0c\n")
    assert "\u202e" not in edit.toPlainText()
    assert edit.text() == "name: a\u202eb\u00a0c\n"
    edit.go_to(1, 9)
    assert edit.place() == (1, 9)
    QApplication.clipboard().setText("\u2066\u200b")
    edit.paste()
    assert "\u2066" not in edit.toPlainText()
    assert "\u2066\u200b" in edit.text()


def test_places_are_counted_in_characters(edit: TextEdit) -> None:
    edit.show_text("\U0001f600\U0001f600: é\nb\n")
    edit.go_to(1, 3)
    assert edit.place() == (1, 3)
    assert edit.offset() == 2
    edit.go_to(2)
    assert edit.offset() == 6
    edit.go_to(99, 99)
    assert edit.place() == (3, 1)


def test_what_is_too_much_is_not_put_in(edit: TextEdit, qtbot: QtBot) -> None:
    data = QMimeData()
    data.setText("x" * (MAX_LINE + 1))
    with qtbot.waitSignal(edit.refused):
        edit.insertFromMimeData(data)
    assert edit.text() == ""
    data.setText("a\r\nb")
    edit.insertFromMimeData(data)
    assert edit.text() == "a\nb"


def test_only_text_comes_in(edit: TextEdit) -> None:
    data = QMimeData()
    data.setHtml("<b>x</b><img src='file:///etc/passwd'>")
    data.setText("<b>x</b>")
    edit.insertFromMimeData(data)
    assert edit.text() == "<b>x</b>"


def test_findings_are_marked_and_move_with_what_they_are_about(edit: TextEdit) -> None:
    edit.show_text("a: 1\n\U0001f600b: 2\n")
    edit.mark([Finding(weight=Weight.ERROR, line=2, column=2, end_column=3, message="no")])
    assert edit.marks.weights() == {1: Weight.ERROR}
    edit.go_to(1)
    press(edit, KEY.Key_Return)
    assert edit.marks.weights() == {2: Weight.ERROR}
    (_, cursor), *_ = edit.marks._found
    assert cursor.selectedText() == "b"
    edit.show_text("x")
    assert edit.marks.weights() == {}


def test_a_finding_anywhere_is_marked_somewhere(edit: TextEdit) -> None:
    edit.show_text("a\n")
    edit.mark([Finding(weight=Weight.NOTE, line=99, column=99, end_column=99, message="x")])
    assert edit.marks.weights() == {1: Weight.NOTE}


def test_a_text_is_found_and_counted(pane: EditorPane, edit: TextEdit) -> None:
    edit.show_text("Rule\nx\nrule \U0001f600 rule\n")
    press(edit, KEY.Key_F, CTRL)
    assert pane.find_bar.isVisible()
    QTest.keyClicks(pane.find_bar.field, "rule")
    QTest.keyClick(pane.find_bar.field, KEY.Key_Return)
    assert pane.find_bar.count.text() == "1 of 3"
    QTest.keyClick(pane.find_bar.field, KEY.Key_Return)
    QTest.keyClick(pane.find_bar.field, KEY.Key_Return)
    assert pane.find_bar.count.text() == "3 of 3"
    assert edit.textCursor().selectedText() == "rule"
    press(edit, KEY.Key_F3)
    assert pane.find_bar.count.text() == "1 of 3"
    press(edit, KEY.Key_F3, SHIFT)
    assert pane.find_bar.count.text() == "3 of 3"
    QTest.keyClick(pane.find_bar.field, KEY.Key_Escape)
    assert edit.hasFocus()
    assert pane.find_bar.isHidden()


def test_another_text_is_searched_too_and_capitals_can_be_told_apart(pane: EditorPane) -> None:
    pane.show_text("rule rule")
    press(pane.text, KEY.Key_F, CTRL)
    QTest.keyClicks(pane.find_bar.field, "Rule")
    QTest.keyClick(pane.find_bar.field, KEY.Key_Return)
    assert pane.find_bar.count.text() == "1 of 2"
    pane.show_text("a rule")
    assert pane.find_bar.count.text() == "1 in the text"
    assert pane.text.place() == (1, 1), "it goes nowhere by itself"
    pane.find_bar.exact.click()
    assert pane.find_bar.count.text() == "Not in the text"


def test_what_is_not_there_is_said(pane: EditorPane, edit: TextEdit) -> None:
    edit.show_text("a")
    press(edit, KEY.Key_F, CTRL)
    QTest.keyClicks(pane.find_bar.field, "b.*[")
    QTest.keyClick(pane.find_bar.field, KEY.Key_Return)
    assert pane.find_bar.count.text() == "Not in the text"


def test_ctrl_g_goes_to_a_line(pane: EditorPane, edit: TextEdit) -> None:
    edit.show_text("\n" * 50)
    press(edit, KEY.Key_G, CTRL)
    QTest.keyClicks(pane.line_bar.field, "42")
    QTest.keyClick(pane.line_bar.field, KEY.Key_Return)
    assert edit.place() == (42, 1)
    assert edit.hasFocus()


def test_zoom_is_bounded_and_comes_back(edit: TextEdit) -> None:
    usual = edit.font().pixelSize()
    for _ in range(30):
        press(edit, KEY.Key_Plus, CTRL)
    assert edit.font().pixelSize() == 28
    for _ in range(30):
        press(edit, KEY.Key_Minus, CTRL)
    assert edit.font().pixelSize() == 9
    press(edit, KEY.Key_0, CTRL)
    assert edit.font().pixelSize() == usual


def offers(*texts: str, begun: str = "") -> Offers:
    made = tuple(Offer(text=each, insert=f"{each}: ", description=f"About {each}.") for each in texts)
    return Offers(offers=made, begun=begun)


def test_an_offer_is_chosen_with_keys_and_written_in_place_of_what_was_begun(
    pane: EditorPane, edit: TextEdit
) -> None:
    QTest.keyClicks(edit, "se")
    pane.completion.offer(offers("severity", "section", begun="se"))
    assert pane.completion.isVisible()
    assert edit.hasFocus()
    press(edit, KEY.Key_Down)
    assert pane.completion.said.text() == "About section."
    press(edit, KEY.Key_Up)
    press(edit, KEY.Key_Return)
    assert edit.text() == "severity: "
    assert pane.completion.isHidden()


def test_escape_closes_offers_before_anything_else(pane: EditorPane, edit: TextEdit) -> None:
    pane.completion.offer(offers("a"))
    press(edit, KEY.Key_Escape)
    assert pane.completion.isHidden()
    assert not edit.keys.is_leaving
    assert edit.text() == ""


def test_nothing_to_offer_shows_nothing(pane: EditorPane) -> None:
    pane.completion.offer(Offers())
    assert pane.completion.isHidden()


def test_the_list_of_offers_is_a_sound_model(qtmodeltester: ModelTester) -> None:
    model = OfferList()
    model.take(offers("a", "b\u202e").offers)
    qtmodeltester.check(model)
    assert "\u202e" not in str(model.data(model.index(1, 0)))


def test_a_screen_reader_finds_text_and_how_to_leave_it(edit: TextEdit) -> None:
    assert edit.accessibleName() == "Text"
    assert "Escape, then Tab" in edit.accessibleDescription()


PRESSED = (
    *(
        KEY.Key_Return,
        KEY.Key_Tab,
        KEY.Key_Backtab,
        KEY.Key_Backspace,
        KEY.Key_Delete,
        KEY.Key_Up,
        KEY.Key_Down,
    ),
    *(KEY.Key_Left, KEY.Key_Home, KEY.Key_End, KEY.Key_PageUp, KEY.Key_Escape, KEY.Key_F3),
)
TYPED = st.lists(st.one_of(st.text(max_size=6), st.sampled_from(PRESSED)), max_size=25)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(TYPED)
def test_whatever_is_typed_is_kept_and_takes_no_time(
    pane: EditorPane, edit: TextEdit, typed: list[str | Qt.Key]
) -> None:
    edit.show_text("rules:\n  - id: a\n")
    edit.setFocus()
    began = time.monotonic()
    for each in typed:
        if isinstance(each, str):
            _type(edit, each)
        else:
            shift = SHIFT if each is KEY.Key_Backtab else Qt.KeyboardModifier.NoModifier
            press(edit, each, shift)
        pane.completion.hide()
    edit.grab()
    assert time.monotonic() - began < 5
    assert edit.text().encode("utf-8", "surrogatepass")
    while edit.document().isUndoAvailable():
        edit.undo()
    assert edit.text() == "rules:\n  - id: a\n"


def _type(edit: TextEdit, text: str) -> None:
    data = QMimeData()
    data.setText(text)
    edit.insertFromMimeData(data)
