"""Marks and notes in the window, over a real library and a real clone."""

from __future__ import annotations

import shutil
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QDialog, QMessageBox, QPushButton

from aitr_desktop.actions.spec import Act
from aitr_desktop.code.line_marks import MarkKind
from aitr_desktop.code.places import CodePlace
from aitr_desktop.item_models.cells import Kind, Target
from aitr_desktop.item_models.file_tree_model import MARKS_ROLE
from aitr_desktop.library.workspace import open_workspace
from aitr_desktop.tasks import Tasks
from aitr_desktop.views.code.note_dialog import NoteDialog
from aitr_desktop.views.detail_view import DetailView
from aitr_desktop.windows.main_window import MainWindow
from aitr_desktop.windows.stored_settings import StoredSettings
from tests.factories.decisions import decision_about
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tests.factories.marked_code import REPORT, REPOSITORY, MarkedCode, marked_code
from tests.factories.repositories import commit
from tsr_agent.errors import StoreError
from tsr_agent.models import codec
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.store.code_notes import NoteRepository
from tsr_agent.store.engine import open_library
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aitr_desktop.library.servers import Servers
    from aitr_desktop.theme import ThemeController
    from tests.desktop.fakes import StillClock
    from tsr_agent.models.code_note import CodeNote

Key = Qt.Key
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
PLAIN = Qt.KeyboardModifier.NoModifier


class Auditor:
    """Somebody at the window, with keys alone."""

    def __init__(self, window: MainWindow, tasks: Tasks, qtbot: QtBot) -> None:
        self.window, self.tasks, self.qtbot = window, tasks, qtbot
        self.is_over = False

    def end(self) -> None:
        """Ends the program, as closing its window does."""
        if not self.is_over:
            self.is_over = True
            self.window.close()
            self.window.deleteLater()
            self.tasks.close()

    @property
    def marking(self):
        return self.window.deciding.marking

    @property
    def place(self):
        return self.window.deciding.code.view()

    @property
    def code(self):
        return self.place.pane.view

    @property
    def list(self):
        return self.place.marks

    def settle(self) -> None:
        """Until nothing is under way, and what it brought has asked for no more."""
        for _ in range(3):
            self.qtbot.waitUntil(lambda: self.tasks.is_idle, timeout=20_000)
            self.qtbot.waitUntil(lambda: not self._is_filling(), timeout=20_000)
            self.qtbot.wait(0)

    def _is_filling(self) -> bool:
        return any(each.is_filling for each in self.window.findChildren(DetailView))

    def press(self, key: Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
        if not any(each.isVisible() for each in self.window.findChildren(QDialog)):
            self.window.activateWindow()
            self.qtbot.waitUntil(self.window.isActiveWindow)
        focused = QApplication.focusWidget() or self.window
        self.qtbot.keyClick(focused, key, modifier)
        self.settle()

    def read(self, path: str, sha: str, line: int = 0) -> None:
        """Opens a file as a row of the report does."""
        place = CodePlace(repository=REPOSITORY, sha=sha, path=path, first=line, last=line)
        self.window.deciding.code.read(place)
        self.settle()
        self.code.setFocus()

    def rows(self) -> list[tuple[str, str, str]]:
        model = self.list.marks
        return [
            tuple(model.index(row, column).data() for column in range(3)) for row in range(model.rowCount())
        ]

    def dialog(self) -> NoteDialog:
        (found,) = [each for each in self.window.findChildren(NoteDialog) if each.isVisible()]
        return found

    def answer(self, words: str) -> None:
        """Presses a button of the question on screen."""
        box = next(each for each in self.window.findChildren(QMessageBox) if each.isVisible())
        button = next(each for each in box.findChildren(QPushButton) if each.text() == words)
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        self.settle()


@pytest.fixture
def judged(tmp_path: Path) -> MarkedCode:
    return marked_code(tmp_path / "support-bot")


@pytest.fixture
def library_file(tmp_path: Path, judged: MarkedCode) -> Path:
    path = tmp_path / "audit.db"
    document = codec.encode(judged.report)
    decision = decision_about(document, decision=GoNoGoDecision.NO_GO)
    with open_library(path, create=True) as library:
        ReportRepository(library).add(document, decision, received_at=judged.report.created_at)
    return path


@dataclass
class Desk:
    """What every start of the window has in common."""

    theme: ThemeController
    clock: StillClock
    settings: Path
    servers: Servers


@pytest.fixture
def desk(theme: ThemeController, clock: StillClock, settings_file: Path, servers: Servers) -> Desk:
    return Desk(theme, clock, settings_file, servers)


@pytest.fixture
def start(
    desk: Desk, qtbot: QtBot, library_file: Path, judged: MarkedCode
) -> Iterator[Callable[[], Auditor]]:
    """Starts the window over the library; again as often as it is called."""
    made: list[Auditor] = []

    def begin() -> Auditor:
        for each in made:
            each.end()
        tasks = Tasks()
        window = MainWindow(
            desk.theme,
            tasks,
            desk.clock,
            StoredSettings(desk.settings),
            lambda path, create: open_workspace(path, create=create),
            servers=desk.servers,
        )
        window.show()
        found = Auditor(window, tasks, qtbot)
        made.append(found)
        window.preferences.change(clones={REPOSITORY: str(judged.folder)})
        window.show_library(library_file)
        found.settle()
        assert window.workbench is not None
        window.workbench.show_report(REPORT)
        found.settle()
        return found

    yield begin
    for each in made:
        each.end()


@pytest.fixture
def auditor(start: Callable[[], Auditor]) -> Auditor:
    return start()


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
    assert "where this file defines their name" in auditor.list.remarks.text()
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


def test_a_note_goes_into_no_other_library(
    auditor: Auditor, judged: MarkedCode, library_file: Path, tmp_path: Path
) -> None:
    """A link from elsewhere may open another library, with the same report, while somebody writes."""
    other = tmp_path / "other.db"
    shutil.copy(library_file, other)
    auditor.read("src/bot.py", judged.sha, 7)
    auditor.press(Key.Key_M, CTRL)
    dialog = auditor.dialog()
    dialog.note.setPlainText("Of the first library.")
    auditor.window.show_library(other)
    auditor.settle()
    dialog.keep_button.click()
    auditor.settle()
    assert "Another library is open" in dialog.told()
    assert dialog.text() == "Of the first library."
    dialog.reject()
    auditor.end()
    with open_library(other) as library:
        assert not NoteRepository(library).of_report(REPORT)


def test_a_note_that_was_not_waited_for_leaves_the_next_one_alone(
    auditor: Auditor, judged: MarkedCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, real = threading.Event(), NoteRepository.add

    def slow(self: NoteRepository, note: CodeNote) -> CodeNote:
        goes_on.wait(20)
        return real(self, note)

    auditor.read("src/bot.py", judged.sha, 7)
    auditor.press(Key.Key_M, CTRL)
    with monkeypatch.context() as patch:
        patch.setattr(NoteRepository, "add", slow)
        dialog = auditor.dialog()
        dialog.note.setPlainText("The first.")
        dialog.keep_button.click()
        dialog.reject()
        auditor.code.go_to(9)
        auditor.marking.write_note()
        auditor.qtbot.waitUntil(lambda: auditor.dialog() is not dialog)
        auditor.dialog().note.setPlainText("The second, half")
        goes_on.set()
        auditor.settle()
    assert auditor.dialog().text() == "The second, half"
    assert auditor.dialog().isVisible()
    auditor.dialog().reject()
    auditor.settle()


def test_marks_of_the_file_before_are_gone_as_soon_as_another_is_on_screen(
    auditor: Auditor, judged: MarkedCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    auditor.read("src/bot.py", judged.sha)
    assert auditor.list.listed.lines

    def fails(*_: object) -> None:
        raise StoreError("The library is locked by another program.")

    with monkeypatch.context() as patch:
        patch.setattr("aitr_desktop.windows.code.mark_reading.marks_of_file", fails)
        auditor.read("tests/test_bot.py", judged.sha)
    assert auditor.place.pane.file.path == "tests/test_bot.py"
    assert not auditor.rows()
    assert not auditor.list.listed.lines


def test_no_note_of_a_report_is_about_code_of_another_repository(
    auditor: Auditor, judged: MarkedCode
) -> None:
    """A link leads to another repository, while the report stays on screen."""
    other = "https://git.example.org/other/tool.git"
    auditor.window.preferences.change(clones={REPOSITORY: str(judged.folder), other: str(judged.folder)})
    auditor.window.deciding.code.read(CodePlace(repository=other, sha=judged.sha, path="src/bot.py"))
    auditor.settle()
    assert auditor.place.pane.file is not None
    assert auditor.place.pane.file.repository == other
    assert "another repository" in auditor.marking.reasons()[Act.NOTE_WRITE]()
    auditor.marking.write_note()
    assert not [each for each in auditor.window.findChildren(NoteDialog) if each.isVisible()]
