"""Every state in which no code, or doubtful code, is shown has words, and a way on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QLabel, QPushButton

from aitr_desktop.actions.spec import Act
from aitr_desktop.code.places import CodePlace
from tests.factories.code_projects import REPOSITORY
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tests.factories.repositories import commit, git
from tests.factories.shown_reports import build
from tsr_agent.errors import IntegrityError
from tsr_agent.models.manifest import PullRequest

if TYPE_CHECKING:
    from qtpy.QtWidgets import QWidget

    from tests.desktop.windows.code.conftest import JudgedWorkspace, Place
    from tests.factories.code_projects import CodeProject

MISSING = "e" * 40


def said(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def button(widget: QWidget, words: str) -> QPushButton:
    (found,) = [
        each for each in widget.findChildren(QPushButton) if each.text() == words and each.isVisible()
    ]
    return found


def at(sha: str, path: str, line: int = 1) -> CodePlace:
    return CodePlace(repository=REPOSITORY, sha=sha, path=path, first=line, last=line)


def go(place: Place) -> None:
    place.window.menus.action(Act.GO_CODE).trigger()
    place.settle()


def show(place: Place, report_id: str) -> None:
    assert place.window.workbench is not None
    place.window.workbench.show_report(report_id)
    place.settle()


def test_before_a_library_is_open(window, qtbot, tasks) -> None:
    window.menus.action(Act.GO_CODE).trigger()
    qtbot.waitUntil(lambda: tasks.is_idle)
    view = window.deciding.code.view()
    assert "No library is open." in said(view)
    button(view, "Go to the list").click()
    assert window.pages.here == "reports"


def test_before_a_report_is_chosen(place: Place) -> None:
    place.page.report_shown(None)
    go(place)
    assert "No report is chosen." in said(place.view)
    assert place.window.menus.reason(Act.CODE_FIND_FILE) == "No report is on screen."
    button(place.view, "Go to the list").click()
    assert place.window.pages.here == "reports"


def test_no_clone_is_known_and_one_is_chosen_once(place: Place, project: CodeProject) -> None:
    place.window.preferences.change(clones={})
    place.page.reader().choice._ask_folder = lambda *_: project.folder  # the person's answer
    go(place)
    assert "No clone of https://git.example.org/team/support-bot.git is known." in said(place.view)
    button(place.view, "Choose a clone…").click()
    place.settle()
    assert place.view.files.tree.files.rowCount() == 4
    assert place.window.preferences.now.clones == {REPOSITORY: str(project.folder)}


def test_no_folder_chosen_changes_nothing(place: Place) -> None:
    place.window.preferences.change(clones={})
    place.page.reader().choice._ask_folder = lambda *_: None
    go(place)
    button(place.view, "Choose a clone…").click()
    place.settle()
    assert "No clone of" in said(place.view)
    assert place.window.preferences.now.clones == {}


def test_a_report_without_repository_reads_from_a_clone_that_is_not_remembered(
    place: Place, library: JudgedWorkspace, project: CodeProject
) -> None:
    library.manifests["TSR-00001"] = project.versions(project.first, codebase_repo="")
    show(place, "TSR-00001")
    place.page.reader().choice._ask_folder = lambda *_: project.folder
    go(place)
    assert "The report names no repository." in said(place.view)
    button(place.view, "Choose a clone…").click()
    place.settle()
    place.page.reader().go_to_file("README.md")
    place.settle()
    assert "nothing says that this clone is of the same one" in said(place.view.pane)
    assert place.window.preferences.now.clones == {REPOSITORY: str(project.folder)}


def test_a_clone_of_another_repository_is_doubted_over_every_file(place: Place, project: CodeProject) -> None:
    git(project.folder, "remote", "set-url", "origin", "https://git.example.org/somebody/else")
    place.page.read(at(project.second, "README.md"))
    place.settle()
    doubt = "No remote of this clone is https://git.example.org/team/support-bot.git"
    assert doubt in said(place.view.pane)
    assert doubt in said(place.view.files)


def test_a_folder_that_is_no_clone_any_more(place: Place, tmp_path: Path) -> None:
    place.window.preferences.change(clones={REPOSITORY: str(tmp_path / "gone")})
    go(place)
    assert "is not a git repository" in said(place.view)
    assert button(place.view, "Choose another clone…").isVisible()


def test_a_commit_that_is_not_there_says_what_to_fetch_and_shows_nothing_else(
    place: Place, library: JudgedWorkspace, project: CodeProject
) -> None:
    library.manifests["TSR-00001"] = project.versions(MISSING)
    show(place, "TSR-00001")
    go(place)
    fetch = f"git -C {project.folder} fetch origin {MISSING}"
    assert fetch in said(place.view.pane)
    assert not place.view.pane.shows_code
    button(place.view.pane, "Copy details").click()
    assert fetch in QApplication.clipboard().text()


def test_once_it_is_fetched_it_is_read(place: Place, project: CodeProject, tmp_path: Path) -> None:
    other = tmp_path / "other"
    git(tmp_path, "clone", "--quiet", str(project.folder), str(other))
    later = commit(other, {"README.md": "# Later\n"}, "Later")
    place.page.read(at(later, "README.md"))
    place.settle()
    assert "does not hold commit" in said(place.view.pane)
    git(project.folder, "fetch", "--quiet", str(other), later)
    button(place.view.pane, "Try again").click()
    place.settle()
    assert place.view.pane.shows_code
    assert place.view.files.tree.files.rowCount() == 4
    assert place.view.pane.view.lines.line(1).text == "# Later"


def test_a_file_that_the_commit_does_not_have(place: Place, project: CodeProject) -> None:
    place.page.read(at(project.second, "src/never.py"))
    place.settle()
    assert "The commit has no file src/never.py." in said(place.view.pane)
    assert not place.view.pane.shows_code


def test_the_file_before_is_gone_from_the_screen_when_the_next_can_not_be_shown(
    place: Place, project: CodeProject
) -> None:
    place.page.read(at(project.second, "src/bot.py"))
    place.settle()
    place.page.read(at(project.second, "src/never.py"))
    place.settle()
    assert "src/bot.py" not in said(place.view.pane)
    assert place.page.pane is None


def test_changes_that_no_commit_has_are_said_in_the_head(
    place: Place, library: JudgedWorkspace, project: CodeProject
) -> None:
    library.manifests["TSR-00001"] = project.versions(project.second, dirty=True)
    show(place, "TSR-00001")
    place.page.read(at(project.second, "src/bot.py"))
    place.settle()
    assert "what you see is the commit, not what ran" in said(place.view.pane)
    place.page.reader().show_commit(project.first)
    place.settle()
    assert "not what ran" not in said(place.view.pane)


def test_the_merge_that_was_tested_is_the_commit_that_is_read(
    place: Place, library: JudgedWorkspace, project: CodeProject
) -> None:
    library.manifests["TSR-00001"] = project.versions(project.first, checked_out_sha=project.second)
    request = PullRequest(number="12", head_sha=project.first)
    library.builds["TSR-00001"] = build(merge_sha=project.second, pull_request=request)
    show(place, "TSR-00001")
    go(place)
    assert place.view.files.chosen() == project.second
    place.page.reader().go_to_file("src/bot.py")
    place.settle()
    assert f"the merge of {project.first[:7]}" in said(place.view.pane)


def test_what_is_no_text_is_shown_as_text_only_when_asked(place: Place, project: CodeProject) -> None:
    (project.folder / "logo.png").write_bytes(b"\x89PNG\0\0\nrest\n")
    sha = commit(project.folder, {}, "A picture")
    place.page.read(at(sha, "logo.png"))
    place.settle()
    assert "logo.png is not text: it has 12 bytes" in said(place.view.pane)
    assert "SHA-256" in said(place.view.pane)
    button(place.view.pane, "Show it as text").click()
    place.settle()
    assert place.view.pane.shows_code
    assert "its bytes are shown as if they were" in said(place.view.pane)


def test_a_pointer_to_a_large_file_says_what_it_is(place: Place, project: CodeProject) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"
    sha = commit(project.folder, {"model.bin": pointer}, "A model")
    place.page.read(at(sha, "model.bin"))
    place.settle()
    assert "This is a pointer of Git LFS" in said(place.view.pane)


def test_a_link_is_named_and_not_followed(place: Place, project: CodeProject) -> None:
    (project.folder / "away").symlink_to("/etc/passwd")
    sha = commit(project.folder, {}, "A link")
    place.page.read(at(sha, "away"))
    place.settle()
    assert "away is a link to /etc/passwd; it is not followed." in said(place.view.pane)


def test_without_git_it_says_to_install_it(
    place: Place, project: CodeProject, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    place.page.read(at(project.second, "README.md"))
    place.settle()
    assert "git is not installed" in said(place.view)


def test_bytes_that_are_not_those_of_their_id_are_not_shown(
    place: Place, project: CodeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aitr_desktop.code.clones import Clone

    def altered(*_: object, **__: object) -> None:
        raise IntegrityError("The clone holds other bytes than those of abc.", next_step="Make a new one.")

    monkeypatch.setattr(Clone, "file", altered)
    place.page.read(at(project.second, "README.md"))
    place.settle()
    assert "The clone holds other bytes" in said(place.view.pane)
    assert not place.view.pane.shows_code


def test_what_takes_long_says_what_is_read_and_can_be_given_up(
    place: Place, project: CodeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    from aitr_desktop.code.clones import Clone

    goes_on, real = threading.Event(), Clone.file

    def slow(self: Clone, *args: object, **options: object) -> object:
        goes_on.wait(20)
        return real(self, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Clone, "file", slow)
    place.page.read(at(project.second, "src/bot.py"))
    place.qtbot.waitUntil(lambda: "Reading src/bot.py…" in said(place.view), timeout=5_000)
    button(place.view.pane, "Cancel").click()
    assert "src/bot.py was not read." in said(place.view.pane)
    goes_on.set()
    place.settle()
    assert "src/bot.py was not read." in said(place.view.pane)
    button(place.view.pane, "Read it again").click()
    place.settle()
    assert place.view.pane.shows_code


def test_another_library_takes_the_code_of_the_one_before_away(place: Place, project: CodeProject) -> None:
    place.page.read(at(project.second, "src/bot.py"))
    place.settle()
    place.window.show_library(Path("/data/other.db"))
    place.settle()
    assert "src/bot.py" not in said(place.view)


def test_another_report_takes_the_file_of_the_one_before_away(place: Place, project: CodeProject) -> None:
    place.page.read(at(project.second, "src/bot.py"))
    place.settle()
    show(place, "TSR-00001")
    go(place)
    assert "src/bot.py" not in said(place.view.pane)
    assert place.view.files.chosen() == project.first


def test_the_same_report_read_again_leaves_what_is_read(place: Place, project: CodeProject) -> None:
    place.page.read(at(project.second, "src/bot.py", 7))
    place.settle()
    assert place.window.workbench is not None
    place.page.report_shown(place.window.workbench.report)
    place.settle()
    assert place.view.pane.shows_code
    assert place.view.pane.view.cursor_line == 7


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def test_hostile_names_are_text_and_lead_nowhere(place: Place, project: CodeProject, text: str) -> None:
    for target in (
        at(project.second, text),
        at(text, "README.md"),
        CodePlace(repository=text, sha=project.second, path="README.md"),
    ):
        place.page.read(target)
        place.settle()
        for label in place.view.findChildren(QLabel):
            assert not label.text() or label.textFormat() == Qt.TextFormat.PlainText
            assert "\u202e" not in label.text()
