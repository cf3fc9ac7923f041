from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QLabel

from aitr_desktop.item_models.changed_files_model import ChangedFile
from aitr_desktop.item_models.file_tree_model import Leaf, Leaflet
from aitr_desktop.item_models.judged_commits import NamedCommit
from aitr_desktop.item_models.path_search import PathIndex
from aitr_desktop.views.code.files_side import FilesSide
from aitr_desktop.views.code.place_view import NARROW, PlaceView
from aitr_desktop.views.code.travel_bar import TravelBar
from tests.factories.hostile_texts import HOSTILE_TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot
    from qtpy.QtWidgets import QWidget

    from aitr_desktop.theme import ThemeController

    Shown = Callable[[QWidget], QWidget]

COMMITS = (NamedCommit(sha="a" * 40, parts=("Code",)), NamedCommit(sha="b" * 40, parts=("Tests",)))


@pytest.fixture
def side(theme: ThemeController, shown: Shown) -> FilesSide:
    made = FilesSide(theme)
    made.resize(320, 500)
    shown(made)
    return made


def test_recent_files_are_offered_as_text_and_only_where_there_are_any(shown: Shown, qtbot: QtBot) -> None:
    bar = TravelBar()
    shown(bar)
    assert not bar.recent.isEnabled()
    bar.offer_recent(["a&b.py", "c.py"])
    assert bar.recent.isEnabled()
    assert [each.text() for each in bar.recent.menu().actions()] == ["a&&b.py", "c.py"]
    with qtbot.waitSignal(bar.recent_asked) as asked:
        bar.recent.menu().actions()[1].trigger()
    assert asked.args == [1]


def test_a_way_that_is_closed_looks_so(theme: ThemeController, shown: Shown) -> None:
    bar = TravelBar()
    shown(bar)
    bar.can_go(back=True, forward=True)
    opened = bar.forward.grab().toImage()
    bar.can_go(back=True, forward=False)
    assert bar.forward.grab().toImage() != opened


def test_a_way_that_is_closed_can_not_be_gone(shown: Shown, qtbot: QtBot) -> None:
    bar = TravelBar()
    shown(bar)
    bar.can_go(back=True, forward=False)
    assert bar.back.isEnabled()
    assert not bar.forward.isEnabled()
    with qtbot.waitSignal(bar.back_asked):
        qtbot.keyClick(bar.back, Qt.Key.Key_Space)


def test_another_commit_is_asked_for_by_its_whole_sha(side: FilesSide, qtbot: QtBot) -> None:
    side.offer(COMMITS, "a" * 40)
    assert side.chosen() == "a" * 40
    with qtbot.waitSignal(side.commit_asked) as asked:
        qtbot.keyClick(side.commit, Qt.Key.Key_Down)
    assert asked.args == ["b" * 40]


def test_nothing_is_compared_before_both_commits_are_chosen(side: FilesSide, qtbot: QtBot) -> None:
    side.offer(COMMITS, "a" * 40)
    assert side.between() == ("", "")
    with qtbot.assertNotEmitted(side.changes_asked):
        qtbot.keyClick(side.before, Qt.Key.Key_Down)
    with qtbot.waitSignal(side.changes_asked) as asked:
        qtbot.keyClick(side.after, Qt.Key.Key_Down)
    assert asked.args == ["a" * 40, "a" * 40]


def test_what_is_compared_stays_when_commits_are_offered_again(side: FilesSide) -> None:
    side.offer(COMMITS, "a" * 40)
    side.show_changes("b" * 40, "a" * 40, (ChangedFile(sign="+", path="x.py"),), "1 file changed")
    side.offer((*COMMITS, NamedCommit(sha="c" * 40, parts=("Commit",))), "c" * 40)
    assert side.between() == ("b" * 40, "a" * 40)
    assert (side.before.currentData(), side.after.currentData()) == ("b" * 40, "a" * 40)
    assert side.tabs.tabText(1) == "Changed · 1"


def test_typing_shows_what_is_found_and_nothing_typed_shows_the_tree(side: FilesSide, qtbot: QtBot) -> None:
    side.find_file()
    qtbot.keyClicks(side.field, "bo")
    side.field.show_found(PathIndex(["src/bot.py", "src/boot.py"]).find("bo"), 7)
    assert side.field.list.isVisible()
    qtbot.keyClick(side.field, Qt.Key.Key_Down)
    with qtbot.waitSignal(side.field.picked) as picked:
        qtbot.keyClick(side.field, Qt.Key.Key_Return)
    assert picked.args == ["src/boot.py", 7]
    side.field.clear()
    assert side.tree.isVisible()


def test_a_click_stays_in_the_tree_and_enter_goes_on(side: FilesSide, qtbot: QtBot) -> None:
    tree = side.tree
    tree.files.forget()
    tree.files.take("", [Leaflet("src", "src", Leaf.FOLDER), Leaflet("a.py", "a.py", Leaf.FILE)])
    tree.setFocus()
    qtbot.keyClick(tree, Qt.Key.Key_End)
    with qtbot.waitSignal(tree.picked) as picked:
        qtbot.keyClick(tree, Qt.Key.Key_Return)
    assert picked.args == ["a.py", True]
    middle = tree.visualRect(tree.files.place("a.py")).center()
    with qtbot.waitSignal(tree.picked) as picked:
        qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert picked.args == ["a.py", False]
    qtbot.keyClick(tree, Qt.Key.Key_Home)
    qtbot.keyClick(tree, Qt.Key.Key_Return)
    assert tree.isExpanded(tree.files.place("src"))


def test_a_file_is_revealed_as_fast_as_its_folders_are_read(side: FilesSide) -> None:
    tree = side.tree
    tree.files.forget()
    tree.reveal("src/deep/bot.py")
    tree.files.take("", [Leaflet("src", "src", Leaf.FOLDER)])
    QApplication.processEvents()
    tree.files.take("src", [Leaflet("deep", "src/deep", Leaf.FOLDER)])
    QApplication.processEvents()
    tree.files.take("src/deep", [Leaflet("bot.py", "src/deep/bot.py", Leaf.FILE)])
    assert tree.files.leaf(tree.currentIndex()).path == "src/deep/bot.py"


def test_files_stand_above_the_code_where_there_is_no_room_beside_it(
    theme: ThemeController, shown: Shown
) -> None:
    view = PlaceView(theme, 28)
    shown(view)
    view.resize(NARROW - 20, 600)
    QApplication.processEvents()
    assert view.splitter.orientation() == Qt.Orientation.Vertical
    view.resize(NARROW + 200, 600)
    QApplication.processEvents()
    assert view.splitter.orientation() == Qt.Orientation.Horizontal
    view.stop()


def test_the_splitter_is_as_it_was_left(theme: ThemeController, shown: Shown) -> None:
    view = PlaceView(theme, 28)
    view.resize(1000, 600)
    shown(view)
    view.show_pane()
    view.splitter.setSizes([420, 580])
    state = view.splitter.saveState()
    view.splitter.setSizes([250, 750])
    view.restore_layout(state)
    assert abs(view.splitter.sizes()[0] - 420) < 10
    view.stop()


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def test_hostile_texts_are_text_at_the_left(side: FilesSide, text: str) -> None:
    side.offer([NamedCommit(sha="a" * 40, parts=(text,), remarks=(text,))], "a" * 40)
    side.show_clone(text, text)
    side.show_changes("a" * 40, "a" * 40, [ChangedFile(sign="±", path=text, note=text[:30])], text[:300])
    side.tree.files.forget()
    side.tree.files.take("", [Leaflet(text, text or "x", Leaf.FILE, text[:100])])
    side.show_tab(changes=True)
    side.grab()
    side.show_tab(changes=False)
    side.grab()
    for label in side.findChildren(QLabel):
        assert not label.text() or label.textFormat() == Qt.TextFormat.PlainText
    assert "\n" not in side.commit.itemText(0)
