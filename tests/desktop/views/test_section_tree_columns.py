"""Which columns of a table give way where there is little room: texts, and never a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aitr_desktop.item_models.cells import Cell, Column, Node, Table
from aitr_desktop.views.section_tree import SectionTree

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtWidgets import QWidget

    from aitr_desktop.theme import ThemeController

NUMBERS = ("20,000", "10,000", "10,000", "0.6192 ± 0.02")


def table() -> Table:
    columns = (
        Column(title="Type", width=190, stretches=True),
        Column(title="Result", width=132),
        *(Column(title="Number", width=118, is_number=True) for _ in NUMBERS),
    )
    cells = (
        Cell(text="Unit"),
        Cell(text="✕ 10,000 failures"),
        *(Cell(text=n, is_number=True) for n in NUMBERS),
    )
    return Table(columns=columns, nodes=(Node(cells=cells),))


@pytest.mark.parametrize("width", [300, 420, 520, 600, 726, 1400])
def test_no_number_is_cut(theme: ThemeController, shown: Callable[[QWidget], QWidget], width: int) -> None:
    tree = SectionTree("Tests", theme, 28)
    tree.resize(width, 200)
    shown(tree)
    tree.show_table(table())
    metrics = tree.fontMetrics()
    for place, text in enumerate(NUMBERS, start=2):
        assert tree.header().sectionSize(place) >= metrics.horizontalAdvance(text)
    assert tree.header().length() >= tree.viewport().width()


def test_a_short_text_leaves_its_room_to_the_others(
    theme: ThemeController, shown: Callable[[QWidget], QWidget]
) -> None:
    tree = SectionTree("Tests", theme, 28)
    tree.resize(600, 200)
    shown(tree)
    tree.show_table(table())
    assert tree.header().sectionSize(1) >= tree.fontMetrics().horizontalAdvance("✕ 10,000 failures")
    assert tree.header().length() == tree.viewport().width()
