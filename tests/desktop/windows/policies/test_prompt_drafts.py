"""Drafts of prompts: copied from code that was judged, checked for what fits, saved anywhere but there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from aitr_desktop.actions.spec import Act
from aitr_desktop.code.clones import Clone
from aitr_desktop.code.code_file import CodeFile
from aitr_desktop.code.text_lines import TextLines
from aitr_desktop.editing.checking import FileKind
from aitr_desktop.editing.drafts import Drafts
from aitr_desktop.windows import file_dialogs
from aitr_desktop.windows.policies.keeping import DRAFT_FILE
from tests.factories.repositories import commit, git, repository

if TYPE_CHECKING:
    from pathlib import Path

    from tests.desktop.windows.policies.conftest import Writer

PROMPT = "You are a support bot.\r\nAnswer {{question}} for {name}.\r\n"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    repository(folder)
    (folder / "prompts").mkdir(exist_ok=True)
    (folder / "prompts" / "system.txt").write_bytes(PROMPT.encode())
    commit(folder, {"prompts/tool.yaml": "rules: []\n"})
    return folder


@pytest.fixture
def prompt(clone: Path) -> CodeFile:
    return Clone(clone, os.environ).file(git(clone, "rev-parse", "HEAD"), "prompts/system.txt")


def save_as(writer: Writer, monkeypatch: pytest.MonkeyPatch, path: Path) -> str:
    """Saves under a name, and gives what is said if that fails."""
    said: list[str] = []
    monkeypatch.setattr(file_dialogs, "ask_save_policy", lambda *_, **__: path)
    writer.window.deciding.failed.connect(lambda error: said.append("\n".join(error.diagnostics())))
    writer.do(Act.POLICY_SAVE_AS)
    return "\n".join(said)


def test_a_copy_of_a_prompt_is_a_draft_that_says_of_what_it_is_one(writer: Writer, prompt: CodeFile) -> None:
    writer.window.deciding.policies.begin_copy(prompt)
    writer.settle()
    assert writer.window.pages.here == "policies"
    assert writer.edit.text() == PROMPT.replace("\r\n", "\n")
    assert writer.shop.checking.now is not None
    assert writer.shop.checking.now.kind is FileKind.DRAFT
    head = writer.shop.view.head
    assert head.kind.text() == f"Draft · copy of prompts/system.txt @ {prompt.sha[:12]}"
    assert writer.shop.view.editor.state.text() == "✓ No problems · 55 characters, 9 words"
    assert "The text on screen is no policy." in writer.reason(Act.POLICY_TRY)


def test_a_placeholder_that_was_lost_is_marked(writer: Writer, prompt: CodeFile) -> None:
    writer.window.deciding.policies.begin_copy(prompt)
    writer.write("You are a support bot.\nAnswer for {name}.\n")
    assert writer.shop.checking.now is not None
    (found,) = writer.shop.checking.now.findings
    assert "placeholder question" in found.message


def test_a_draft_is_saved_outside_and_never_into_the_clone(
    writer: Writer, prompt: CodeFile, clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = git(clone, "status", "--porcelain")
    writer.window.deciding.policies.begin_copy(prompt)
    writer.write("Answer {{question}} for {name}, briefly.\n")
    (tmp_path / "linked").symlink_to(clone, target_is_directory=True)
    for inside in (
        clone / "prompts" / "system.txt",
        clone / "new.txt",
        clone / "prompts" / ".." / "new.txt",
        tmp_path / "linked" / "new.txt",
        clone / ".git" / "hooks" / "pre-commit",
    ):
        said = save_as(writer, monkeypatch, inside)
        assert "what is audited is not edited" in said
        assert "Save it into another folder, with Save as." in said
        assert writer.shop.files.is_modified
    assert git(clone, "status", "--porcelain") == before
    outside = tmp_path / "drafts" / "system.txt"
    outside.parent.mkdir()
    assert save_as(writer, monkeypatch, outside) == ""
    assert outside.read_bytes() == b"Answer {{question}} for {name}, briefly.\r\n", "line ends stay"
    assert not writer.shop.files.is_modified


def test_a_draft_that_was_opened_in_a_known_clone_is_not_saved_there_but_a_policy_is(
    writer: Writer, clone: Path
) -> None:
    writer.window.preferences.change(clones={"https://git.example.org/a/b": str(clone)})
    said: list[str] = []
    writer.window.deciding.failed.connect(lambda error: said.append(error.message))
    writer.open(clone / "prompts" / "system.txt")
    notice = writer.shop.view.notice
    assert "What is audited is not edited: save it elsewhere." in notice.words.text(), "before one writes"
    assert [each.text() for each in notice.buttons()] == ["Save as…", "Understood"]
    writer.write("other\n")
    writer.do(Act.POLICY_SAVE)
    assert "what is audited is not edited" in said[0]
    assert (clone / "prompts" / "system.txt").read_bytes() == PROMPT.encode()
    writer.edit.document().setModified(False)
    writer.open(clone / "prompts" / "tool.yaml")
    assert notice.isHidden()
    writer.write("rules: [ ]\n")
    writer.do(Act.POLICY_SAVE)
    assert len(said) == 1
    assert (clone / "prompts" / "tool.yaml").read_text() == "rules: [ ]\n"


def test_what_a_draft_is_a_copy_of_outlives_a_crash(writer: Writer, prompt: CodeFile, tmp_path: Path) -> None:
    writer.window.deciding.policies.begin_copy(prompt)
    writer.write("changed\n")
    writer.window.deciding.keep_work()
    kept = Drafts(writer.window.preferences.beside(DRAFT_FILE)).left()
    assert kept is not None
    writer.edit.document().setModified(False)
    writer.shop.files.close()
    writer.shop.restore(kept)
    writer.settle()
    assert writer.shop.files.file is not None
    assert writer.shop.files.file.copied is not None
    assert writer.shop.files.file.copied.placeholders == ("question", "name")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"caf\xe9\n", "is not UTF-8"),
        (b"x" * 10_001, "has a line of 10,001 characters"),
        (b"\n" * 50_001, "more than 50,000 lines"),
        (b"x\n" * (1024 * 1024 + 1), "more than 2,097,152 bytes"),
    ],
    ids=["not-utf-8", "long-line", "many-lines", "large"],
)
def test_what_is_not_edited_is_said_and_nothing_on_screen_goes(
    writer: Writer, tmp_path: Path, content: bytes, said: str
) -> None:
    errors: list[str] = []
    writer.window.deciding.failed.connect(lambda error: errors.append(error.message))
    writer.do(Act.POLICY_NEW)
    before = writer.edit.text()
    file = CodeFile(repository="", folder=tmp_path, path="a/b.txt", lines=TextLines(content), sha="a" * 40)
    writer.window.deciding.policies.begin_copy(file)
    writer.settle()
    assert said in errors[0]
    assert writer.edit.text() == before


def test_prose_is_written_as_prose(writer: Writer, prompt: CodeFile) -> None:
    writer.window.deciding.policies.begin_copy(prompt)
    writer.settle()
    writer.edit.go_to(1)
    QTest.keyClick(writer.edit, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(writer.edit, "Rules:")
    QTest.keyClick(writer.edit, Qt.Key.Key_Return)
    QTest.keyClicks(writer.edit, "- be brief: yes")
    QTest.keyClick(writer.edit, Qt.Key.Key_Return)
    QTest.keyClick(writer.edit, Qt.Key.Key_Slash, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(writer.edit, "x")
    assert writer.edit.text() == "Rules:\n- be brief: yes\nx"
    writer.settle()
    writer.edit.document().setModified(False)
    writer.do(Act.POLICY_NEW)
    assert not writer.edit.is_prose


def test_a_new_draft_is_begun_without_a_copy(writer: Writer) -> None:
    writer.shop.begin("draft")
    writer.settle()
    assert writer.shop.checking.now is not None
    assert writer.shop.checking.now.kind is FileKind.DRAFT
    assert writer.shop.view.head.kind.text() == "Draft"
