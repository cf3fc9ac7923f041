"""Marks and notes in the window, over a real library and a real clone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import Qt

from aitr_desktop.actions.spec import Act
from aitr_desktop.code.line_marks import MarkKind
from aitr_desktop.item_models.cells import Kind, Target
from aitr_desktop.item_models.file_tree_model import MARKS_ROLE
from tests.desktop.windows.code.auditors import ALT, CTRL, SHIFT, Auditor, Key
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tests.factories.marked_code import REPORT, MarkedCode
from tests.factories.repositories import commit
from tsr_agent.errors import StoreError
from tsr_agent.store.code_notes import NoteRepository
from tsr_agent.store.engine import open_library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_an_auditor_goes_from_a_failure_to_its_line_and_leaves_a_note_that_is_found_again(
    start: Callable[[], Auditor], library_file: Path, judged: MarkedCode
) -> None:
    auditor = start()
    assert auditor.window.workbench is not None
    detail = auditor.window.workbench.detail
    assert detail.follow(Target(Kind.TEST, "tests.test_bot::test_does_not_invent", "unit"))
    auditor.settle()
    auditor.press(Key.Key_F12)
    assert auditor.place.pane.file is not None
    assert (auditor.place.pane.file.path, auditor.code.cursor_line) == ("tests/test_bot.py", 8)
    assert auditor.code.hasFocus()

    auditor.press(Key.Key_M, CTRL)
    dialog = auditor.dialog()
    auditor.qtbot.keyClicks(dialog.note, "The answer differs by a contraction only.")
    auditor.qtbot.waitUntil(dialog.isActiveWindow)
    auditor.qtbot.keyClick(dialog.note, Key.Key_Return, CTRL)
    auditor.settle()
    note = [row for row in auditor.rows() if "contraction" in row[2]]
    assert [row[:2] for row in note] == [("✎ Audit note", "8")]

    again = start()
    again.read("tests/test_bot.py", judged.sha)
    assert [row[:2] for row in again.rows() if "contraction" in row[2]] == [("✎ Audit note", "8")]
    assert MarkKind.NOTE in {each.kind for each in again.code.gutter.marked.at(8)}
    row = next(each for each in again.list.listed.rows if each.note is not None)
    assert row.note is not None
    again.marking.writing.withdraw(row.note.note)
    again.answer("Withdraw the note")
    assert [row[0] for row in again.rows() if "contraction" in row[2]] == ["✎ Audit note, withdrawn"]
    assert MarkKind.NOTE not in {each.kind for each in again.code.gutter.marked.at(8)}
    with open_library(library_file, read_only=True) as library:
        (kept,) = NoteRepository(library).of_report(REPORT)
    assert kept.withdrawal is not None
    assert kept.note.blob == again.place.pane.file.blob


def test_every_kind_of_mark_stands_in_the_list_and_in_the_gutter(
    auditor: Auditor, judged: MarkedCode
) -> None:
    auditor.read("src/bot.py", judged.sha)
    assert [row[:2] for row in auditor.rows()] == [
        ("■ Finding, error", "7"),
        ("✕ Failed test", "15"),
        ("○ Not covered", "15–16"),
        ("▲ Finding, warning", "18"),
        ("○ Not covered", "19"),
    ]
    auditor.read("tests/test_bot.py", judged.sha)
    assert [row[:2] for row in auditor.rows()] == [
        ("✕ Failed test", "8"),
        ("✕ Failed test", "9"),
        ("✕ Failed test", "12"),
        ("≈ Flaky test", "16"),
    ]
    assert "where the file defines them" in auditor.list.remarks.text()
    assert {each.kind for each in auditor.code.gutter.marked.at(12)} == {MarkKind.FAILED_TEST}


def test_f4_goes_from_mark_to_mark_and_round(auditor: Auditor, judged: MarkedCode) -> None:
    auditor.read("src/bot.py", judged.sha)
    seen = []
    for _ in range(5):
        auditor.press(Key.Key_F4)
        seen.append(auditor.code.cursor_line)
    assert seen == [7, 15, 18, 19, 7]
    auditor.press(Key.Key_F4, SHIFT)
    assert auditor.code.cursor_line == 19


def test_enter_in_the_list_goes_to_the_line_and_the_kind_can_be_chosen(
    auditor: Auditor, judged: MarkedCode
) -> None:
    auditor.read("src/bot.py", judged.sha)
    auditor.press(Key.Key_M, ALT | SHIFT)
    assert auditor.list.table.hasFocus()
    auditor.press(Key.Key_End)
    auditor.press(Key.Key_Return)
    assert (auditor.code.cursor_line, auditor.code.hasFocus()) == (19, True)
    kinds = [auditor.list.kinds.itemText(row) for row in range(auditor.list.kinds.count())]
    assert kinds == [
        "All kinds · 5",
        "✕ Failed test · 1",
        "■ Finding, error · 1",
        "▲ Finding, warning · 1",
        "○ Not covered · 2",
    ]
    auditor.list.kinds.setCurrentIndex(4)
    assert [row[1] for row in auditor.rows()] == ["15–16", "19"]


def test_the_list_leaves_the_screen_by_its_own_key_and_stays_away(
    auditor: Auditor, judged: MarkedCode
) -> None:
    auditor.read("src/bot.py", judged.sha)
    assert auditor.list.isVisible()
    auditor.press(Key.Key_M, ALT | SHIFT)
    auditor.press(Key.Key_M, ALT | SHIFT)
    assert not auditor.list.isVisible()
    assert auditor.code.hasFocus()
    assert not auditor.window.preferences.now.code_marks


def test_all_files_with_marks_can_be_walked_through(auditor: Auditor, judged: MarkedCode) -> None:
    auditor.read("src/bot.py", judged.sha)
    auditor.press(Key.Key_F, ALT | SHIFT)
    table = auditor.list.file_table
    assert table.hasFocus()
    model = auditor.list.files
    listed = [(model.index(row, 0).data(), model.index(row, 1).data()) for row in range(model.rowCount())]
    assert listed == [
        ("src/bot.py", "✕ 1   ■ 1   ▲ 1   ○ 2"),
        ("tests/test_bot.py", "✕ 3   ≈ 1"),
        ("src/gone.py · No file of the commit has this path.", "· 1"),
    ]
    table.choose(1)
    auditor.press(Key.Key_Return)
    assert auditor.place.pane.file is not None
    assert auditor.place.pane.file.path == "tests/test_bot.py"


def test_a_mark_leads_back_to_its_row_of_the_report(auditor: Auditor, judged: MarkedCode) -> None:
    auditor.read("tests/test_bot.py", judged.sha)
    row = auditor.list.listed.rows[0]
    auditor.marking.followed.emit(row.mark.target)
    auditor.settle()
    assert auditor.window.workbench is not None
    tree = auditor.window.workbench.detail.focusWidget()
    assert tree is not None
    assert "test_does_not_invent" in tree.currentIndex().data()


def test_the_tree_counts_the_marks_of_files_at_the_tested_commit_only(
    auditor: Auditor, judged: MarkedCode
) -> None:
    tree = auditor.place.files.tree.files

    def counted() -> tuple[object, object]:
        index = tree.place("src/bot.py")
        return index.data(MARKS_ROLE), index.data(Qt.ItemDataRole.AccessibleTextRole)

    auditor.read("src/bot.py", judged.sha)
    assert counted() == ("5", "bot.py, 5 marks")
    auditor.place.files.tree.grab()
    other = commit(judged.folder, {"README.md": "hello\n"}, "Another file")
    auditor.read("src/bot.py", other)
    assert counted() == (None, "bot.py")


@pytest.mark.parametrize("path", ["src/bot.py", "tests/test_bot.py"])
def test_every_mark_has_a_row_of_the_report(auditor: Auditor, judged: MarkedCode, path: str) -> None:
    auditor.read(path, judged.sha)
    assert auditor.window.workbench is not None
    detail = auditor.window.workbench.detail
    rows = auditor.list.listed.rows
    assert rows
    for row in rows:
        assert row.mark.target is not None
        assert detail.follow(row.mark.target), row.mark


def test_a_finding_and_an_uncovered_file_lead_to_their_lines(auditor: Auditor, judged: MarkedCode) -> None:
    for kind, value, within, line in (
        (Kind.FINDING, "PLR2004 src/bot.py:18", "ruff.sarif", 18),
        (Kind.COVERED_FILE, "src/bot.py", "coverage.xml", 15),
    ):
        assert auditor.window.workbench is not None
        auditor.window.deciding.place_asked.emit("reports")
        assert auditor.window.workbench.detail.follow(Target(kind, value, within))
        auditor.settle()
        auditor.press(Key.Key_F12)
        assert auditor.code.cursor_line == line


def test_escape_leads_from_the_marks_to_the_code_and_then_away(auditor: Auditor, judged: MarkedCode) -> None:
    auditor.read("src/bot.py", judged.sha)
    auditor.press(Key.Key_M, ALT | SHIFT)
    assert not auditor.code.hasFocus()
    auditor.press(Key.Key_Escape)
    assert auditor.code.hasFocus()
    assert auditor.window.pages.here == "code"
    auditor.press(Key.Key_Escape)
    assert auditor.window.pages.here == "reports"


def test_a_failed_test_that_names_no_line_leads_to_where_it_is_defined(auditor: Auditor) -> None:
    assert auditor.window.workbench is not None
    detail = auditor.window.workbench.detail
    assert detail.follow(Target(Kind.TEST, "tests.test_bot::test_hides_cards", "unit"))
    auditor.settle()
    auditor.press(Key.Key_F12)
    assert auditor.place.pane.file is not None
    assert (auditor.place.pane.file.path, auditor.code.cursor_line) == ("tests/test_bot.py", 12)
    chosen = auditor.list.read.toPlainText()
    assert "test_hides_cards" in chosen, "what is known of the line stands in full beside the list"


def test_a_note_is_about_its_bytes_and_never_moves_to_others(auditor: Auditor, judged: MarkedCode) -> None:
    auditor.read("src/bot.py", judged.sha, 7)
    auditor.press(Key.Key_M, CTRL)
    auditor.qtbot.keyClicks(auditor.dialog().note, "A key in the code.")
    auditor.dialog().keep_button.click()
    auditor.settle()
    same = commit(judged.folder, {"README.md": "hello\n"}, "Another file")
    auditor.read("src/bot.py", same)
    assert ("✎ Audit note", "7") in [row[:2] for row in auditor.rows()]
    assert "byte for byte" in auditor.list.remarks.text()
    other = commit(judged.folder, {"src/bot.py": "# moved\n" + (judged.folder / "src/bot.py").read_text()})
    auditor.read("src/bot.py", other)
    assert [row[0] for row in auditor.rows()] == ["✎ Audit note, on other content"]
    assert not auditor.list.listed.lines
    assert "so they are not shown" in auditor.list.remarks.text()


def test_changing_a_note_withdraws_it_and_puts_another_in_its_place(
    auditor: Auditor, judged: MarkedCode
) -> None:
    auditor.read("src/bot.py", judged.sha, 7)
    auditor.press(Key.Key_M, CTRL)
    auditor.qtbot.keyClicks(auditor.dialog().note, "A key.")
    auditor.dialog().keep_button.click()
    auditor.settle()
    (row,) = [each for each in auditor.list.listed.rows if each.note is not None]
    assert row.note is not None
    auditor.marking.writing.change(row.note.note)
    dialog = auditor.dialog()
    assert dialog.text() == "A key."
    dialog.note.setPlainText("A key, and a live one.")
    dialog.keep_button.click()
    auditor.settle()
    told = [row[0] + " " + row[2].partition(": ")[2] for row in auditor.rows() if "key" in row[2]]
    assert [each for each in told if each.startswith("✎ Audit note, withdrawn A key.")]
    assert "✎ Audit note A key, and a live one." in told


def test_a_note_stands_in_the_report_and_leads_to_its_lines(auditor: Auditor, judged: MarkedCode) -> None:
    auditor.read("src/bot.py", judged.sha, 7)
    auditor.press(Key.Key_M, CTRL)
    auditor.qtbot.keyClicks(auditor.dialog().note, "A key in the code.")
    auditor.dialog().keep_button.click()
    auditor.settle()
    assert auditor.window.workbench is not None
    report = auditor.window.workbench.report
    assert report is not None
    versions = next(block for block in report.blocks if block.key == "versions")
    name, table = versions.tables[-1]
    assert "this library only" in name
    texts = [cell.text for cell in table.nodes[0].cells]
    assert texts[:3] == ["✎ stands", "src/bot.py:7", "A key in the code."]
    assert table.nodes[0].cells[1].leads_to == Target(Kind.LINE, "src/bot.py:7", judged.sha)


def test_a_note_that_can_not_be_kept_stays_typed(
    auditor: Auditor, judged: MarkedCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    auditor.read("src/bot.py", judged.sha, 7)
    auditor.press(Key.Key_M, CTRL)
    dialog = auditor.dialog()
    dialog.note.setPlainText("Words that took a while.")
    error = StoreError("The library is locked by another program.", next_step="Try again.")

    def fails(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(NoteRepository, "add", fails)
        dialog.keep_button.click()
        auditor.settle()
    assert "locked by another program" in dialog.told()
    assert dialog.text() == "Words that took a while."
    dialog.reject()
    auditor.settle()
    auditor.code.setFocus()
    auditor.press(Key.Key_M, CTRL)
    assert auditor.dialog().text() == "Words that took a while."
    auditor.dialog().reject()
    auditor.settle()


def test_no_note_is_written_on_what_may_change(auditor: Auditor, judged: MarkedCode) -> None:
    why = auditor.marking.reasons()[Act.NOTE_WRITE]
    assert why() == "No file is open at Code."
    auditor.read("src/bot.py", judged.sha)
    assert why() == ""
    auditor.window.deciding.handlers()[Act.CODE_WORKING_TREE]()
    auditor.settle()
    assert "working tree may change" in why()
    assert not auditor.list.listed.lines


def test_another_report_takes_the_marks_along(auditor: Auditor, judged: MarkedCode) -> None:
    auditor.read("src/bot.py", judged.sha)
    assert auditor.list.listed.lines
    auditor.marking.report_shown(None)
    auditor.settle()
    assert not auditor.list.listed.lines
    assert "No report is chosen" in auditor.list.nothing.text()


@pytest.mark.parametrize("words", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_hostile_words_of_a_note_are_words(auditor: Auditor, judged: MarkedCode, words: str) -> None:
    auditor.read("src/bot.py", judged.sha, 7)
    auditor.press(Key.Key_M, CTRL)
    dialog = auditor.dialog()
    dialog.note.setPlainText(words[:3_000] + "!")
    dialog.keep_button.click()
    auditor.settle()
    (row,) = [each for each in auditor.list.listed.rows if each.note is not None]
    assert "\u202e" not in row.mark.words
    auditor.list.table.choose(auditor.list.listed.rows.index(row))
    auditor.list.grab()
    assert "\u202e" not in auditor.list.read.toPlainText()
