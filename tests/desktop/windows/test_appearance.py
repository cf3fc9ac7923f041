from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtWidgets import QPushButton

from aitr_desktop.actions.spec import Act
from aitr_desktop.actions.table import ACTIONS
from aitr_desktop.settings import Density
from aitr_desktop.views.section_tree import SectionTree
from aitr_desktop.windows.stored_settings import StoredSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.windows.main_window import MainWindow


def test_one_of_each_group_is_marked(window: MainWindow) -> None:
    marked = [spec.act for spec in ACTIONS if spec.group and window.menus.action(spec.act).isChecked()]
    assert marked == [Act.SORT_CREATED, Act.THEME_LIGHT, Act.DENSITY_NORMAL, Act.SCALE_100]


def test_the_density_changes_every_row_at_once_and_is_kept(
    window: MainWindow, settled: Callable[[], None], settings_file: Path
) -> None:
    window.show_library(Path("/data/audit-2026.db"))
    settled()
    bench = window.workbench
    assert bench is not None
    tree = next(each for each in bench.findChildren(SectionTree) if each.isVisible())
    heights = []
    for act in (Act.DENSITY_COMPACT, Act.DENSITY_COMFORTABLE):
        window.menus.action(act).trigger()
        index = tree.model().index(0, 0)
        heights.append((bench.table.rowHeight(0), tree.rowHeight(index)))
    assert heights == [(24, 24), (36, 36)]
    window.close()
    assert StoredSettings(settings_file).load().density is Density.COMFORTABLE


def test_another_scale_says_when_and_offers_to_start_again(window: MainWindow, settings_file: Path) -> None:
    window.menus.action(Act.SCALE_150).trigger()
    assert window.notices.bar.text() == "A scale of 150 % is in force from the next start."
    assert not window.appearance.wants_restart
    buttons = [each for each in window.notices.bar.findChildren(QPushButton) if each.isVisible()]
    next(each for each in buttons if each.text() == "Restart now").click()
    assert window.appearance.wants_restart
    assert not window.isVisible()
    assert StoredSettings(settings_file).load().scale == 150


def test_the_scale_in_force_needs_no_start(window: MainWindow) -> None:
    window.menus.action(Act.SCALE_200).trigger()
    window.menus.action(Act.SCALE_100).trigger()
    assert window.notices.bar.text() == "The scale stays as it is."
