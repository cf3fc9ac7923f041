from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pytest
from qtpy.QtGui import QAction
from qtpy.QtWidgets import QHBoxLayout, QWidget

from aitr_desktop.item_models.cells import plain_tooltip
from aitr_desktop.views.act_buttons import ActButtons, Offered, fold_button

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

Show = Callable[[QWidget], QWidget]


@pytest.fixture
def ground(shown: Show) -> QWidget:
    made = QWidget()
    QHBoxLayout(made).setContentsMargins(0, 0, 0, 0)
    made.resize(900, 40)
    shown(made)
    return made


@pytest.fixture
def actions(ground: QWidget) -> list[QAction]:
    return [QAction(words, ground) for words in ("&Approve…", "Re&ject…", "&Withdraw all of it…", "His&tory")]


@pytest.fixture
def row(ground: QWidget, actions: list[QAction], qtbot: QtBot) -> ActButtons:
    offered = [
        Offered(each, "Withdraw…" if place == 2 else "", place == 2) for place, each in enumerate(actions)
    ]
    made = ActButtons(offered, "Decide")
    ground.layout().addWidget(made)
    qtbot.waitUntil(made.isVisible)
    return made


def _note(ran: list[str], action: QAction, _checked: bool = False) -> None:
    ran.append(action.text())


def visible(row: ActButtons) -> list[str]:
    return [each.text() for each in row.buttons if each.isVisible()]


def folded(row: ActButtons) -> list[str]:
    menu = row.more.menu()
    return [each.text() for each in menu.actions()] if row.more.isVisible() and menu else []


def test_each_button_does_what_its_action_does(row: ActButtons, actions: list[QAction]) -> None:
    ran: list[str] = []
    for each in actions:
        each.triggered.connect(partial(_note, ran, each))
    assert visible(row) == ["Approve…", "Reject…", "Withdraw…", "History"]
    for button in row.buttons:
        button.click()
    assert ran == [each.text() for each in actions]


def test_what_cannot_be_done_says_why_and_is_no_primary_button(
    row: ActButtons, actions: list[QAction]
) -> None:
    assert [each.property("primary") for each in row.buttons] == ["true", "false", "false", "false"]
    actions[0].setEnabled(False)
    actions[0].setToolTip(plain_tooltip("Approve: <b>nobody</b> can"))
    actions[0].setStatusTip("<b>nobody</b> can")
    first = row.buttons[0]
    assert not first.isEnabled()
    assert first.property("primary") == "false"
    assert (first.accessibleName(), first.accessibleDescription()) == ("Approve", "<b>nobody</b> can")
    assert "&lt;b&gt;" in first.toolTip()
    actions[0].setEnabled(True)
    assert first.property("primary") == "true"


def test_what_only_shows_where_it_can_be_done_takes_no_room(row: ActButtons, actions: list[QAction]) -> None:
    actions[2].setEnabled(False)
    assert visible(row) == ["Approve…", "Reject…", "History"]
    actions[2].setEnabled(True)
    assert "Withdraw…" in visible(row)


def test_where_it_is_narrow_the_last_ones_fold_into_a_menu(
    row: ActButtons, ground: QWidget, qtbot: QtBot
) -> None:
    everything = {"Approve…", "Reject…", "Withdraw…", "History"}
    seen: set[int] = set()
    for width in range(600, 60, -20):
        ground.resize(width, 40)
        qtbot.waitUntil(lambda width=width: row.width() <= max(width, row.minimumSizeHint().width()))
        there, hidden = visible(row), folded(row)
        assert len(there) + len(hidden) == len(everything)
        right = max((each.geometry().right() for each in row.buttons if each.isVisible()), default=0)
        assert right <= row.width()
        seen.add(len(there))
    assert {0, 4} <= seen


def test_the_folded_button_has_all_of_them_with_their_reasons(
    ground: QWidget, actions: list[QAction]
) -> None:
    made = fold_button(actions, "Decide")
    ground.layout().addWidget(made)
    menu = made.menu()
    assert menu is not None
    assert menu.actions() == actions
    assert menu.toolTipsVisible()
    assert made.accessibleName() == "Decide"
