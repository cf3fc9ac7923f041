"""Links to lines of code and to forges in a real window: where they lead, and what is said otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import Qt
from qtpy.QtGui import QGuiApplication
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QPushButton

from aitr_desktop.actions.spec import Act
from aitr_desktop.views.code_dialog import CodeDialog
from aitr_desktop.views.editor.text_edit import TextEdit
from aitr_desktop.windows import file_dialogs
from tests.desktop.at_the_window import words
from tests.desktop.code_reader import ALT, CTRL, KEY, SHIFT, link_to
from tests.factories.code_projects import CodeProject
from tests.factories.repositories import git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.desktop.code_reader import Person
    from tests.factories.code_projects import CodeProject
    from tsr_agent.errors import TsrError

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


def test_the_forges_page_of_the_lines_is_copied_once_the_forge_is_known(
    person: Person, project: CodeProject
) -> None:
    QGuiApplication.clipboard().setText("before")
    person.open()
    person.click(12)
    person.click(20, SHIFT)
    person.press(KEY.Key_L, ALT | SHIFT)
    assert "git.example.org is no forge that everybody knows" in person.window.notices.bar.text()
    assert QGuiApplication.clipboard().text() == "before"
    name = next(
        each for each in person.window.findChildren(QPushButton) if each.text() == "Say which forge it is…"
    )
    QTest.mouseClick(name, Qt.MouseButton.LeftButton)
    person.wait()
    (dialog,) = person.window.findChildren(CodeDialog)
    assert "src/bot.py, lines 12–20" in dialog.windowTitle() + words(dialog)
    dialog.forge_named.emit("gitlab")
    page = f"https://git.example.org/team/support-bot/-/blob/{project.second}/src/bot.py#L12-20"
    assert page in words(dialog)
    dialog.close()
    person.come_back()
    person.view.setFocus()
    person.press(KEY.Key_L, ALT | SHIFT)
    assert QGuiApplication.clipboard().text() == page


def test_the_working_tree_is_linked_to_by_nothing(person: Person) -> None:
    person.open()
    person.window.menus.action(Act.CODE_WORKING_TREE).trigger()
    person.wait()
    assert person.view.lines.content == b"somebody writes here\n"
    QGuiApplication.clipboard().setText("before")
    person.press(KEY.Key_L, CTRL)
    assert "no link leads there" in person.window.notices.bar.text()
    assert QGuiApplication.clipboard().text() == "before"


def test_a_copy_of_a_prompt_is_edited_and_the_clone_stays_as_it_is(
    person: Person, project: CodeProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = git(person.clone, "status", "--porcelain")
    person.open("prompts/system.txt")
    person.window.menus.action(Act.CODE_DRAFT).trigger()
    person.wait()
    assert person.window.pages.here == "policies"
    edit = person.focused
    assert isinstance(edit, TextEdit)
    assert edit.text() == "Answer briefly.\n"
    person.come_back()
    QTest.keyClicks(edit, "j")
    assert edit.text() == "jAnswer briefly.\n", "here, letters are letters"
    for target in (person.clone / "prompts" / "system.txt", tmp_path / "mine.txt"):
        monkeypatch.setattr(file_dialogs, "ask_save_policy", lambda *_, target=target: target)
        person.press(KEY.Key_S, CTRL)
        if target.parent != tmp_path:
            assert "what is audited is not edited" in person.window.notices.bar.text()
    assert (tmp_path / "mine.txt").read_text() == "jAnswer briefly.\n"
    assert git(person.clone, "status", "--porcelain") == before


def test_a_link_to_another_commit_than_the_reports_is_shown_and_said(
    person: Person, project: CodeProject
) -> None:
    person.know_clone()
    newest = git(person.clone, "commit-tree", f"{project.second}^{{tree}}", "-m", "Another")
    person.follow(link_to(project, "1", ref=newest))
    assert person.lines == (1, 1)
    pane = person.window.deciding.code.pane
    assert pane is not None
    assert pane.file is not None
    assert pane.file.sha == newest
    assert f"The report on screen names other commits: Code · {project.second[:7]}" in words(pane)


def test_without_a_clone_it_is_said_what_to_do_and_then_it_goes_on(
    person: Person, project: CodeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.follow(link_to(project))
    (dialog,) = person.window.findChildren(CodeDialog)
    assert project.second in words(dialog)
    monkeypatch.setattr(file_dialogs, "ask_folder", lambda *_: person.clone)
    choose = next(each for each in dialog.findChildren(QPushButton) if "clone" in each.text().lower())
    QTest.mouseClick(choose, Qt.MouseButton.LeftButton)
    person.wait()
    person.until(lambda: person.window.pages.here == "code")
    person.wait()
    assert person.lines == (40, 44)


def test_a_commit_that_the_clone_does_not_hold_is_said_and_nothing_else_shown(
    person: Person, project: CodeProject
) -> None:
    person.know_clone()
    person.follow(link_to(project, ref="ab" * 20))
    assert person.window.deciding.code.pane is None
    said = words(person.window)
    assert "does not hold commit abababababab" in said
    assert f"git fetch origin {'ab' * 20}" in said.replace("\n", " ") or "fetch" in said


def test_a_link_without_a_commit_is_refused_with_a_word(person: Person, project: CodeProject) -> None:
    person.know_clone()
    person.follow(link_to(project, ref=""))
    assert "names no commit" in person.window.notices.bar.text()
    assert person.window.pages.here == "reports"


HOSTILE = {
    "above": {"file": "..%2F..%2Fetc%2Fpasswd"},
    "above in between": {"file": "src/../../secret"},
    "absolute": {"file": "/etc/passwd"},
    "a drive": {"file": "C:/x"},
    "a backslash": {"file": "src%5Cbot.py"},
    "encoded twice": {"file": "%252e%252e%252fsecret"},
    "git's own": {"file": ".git/config"},
    "a huge number": {"lines": "1-99999999999999999999"},
    "the wrong order": {"lines": "9-3"},
    "zero": {"lines": "0"},
    "a negative": {"lines": "-3"},
    "other digits": {"lines": "%D9%A3"},
    "a branch": {"ref": "main"},
    "an option": {"ref": "--output=x"},
    "a short commit": {"ref": "3fa9c1e"},
    "a command": {"repo": "ext%3A%3Ash"},
    "a folder": {"repo": "%2Fhome%2Fx"},
    "a password": {"repo": "https%3A//u%3Ap%40git.example.org/team/support-bot"},
    "a NUL": {"file": "a%00b"},
    "a bidi override": {"file": "a%E2%80%AEb"},
    "twenty thousand characters": {"file": "a" * 20_000},
}


LOOKED_FOR = {"encoded twice", "git's own"}
"""Sound paths, which no commit has."""
OTHER = (
    "aitr://evil.example.org?file=a&L=1",
    "aitr://open@evil?file=a&L=1",
    "aitr:open?file=a&L=1",
    "aitr://open?file=a&L=1&run=x",
    "aitr://open?file=a&file=b&L=1",
    "https://git.example.org/team/support-bot",
)


def test_hostile_links_show_nothing_and_are_answered_with_a_word(
    person: Person, project: CodeProject
) -> None:
    person.know_clone()
    refused: list[TsrError] = []
    person.window.opening.failed.connect(refused.append)
    for name, changed in HOSTILE.items():
        refused.clear()
        person.follow(link_to(project, **changed))
        assert person.window.deciding.code.pane is None, name
        if name in LOOKED_FOR:
            assert "has no file" in words(person.window), name
        else:
            (error,) = refused
            assert error.message.startswith("This link was not followed"), name
            assert sum(map(len, error.diagnostics())) < 800, name
    for link in OTHER:
        refused.clear()
        person.follow(link)
        assert person.window.deciding.code.pane is None, link
        assert len(refused) == 1, link


def test_a_link_to_another_repository_is_never_answered_from_this_clone(
    person: Person, project: CodeProject
) -> None:
    person.know_clone()
    person.follow(link_to(project, repo="https%3A//git.example.org/other/support-bot"))
    (dialog,) = person.window.findChildren(CodeDialog)
    assert person.window.deciding.code.pane is None
    assert "line fifty" not in words(dialog)
