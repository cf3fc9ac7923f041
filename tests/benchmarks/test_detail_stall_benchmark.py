"""How long the window stands still while a report is shown, beside a bare QTreeView with the same rows.

A timer of 1 ms in the event loop is the probe: the longest time between two of its ticks is the stall. The
bare tree shows the rows of all tables, with what is open from the start open and nothing drawn specially, in
one turn: what one writes first. Interleaved, for machines like this vary by a factor of two from minute to
minute.

Run with ``pytest tests/benchmarks/test_detail_stall_benchmark.py -m benchmark -s``.
"""

from __future__ import annotations

import gc
import os
import statistics
from typing import TYPE_CHECKING

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qtpy.QtCore import QModelIndex, QTimer
from qtpy.QtWidgets import QTreeView

from aitr_desktop.item_models.cells import Kind, Node, Table, Target
from aitr_desktop.item_models.report_detail import report_detail
from aitr_desktop.item_models.tree_model import TreeModel
from aitr_desktop.library.workspace import OpenedReport
from aitr_desktop.settings import ThemeChoice
from aitr_desktop.theme import ThemeController
from aitr_desktop.views.detail_view import DetailView
from tests.factories import shown_reports as reports
from tests.factories.full_decisions import full_decision
from tests.factories.stall_probe import FINE_MS, Probe
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qtpy.QtWidgets import QApplication

    from aitr_desktop.item_models.report_detail import ReportDetail
    from tsr_agent.models.report import TestSummaryReport

pytestmark = pytest.mark.benchmark

ROUNDS = 7
AIMS_MS = {"a usual report": 16.0, "10,000 failures": 33.0}


def big() -> TestSummaryReport:
    cases = [
        reports.case(
            f"fail_{n}", CaseStatus.FAILED, message="no", details="x\n" * 50, file="a.py", line=n + 1
        )
        for n in range(10_000)
    ]
    cases += [reports.case(f"pass_{n}") for n in range(20_000)]
    return reports.report(test_results=(TestTypeResult.from_cases(TestType.UNIT, cases),))


def detail_of(report: TestSummaryReport) -> ReportDetail:
    return report_detail(OpenedReport(report=report, decision=full_decision(), digest="a" * 64))


@pytest.fixture(scope="module")
def details() -> Iterator[dict[str, ReportDetail]]:
    made = {"a usual report": detail_of(reports.report()), "10,000 failures": detail_of(big())}
    # Python would look through 30,000 cases for garbage in the middle of a measurement.
    gc.collect()
    gc.freeze()
    yield made
    gc.unfreeze()


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[ThemeController]:
    controller = ThemeController(qapp, ThemeChoice.LIGHT)
    yield controller
    controller.detach()


@pytest.fixture
def view(theme: ThemeController) -> Iterator[DetailView]:
    made = DetailView(theme, 28)
    made.resize(776, 800)
    made.show()
    yield made
    made.close()
    made.deleteLater()


class BareTree(QTreeView):
    """All rows of a report in one tree of Qt's own, and nothing else."""

    def show_all(self, detail: ReportDetail) -> None:
        columns = max((table.columns for block in detail.blocks for _, table in block.tables), key=len)
        nodes = tuple(node for block in detail.blocks for _, table in block.tables for node in table.nodes)
        self.setModel(TreeModel(Table(columns=columns, nodes=nodes), self))
        for row, node in enumerate(nodes):
            if node.is_open:
                self.expand(self.model().index(row, 0))

    def go_to(self, name: str) -> None:
        """Opens the groups above a case, and goes there."""
        model, index = self.model(), QModelIndex()
        assert isinstance(model, TreeModel)
        while True:
            rows = (model.index(row, 0, index) for row in range(model.rowCount(index)))
            found = next((each for each in rows if _leads_to(model.node(each), name)), None)
            if found is None:
                break
            index = found
            self.expand(index)
        self.setCurrentIndex(index)
        self.scrollTo(index)


def _leads_to(node: Node, name: str) -> bool:
    return (
        name in node.cells[0].text
        or bool(node.holds is not None and node.holds(name))
        or (node.cells[0].text == "Unit")
    )


def said(title: str, ours: list[float], bare: list[float], aim: float) -> None:
    print(
        f"\n{title}: longest stall {statistics.median(ours):.1f} ms (worst {max(ours):.1f}, aim {aim:.0f}); "
        f"a bare QTreeView {statistics.median(bare):.1f} ms; ratio "
        f"{statistics.median(ours) / statistics.median(bare):.2f}"
    )


@pytest.mark.parametrize("name", AIMS_MS)
def test_showing_a_report(name: str, details: dict[str, ReportDetail], view: DetailView) -> None:
    probe, ours, bare = Probe(FINE_MS), [], []
    other = next(each for key, each in details.items() if key != name)
    for turn in range(ROUNDS + 1):
        probe.during(lambda: view.show_report(other), lambda: not view.is_filling)
        ours.append(probe.during(lambda: view.show_report(details[name]), lambda: not view.is_filling))
        tree = BareTree()
        tree.resize(776, 800)
        tree.show()
        probe.during(lambda: None, lambda: True)
        bare.append(probe.during(lambda tree=tree: tree.show_all(details[name]), lambda: True))  # type: ignore[misc]
        tree.close()
        tree.deleteLater()
        if not turn:
            # The widgets are made with the first report.
            print(f"\n{name}, the first one of a session: {ours.pop():.1f} ms")
            bare.clear()
    said(f"Showing {name}", ours, bare, AIMS_MS[name])
    assert statistics.median(ours) < AIMS_MS[name]


def test_following_into_a_group_of_200(details: dict[str, ReportDetail], view: DetailView) -> None:
    probe, ours, bare = Probe(FINE_MS), [], []
    detail, aim = details["10,000 failures"], AIMS_MS["10,000 failures"]
    for turn in range(ROUNDS):
        case = f"fail_{1_000 * turn + 50}"
        target = Target(Kind.TEST, f"tests/test_bot.py::{case}", "unit")
        probe.during(lambda: view.show_report(detail), lambda: not view.is_filling)
        ours.append(probe.during(lambda: view.follow(target), lambda: True))  # noqa: B023  (called at once)
        tree = BareTree()
        tree.resize(776, 800)
        tree.show()
        probe.during(lambda: tree.show_all(detail), lambda: True)  # noqa: B023
        bare.append(probe.during(lambda: tree.go_to(f"::{case}"), lambda: True))  # noqa: B023
        tree.close()
        tree.deleteLater()
    said("Following into a group of 200 of 10,000", ours, bare, aim)
    assert statistics.median(ours) < aim


def test_walking_down_the_list_with_the_key_held(details: dict[str, ReportDetail], view: DetailView) -> None:
    """30 reports, one every 33 ms as a held key gives them."""
    detail, aim = details["a usual report"], AIMS_MS["a usual report"]
    probe, left = Probe(FINE_MS), [30]
    walk = QTimer()

    def step() -> None:
        left[0] -= 1
        view.show_report(detail)
        if not left[0]:
            walk.stop()

    walk.timeout.connect(step)
    found = []
    for _ in range(3):
        left[0] = 30
        found.append(probe.during(lambda: walk.start(33), lambda: not left[0] and not view.is_filling))
    print(f"\nWalking down the list: longest stall {statistics.median(found):.1f} ms (aim {aim:.0f})")
    assert statistics.median(found) < aim
