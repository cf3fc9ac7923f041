from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication

from aitr_desktop.actions.spec import Act
from aitr_desktop.actions.table import ACTIONS
from aitr_desktop.views.command_palette import CommandPalette
from aitr_desktop.windows.stored_settings import StoredSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.main_window import MainWindow

Key = Qt.Key


@pytest.fixture
def ready(window: MainWindow, settled: Callable[[], None], qtbot: QtBot) -> MainWindow:
    """A window with a library, and the focus in its list."""
    window.show_library(Path("/data/audit-2026.db"))
    settled()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def opened(window: MainWindow, qtbot: QtBot) -> CommandPalette:
    qtbot.keyClick(window, Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    palette = window.findChildren(CommandPalette)[-1]
    qtbot.waitUntil(palette.isActiveWindow)
    return palette


def titles(palette: CommandPalette) -> list[str]:
    return [palette.commands.index(row, 0).data() for row in range(palette.commands.rowCount())]


def test_typing_and_enter_do_it_and_the_focus_returns(
    ready: MainWindow, theme: ThemeController, qtbot: QtBot, settings_file: Path
) -> None:
    before = QApplication.focusWidget()
    palette = opened(ready, qtbot)
    qtbot.keyClicks(palette.typed, "dk")
    assert titles(palette)[0] == "Dark"
    qtbot.keyClick(palette.typed, Key.Key_Return)
    assert theme.theme.name == "dark"
    qtbot.waitUntil(lambda: QApplication.focusWidget() is before)
    assert titles(opened(ready, qtbot))[0] == "Dark"
    ready.findChildren(CommandPalette)[-1].reject()
    ready.close()
    assert StoredSettings(settings_file).load().commands == (Act.THEME_DARK.value,)


def test_every_action_is_listed(ready: MainWindow, qtbot: QtBot) -> None:
    palette = opened(ready, qtbot)
    missing = {spec.plain() for spec in ACTIONS if spec.act is not Act.COMMANDS} - set(titles(palette))
    assert missing == set()
    palette.reject()


def test_escape_closes_and_does_nothing(ready: MainWindow, qtbot: QtBot) -> None:
    before = QApplication.focusWidget()
    palette = opened(ready, qtbot)
    qtbot.keyClicks(palette.typed, "quit")
    qtbot.keyClick(palette.typed, Key.Key_Escape)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is before)
    assert ready.isVisible()


def test_one_walks_with_the_focus_in_the_field(ready: MainWindow, qtbot: QtBot) -> None:
    palette = opened(ready, qtbot)
    rows = palette.commands.rowCount()

    def press(key: Qt.Key) -> int:
        qtbot.keyClick(palette.typed, key)
        return palette.list.currentIndex().row()

    assert [press(Key.Key_Down), press(Key.Key_Up), press(Key.Key_Up)] == [1, 0, rows - 1]
    assert press(Key.Key_Down) == 0
    assert 1 < press(Key.Key_PageDown) < rows
    assert press(Key.Key_PageUp) == 0
    assert press(Key.Key_PageUp) == 0
    assert QApplication.focusWidget() is palette.typed
    palette.reject()


def test_what_cannot_be_done_says_why_and_is_not_done(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(window.isActiveWindow)
    palette = opened(window, qtbot)
    qtbot.keyClicks(palette.typed, "import report")
    index = palette.list.currentIndex()
    spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("Import report")
    assert "Open a library first." in spoken
    qtbot.keyClick(palette.typed, Key.Key_Return)
    assert palette.isVisible()
    palette.reject()


def test_no_letters_of_any_command_says_so(ready: MainWindow, qtbot: QtBot) -> None:
    palette = opened(ready, qtbot)
    qtbot.keyClicks(palette.typed, "zzqq")
    assert palette.nothing.isVisible()
    qtbot.keyClick(palette.typed, Key.Key_Return)
    assert palette.isVisible()
    palette.reject()


def test_a_recent_library_is_opened_again(
    ready: MainWindow, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    ready.show_library(Path("/data/other.db"))
    settled()
    palette = opened(ready, qtbot)
    qtbot.keyClicks(palette.typed, "audit-2026")
    assert titles(palette) == ["Open audit-2026.db"]
    place = palette.list.visualRect(palette.list.currentIndex()).center()
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settled()
    assert ready.libraries.workspace is not None
    assert ready.libraries.workspace.path == Path("/data/audit-2026.db")


def test_it_goes_when_one_goes_elsewhere_and_fits_a_small_window(ready: MainWindow, qtbot: QtBot) -> None:
    ready.resize(960, 540)
    palette = opened(ready, qtbot)
    assert ready.geometry().contains(palette.geometry())
    ready.activateWindow()
    qtbot.waitUntil(lambda: not ready.findChildren(CommandPalette) or not palette.isVisible())


def test_ctrl_k_works_in_the_search_field_too(ready: MainWindow, qtbot: QtBot) -> None:
    ready.menus.action(Act.FIND).trigger()
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    (palette,) = ready.findChildren(CommandPalette)
    palette.reject()
