from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from qtpy.QtGui import QKeySequence

from aitr_desktop.actions.spec import Act
from aitr_desktop.actions.table import ACTIONS, MENUS, key_table
from aitr_desktop.resource_files import resource_dir

if TYPE_CHECKING:
    from pathlib import Path

    from qtpy.QtWidgets import QApplication


def test_each_action_is_declared_once_in_a_menu_that_exists() -> None:
    assert Counter(spec.act for spec in ACTIONS) == Counter(Act)
    assert {spec.menu.partition(">")[0] for spec in ACTIONS} == set(MENUS)


def test_no_key_does_two_things_and_every_key_is_one(qapp: QApplication) -> None:
    keys = [key for spec in ACTIONS for key in spec.keys]
    sequences = [QKeySequence(key).toString() for key in keys]
    assert all(sequences)
    assert len(set(sequences)) == len(sequences)


def test_mnemonics_of_a_menu_differ() -> None:
    for menu in {spec.menu for spec in ACTIONS}:
        letters = [spec.text[spec.text.index("&") + 1].lower() for spec in ACTIONS if spec.menu == menu]
        assert len(set(letters)) == len(letters), menu


def test_icons_exist() -> None:
    for spec in ACTIONS:
        assert not spec.icon or (resource_dir() / "icons" / f"{spec.icon}.svg").is_file()


def test_the_user_guide_lists_every_key(project_dir: Path) -> None:
    guide = (project_dir / "docs" / "user-guide.md").read_text("utf-8")
    missing = [(keys, does) for keys, does in key_table() if f"| {does} | {keys} |" not in guide]
    assert missing == []
