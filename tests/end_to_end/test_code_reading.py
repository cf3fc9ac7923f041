"""Reading the code that was judged, with real keys and a real mouse, in a real window over a real git clone.

One test for each thing that is asked of line selection: numbers, click and Shift and click, keys, copying,
the link, and the link's lines highlighted when it is opened, also by a second start.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qtpy.QtCore import QPoint, QRect, Qt
from qtpy.QtGui import QGuiApplication
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QLineEdit, QPushButton

from aitr_desktop.actions.spec import Act
from aitr_desktop.code.line_selection import LineSelection, from_parameters
from aitr_desktop.settings import ThemeChoice
from aitr_desktop.single_instance import Instance, InstanceServer, runtime_folder
from aitr_desktop.theme import ThemeController
from aitr_desktop.views.code_dialog import CodeDialog
from aitr_desktop.views.editor.text_edit import TextEdit
from aitr_desktop.windows import file_dialogs
from tests.desktop.at_the_window import LIBRARY, leave_theme, leave_window, open_window, words
from tests.desktop.fakes import MemoryTokens
from tests.factories.code_projects import LATER_BOT, REPOSITORY, CodeProject, code_project
from tests.factories.filed_reports import put_reports
from tests.factories.repositories import git
from tests.factories.shown_reports import report
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.store.engine import open_library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot
    from qtpy.QtWidgets import QApplication, QWidget

    from aitr_desktop.tasks import Tasks
    from aitr_desktop.views.code.code_view import CodeView
    from aitr_desktop.windows.main_window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
KEY = Qt.Key
NONE, SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
FILE = "src/bot.py"


class Person:
    """Somebody at the window, who has a clone of the repository."""

    def __init__(self, window: MainWindow, tasks: Tasks, qtbot: QtBot, clone: Path) -> None:
        self.window, self.tasks, self._qtbot, self.clone = window, tasks, qtbot, clone
        self.project: CodeProject | None = None

    def wait(self) -> None:
        """Until nothing is under way, and what it brought has asked for no more."""
        for _ in range(2):
            self._qtbot.waitUntil(lambda: self.tasks.is_idle, timeout=60_000)
            self._qtbot.wait(0)

    def until(self, is_so: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(is_so, timeout=30_000)

    @property
    def focused(self) -> QWidget:
        found: QWidget | None = self.window.focusWidget()
        assert found is not None
        return found

    def come_back(self) -> None:
        """Brings the window to the front; without a desktop, a dialog that closes leaves none there."""
        self.window.activateWindow()
        self.until(self.window.isActiveWindow)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.focused, key, modifiers)
        self.wait()

    def type(self, text: str) -> None:
        QTest.keyClicks(self.focused, text)
        self.wait()

    def know_clone(self) -> None:
        self.window.preferences.change(clones={REPOSITORY: str(self.clone)})

    def open(self, path: str = FILE) -> CodeView:
        """Goes to the place and to a file, with keys alone."""
        self.know_clone()
        self.press(KEY.Key_5, CTRL)
        self.press(KEY.Key_G, CTRL | SHIFT)
        assert isinstance(self.focused, QLineEdit)
        self.type(path)
        self.press(KEY.Key_Return)
        self.until(lambda: self.window.deciding.code.pane is not None)
        assert self.focused is self.view
        return self.view

    @property
    def view(self) -> CodeView:
        pane = self.window.deciding.code.pane
        assert pane is not None, words(self.window)
        return pane.view

    @property
    def lines(self) -> tuple[int, int] | None:
        found = self.view.selection
        return (found.first, found.last) if found is not None else None

    @property
    def indicator(self) -> str:
        pane = self.window.deciding.code.pane
        assert pane is not None
        return pane.foot.selected.text()

    def number(self, line: int) -> QPoint:
        """Where the number of a line is."""
        row = line - self.view.visible_lines()[0]
        return QPoint(self.view.gutter_width - 6, row * self.view.row_height + self.view.row_height // 2)

    def click(self, line: int, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(self.view.viewport(), Qt.MouseButton.LeftButton, modifiers, self.number(line))

    def follow(self, link: str) -> None:
        """What a desktop does with a link while the window is open."""
        self.window.opening.answer([link], "")
        self.wait()


@pytest.fixture
def project(tmp_path: Path) -> CodeProject:
    return code_project(tmp_path / "upstream")


@pytest.fixture
def clone(tmp_path: Path, project: CodeProject) -> Path:
    """A clone as one makes it, whose working tree somebody has changed since."""
    folder = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(project.folder), str(folder))
    git(folder, "remote", "set-url", "origin", REPOSITORY)
    (folder / FILE).write_text("somebody writes here\n")
    return folder


@pytest.fixture
def person(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, project: CodeProject, clone: Path
) -> Iterator[Person]:
    with open_library(tmp_path / LIBRARY, create=True) as library:
        put_reports(library, [report(versions=project.versions(project.second))], ai_release())
    theme = ThemeController(qapp, ThemeChoice.LIGHT)
    window, tasks = open_window(theme, tmp_path, MemoryTokens())
    window.resize(1200, 800)
    window.activateWindow()
    made = Person(window, tasks, qtbot, clone)
    made.wait()
    made.until(lambda: window.workbench is not None and window.workbench.report is not None)
    made.wait()
    yield made
    window.deciding.policies.workshop().view.editor.text.document().setModified(False)
    for dialog in window.findChildren(CodeDialog):
        dialog.close()
    leave_window(window)
    leave_theme(theme)


def test_line_numbers_are_displayed_in_the_gutter(person: Person) -> None:
    view = person.open()
    last = view.visible_lines()[1]
    assert last > 20

    def drawn(line: int) -> bytes:
        row = line - view.visible_lines()[0]
        box = QRect(0, row * view.row_height, view.gutter_width - 1, view.row_height)
        image = view.viewport().grab(box).toImage()
        ground = image.pixelColor(0, 0)
        places = ((x, y) for y in range(image.height()) for x in range(image.width()))
        return bytes(image.pixelColor(x, y) != ground for x, y in places)

    numbers = {line: drawn(line) for line in range(2, 20)}
    assert all(any(each) for each in numbers.values())
    assert len(set(numbers.values())) == len(numbers), "each line has another number"
    person.type("g60")
    person.press(KEY.Key_Return)
    first = view.visible_lines()[0]
    assert first > 10
    assert drawn(first + 3) not in numbers.values()


def test_click_and_shift_click_select_lines(person: Person) -> None:
    person.open()
    person.click(12)
    assert (person.lines, person.indicator) == ((12, 12), "12 · 1 line")
    person.click(20, SHIFT)
    assert (person.lines, person.indicator) == ((12, 20), "12–20 · 9 lines")
    person.click(4, SHIFT)
    assert (person.lines, person.indicator) == ((4, 12), "4–12 · 9 lines")


def test_keyboard_navigation(person: Person) -> None:
    view = person.open()
    person.type("j")
    assert person.lines == (1, 1)
    person.type("jj")
    assert person.lines == (3, 3)
    person.type("k")
    assert person.lines == (2, 2)
    person.press(KEY.Key_J, SHIFT)
    person.press(KEY.Key_J, SHIFT)
    assert (person.lines, person.indicator) == ((2, 4), "2–4 · 3 lines")
    person.press(KEY.Key_K, SHIFT)
    assert person.lines == (2, 3)
    person.type("g90")
    assert person.indicator == "g90…"
    person.press(KEY.Key_Return)
    assert (person.lines, view.cursor_line) == ((90, 90), 90)
    person.type("g1")
    person.press(KEY.Key_Escape)
    assert (person.lines, person.indicator) == ((90, 90), "90 · 1 line"), "first, the command ends"
    person.press(KEY.Key_Escape)
    assert (person.lines, person.indicator) == (None, ""), "then the selection is taken back"
    assert person.window.pages.here == "code"
    person.press(KEY.Key_Escape)
    assert person.window.pages.here == "reports", "then one leaves"


def test_letters_are_letters_in_the_fields_of_the_place(person: Person) -> None:
    person.open()
    person.click(4)
    person.press(KEY.Key_F, CTRL)
    find = person.focused
    assert isinstance(find, QLineEdit)
    person.type("jkgyG")
    assert find.text() == "jkgyG"
    person.press(KEY.Key_Escape)
    person.press(KEY.Key_G, CTRL)
    line = person.focused
    assert isinstance(line, QLineEdit)
    person.type("jky7")
    assert line.text() == "7", "the field takes digits, and nothing else does anything"
    assert person.lines == (4, 4)
    person.press(KEY.Key_Return)
    assert person.lines == (7, 7)
    assert person.focused is person.view


def test_copy_selected_lines_to_clipboard(person: Person, project: CodeProject) -> None:
    person.open()
    person.type("g50")
    person.press(KEY.Key_Return)
    person.click(49)
    person.click(51, SHIFT)
    person.press(KEY.Key_C, CTRL)
    expected = git(person.clone, "show", f"{project.second}:{FILE}").split("\n")[48:51]
    assert QGuiApplication.clipboard().text() == "".join(f"{each}\n" for each in expected)
    assert "line fifty" in QGuiApplication.clipboard().text()
    assert "3 lines copied" in person.window.notices.bar.text()
    person.type("g1")
    person.press(KEY.Key_Return)
    person.type("y")
    assert QGuiApplication.clipboard().text() == "line 1\n"
    assert "1 line copied" in person.window.notices.bar.text()


def test_share_link_with_line_selection_params(person: Person, project: CodeProject) -> None:
    person.open()
    person.click(12)
    person.click(20, SHIFT)
    person.press(KEY.Key_L, CTRL)
    link = QGuiApplication.clipboard().text()
    parameters = parse_qs(urlsplit(link).query)
    assert link.startswith("aitr://open?")
    assert parameters["file"] == [FILE]
    assert parameters["L"] == ["12-20"]
    assert parameters["ref"] == [project.second]
    assert parameters["repo"] == [REPOSITORY]
    found = from_parameters({name: parameters[name] for name in ("file", "L", "ref")})
    assert found.selection == LineSelection(12, 20)
    person.press(KEY.Key_1, CTRL)
    person.press(KEY.Key_L, CTRL)
    assert QGuiApplication.clipboard().text().startswith("aitr://report?id="), "where no code is on screen"


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


def link_to(project: CodeProject, lines: str = "40-52", **changed: str) -> str:
    said = {"file": FILE, "L": lines, "ref": project.second, "repo": REPOSITORY.replace(":", "%3A")} | changed
    return "aitr://open?" + "&".join(f"{name}={value}" for name, value in said.items() if value)


def test_a_link_highlights_its_lines_on_load(person: Person, project: CodeProject) -> None:
    person.know_clone()
    person.follow(link_to(project))
    assert person.window.pages.here == "code"
    assert (person.lines, person.indicator) == ((40, 52), "40–52 · 13 lines")
    first, last = person.view.visible_lines()
    assert first <= 40
    assert last >= 41
    assert person.view.lines.content.decode() == LATER_BOT, "the commit, and not the working tree"
    pane = person.window.deciding.code.pane
    assert pane is not None
    assert pane.file is not None
    assert (pane.file.sha, pane.file.path) == (project.second, FILE)
    assert person.focused is person.view
    view, row = person.view, 41 - first
    selected = view.viewport().grab(QRect(view.gutter_width + 300, row * view.row_height, 4, 4)).toImage()
    plain = view.viewport().grab(QRect(view.gutter_width + 300, (last - 2 - first) * view.row_height, 4, 4))
    assert last - 2 > 52
    assert selected.pixelColor(1, 1) != plain.toImage().pixelColor(1, 1), "and one sees it"


def test_a_second_start_highlights_the_lines_in_the_window_that_is_open(
    person: Person, project: CodeProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.know_clone()
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(runtime), "HOME": str(tmp_path)}
    instance = Instance(runtime_folder(environment))
    assert instance.claim()
    server = InstanceServer(instance.address, person.window)
    server.asked.connect(person.window.opening.answer)
    server.listen()
    try:
        second = subprocess.Popen(
            [sys.executable, "-m", "aitr_desktop.app", link_to(project, "3-9")], env=environment
        )
        person.until(lambda: second.poll() is not None)
        assert second.returncode == 0
        person.until(lambda: person.window.pages.here == "code")
        person.wait()
        assert person.lines == (3, 9)
    finally:
        server.close()
        instance.release()


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
    assert person.lines == (40, 52)


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


@pytest.mark.parametrize("changed", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_link_shows_nothing_and_is_answered_with_a_word(
    person: Person, project: CodeProject, changed: dict[str, str]
) -> None:
    person.know_clone()
    person.follow(link_to(project, **changed))
    pane = person.window.deciding.code.pane
    assert pane is None
    said = person.window.notices.bar.text() + words(person.window)
    assert "This link was not followed" in said or "has no file" in said
    assert len(person.window.notices.bar.text()) < 1_000


@pytest.mark.parametrize(
    "link",
    [
        "https://git.example.org/team/support-bot",
        "aitr://evil.example.org?file=a&L=1",
        "aitr://open@evil?file=a&L=1",
        "aitr:open?file=a&L=1",
        "aitr://open?file=a&L=1&run=x",
        "aitr://open?file=a&file=b&L=1",
    ],
)
def test_another_scheme_host_or_parameter_is_answered_with_a_word(person: Person, link: str) -> None:
    person.know_clone()
    person.window.opening.open([link])
    person.wait()
    assert person.window.deciding.code.pane is None
    assert person.window.notices.bar.text() != ""


def test_a_link_to_another_repository_is_never_answered_from_this_clone(
    person: Person, project: CodeProject
) -> None:
    person.know_clone()
    person.follow(link_to(project, repo="https%3A//git.example.org/other/support-bot"))
    (dialog,) = person.window.findChildren(CodeDialog)
    assert person.window.deciding.code.pane is None
    assert "line fifty" not in words(dialog)
