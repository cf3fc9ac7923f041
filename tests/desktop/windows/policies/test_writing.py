"""Writing a policy: what is said is about the text on screen, and no work is lost."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QMessageBox, QPushButton

from aitr_desktop.actions.spec import Act
from aitr_desktop.editing.checking import FileKind, check_text
from aitr_desktop.editing.drafts import Drafts
from aitr_desktop.editing.text_files import TextFile, read_text_file
from aitr_desktop.item_models.policy_blocks import kind_words, problem_blocks, problem_mark
from aitr_desktop.item_models.tree_model import TreeModel
from aitr_desktop.views.policy.difference_dialog import DifferenceDialog
from aitr_desktop.windows import file_dialogs
from aitr_desktop.windows.policies import checking, files
from aitr_desktop.windows.policies.keeping import DRAFT_FILE

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Never

    import pytest
    from pytestqt.modeltest import ModelTester
    from pytestqt.qtbot import QtBot

    from tests.desktop.windows.policies.conftest import Writer

BROKEN = "version: 1\nname: x\nrules:\n  - id: a\n    chek: tests\n"


def buttons(writer: Writer) -> dict[str, QPushButton]:
    return {each.text(): each for each in writer.shop.view.notice.buttons()}


def press(writer: Writer, words: str) -> None:
    buttons(writer)[words].click()
    writer.settle()


def answer(writer: Writer, words: str) -> None:
    (box,) = writer.window.findChildren(QMessageBox)
    (button,) = (each for each in box.buttons() if each.text() == words)
    button.click()
    writer.settle()


def test_the_place_says_how_to_begin_and_begins(writer: Writer) -> None:
    writer.do(Act.GO_POLICIES)
    assert not writer.shop.view.has_file
    assert "No policy is open" in writer.reason(Act.POLICY_SAVE)
    writer.do(Act.POLICY_NEW)
    assert writer.shop.view.has_file
    assert writer.shop.checking.now is not None
    assert writer.shop.checking.now.errors == 0
    assert "name: my-policy" in writer.edit.text()
    assert "not saved yet" in writer.shop.view.head.state.text()


def test_each_beginning_is_of_its_kind(writer: Writer) -> None:
    writer.do(Act.GO_POLICIES)
    for key in ("policy", "extends", "waivers", "requirements", "policy"):
        writer.shop.begin(key)
        writer.settle()
        wanted = FileKind.POLICY if key == "extends" else FileKind(key)
        assert writer.shop.checking.now is not None
        assert writer.shop.checking.now.kind is wanted
        (section,) = writer.shop.view.problems.tables.sections
        assert section.title == kind_words(wanted)


def test_the_policy_that_judged_the_report_can_be_begun_with(writer: Writer) -> None:
    writer.do(Act.GO_POLICIES)
    writer.shop.begin("report")
    writer.settle()
    # What decided here was never in this library.
    assert not writer.shop.view.has_file
    assert "is not in the library" in writer.window.notices.bar.text()


def test_marks_say_what_is_on_screen_and_enter_goes_there(writer: Writer, policy: Path) -> None:
    writer.open(policy)
    view = writer.shop.view
    assert view.editor.state.whole().startswith(("✓", "▲"))
    writer.edit.replace_text(BROKEN)
    assert view.editor.state.whole() == "Checking…"
    assert writer.shop.checking.now is None
    assert "still being checked" in writer.reason(Act.POLICY_TRY_ALL)
    writer.settle()
    assert view.editor.state.whole().startswith("✕ 1 error")
    assert view.panes.tabText(0) == "Problems (1)"
    assert set(writer.edit.marks.weights()) == {4}
    assert "not valid (1 error)" in writer.reason(Act.POLICY_TRY_ALL)
    writer.do(Act.POLICY_CHECK)
    assert writer.edit.place() == (5, 5)
    tree = view.problems.tables.sections[0].trees()[0]
    writer.edit.go_to(1)
    tree.go_to((0,))
    QTest.keyClick(tree, Qt.Key.Key_Return)
    QTest.keyClick(tree, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert view.editor.is_written_in
    assert writer.edit.place() == (5, 5)


def test_typing_offers_keys_and_ctrl_space_asks_for_them(writer: Writer, qtbot: QtBot) -> None:
    writer.do(Act.POLICY_NEW)
    writer.write("version: 1\nname: x\nrules:\n  - id: a\n    ")
    writer.edit.go_to(5, 5)
    QTest.keyClicks(writer.edit, "sev")
    completion = writer.shop.view.editor.completion
    qtbot.waitUntil(completion.isVisible, timeout=10_000)
    QTest.keyClick(writer.edit, Qt.Key.Key_Return)
    assert writer.edit.text().endswith("    severity: ")
    QTest.keyClick(writer.edit, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(completion.isVisible, timeout=10_000)
    assert {completion.offers.offer(row).text for row in range(completion.offers.rowCount())} == {
        *("block", "review", "warn", "info")
    }
    QTest.keyClick(writer.edit, Qt.Key.Key_Escape)
    writer.settle()


def test_ctrl_f_belongs_to_the_text_while_one_writes(writer: Writer, policy: Path) -> None:
    writer.open(policy)
    writer.edit.setFocus()
    QTest.keyClick(writer.edit, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert writer.shop.view.editor.find_bar.isVisible()
    assert writer.window.pages.here == "policies"


def test_saving_keeps_line_ends_and_says_that_no_gate_takes_it(writer: Writer, policy: Path) -> None:
    policy.write_bytes(policy.read_bytes().replace(b"\n", b"\r\n"))
    writer.open(policy)
    writer.write(BROKEN)
    assert "unsaved" in writer.shop.view.head.state.text()
    save = writer.shop.view.head.save_button
    assert save.property("primary") == "true"
    writer.do(Act.POLICY_SAVE)
    assert (save.isEnabled(), save.property("primary")) == (False, "false")
    assert policy.read_bytes() == BROKEN.replace("\n", "\r\n").encode()
    assert "no gate takes it" in writer.window.notices.bar.text()
    assert "✓ saved" in writer.shop.view.head.state.text()
    assert not writer.shop.files.is_modified


def test_a_new_file_asks_where_to(writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_dialogs, "ask_save_policy", lambda _, __: tmp_path / "new.yaml")
    writer.do(Act.POLICY_NEW)
    writer.do(Act.POLICY_SAVE)
    assert (tmp_path / "new.yaml").read_text() == writer.edit.text()
    assert str(tmp_path / "new.yaml") in writer.window.preferences.now.policies


def test_what_others_write_meanwhile_is_said_shown_and_not_written_over(
    writer: Writer, policy: Path, qtbot: QtBot
) -> None:
    writer.open(policy)
    writer.write("mine: 1\n")
    policy.write_text("theirs: 1\n")
    qtbot.waitUntil(writer.shop.view.notice.isVisible, timeout=10_000)
    writer.do(Act.POLICY_SAVE)
    assert policy.read_text() == "theirs: 1\n"
    press(writer, "Show difference")
    (dialog,) = writer.window.findChildren(DifferenceDialog)
    assert "− theirs: 1" in dialog.text.toPlainText()
    assert "+ mine: 1" in dialog.text.toPlainText()
    dialog.reject()
    press(writer, "Reload")
    assert writer.edit.text() == "theirs: 1\n"
    writer.edit.undo()
    assert writer.edit.text() == "mine: 1\n"
    writer.settle()


def test_keeping_mine_writes_over_what_was_seen_and_nothing_later(
    writer: Writer, policy: Path, qtbot: QtBot
) -> None:
    writer.open(policy)
    writer.write("mine: 1\n")
    policy.write_text("theirs: 1\n")
    qtbot.waitUntil(writer.shop.view.notice.isVisible, timeout=10_000)
    press(writer, "Keep mine")
    writer.do(Act.POLICY_SAVE)
    assert policy.read_text() == "mine: 1\n"


def test_a_link_is_followed_only_when_said(writer: Writer, policy: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(policy)
    writer.open(link)
    writer.write("mine: 1\n")
    writer.do(Act.POLICY_SAVE)
    assert "is a link to" in writer.shop.view.notice.words.text()
    assert policy.read_text() != "mine: 1\n"
    press(writer, "Save there")
    assert policy.read_text() == "mine: 1\n"
    assert link.is_symlink()


def test_what_can_not_be_opened_is_said_and_the_text_stays(
    writer: Writer, policy: Path, tmp_path: Path
) -> None:
    writer.open(policy)
    (tmp_path / "other.yaml").write_bytes(b"\xff\xfe")
    before = writer.edit.text()
    writer.open(tmp_path / "other.yaml")
    assert "is not UTF-8" in writer.window.notices.bar.text()
    assert writer.edit.text() == before


def test_a_window_with_unsaved_work_asks_before_it_goes(writer: Writer, policy: Path) -> None:
    writer.open(policy)
    writer.write("mine: 1\n")
    writer.window.close()
    assert writer.window.isVisible()
    answer(writer, "Go on writing")
    assert writer.window.isVisible()
    writer.window.close()
    (box,) = (each for each in writer.window.findChildren(QMessageBox) if each.isVisible())
    (save,) = (each for each in box.buttons() if each.text() == "Save")
    save.click()
    writer._qtbot.waitUntil(lambda: not writer.window.isVisible(), timeout=10_000)
    assert policy.read_text() == "mine: 1\n"


def test_another_file_is_opened_only_after_asking(writer: Writer, policy: Path, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("other: 1\n")
    writer.open(policy)
    writer.write("mine: 1\n")
    writer.open(tmp_path / "other.yaml")
    assert writer.edit.text() == "mine: 1\n"
    answer(writer, "Don't save")
    assert writer.edit.text() == "other: 1\n"
    assert "mine" not in policy.read_text()


def test_what_is_saved_late_is_not_taken_for_the_file_that_was_opened_meanwhile(
    writer: Writer, policy: Path
) -> None:
    writer.open(policy)
    writer.edit.replace_text(BROKEN)
    writer.shop.files.saving.save()
    # Nothing of the saving has come back yet.
    writer.shop.files.begin(TextFile(path=Path("other.yaml"), text="version: 1\n"))
    writer.shop.view.editor.text.document().setModified(True)
    writer.settle()
    file = writer.shop.files.file
    assert file is not None
    assert (file.path.name, file.digest) == ("other.yaml", "")
    assert writer.shop.files.is_modified
    assert policy.read_text() == BROKEN


def test_a_file_that_is_read_late_does_not_take_what_was_written_meanwhile(
    writer: Writer, policy: Path, tmp_path: Path
) -> None:
    writer.open(policy)
    other = tmp_path / "other.yaml"
    other.write_text("version: 1\n")
    writer.shop.files.open(other)
    # It is still being read.
    writer.edit.replace_text(BROKEN)
    writer.settle()
    assert writer.edit.text() == BROKEN
    answer(writer, "Don't save")
    assert writer.edit.text() == "version: 1\n"


def test_of_two_files_the_one_that_was_asked_for_last_is_shown(
    writer: Writer, policy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, is_shown = tmp_path / "other.yaml", threading.Event()
    other.write_text("version: 1\n")

    def read(path: Path) -> TextFile:
        assert path == other or is_shown.wait(20)
        return read_text_file(path)

    monkeypatch.setattr(files, "read_text_file", read)
    writer.do(Act.GO_POLICIES)
    writer.shop.files.opened.connect(is_shown.set)
    writer.shop.files.open(policy)
    writer.shop.files.open(other)
    writer.settle()
    assert writer.edit.text() == "version: 1\n"


def test_saving_as_a_link_saves_where_it_leads_and_not_in_the_file_before(
    writer: Writer, policy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, aim, link = policy.read_text(), tmp_path / "aim.yaml", tmp_path / "link.yaml"
    aim.write_text("old")
    link.symlink_to(aim)
    writer.open(policy)
    writer.write(BROKEN)
    monkeypatch.setattr(file_dialogs, "ask_save_policy", lambda *_: link)
    writer.do(Act.POLICY_SAVE_AS)
    press(writer, "Save there")
    assert (policy.read_text(), aim.read_text()) == (before, BROKEN)
    assert link.is_symlink()


def test_a_fault_while_checking_does_not_end_checking(
    writer: Writer, policy: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.open(policy)

    def broken(*_: object, **__: object) -> Never:
        raise OSError("a fault of ours")

    monkeypatch.setattr(checking, "check_text", broken)
    with qtbot.captureExceptions() as faults:
        writer.edit.replace_text("name: x\n")
        qtbot.waitUntil(lambda: bool(faults), timeout=10_000)
    assert writer.shop.checking.now is None
    monkeypatch.undo()
    writer.write(BROKEN)
    assert writer.shop.view.editor.state.whole().startswith("✕ 1 error")


def test_a_fault_keeps_what_is_not_saved_and_the_next_start_brings_it_back(
    writer: Writer, policy: Path, make_window: Callable[..., object], settled: Callable[[], None]
) -> None:
    writer.open(policy)
    writer.write("mine: \u202e1\n")
    writer.window.deciding.keep_work()
    drafts = Drafts(writer.window.preferences.beside(DRAFT_FILE))
    left = drafts.left()
    assert left is not None
    assert (left.text, left.path) == ("mine: \u202e1\n", str(policy))
    writer.edit.document().setModified(False)
    settled()
    assert drafts.left() is None
    drafts.keep(left, 1_000)
    writer.shop.files.close()
    writer.shop.restore(left)
    writer.settle()
    assert writer.edit.text() == "mine: \u202e1\n"
    assert writer.shop.files.is_modified
    assert "was not saved when aitr ended" in writer.shop.view.notice.words.text()
    press(writer, "Drop it")
    assert "mine" not in writer.edit.text()


def test_requirements_are_edited_too(writer: Writer, tmp_path: Path) -> None:
    path = tmp_path / "requirements.yaml"
    path.write_text("requirements:\n  - id: R\n    txt: x\n")
    writer.open(path)
    assert writer.shop.view.head.kind.text() == "Requirements"
    assert "did you mean 'text'?" in writer.shop.checking.now.findings[0].message  # type: ignore[union-attr]
    assert "is no policy" in writer.reason(Act.POLICY_TRY_ALL)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(st.sampled_from(["a: 1\n", "rules:\n", "{", "version: 1\n", "- x", "\u202e", "\n"]), max_size=6)
)
def test_what_is_said_is_always_about_the_text_on_screen(writer: Writer, pieces: list[str]) -> None:
    if writer.shop.files.file is None:
        writer.do(Act.POLICY_NEW)
    writer.edit.replace_text("")
    for piece in pieces:
        writer.edit.insertPlainText(piece.replace("\u202e", ""))
        found = writer.shop.checking.now
        assert found is None or writer.shop.checking._found_for == writer.edit.edition
    writer.settle()
    now = writer.window.deciding.policies._desk.clock.now().date()
    right = check_text(writer.edit.text(), None, now, named=writer.shop.files.file.path)  # type: ignore[union-attr]
    assert writer.shop.checking.now == right
    assert writer.shop.view.editor.state.whole() == str(problem_mark(right))


def test_the_tables_of_problems_are_sound_models(qtmodeltester: ModelTester) -> None:
    from datetime import date

    found = check_text(BROKEN, None, date(2026, 11, 23))
    (block,) = problem_blocks(found)
    qtmodeltester.check(TreeModel(block.tables[0][1]))
