"""A figure that is cut reads as another figure: no table cuts one, however narrow it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec
import pytest
from qtpy.QtCore import QCoreApplication, QModelIndex
from qtpy.QtWidgets import QWidget

from aitr_desktop.item_models.cells import CELL_ROLE, Cell, Column, Node, Table
from aitr_desktop.item_models.report_detail import report_detail
from aitr_desktop.library.workspace import OpenedReport
from aitr_desktop.views.cell_delegate import PADDING, CellDelegate
from aitr_desktop.views.detail_view import DetailView
from aitr_desktop.views.section_columns import MAX_TITLE
from aitr_desktop.views.section_tree import SectionTree
from tests.factories import shown_reports as reports
from tests.factories.full_decisions import full_decision
from tsr_agent.models.evals import MetricValue

if TYPE_CHECKING:
    from aitr_desktop.theme import ThemeController

ENOUGH = 600
"""Pixels of a table from which on no state is cut."""
Show = Callable[[QWidget], QWidget]


def rows(tree: SectionTree, parent: QModelIndex | None = None) -> Iterator[QModelIndex]:
    above = parent if parent is not None else QModelIndex()
    for row in range(tree.model().rowCount(above)):
        index = tree.model().index(row, 0, above)
        yield index
        if tree.isExpanded(index):
            yield from rows(tree, index)


def cut_figures(tree: SectionTree) -> list[str]:
    """Texts of columns of figures and states that have less room than they need."""
    table = tree.table()
    delegate = tree.itemDelegate()
    assert table is not None
    assert isinstance(delegate, CellDelegate)
    found = []
    for place, column in enumerate(table.columns):
        if not column.is_number and not (column.is_state and tree.viewport().width() > ENOUGH):
            continue
        width = tree.columnWidth(place)
        title = tree.header().fontMetrics().horizontalAdvance(column.title)
        found += [column.title] if width < min(title + 2 * PADDING, MAX_TITLE) else []
        for index in rows(tree):
            if tree.isFirstColumnSpanned(index.row(), index.parent()):
                continue
            cell = index.siblingAtColumn(place).data(CELL_ROLE)
            if isinstance(cell, Cell) and delegate.width(cell, tree.font()) + 2 * PADDING > width:
                found.append(cell.text)
    return found


@pytest.mark.parametrize("width", [480, 770, 1000])
def test_no_section_cuts_a_figure(theme: ThemeController, shown: Show, width: int) -> None:
    report = reports.report()
    metrics = {
        "avg_length": MetricValue(value=61.527, unit="words", n=74),
        "grounding_score": MetricValue(value=0.9749, n=304, standard_error=0.0123),
        **{f"metric_{n}": MetricValue(value=1234.5678 * n, n=1_200_000) for n in range(3)},
    }
    iterations = tuple(
        msgspec.structs.replace(each, metrics=metrics | dict(each.metrics)) for each in report.eval_iterations
    )
    report = msgspec.structs.replace(report, eval_iterations=iterations)
    view = DetailView(theme, 28)
    view.resize(width, 700)
    shown(view)
    opened = OpenedReport(report=report, decision=full_decision(), digest="a" * 64)
    view.show_report(report_detail(opened))
    while view.is_filling:
        QCoreApplication.processEvents()
    QCoreApplication.processEvents()
    trees = [tree for section in view.sections() for tree in section.trees()]
    assert len(trees) > 10
    assert {tree.accessibleName(): cut_figures(tree) for tree in trees if cut_figures(tree)} == {}


def table(*, titles: tuple[str, ...], nodes: tuple[Node, ...]) -> Table:
    columns = (Column(title="Name", width=200, stretches=True), Column(title="Words", width=150))
    figures = (Column(title=title, width=60, is_number=True) for title in titles)
    return Table(columns=(*columns, *figures), nodes=nodes)


def row(*figures: str, words: str = "some words that are long") -> Node:
    cells = (Cell(text=each, is_number=True) for each in figures)
    return Node(cells=(Cell(text="a name"), Cell(text=words), *cells))


def test_words_give_way_to_figures_and_then_the_table_scrolls(theme: ThemeController, shown: Show) -> None:
    tree = SectionTree("Figures", theme, 28)
    shown(tree)
    tree.resize(500, 300)
    tree.show_table(table(titles=("A",), nodes=(row("1,234,567.891"),)))
    wide = tree.columnWidth(1)
    tree.show_table(table(titles=("A", "B", "C"), nodes=(row("1,234,567.891", "1", "12,345,678.912 ms"),)))
    assert cut_figures(tree) == []
    assert tree.columnWidth(1) < wide
    tree.show_table(table(titles=tuple("ABCDEF"), nodes=(row(*["1,234,567.891"] * 6),)))
    assert cut_figures(tree) == []
    assert tree.header().length() > tree.viewport().width()
    assert tree.horizontalScrollBar().isVisible()


def test_figures_of_rows_that_open_later_have_room_too(theme: ThemeController, shown: Show) -> None:
    tree = SectionTree("Figures", theme, 28)
    shown(tree)
    head = Cell(text="1 to 200 of 400")
    group = Node(cells=(head,), spans=True, make=lambda: (row("12,345,678,901,234.567"),))
    tree.show_table(table(titles=("A",), nodes=(group,)))
    tree.expand(tree.model().index(0, 0))
    assert cut_figures(tree) == []


def test_a_title_without_end_takes_no_more_than_its_bound(theme: ThemeController, shown: Show) -> None:
    tree = SectionTree("Figures", theme, 28)
    shown(tree)
    title = "W" * 3_000
    tree.show_table(table(titles=(title,), nodes=(row("1"),)))
    assert tree.columnWidth(2) == MAX_TITLE


def test_a_row_over_the_whole_width_ends_where_the_view_ends(theme: ThemeController, shown: Show) -> None:
    """In a table that scrolls sideways it was as wide as all columns: its lines ended unseen at the edge."""
    tree = SectionTree("Figures", theme, 28)
    shown(tree)
    tree.resize(400, 300)
    words = Node(cells=(Cell(text="word " * 30 + "END"),), spans=True)
    tree.show_table(table(titles=tuple("ABCDEF"), nodes=(row(*["1,234,567.891"] * 6), words)))
    assert tree.header().length() > tree.viewport().width()
    index = tree.model().index(1, 0)
    drawn = tree.viewport().grab(tree.visualRect(index)).toImage()
    lines = tree.visualRect(index).height() // tree.fontMetrics().height()
    last = range(tree.visualRect(index).height() - 16, tree.visualRect(index).height() - 6)
    ground = drawn.pixelColor(drawn.width() - 2, 1)
    assert lines >= 2
    assert any(drawn.pixelColor(x, y) != ground for y in last for x in range(8, 60))
