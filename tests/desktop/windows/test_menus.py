from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aitr_desktop.actions.spec import RECENT_MENU, VIEW, Act
from aitr_desktop.actions.table import ACTIONS
from aitr_desktop.windows.stored_settings import StoredSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.windows.main_window import MainWindow
    from tests.desktop.fakes import FakeWorkspace


def recent(window: MainWindow) -> list[str]:
    """What the menu of recent libraries says, without mnemonics and folders."""
    texts = [action.text() for action in window.menus.menu(RECENT_MENU).actions()]
    return [text.partition("\t")[0].partition(" ")[2] for text in texts if text.startswith("&")][:-1]


def test_what_cannot_be_done_says_why_and_can_be_done_once_the_reason_is_gone(
    window: MainWindow, settled: Callable[[], None]
) -> None:
    action = window.menus.action(Act.IMPORT_REPORT)
    assert not action.isEnabled()
    assert action.statusTip() == "Open a library first."
    assert "Import report: Open a library first." in action.toolTip()
    assert not window.menus.action(Act.FIND).isEnabled()
    window.show_library(Path("/data/audit-2026.db"))
    settled()
    assert action.isEnabled()
    assert action.statusTip() == ""
    assert window.menus.action(Act.FIND).isEnabled()


def test_an_empty_library_has_no_list_to_search(
    window: MainWindow, library: FakeWorkspace, settled: Callable[[], None]
) -> None:
    library.rows.clear()
    window.show_library(Path("new.db"))
    settled()
    assert window.menus.reason(Act.FIND) == "There is no list of reports yet."
    assert window.menus.action(Act.IMPORT_REPORT).isEnabled()


def test_every_action_is_in_its_menu(window: MainWindow) -> None:
    for spec in ACTIONS:
        assert window.menus.action(spec.act) in window.menus.menu(spec.menu).actions()


def test_what_belongs_together_in_the_view_menu_is_set_apart_from_the_rest(window: MainWindow) -> None:
    lines = [
        action.text() if not action.isSeparator() else "-" for action in window.menus.menu(VIEW).actions()
    ]
    start = lines.index("&Theme")
    assert lines[start - 1 : start + 4] == ["-", "&Theme", "&Density", "Sc&ale", "-"]


def test_recent_libraries_are_listed_opened_again_and_forgotten(
    window: MainWindow,
    library: FakeWorkspace,
    settled: Callable[[], None],
    tmp_path: Path,
    settings_file: Path,
) -> None:
    there, gone = tmp_path / "a & b.db", tmp_path / "gone.db"
    there.touch()
    for path in (gone, there):
        window.show_library(path)
        settled()
    assert recent(window) == ["a && b.db", "gone.db"]
    menu = window.menus.menu(RECENT_MENU)
    menu.aboutToShow.emit()
    settled()
    assert recent(window) == ["a && b.db", "gone.db (not found; remove)"]
    menu.actions()[0].trigger()
    settled()
    assert library.path == there
    menu.actions()[1].trigger()
    assert recent(window) == ["a && b.db"]
    window.menus.action(Act.CLEAR_RECENT).trigger()
    assert recent(window) == []
    assert window.menus.reason(Act.CLEAR_RECENT) == "No library was opened yet."
    window.close()
    assert StoredSettings(settings_file).load().recent == ()


def test_a_path_no_system_knows_is_shown_as_missing(window: MainWindow, settled: Callable[[], None]) -> None:
    window.preferences.change(recent=("/x/\x00\u202egnp.db", "/y/" + "long" * 99 + ".db"))
    menu = window.menus.menu(RECENT_MENU)
    menu.aboutToShow.emit()
    settled()
    assert all("not found" in words for words in recent(window))
    assert "\u202e" not in "".join(action.text() for action in menu.actions())
    assert menu.sizeHint().width() < 960
