"""Files at the judged commits, read with keys alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel

from aitr_desktop.actions.spec import Act
from aitr_desktop.code.code_file import Origin
from aitr_desktop.code.places import CodePlace
from tests.factories.code_projects import REPOSITORY

if TYPE_CHECKING:
    from qtpy.QtWidgets import QWidget

    from tests.desktop.windows.code.conftest import Place
    from tests.factories.code_projects import CodeProject


def said(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def selected(place: Place) -> tuple[int, int]:
    found = place.view.pane.view.selection
    assert found is not None
    return found.first, found.last


def at(sha: str, name: str, line: int = 1) -> CodePlace:
    return CodePlace(repository=REPOSITORY, sha=sha, path=name, first=line, last=line)


def path(place: Place) -> str:
    file = place.page.reader().screen.file
    return file.path if file is not None else ""


def test_the_files_of_the_judged_commit_are_there_when_one_goes_there(
    place: Place, project: CodeProject
) -> None:
    place.window.menus.action(Act.GO_CODE).trigger()
    place.settle()
    tree = place.view.files.tree.files
    names = [tree.index(row, 0).data() for row in range(tree.rowCount())]
    assert names == ["prompts", "src", "tests", "README.md"]
    assert place.view.files.chosen() == project.second
    words = [place.view.files.commit.itemText(row) for row in range(place.view.files.commit.count())]
    assert words == [
        f"{project.second[:7]} · Code",
        f"{project.first[:7]} · Tests",
        f"{project.prompts[:7]} · Prompts",
    ]
    assert "Choose a file." in said(place.view.pane)
    assert place.window.focusWidget() is place.view.files.field, "the focus is where one sees it"
    assert place.view.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_the_verdict_that_the_code_is_read_for_is_in_sight(place: Place) -> None:
    place.window.menus.action(Act.GO_CODE).trigger()
    place.settle()
    bar, workbench = place.view.travel, place.window.workbench
    assert workbench is not None
    assert workbench.report is not None
    head = workbench.report.head
    assert bar.verdict.text() == str(head.verdict)
    assert bar.verdict.isVisible()
    assert bar.said.whole() == f"Report on {head.release} · {head.subject}"
    place.page.report_shown(None)
    place.settle()
    assert not bar.verdict.isVisible()
    assert bar.said.whole() == ""


def test_nothing_is_read_before_somebody_goes_there(place: Place) -> None:
    place.page.reader()
    place.settle()
    assert place.view.files.tree.files.rowCount() == 0
    assert place.page.reader().choice.clone is None


def test_down_the_tree_to_a_file_with_keys_alone(place: Place) -> None:
    place.window.menus.action(Act.GO_CODE).trigger()
    place.settle()
    place.view.files.tree.setFocus()
    place.press(Qt.Key.Key_Home)
    place.press(Qt.Key.Key_Down)
    place.press(Qt.Key.Key_Right)
    place.press(Qt.Key.Key_Down)
    place.press(Qt.Key.Key_Down)
    place.press(Qt.Key.Key_Return)
    assert path(place) == "src/bot.py"
    assert place.view.pane.view.hasFocus()


def test_a_file_and_a_line_are_found_by_letters(place: Place) -> None:
    place.window.menus.action(Act.CODE_FIND_FILE).trigger()
    place.settle()
    assert place.view.files.field.hasFocus()
    place.type("bopy:42")
    place.press(Qt.Key.Key_Return)
    assert path(place) == "src/bot.py"
    assert selected(place) == (42, 42)
    assert place.view.pane.view.hasFocus()
    first, last = place.view.pane.view.visible_lines()
    assert first < 42 < last


def test_ctrl_p_goes_to_a_file_here_and_saves_a_report_elsewhere(place: Place) -> None:
    place.window.menus.action(Act.GO_CODE).trigger()
    place.settle()
    place.window.activateWindow()
    place.view.files.tree.setFocus()
    ran: list[object] = []
    place.window.menus.ran.connect(ran.append)
    place.press(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert place.view.files.field.hasFocus()
    assert Act.SAVE_PDF not in ran


def test_letters_that_no_file_has_are_said_and_escape_goes_back_to_the_tree(place: Place) -> None:
    place.window.menus.action(Act.CODE_FIND_FILE).trigger()
    place.settle()
    place.type("zzz")
    assert "No file of this commit has these letters." in said(place.view.files)
    place.press(Qt.Key.Key_Escape)
    assert place.view.files.field.text() == ""
    assert place.view.files.tree.hasFocus()
    assert place.window.pages.here == "code"


def test_the_head_says_exactly_where_the_bytes_are_from(place: Place, project: CodeProject) -> None:
    place.page.read(CodePlace(repository=REPOSITORY, sha=project.first, path="src/bot.py", first=50, last=51))
    place.settle()
    assert selected(place) == (50, 51)
    file = place.page.reader().screen.file
    assert file is not None
    assert file.sha == project.first
    assert file.origin is Origin.COMMIT
    assert file.remarks == ()
    assert project.first[:7] in said(place.view.pane)
    assert place.window.pages.here == "code"


def test_back_and_forward_and_back_to_the_report(place: Place, project: CodeProject) -> None:
    place.page.read(CodePlace(repository=REPOSITORY, sha=project.second, path="src/bot.py", first=3, last=3))
    place.settle()
    place.page.reader().go_to_file("README.md")
    place.settle()
    place.press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert path(place) == "src/bot.py"
    assert selected(place) == (3, 3)
    place.press(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert path(place) == "README.md"
    for _ in range(2):
        place.press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert place.window.pages.here == "reports"


def test_files_read_before_are_offered(place: Place, project: CodeProject) -> None:
    for name in ("src/bot.py", "README.md", "src/new.py"):
        place.page.read(CodePlace(repository=REPOSITORY, sha=project.second, path=name))
        place.settle()
    offered = [each.text() for each in place.view.travel.recent.menu().actions()]
    assert offered == [f"README.md · {project.second[:7]}", f"src/bot.py · {project.second[:7]}"]
    place.view.travel.recent.menu().actions()[1].trigger()
    place.settle()
    assert path(place) == "src/bot.py"


def test_another_commit_shows_the_same_file_at_it(place: Place, project: CodeProject) -> None:
    place.page.read(
        CodePlace(repository=REPOSITORY, sha=project.second, path="src/bot.py", first=50, last=50)
    )
    place.settle()
    assert place.view.pane.view.lines.line(50).text == "line fifty"
    place.page.reader().show_commit(project.first)
    place.settle()
    assert place.view.pane.view.lines.line(50).text == "line 50"
    assert selected(place) == (50, 50)
    assert place.view.files.chosen() == project.first


def test_the_one_asked_for_last_is_shown(place: Place, project: CodeProject) -> None:
    for name in ("src/bot.py", "README.md", "src/new.py"):
        place.page.read(CodePlace(repository=REPOSITORY, sha=project.second, path=name))
    place.settle()
    assert path(place) == "src/new.py"
    assert not place.page.reader().screen.visited.can_go_back


def test_a_line_that_the_file_does_not_have_is_said(place: Place, project: CodeProject) -> None:
    place.page.read(
        CodePlace(repository=REPOSITORY, sha=project.second, path="README.md", first=400, last=400)
    )
    place.settle()
    assert "It has 1 line here, and no line 400." in said(place.view.pane)
    assert place.view.pane.view.selection is None


def test_the_working_tree_is_shown_only_when_asked_and_labelled_as_long(
    place: Place, project: CodeProject
) -> None:
    (project.folder / "README.md").write_text("# Changed since\n")
    place.page.read(CodePlace(repository=REPOSITORY, sha=project.second, path="README.md"))
    place.settle()
    assert place.view.pane.view.lines.line(1).text == "# Support bot"
    place.window.menus.action(Act.CODE_WORKING_TREE).trigger()
    place.settle()
    assert place.view.pane.view.lines.line(1).text == "# Changed since"
    assert "▲ This is the working tree as it is now, not what was judged." in said(place.view.pane)
    assert said(place.view.pane).count("not what was judged") == 1
    assert "It differs from commit" in said(place.view.pane)
    assert place.window.menus.reason(Act.CODE_LAST_CHANGE) == "Show the file of the commit first."
    place.window.menus.action(Act.CODE_WORKING_TREE).trigger()
    place.settle()
    assert place.view.pane.view.lines.line(1).text == "# Support bot"
    assert "orking tree" not in said(place.view.pane)


def test_the_last_commit_that_touched_lines_is_said_with_a_way_to_it(
    place: Place, project: CodeProject
) -> None:
    place.page.read(
        CodePlace(repository=REPOSITORY, sha=project.prompts, path="src/bot.py", first=50, last=50)
    )
    place.settle()
    place.window.menus.action(Act.CODE_LAST_CHANGE).trigger()
    place.settle()
    bar = place.window.notices.bar
    assert f"src/bot.py:50 was last touched by {project.second[:7]}: “Say fifty in words”" in said(bar)


def test_leaving_the_place_stops_git(place: Place, project: CodeProject) -> None:
    place.page.read(CodePlace(repository=REPOSITORY, sha=project.second, path="src/bot.py"))
    place.settle()
    assert place.page.reader().choice.clone is not None
    place.window.close()
    assert place.page.reader().choice.clone is None
