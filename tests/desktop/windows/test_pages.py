from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from qtpy.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from aitr_desktop.actions import table as actions
from aitr_desktop.actions.spec import Act, ActionSpec
from aitr_desktop.actions.table import ACTIONS
from aitr_desktop.windows import pages as pages_module
from aitr_desktop.windows.pages import Pages

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aitr_desktop.theme import ThemeController

OTHER = ActionSpec(
    act=Act.KEYS, menu=actions.GO, text="&Elsewhere", keys=("Ctrl+9",), icon="search", place="elsewhere"
)


def page() -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    for _ in range(2):
        column.addWidget(QLineEdit())
    return made


@pytest.fixture
def window(
    qtbot: QtBot, theme: ThemeController, monkeypatch: pytest.MonkeyPatch
) -> tuple[QWidget, Pages, list[str]]:
    """A window with two places; the list says which pages were made."""
    monkeypatch.setattr(pages_module, "ACTIONS", (*ACTIONS, OTHER))
    made: list[str] = []

    def maker(key: str) -> QWidget:
        made.append(key)
        return page()

    whole = QWidget()
    pages = Pages(
        theme, {"reports": lambda: maker("reports"), "elsewhere": lambda: maker("elsewhere")}, whole
    )
    row = QHBoxLayout(whole)
    row.addWidget(pages.rail)
    row.addWidget(pages.stack)
    qtbot.addWidget(whole)
    whole.show()
    return whole, pages, made


def test_a_page_is_made_when_it_is_first_gone_to(window: tuple[QWidget, Pages, list[str]]) -> None:
    _, pages, made = window
    assert (pages.here, made) == ("reports", ["reports"])
    pages.handlers()[Act.KEYS]()
    pages.handlers()[Act.GO_REPORTS]()
    pages.go("elsewhere")
    assert (pages.here, made) == ("elsewhere", ["reports", "elsewhere"])


def test_the_rail_goes_there_and_says_where_one_is_and_with_which_key(
    window: tuple[QWidget, Pages, list[str]],
) -> None:
    _, pages, _ = window
    first, second = pages.rail.findChildren(QToolButton)
    assert "Elsewhere (Ctrl+9)" in second.toolTip()
    assert first.isChecked()
    second.click()
    assert second.isChecked()
    assert pages.here == "elsewhere"


def test_the_places_are_equally_wide(window: tuple[QWidget, Pages, list[str]]) -> None:
    _, pages, _ = window
    assert len({button.width() for button in pages.rail.findChildren(QToolButton)}) == 1


def test_the_focus_returns_to_where_it_was(window: tuple[QWidget, Pages, list[str]]) -> None:
    _, pages, _ = window
    second_field = pages.stack.currentWidget().findChildren(QLineEdit)[1]
    second_field.setFocus()
    pages.go("elsewhere")
    assert QApplication.focusWidget() is pages.stack.currentWidget().findChildren(QLineEdit)[0]
    pages.go("reports")
    assert QApplication.focusWidget() is second_field


def test_a_place_without_an_action_is_refused(theme: ThemeController, qtbot: QtBot) -> None:
    whole = QWidget()
    qtbot.addWidget(whole)
    with pytest.raises(KeyError, match="nowhere"):
        Pages(theme, {"nowhere": page}, whole)
