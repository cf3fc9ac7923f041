"""Marks and notes where something else comes on screen meanwhile."""

from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING

from aitr_desktop.actions.spec import Act
from aitr_desktop.code.places import CodePlace
from aitr_desktop.views.code.note_dialog import NoteDialog
from tests.desktop.windows.code.auditors import CTRL, Auditor, Key
from tests.factories.marked_code import REPORT, REPOSITORY, MarkedCode
from tsr_agent.errors import StoreError
from tsr_agent.store.code_notes import NoteRepository
from tsr_agent.store.engine import open_library

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tsr_agent.models.code_note import CodeNote


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
        patch.setattr("aitr_desktop.windows.code.file_marking.marks_of_file", fails)
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


def test_marks_that_could_not_be_found_are_looked_for_again_with_the_next_file(
    auditor: Auditor, judged: MarkedCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StoreError("The clone does not hold the commit.")

    with monkeypatch.context() as patch:
        patch.setattr("aitr_desktop.windows.code.file_marking.build_marks", fails)
        auditor.read("tests/test_bot.py", judged.sha)
        assert not auditor.list.listed.lines
        assert "does not hold" in auditor.list.nothing.text()
    auditor.read("src/bot.py", judged.sha)
    assert auditor.list.listed.lines
