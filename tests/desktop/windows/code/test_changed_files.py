"""What changed between two commits, side by side, with keys alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QLabel

from aitr_desktop.actions.spec import Act
from aitr_desktop.code.places import CodePlace
from aitr_desktop.item_models.cells import Kind, Target
from tests.factories.code_projects import REPOSITORY
from tests.factories.repositories import commit

if TYPE_CHECKING:
    from qtpy.QtWidgets import QWidget

    from tests.desktop.windows.code.conftest import JudgedWorkspace, Place
    from tests.factories.code_projects import CodeProject


def said(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def rows(place: Place) -> list[str]:
    model = place.view.files.changed.changed
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def compare(place: Place) -> None:
    """Compares the report of the first commit with that of the second."""
    place.window.deciding.comparison.compare("TSR-00001", "TSR-00000")
    place.settle()


def test_from_a_comparison_to_the_files_that_changed(place: Place, project: CodeProject) -> None:
    compare(place)
    assert place.window.menus.reason(Act.CODE_DIFFERENCE) == ""
    place.window.menus.action(Act.CODE_DIFFERENCE).trigger()
    place.settle()
    assert place.window.pages.here == "code"
    assert rows(place) == [
        "± src/bot.py",
        "→ src/deep/moved.py, before src/moved.py",
        "+ src/new.py",
        "– src/old.py",
    ]
    assert "4 files changed" in said(place.view.files)
    assert place.view.files.between() == (project.first, project.second)
    words = [place.view.files.before.currentText(), place.view.files.after.currentText()]
    assert words == [
        f"{project.first[:7]} · A: Code, Tests; B: Tests",
        f"{project.second[:7]} · B: Code",
    ]
    assert place.window.focusWidget() is place.view.files.changed, "one walks on with the arrows"
    assert not place.view.travel.verdict.isVisible(), "two reports have two verdicts"


def test_side_by_side_and_from_change_to_change(place: Place, project: CodeProject) -> None:
    compare(place)
    place.window.menus.action(Act.CODE_DIFFERENCE).trigger()
    place.settle()
    place.view.files.changed.setFocus()
    place.press(Qt.Key.Key_Home)
    place.press(Qt.Key.Key_Return)
    pair = place.view.pair
    assert place.view.shows_pair
    assert pair.rows.hasFocus()
    assert pair.path.text() == "src/bot.py"
    assert pair.summary.text() == "2 changes · +2 –1"
    assert pair.position.text() == "Change 1 of 2"
    found = pair.rows.difference
    assert found is not None
    assert found.row(pair.rows.row).old == 50
    place.press(Qt.Key.Key_F7)
    assert pair.position.text() == "Change 2 of 2"
    assert found.row(pair.rows.row).new == 91
    place.press(Qt.Key.Key_F7)
    assert pair.position.text() == "Change 2 of 2"
    place.press(Qt.Key.Key_P)
    assert pair.position.text() == "Change 1 of 2"
    place.press(Qt.Key.Key_N)
    place.press(Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier)
    assert pair.position.text() == "Change 1 of 2"
    place.press(Qt.Key.Key_Return)
    file = place.page.reader().screen.file
    assert file is not None
    assert (file.path, file.sha) == ("src/bot.py", project.second)
    assert place.view.pane.view.cursor_line == 50
    place.press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert place.view.shows_pair
    place.press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert place.window.pages.here == "compare"


def test_escape_leads_from_two_versions_back_to_the_file(place: Place, project: CodeProject) -> None:
    compare(place)
    place.window.menus.action(Act.CODE_DIFFERENCE).trigger()
    place.settle()
    place.view.files.changed.setFocus()
    place.press(Qt.Key.Key_Home)
    place.press(Qt.Key.Key_Return)
    place.press(Qt.Key.Key_Return)
    assert not place.view.shows_pair
    place.window.menus.action(Act.CODE_DIFFERENCE).trigger()
    place.settle()
    place.view.files.changed.setFocus()
    place.press(Qt.Key.Key_Return)
    assert place.view.shows_pair
    place.press(Qt.Key.Key_Escape)
    assert not place.view.shows_pair
    assert place.window.pages.here == "code"


def test_a_change_is_copied_with_its_signs(place: Place) -> None:
    compare(place)
    place.window.menus.action(Act.CODE_DIFFERENCE).trigger()
    place.settle()
    place.view.files.changed.setFocus()
    place.press(Qt.Key.Key_Return)
    place.press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "-line 50\n+line fifty\n"


def test_what_was_added_or_removed_is_one_text_that_says_so(place: Place, project: CodeProject) -> None:
    place.page.show_changes(REPOSITORY, project.first, project.second)
    place.settle()
    place.view.files.changed.setFocus()
    place.press(Qt.Key.Key_End)
    place.press(Qt.Key.Key_Return)
    file = place.page.reader().screen.file
    assert file is not None
    assert (file.path, file.sha) == ("src/old.py", project.first)
    assert "This file is gone: Code" in said(place.view.pane)
    place.view.files.changed.setFocus()
    place.press(Qt.Key.Key_Up)
    place.press(Qt.Key.Key_Return)
    file = place.page.reader().screen.file
    assert file is not None
    assert (file.path, file.sha) == ("src/new.py", project.second)
    assert "This file is new: Tests" in said(place.view.pane)


def test_a_file_that_moved_stands_beside_itself(place: Place, project: CodeProject) -> None:
    place.page.show_changes(REPOSITORY, project.first, project.second)
    place.settle()
    place.view.files.changed.setFocus()
    place.press(Qt.Key.Key_Home)
    place.press(Qt.Key.Key_Down)
    place.press(Qt.Key.Key_Return)
    assert place.view.shows_pair
    assert place.view.pair.summary.text() == "No line differs."
    titles = [title.whole() for title in place.view.pair.titles]
    assert titles[0].endswith("src/moved.py")
    assert titles[1].endswith("src/deep/moved.py")


def test_other_commits_are_compared_by_choosing_them(place: Place, project: CodeProject) -> None:
    place.page.show_changes(REPOSITORY, project.first, project.second)
    place.settle()
    after = place.view.files.after
    after.setFocus()
    after.setCurrentIndex(after.findData(project.prompts))
    after.activated.emit(after.currentIndex())
    place.settle()
    assert "± prompts/system.txt" in rows(place)


def test_versions_of_a_prompt_stand_side_by_side_and_others_can_be_chosen(
    place: Place, project: CodeProject
) -> None:
    newest = commit(project.folder, {"prompts/system.txt": "Answer at length.\n"}, "Say more")
    place.page.reader()
    place.page.show_files(CodePlace(repository=REPOSITORY, sha=newest))
    place.settle()
    place.page.reader().go_to_file("prompts/system.txt")
    place.settle()
    place.window.menus.action(Act.CODE_VERSIONS).trigger()
    place.settle()
    pair = place.view.pair
    assert place.view.shows_pair
    left, right = pair.versions
    assert right.isVisible()
    assert [right.itemText(row).split(" · ")[-1] for row in range(3)] == ["Say more", "Ask for care", "Begin"]
    assert (left.currentIndex(), right.currentIndex()) == (1, 0)
    left.setCurrentIndex(2)
    left.activated.emit(2)
    place.settle()
    assert pair.rows.difference is not None
    assert pair.rows.difference.old.line(1).text == "Answer briefly."
    assert pair.rows.difference.old.count == 1
    assert left.currentIndex() == 2
    place.press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert left.currentIndex() == 1


def test_a_file_of_one_version_says_so(place: Place, project: CodeProject) -> None:
    place.page.show_files(CodePlace(repository=REPOSITORY, sha=project.second))
    place.settle()
    place.page.reader().go_to_file("README.md")
    place.settle()
    place.window.menus.action(Act.CODE_VERSIONS).trigger()
    place.settle()
    assert f"This file has one version only, of {project.first[:7]}." in said(place.window.notices.bar)
    assert not place.view.shows_pair


def test_reports_of_two_repositories_have_no_difference(
    place: Place, library: JudgedWorkspace, project: CodeProject
) -> None:
    library.manifests["TSR-00001"] = project.versions(project.first, codebase_repo="https://github.com/a/b")
    compare(place)
    assert "different repositories" in place.window.menus.reason(Act.CODE_DIFFERENCE)


def test_a_finding_of_side_a_opens_at_the_commit_of_a(place: Place, project: CodeProject) -> None:
    compare(place)
    place.window.deciding.show_evidence(Target(Kind.LINE, "src/bot.py:50", report="TSR-00001", side="A"))
    place.settle()
    file = place.page.reader().screen.file
    assert file is not None
    assert file.sha == project.first
    assert place.view.pane.view.lines.line(50).text == "line 50"
    place.window.deciding.show_evidence(Target(Kind.LINE, "src/bot.py:50", report="TSR-00000", side="B"))
    place.settle()
    assert place.view.pane.view.lines.line(50).text == "line fifty"
    for _ in range(2):
        place.press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert place.window.pages.here == "compare"
