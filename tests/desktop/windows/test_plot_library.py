from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QCoreApplication, Qt
from qtpy.QtTest import QTest

from aitr_desktop.item_models.report_detail import report_detail
from aitr_desktop.library.workspace import OpenedReport
from aitr_desktop.views.detail_view import DetailView
from aitr_desktop.views.figures.stacked_bars import StackedBarsView
from aitr_desktop.views.figures.timeline import TimelineView
from aitr_desktop.windows.plot_library import PlotLibrary, load_plots
from tests.factories import shown_reports as reports

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from aitr_desktop.tasks import Tasks
    from aitr_desktop.theme import ThemeController

PLOTS = "aitr_desktop.views.figures.plots"


@pytest.fixture
def detail(qtbot: QtBot, theme: ThemeController, tasks: Tasks) -> DetailView:
    view = DetailView(theme, 28)
    qtbot.addWidget(view)
    view.resize(800, 700)
    PlotLibrary(tasks, view, view)
    view.show()
    return view


def show(detail: DetailView, **changes: object) -> None:
    opened = OpenedReport(report=reports.report(**changes), decision=reports.decision(), digest="a" * 64)
    detail.show_report(report_detail(opened))
    while detail.is_filling:
        QCoreApplication.processEvents()


def test_a_report_with_iterations_gets_its_plots(
    detail: DetailView, tasks: Tasks, settled: Callable[[], None], qtbot: QtBot
) -> None:
    show(detail)
    settled()
    timeline = detail.findChildren(TimelineView)[0]

    from aitr_desktop.views.figures.plots import PanelPlot

    qtbot.waitUntil(lambda: len(timeline.findChildren(PanelPlot)) == len(timeline.panels()))


def test_a_report_without_iterations_loads_nothing(detail: DetailView, tasks: Tasks) -> None:
    show(detail, eval_iterations=())
    assert tasks.is_idle
    assert detail.findChildren(TimelineView) == []


def test_without_the_library_the_table_stands_alone(
    detail: DetailView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, PLOTS, None)
    show(detail)
    timeline = detail.findChildren(TimelineView)[0]
    qtbot.waitUntil(timeline.isHidden)
    show(detail)
    assert [each.isHidden() for each in detail.findChildren(TimelineView)] == [True]
    evals = next(section for section in detail.sections() if section.key == "evals")
    assert len(evals.trees()) == 1


def test_faults_nobody_caught_still_come_to_our_dialog() -> None:
    hooks = sys.excepthook, threading.excepthook
    assert load_plots()
    assert (sys.excepthook, threading.excepthook) == hooks


def test_charts_lead_to_the_rows_of_their_tables(detail: DetailView) -> None:
    show(detail)
    for section, view in (("tests", StackedBarsView), ("evals", TimelineView)):
        (chart,) = detail.findChildren(view)
        QTest.keyClick(chart, Qt.Key.Key_Return)
        block = next(each for each in detail.sections() if each.key == section)
        tree = block.trees()[0]
        assert tree.hasFocus()
        assert tree.copied_text().startswith({"tests": "Unit", "evals": "V3 RAG"}[section])
