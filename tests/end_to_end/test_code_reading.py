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
from qtpy.QtCore import QRect
from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import QLineEdit

from aitr_desktop.code.line_selection import LineSelection, from_parameters
from aitr_desktop.single_instance import Instance, InstanceServer, runtime_folder
from tests.desktop.code_reader import CTRL, FILE, KEY, SHIFT, link_to
from tests.factories.code_projects import LATER_BOT, REPOSITORY, CodeProject
from tests.factories.repositories import git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.desktop.code_reader import Person
    from tests.factories.code_projects import CodeProject

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


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


def test_a_link_highlights_its_lines_on_load(person: Person, project: CodeProject) -> None:
    person.know_clone()
    person.follow(link_to(project))
    assert person.window.pages.here == "code"
    assert (person.lines, person.indicator) == ((40, 44), "40–44 · 5 lines")
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
    assert last - 2 > 44
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
