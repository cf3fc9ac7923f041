from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QApplication

from aitr_desktop.actions.spec import Act
from aitr_desktop.actions.table import key_table
from aitr_desktop.windows.keys_dialog import KeysDialog

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.main_window import MainWindow


def test_every_key_is_there_under_its_menu(theme: ThemeController, qtbot: QtBot) -> None:
    dialog = KeysDialog(theme, 28)
    qtbot.addWidget(dialog)
    rows = dialog.rows()
    listed = dict(line.split("\t") for line in rows)
    assert [does for _, does in key_table() if not listed.get(does)] == []
    assert "Back to the list\tEsc" in rows
    assert rows.index("File\t") < rows.index("Open library\tCtrl+O") < rows.index("View\t")
    assert dialog.nothing.isHidden()


def test_it_is_narrowed_by_words_and_keys(theme: ThemeController, qtbot: QtBot) -> None:
    dialog = KeysDialog(theme, 28)
    qtbot.addWidget(dialog)
    dialog.typed.setText("open lib")
    assert dialog.rows() == ["File\t", "Open library\tCtrl+O"]
    dialog.typed.setText("ctrl+O")
    assert "Open library\tCtrl+O" in dialog.rows()
    dialog.typed.setText("no such thing")
    assert dialog.rows() == []
    assert not dialog.nothing.isHidden()


def test_it_opens_with_the_focus_in_the_search_and_fits_a_small_screen(
    window: MainWindow, qtbot: QtBot
) -> None:
    qtbot.waitUntil(window.isActiveWindow)
    window.menus.action(Act.KEYS).trigger()
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, KeysDialog)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is dialog.typed)
    assert dialog.minimumSizeHint().width() <= 920
    assert dialog.minimumSizeHint().height() <= 500
    dialog.reject()
