"""How code is drawn is remembered, the same for every view, and shown in the menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from aitr_desktop.actions.spec import Act
from aitr_desktop.code.text_lines import TextLines
from aitr_desktop.views.code.code_view import CodeView
from aitr_desktop.windows.code.view_options import ViewOptions
from aitr_desktop.windows.preferences import Preferences
from aitr_desktop.windows.stored_settings import StoredSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from qtpy.QtWidgets import QWidget

    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.main_window import MainWindow


@pytest.fixture
def preferences(settings_file: Path) -> Iterator[Preferences]:
    made = Preferences(StoredSettings(settings_file))
    yield made
    made.save()


def view_of(theme: ThemeController, shown: Callable[[QWidget], QWidget]) -> CodeView:
    made = CodeView(theme)
    made.resize(300, 200)
    shown(made)
    made.show_lines_of(TextLines(b"word " * 200 + b"\n"))
    return made


def test_what_is_chosen_in_one_view_holds_for_all_and_comes_back(
    preferences: Preferences,
    settings_file: Path,
    theme: ThemeController,
    shown: Callable[[QWidget], QWidget],
) -> None:
    options = ViewOptions(preferences)
    one, other = view_of(theme, shown), view_of(theme, shown)
    options.attach(one)
    options.attach(other)
    one.set_wraps(True)
    one.set_shows_whitespace(True)
    QTest.keyClick(one, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    options.handlers()[Act.CODE_TAB_8]()
    assert (other.wraps, other.line_painter.shows_whitespace, other.line_painter.tab) == (True, True, 8)
    assert other.pixels == one.pixels == 15
    preferences.save()
    again = view_of(theme, shown)
    read = Preferences(StoredSettings(settings_file))
    ViewOptions(read).attach(again)
    assert (again.wraps, again.line_painter.tab, again.pixels) == (True, 8, 15)


def test_the_menu_shows_what_is_on(window: MainWindow, theme: ThemeController) -> None:
    options, menus = window.deciding.options, window.menus
    options.attach_menus(menus)
    assert not menus.action(Act.CODE_WRAP).isChecked()
    assert menus.action(Act.CODE_TAB_4).isChecked()
    view = CodeView(theme)
    options.attach(view)
    view.set_wraps(True)
    menus.action(Act.CODE_TAB_2).trigger()
    assert menus.action(Act.CODE_WRAP).isChecked()
    assert menus.action(Act.CODE_TAB_2).isChecked()
    assert view.line_painter.tab == 2
    view.deleteLater()
