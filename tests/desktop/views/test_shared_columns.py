"""One line of titles above several tables: all of them have its widths, whoever drags an edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.item_models.cells import Cell, Column, Node, Table
from aitr_desktop.settings import ThemeChoice
from aitr_desktop.theme import ThemeController
from aitr_desktop.views.section_tree import SectionTree
from aitr_desktop.views.shared_columns import LEAST, WHOLE, ColumnsHeader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot
    from qtpy.QtWidgets import QApplication

FIRST = 330, 200, 200, 270


@pytest.fixture
def header(qtbot: QtBot) -> ColumnsHeader:
    made = ColumnsHeader(FIRST)
    qtbot.addWidget(made)
    made.resize(1_000, made.sizeHint().height())
    made.show()
    return made


@pytest.fixture
def tree(qtbot: QtBot, qapp: QApplication, header: ColumnsHeader) -> Iterator[SectionTree]:
    theme = ThemeController(qapp, ThemeChoice.LIGHT)
    made = SectionTree("Rules", theme, 28, header=header)
    qtbot.addWidget(made)
    made.resize(1_000, 300)
    made.show()
    columns = tuple(Column(title=each) for each in ("What", "A", "B", "Became"))
    made.show_table(Table(columns=columns, nodes=(Node(cells=tuple(Cell(text="x") for _ in columns)),)))
    yield made
    theme.detach()


def widths(tree: SectionTree) -> list[int]:
    return [tree.header().sectionSize(place) for place in range(tree.header().count())]


def test_a_table_has_the_widths_of_the_titles_and_no_titles_of_its_own(
    header: ColumnsHeader, tree: SectionTree
) -> None:
    assert tree.isHeaderHidden()
    room = tree.viewport().width()
    assert widths(tree) == header.widths(room)
    assert sum(widths(tree)) == room


def test_dragging_an_edge_moves_it_in_the_table_and_is_remembered(
    qtbot: QtBot, header: ColumnsHeader, tree: SectionTree
) -> None:
    before = widths(tree)
    with qtbot.waitSignal(header.moved):
        header.resizeSection(0, header.sectionSize(0) + 100)
    after = widths(tree)
    assert abs(after[0] - before[0] - 100) <= 2
    assert after[2:] == before[2:] or abs(after[3] - before[3]) <= 2
    text = header.shares_text()
    assert sum(map(int, text.split(","))) == WHOLE
    other = ColumnsHeader(FIRST)
    qtbot.addWidget(other)
    other.take_shares(text)
    assert other.widths(1_000) == header.widths(1_000)


def test_a_column_keeps_its_least_width(header: ColumnsHeader) -> None:
    header.resizeSection(0, 100_000)
    assert min(header.widths(1_000)) >= LEAST - 2
    header.resizeSection(0, 0)
    assert min(header.widths(1_000)) >= LEAST - 2


def test_other_widths_of_the_window_are_shared_out(header: ColumnsHeader, tree: SectionTree) -> None:
    tree.resize(600, 300)
    assert widths(tree) == header.widths(tree.viewport().width())


@pytest.mark.parametrize(
    "text", ["", "1,2", "330,200,200,271", "0,330,400,270", "a,b,c,d", "٣٣٠,200,200,270", ",,,", "9" * 9_000]
)
def test_stored_widths_that_make_no_sense_are_those_of_the_first_start(
    header: ColumnsHeader, text: str
) -> None:
    header.take_shares("250,250,250,250")
    header.take_shares(text)
    assert header.shares_text() == ""


def test_the_first_widths_are_not_stored(header: ColumnsHeader) -> None:
    assert header.shares_text() == ""
    header.take_shares("250,250,250,250")
    assert header.shares_text() == "250,250,250,250"


@given(st.integers(0, 5_000), st.permutations(FIRST))
def test_the_widths_fill_the_room_where_there_is_any(room: int, shares: list[int]) -> None:
    found = _bare(shares).widths(room)
    assert min(found) >= LEAST
    assert sum(found) >= room


def _bare(shares: list[int]) -> ColumnsHeader:
    made = ColumnsHeader.__new__(ColumnsHeader)
    made._shares = tuple(shares)
    return made
