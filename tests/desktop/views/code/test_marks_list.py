from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication

from aitr_desktop.code.line_marks import LineMark, MarkKind
from aitr_desktop.code.report_marks import FileMarks, MarkedFile
from aitr_desktop.item_models.mark_rows import NO_MARKS, ListedMarks, listed_marks, mark_rows
from aitr_desktop.library.code_notes import FileNotes
from aitr_desktop.views.code.marks_list import MarksList
from aitr_desktop.views.code.note_dialog import NoteDialog, NoteWords
from tests.factories.code_notes import note
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tsr_agent.errors import StoreError
from tsr_agent.store.code_notes import KeptNote

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot
    from qtpy.QtWidgets import QWidget

    from aitr_desktop.theme import ThemeController

Key = Qt.Key


@pytest.fixture
def marks(theme: ThemeController, shown: Callable[[QWidget], QWidget]) -> MarksList:
    made = MarksList(theme)
    made.resize(900, 260)
    shown(made)
    return made


def rows_of(*words: str, kind: MarkKind = MarkKind.FAILED_TEST) -> ListedMarks:
    found = tuple(
        LineMark(kind=kind, first=number, last=number, words=each) for number, each in enumerate(words, 1)
    )
    return listed_marks(mark_rows(FileMarks(path="a.py", marks=found), FileNotes(), 10**6))


def test_without_marks_it_says_why(marks: MarksList) -> None:
    marks.show_marks(NO_MARKS, (), "Nothing is known of this file.")
    assert marks.nothing.isVisible()
    assert marks.nothing.text() == "Nothing is known of this file."
    assert not marks.table.isVisible()


def test_a_click_goes_to_the_line_and_enter_takes_the_focus_along(marks: MarksList, qtbot: QtBot) -> None:
    marks.show_marks(rows_of("one", "two"), (), "")
    asked: list[tuple[int, bool]] = []
    marks.line_asked.connect(lambda line, focus: asked.append((line, focus)))
    place = marks.table.visualRect(marks.marks.index(1, 2)).center()
    qtbot.mouseClick(marks.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.keyClick(marks.table, Key.Key_Up)
    qtbot.keyClick(marks.table, Key.Key_Return)
    assert asked == [(2, False), (1, True)]


def test_the_chosen_row_is_read_in_full_and_copied(marks: MarksList, qtbot: QtBot) -> None:
    kept = KeptNote(note=note(text="First line.\nSecond line."))
    marks.show_marks(listed_marks(mark_rows(FileMarks(path="a"), FileNotes(here=(kept,)), 100)), (), "")
    marks.table.choose(0)
    assert marks.read.toPlainText().startswith("First line.\nSecond line.\n\nrita (named by the server), ")
    qtbot.keyClick(marks.table, Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "✎ Audit note\t12–14\tFirst line.\nSecond line."


def test_pressing_a_sign_shows_its_row_though_another_kind_is_chosen(marks: MarksList) -> None:
    both = (*rows_of("one").rows, *rows_of("two", kind=MarkKind.UNCOVERED).rows)
    marks.show_marks(listed_marks(both), (), "")
    marks.kinds.setCurrentIndex(2)
    assert marks.marks.rowCount() == 1
    marks.show_row(1)
    assert marks.table.currentIndex().row() == 0


def test_a_file_of_the_commit_is_asked_for_and_no_other(marks: MarksList, qtbot: QtBot) -> None:
    counts = ((MarkKind.FAILED_TEST, 1),)
    marks.show_files(
        (MarkedFile(path="a.py", counts=counts), MarkedFile(path="b.py", counts=counts, is_found=False)), ""
    )
    asked: list[str] = []
    marks.file_asked.connect(asked.append)
    marks.focus_list(files=True)
    for _ in range(2):
        qtbot.keyClick(marks.file_table, Key.Key_Return)
        qtbot.keyClick(marks.file_table, Key.Key_Down)
    assert asked == ["a.py"]


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
@pytest.mark.parametrize("width", [260, 900])
def test_hostile_words_neither_freeze_nor_draw_markup(marks: MarksList, text: str, width: int) -> None:
    marks.resize(width, 240)
    marks.show_marks(rows_of(text, text), (text[:2_000],), "")
    marks.show_files((MarkedFile(path=text[:900], counts=((MarkKind.UNCOVERED, 1),)),), "")
    marks.table.choose(0)
    marks.grab()
    marks.tabs.setCurrentIndex(1)
    marks.grab()
    assert "\u202e" not in marks.read.toPlainText() + marks.remarks.text()
    assert marks.remarks.textFormat() == Qt.TextFormat.PlainText


def test_ten_thousand_marks_on_one_line_are_drawn(marks: MarksList, qtbot: QtBot) -> None:
    many = tuple(
        LineMark(kind=MarkKind.FAILED_TEST, first=3, last=3, words=f"t{number}") for number in range(10_000)
    )
    marks.show_marks(listed_marks(mark_rows(FileMarks(path="a", marks=many), FileNotes(), 5)), (), "")
    assert marks.listed.lines == (3,)
    marks.table.choose(0)
    qtbot.keyClick(marks.table, Key.Key_End)
    marks.grab()
    assert marks.table.currentIndex().row() == 9_999


def test_a_hundred_thousand_marks_hold_the_window_up_for_a_moment_only(marks: MarksList) -> None:
    many = tuple(
        LineMark(kind=MarkKind.UNCOVERED, first=number, last=number, words="not run")
        for number in range(1, 200_000, 2)
    )
    listed = listed_marks(mark_rows(FileMarks(path="a", marks=many), FileNotes(), 10**6))
    started = time.perf_counter()
    marks.show_marks(listed, (), "")
    took = time.perf_counter() - started
    print(f"100,000 rows shown in {took * 1000:.1f} ms")
    assert took < 0.1


WORDS = NoteWords(
    title="Note on these lines", place="Lines 12–14 of src/bot.py", commit="At commit", as_whom="By rita"
)


@pytest.fixture
def dialog(qtbot: QtBot) -> NoteDialog:
    made = NoteDialog(WORDS, 20)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    return made


def test_nothing_and_too_much_can_not_be_kept_and_the_count_says_so(dialog: NoteDialog) -> None:
    assert not dialog.keep_button.isEnabled()
    dialog.note.setPlainText("x" * 21)
    assert not dialog.keep_button.isEnabled()
    assert "▲ 21 of 20 characters" in [each.text() for each in dialog.findChildren(type(dialog._count))]
    dialog.note.setPlainText("x" * 20)
    assert dialog.keep_button.isEnabled()


def test_enter_writes_a_line_and_ctrl_enter_keeps_the_note(dialog: NoteDialog, qtbot: QtBot) -> None:
    kept: list[str] = []
    dialog.written.connect(kept.append)
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClicks(dialog.note, "one")
    qtbot.keyClick(dialog.note, Key.Key_Return)
    qtbot.keyClicks(dialog.note, "two")
    assert kept == []
    qtbot.keyClick(dialog.note, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert kept == ["one\ntwo"]


def test_what_failed_is_said_and_what_was_typed_stays(dialog: NoteDialog) -> None:
    dialog.note.setPlainText("typed")
    dialog.show_saving()
    assert dialog.note.isReadOnly()
    assert not dialog.keep_button.isEnabled()
    dialog.show_error(StoreError("The disk is full.", next_step="Make room."))
    assert "The disk is full." in dialog.told()
    assert dialog.keep_button.isEnabled()
    assert dialog.text() == "typed"


def test_tab_goes_from_the_note_to_the_buttons(dialog: NoteDialog, qtbot: QtBot) -> None:
    dialog.note.setPlainText("typed")
    qtbot.waitUntil(dialog.isActiveWindow)
    dialog.note.setFocus()
    qtbot.keyClick(dialog.note, Key.Key_Tab)
    assert dialog.keep_button.hasFocus()
    qtbot.keyClick(dialog.keep_button, Key.Key_Tab)
    assert dialog.cancel_button.hasFocus()
