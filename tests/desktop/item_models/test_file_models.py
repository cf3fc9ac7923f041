from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QModelIndex, Qt

from aitr_desktop.item_models.changed_files_model import CHANGED_ROLE, ChangedFile, ChangedFilesModel
from aitr_desktop.item_models.file_tree_model import MOST_LISTED, FileTreeModel, Leaf, Leaflet, ordered
from aitr_desktop.item_models.found_files_model import FoundFilesModel
from aitr_desktop.item_models.path_search import PathIndex
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester

FOLDERS = {
    "": (
        Leaflet("zoo.py", "zoo.py", Leaf.FILE),
        Leaflet("src", "src", Leaf.FOLDER),
        Leaflet("later", "later", Leaf.LINK),
        Leaflet("vendor", "vendor", Leaf.MODULE),
    ),
    "src": (Leaflet("bot.py", "src/bot.py", Leaf.FILE), Leaflet("deep", "src/deep", Leaf.FOLDER)),
    "src/deep": (),
}


@pytest.fixture
def tree() -> FileTreeModel:
    model = FileTreeModel()
    model.folder_wanted.connect(lambda path: model.take(path, ordered(FOLDERS[path])))
    return model


def names(model: FileTreeModel, parent: QModelIndex) -> list[str]:
    return [str(model.index(row, 0, parent).data()) for row in range(model.rowCount(parent))]


def test_the_tree_keeps_the_rules_of_models(tree: FileTreeModel, qtmodeltester: ModelTester) -> None:
    tree.fetchMore(QModelIndex())
    qtmodeltester.check(tree)
    tree.fetchMore(tree.place("src"))
    tree.fetchMore(tree.place("src/deep"))
    qtmodeltester.check(tree)


def test_of_a_folder_with_very_many_files_the_first_are_listed_and_the_rest_is_said() -> None:
    model = FileTreeModel()
    model.fetchMore(QModelIndex())
    model.take("", [Leaflet(f"{n:05}", f"{n:05}", Leaf.FILE) for n in range(MOST_LISTED + 1_200)])
    listed = names(model, QModelIndex())
    assert listed[:2] == ["00000", "00001"]
    assert len(listed) == MOST_LISTED + 1
    assert listed[-1] == "and 1,200 more: find them by name"
    assert model.leaf(model.index(MOST_LISTED, 0)).kind is Leaf.SAID
    assert not model.place("06000").isValid()


def test_a_folder_is_read_when_somebody_looks_into_it_and_once(tree: FileTreeModel) -> None:
    asked: list[str] = []
    tree.folder_wanted.connect(asked.append)
    assert tree.rowCount() == 0
    assert tree.canFetchMore(QModelIndex())
    tree.fetchMore(QModelIndex())
    tree.fetchMore(QModelIndex())
    src = tree.place("src")
    assert tree.hasChildren(src)
    assert tree.rowCount(src) == 0
    tree.fetchMore(src)
    assert asked == ["", "src"]
    assert names(tree, src) == ["deep", "bot.py"]


def test_folders_come_first_and_what_is_no_file_says_so(tree: FileTreeModel) -> None:
    tree.fetchMore(QModelIndex())
    assert names(tree, QModelIndex()) == ["src", "later · link", "vendor · another repository", "zoo.py"]
    assert tree.place("src").data(Qt.ItemDataRole.AccessibleTextRole) == "folder src"


def test_an_empty_folder_says_so_and_is_found_nowhere(tree: FileTreeModel) -> None:
    for path in ("", "src", "src/deep"):
        tree.fetchMore(tree.place(path) if path else QModelIndex())
    deep = tree.place("src/deep")
    assert names(tree, deep) == ["Empty"]
    assert tree.leaf(tree.index(0, 0, deep)).kind is Leaf.SAID
    assert not tree.place("src/deep/").isValid()


def test_why_a_folder_cannot_be_read_stands_in_its_place() -> None:
    model = FileTreeModel()
    model.fetchMore(QModelIndex())
    model.fail("", "The clone can't be read.")
    assert names(model, QModelIndex()) == ["The clone can't be read."]


def test_an_answer_about_another_commit_is_dropped(tree: FileTreeModel) -> None:
    model = FileTreeModel()
    model.fetchMore(QModelIndex())
    model.forget()
    model.take("", FOLDERS[""])
    assert model.rowCount() == 0
    model.take("never/asked", FOLDERS[""])
    model.fail("never/asked", "no")
    assert model.rowCount() == 0


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def test_a_hostile_name_is_text_on_one_line(text: str, qtmodeltester: ModelTester) -> None:
    tree = FileTreeModel()
    tree.fetchMore(QModelIndex())
    tree.take("", (Leaflet(text, text, Leaf.FILE), Leaflet(text, f"{text}/", Leaf.FOLDER)))
    qtmodeltester.check(tree)
    changed = ChangedFilesModel()
    changed.show([ChangedFile(sign="±", path=text, before_path=text, note=text[:50])])
    found = FoundFilesModel()
    found.show(PathIndex([text]).find(text[:20]))
    for shown in (tree.index(0, 0), changed.index(0, 0), found.index(0, 0)):
        assert "\n" not in str(shown.data() or "")
        assert "\u202e" not in str(shown.data() or "")


def test_changed_files_say_in_a_word_what_the_sign_means(qtmodeltester: ModelTester) -> None:
    model = ChangedFilesModel()
    model.show(
        [
            ChangedFile(sign="+", path="new.py"),
            ChangedFile(sign="–", path="old.py"),
            ChangedFile(sign="±", path="bot.py"),
            ChangedFile(sign="→", path="b.py", before_path="a.py"),
        ]
    )
    qtmodeltester.check(model)
    spoken = [model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(4)]
    assert spoken == ["added, new.py", "removed, old.py", "changed, bot.py", "moved, b.py, before a.py"]
    assert [model.index(row, 0).data() for row in range(2)] == ["+ new.py", "– old.py"]
    tones = [model.index(row, 0).data(CHANGED_ROLE).tone for row in range(4)]
    assert tones == [Tone.GO, Tone.NO_GO, Tone.PENDING, Tone.MUTED]
    assert model.row_of("bot.py") == 2
    assert model.row_of("none.py") == -1
    assert model.file(9) is None


def test_found_files_keep_the_rules_of_models(qtmodeltester: ModelTester) -> None:
    model = FoundFilesModel()
    model.show(PathIndex(["src/bot.py", "src/boot.py"]).find("bo"))
    qtmodeltester.check(model)
    assert model.path(0) == "src/bot.py"
    assert model.path(7) == ""
    assert model.spoken(0) == "bot.py, src"
