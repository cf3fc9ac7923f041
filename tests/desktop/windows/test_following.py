from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from aitr_desktop.code.places import CodePlace, line_place, named_clone, with_clone
from aitr_desktop.deep_link import LineLink
from aitr_desktop.item_models.cells import Kind, Target
from aitr_desktop.windows.following import Following
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tests.factories.repositories import commit, git, repository
from tests.factories.shown_reports import SHA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from aitr_desktop.tasks import Tasks
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.code_dialog import CodeDialog
    from aitr_desktop.windows.main_window import MainWindow

    Settled = Callable[[], None]

REPOSITORY = "https://github.com/team/support-bot.git"


class Desktop:
    """The browser and the folder dialog of the person, written down."""

    def __init__(self) -> None:
        self.pages: list[str] = []
        self.has_browser = True
        self.folder: Path | None = None

    def open_page(self, address: str) -> bool:
        self.pages.append(address)
        return self.has_browser

    def ask_folder(self, parent: QWidget, title: str, folder: str) -> Path | None:
        return self.folder


@pytest.fixture
def desktop() -> Desktop:
    return Desktop()


@pytest.fixture
def following(
    window: MainWindow, theme: ThemeController, tasks: Tasks, desktop: Desktop
) -> Iterator[Following]:
    made = Following(
        window,
        theme,
        tasks,
        window.preferences,
        workbench=lambda: window.workbench,
        open_page=desktop.open_page,
        ask_folder=desktop.ask_folder,
    )
    yield made
    for dialog in dialogs(window):
        dialog.close()
    QApplication.processEvents()


@pytest.fixture
def clone(tmp_path: Path) -> tuple[Path, str]:
    """A clone of the repository, and a commit of it with a file of a hundred lines."""
    folder = tmp_path / "support-bot"
    repository(folder)
    git(folder, "remote", "add", "origin", "git@github.com:team/support-bot")
    lines = "".join(f"line {number}\n" for number in range(1, 101))
    return folder, commit(folder, {"src/bot.py": lines}, "Speak plainly\n\nFor everybody.")


def dialogs(window: QWidget) -> list[CodeDialog]:
    from aitr_desktop.views.code_dialog import CodeDialog

    return window.findChildren(CodeDialog)


def said(dialog: QWidget) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def button(dialog: QWidget, words: str) -> QPushButton:
    (found,) = [each for each in dialog.findChildren(QPushButton) if each.text() == words]
    return found


def test_the_whole_address_is_seen_before_it_is_opened(
    following: Following, desktop: Desktop, qtbot: QtBot
) -> None:
    dialog = following.show_place(CodePlace(repository=REPOSITORY, sha=SHA))
    page = f"https://github.com/team/support-bot/commit/{SHA}"
    assert page in said(dialog)
    assert desktop.pages == []
    button(dialog, "Copy address").click()
    assert QApplication.clipboard().text() == page
    button(dialog, "Open in browser").click()
    assert desktop.pages == [page]


def test_enter_pressed_twice_opens_no_browser(following: Following, desktop: Desktop, qtbot: QtBot) -> None:
    dialog = following.show_place(CodePlace(repository=REPOSITORY, sha=SHA))
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert desktop.pages == []


def test_without_a_browser_the_address_is_still_there(following: Following, desktop: Desktop) -> None:
    desktop.has_browser = False
    dialog = following.show_place(CodePlace(repository=REPOSITORY, sha=SHA))
    button(dialog, "Open in browser").click()
    assert "No browser could be started" in said(dialog)
    assert SHA in said(dialog)


def test_a_commit_is_shown_from_the_named_clone(
    following: Following, window: MainWindow, clone: tuple[Path, str], settled: Settled
) -> None:
    folder, sha = clone
    window.preferences.change(clones={"https://github.com/Team/support-bot": str(folder)})
    dialog = following.show_place(CodePlace(repository=REPOSITORY, sha=sha))
    settled()
    assert "Speak plainly" in said(dialog)
    assert "Ann Author <ann@example.test> · 2026-03-04" in said(dialog)
    assert "▲" not in said(dialog)
    assert dialog.code.text.toPlainText() == "For everybody.\n\n1 file changed\n+ src/bot.py"


def test_lines_of_a_known_clone_are_read_at_the_place_of_the_code(
    following: Following, window: MainWindow, clone: tuple[Path, str], qtbot: QtBot
) -> None:
    folder, sha = clone
    window.preferences.change(clones={REPOSITORY: str(folder)})
    with qtbot.waitSignal(following.lines_asked) as asked:
        following.show_lines(LineLink(file="src/bot.py", first=50, last=51, ref=sha, repository=REPOSITORY))
    place = CodePlace(repository=REPOSITORY, sha=sha, path="src/bot.py", first=50, last=51)
    assert asked.args == [place]
    assert dialogs(window) == []


def test_once_a_clone_is_chosen_lines_are_read_at_the_place_of_the_code(
    following: Following, window: MainWindow, clone: tuple[Path, str], desktop: Desktop, qtbot: QtBot
) -> None:
    place = CodePlace(repository=REPOSITORY, sha=clone[1], path="src/bot.py", first=50, last=51)
    following.go_to_lines(place)
    (dialog,) = dialogs(window)
    desktop.folder = clone[0]
    with qtbot.waitSignal(following.lines_asked) as asked:
        button(dialog, "Choose a clone…").click()
    assert asked.args == [place]
    assert not dialog.isVisible()


def test_lines_of_no_named_repository_are_shown_with_numbers_and_a_mark(
    following: Following, window: MainWindow, clone: tuple[Path, str], desktop: Desktop, settled: Settled
) -> None:
    folder, sha = clone
    following.show_lines(LineLink(file="src/bot.py", first=50, last=51, ref=sha))
    (dialog,) = dialogs(window)
    desktop.folder = folder
    button(dialog, "Choose a clone…").click()
    settled()
    rows = dialog.code.text.toPlainText().split("\n")
    assert len(rows) == 26
    assert rows[11:15] == ["  49  line 49", "▶ 50  line 50", "▶ 51  line 51", "  52  line 52"]
    marked = [each.cursor.blockNumber() for each in dialog.code.text.extraSelections()]
    assert marked == [12, 13]
    assert window.preferences.now.clones == {}


def test_a_commit_leads_to_the_files_that_it_changed(
    following: Following, window: MainWindow, clone: tuple[Path, str], settled: Settled, qtbot: QtBot
) -> None:
    folder, sha = clone
    window.preferences.change(clones={REPOSITORY: str(folder)})
    dialog = following.show_place(CodePlace(repository=REPOSITORY, sha=sha))
    settled()
    with qtbot.waitSignal(following.changes_asked) as asked:
        button(dialog, "Read the changed files").click()
    assert asked.args == [REPOSITORY, git(folder, "rev-parse", f"{sha}^"), sha]
    assert not dialog.isVisible()


def test_the_first_commit_leads_to_no_changes(
    following: Following, window: MainWindow, clone: tuple[Path, str], settled: Settled
) -> None:
    folder = clone[0]
    window.preferences.change(clones={REPOSITORY: str(folder)})
    first = git(folder, "rev-list", "--max-parents=0", "HEAD")
    dialog = following.show_place(CodePlace(repository=REPOSITORY, sha=first))
    settled()
    assert not button(dialog, "Read the changed files").isVisible()


def test_a_clone_is_chosen_once_and_remembered(
    following: Following, window: MainWindow, clone: tuple[Path, str], desktop: Desktop, settled: Settled
) -> None:
    folder, sha = clone
    dialog = following.show_place(CodePlace(repository=REPOSITORY, sha=sha))
    assert "No clone of this repository is known." in said(dialog)
    desktop.folder = folder
    button(dialog, "Choose a clone…").click()
    settled()
    assert "Speak plainly" in said(dialog)
    assert named_clone(window.preferences.now.clones, "git@github.com:team/support-bot") == folder


def test_a_clone_of_another_repository_is_doubted(
    following: Following, window: MainWindow, clone: tuple[Path, str], settled: Settled
) -> None:
    folder, sha = clone
    window.preferences.change(clones={"https://gitlab.com/team/other": str(folder)})
    dialog = following.show_place(CodePlace(repository="https://gitlab.com/team/other", sha=sha))
    settled()
    assert "▲ No remote of this clone is https://gitlab.com/team/other" in said(dialog)


def test_a_commit_that_is_not_in_the_clone_says_what_to_fetch(
    following: Following, window: MainWindow, clone: tuple[Path, str], settled: Settled
) -> None:
    window.preferences.change(clones={REPOSITORY: str(clone[0])})
    dialog = following.show_place(line_place(REPOSITORY, SHA, "src/bot.py:3"))
    settled()
    assert f"git fetch origin {SHA}" in said(dialog)
    assert not dialog.code.isVisible()


def test_a_clone_that_is_gone_is_said(
    following: Following, window: MainWindow, tmp_path: Path, settled: Settled
) -> None:
    window.preferences.change(clones={REPOSITORY: str(tmp_path / "gone")})
    dialog = following.show_place(CodePlace(repository=REPOSITORY, sha=SHA))
    settled()
    assert "is not a git repository" in said(dialog)
    assert button(dialog, "Choose another clone…").isVisible()


def test_an_unknown_forge_is_named_by_the_person_and_remembered(
    following: Following, window: MainWindow
) -> None:
    place = CodePlace(repository="git@git.example.org:team/sub/bot.git", sha=SHA)
    dialog = following.show_place(place)
    assert "git.example.org is no forge that everybody knows" in said(dialog)
    assert not button(dialog, "Open in browser").isVisible()
    dialog.forge_named.emit("gitlab")
    assert f"https://git.example.org/team/sub/bot/-/commit/{SHA}" in said(dialog)
    assert window.preferences.now.forges == ("gitlab:git.example.org",)


def test_closing_while_a_clone_is_read_is_quiet(
    following: Following, window: MainWindow, clone: tuple[Path, str], settled: Settled
) -> None:
    window.preferences.change(clones={REPOSITORY: str(clone[0])})
    following.show_place(CodePlace(repository=REPOSITORY, sha=clone[1])).close()
    settled()
    QApplication.processEvents()
    assert dialogs(window) == []


def test_a_report_leads_to_its_commit_its_lines_and_other_reports(
    window: MainWindow, following: Following, settled: Settled
) -> None:
    window.show_library(Path("/data/audit-2026.db"))
    settled()
    assert window.workbench is not None
    following.follow(Target(Kind.COMMIT, "b" * 40))
    following.follow(Target(Kind.LINE, "tests/test_bot.py:12"))
    titles = [dialog.windowTitle() for dialog in dialogs(window)]
    assert titles == ["Commit bbbbbbbbbbbb", "tests/test_bot.py, line 12"]
    following.follow(Target(Kind.REPORT, "TSR-00004"))
    settled()
    assert window.workbench.report is not None
    assert window.workbench.report.report_id == "TSR-00004"


def test_what_the_detail_view_leaves_to_is_followed(window: MainWindow, settled: Settled) -> None:
    window.show_library(Path("/data/audit-2026.db"))
    settled()
    assert window.workbench is not None
    window.workbench.detail.left.emit(Target(Kind.COMMIT, SHA))
    (dialog,) = dialogs(window)
    assert "git.example.org/team/support-bot" in said(dialog)
    dialog.close()
    QApplication.processEvents()


def test_a_link_without_a_commit_is_refused(following: Following, qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(following.failed) as refused:
        following.show_lines(LineLink(file="a.py", first=1, last=1))
    assert refused.args is not None
    assert "names no commit" in refused.args[0].message
    assert dialogs(window) == []


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def test_hostile_texts_are_shown_and_lead_nowhere(
    following: Following, window: MainWindow, desktop: Desktop, text: str, settled: Settled
) -> None:
    for place in (
        CodePlace(repository=text, sha=SHA),
        CodePlace(repository=REPOSITORY, sha=text),
        line_place(REPOSITORY, SHA, f"{text}:7"),
        line_place(text, text, text),
    ):
        dialog = following.show_place(place)
        for label in dialog.findChildren(QLabel):
            assert label.textFormat() == Qt.TextFormat.PlainText
            assert "\u202e" not in label.text()
        for each in dialog.findChildren(QPushButton):
            if each.text() == "Open in browser" and each.isVisible():
                each.click()
        dialog.close()
    assert all(page.startswith("https://github.com/team/support-bot/") for page in desktop.pages)
    QApplication.processEvents()


@pytest.mark.parametrize(
    ("written", "path", "line"),
    [
        ("a.py:3", "a.py", 3),
        ("a.py", "a.py", 1),
        ("C:\\x.py:12", "C:\\x.py", 12),
        ("a:b.py", "a:b.py", 1),
        ("a.py:0", "a.py:0", 1),
        ("a.py:99999999999", "a.py:99999999999", 1),
    ],
)
def test_a_line_is_read_as_tools_write_it(written: str, path: str, line: int) -> None:
    place = line_place(REPOSITORY, SHA, written)
    assert (place.path, place.first, place.last) == (path, line, line)


def test_one_clone_is_kept_for_each_repository() -> None:
    clones = with_clone({"https://github.com/a/b": "/old", "x": "/x"}, "git@github.com:A/b.git", Path("/new"))
    assert clones == {"github.com:A/b.git": "/new", "x": "/x"}
    assert named_clone(clones, "https://github.com/a/b") == Path("/new")
    assert named_clone(clones, "") is None
