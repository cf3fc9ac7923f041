from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from qtpy.QtCore import QModelIndex, Qt

from aitr_desktop.item_models.cells import CELL_ROLE, Cell, Column, Node, Table, plain_tooltip
from aitr_desktop.item_models.report_detail import ReportDetail, report_detail
from aitr_desktop.item_models.section_tables.requirements import requirements_table
from aitr_desktop.item_models.tree_model import TreeModel
from aitr_desktop.library.workspace import OpenedReport
from tests.factories import shown_reports as reports
from tsr_agent.models.decision import Decision, GoNoGoDecision
from tsr_agent.models.requirements import CoverageStatus, RequirementCoverage, VerificationStatus
from tsr_agent.sections.matrix import matrix
from tsr_agent.sections.requirements import requirements

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester

    from tsr_agent.models.report import TestSummaryReport

CELLS = st.tuples(st.builds(Cell, text=st.text(max_size=5)), st.builds(Cell, text=st.text(max_size=5)))
NODES = st.recursive(
    st.builds(Node, cells=CELLS),
    lambda children: st.builds(
        Node, cells=CELLS, children=st.lists(children, max_size=3).map(tuple), spans=st.booleans()
    ),
    max_leaves=12,
)
COLUMNS = (Column(title="a"), Column(title="b", is_number=True))


def detail_of(report: TestSummaryReport, decision: Decision | None) -> ReportDetail:
    return report_detail(OpenedReport(report=report, decision=decision, digest="a" * 64))


def rows_of(model: TreeModel, parent: QModelIndex | None = None) -> list[Node]:
    above = parent or QModelIndex()
    found = []
    for row in range(model.rowCount(above)):
        index = model.index(row, 0, above)
        assert model.parent(index) == above
        found += [model.node(index), *rows_of(model, index)]
    return found


def flat(nodes: tuple[Node, ...]) -> list[Node]:
    return [each for node in nodes for each in (node, *flat(node.below()))]


def test_a_requirement_without_any_test_says_so() -> None:
    bare = RequirementCoverage(
        requirement_id="REQ-5",
        coverage_status=CoverageStatus.UNCOVERED,
        verification_status=VerificationStatus.NOT_RUN,
    )
    report = reports.report(requirement_coverage=(bare,), unknown_requirements=())
    section = requirements(report)
    (node,) = requirements_table(section, matrix(report, section)).nodes
    assert node.is_open
    assert [child.cells[0].text for child in node.below()] == ["No test names it, and it names none."]


@given(st.lists(NODES, max_size=4).map(tuple))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_every_node_is_where_the_table_has_it(nodes: tuple[Node, ...]) -> None:
    assert rows_of(TreeModel(Table(columns=COLUMNS, nodes=nodes))) == flat(nodes)


@pytest.mark.parametrize("verdict", list(GoNoGoDecision))
def test_every_section_is_a_sound_model(qtmodeltester: ModelTester, verdict: GoNoGoDecision) -> None:
    detail = detail_of(reports.report(), reports.decision(verdict))
    tables = [table for block in detail.blocks for _, table in block.tables]
    assert len(tables) == (18 if verdict is GoNoGoDecision.GO else 19)
    for table in tables:
        qtmodeltester.check(TreeModel(table))


def test_cells_tell_words_tooltip_and_side() -> None:
    cells = (Cell(text="3fa9c1e", whole="3fa9c1e" * 5), Cell(text="12", is_number=True))
    model = TreeModel(Table(columns=COLUMNS, nodes=(Node(cells=cells), Node(cells=cells[:1]))))
    first, second = model.index(0, 0), model.index(0, 1)
    assert first.data() == "3fa9c1e"
    assert "3fa9c1e" * 5 in first.data(Qt.ItemDataRole.ToolTipRole)
    assert second.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert second.data(CELL_ROLE) is cells[1]
    assert model.index(1, 1).data() == ""
    assert model.headerData(1, Qt.Orientation.Horizontal) == "b"


def test_a_tooltip_never_becomes_markup() -> None:
    assert plain_tooltip("") == ""
    shown = plain_tooltip("<img src='file:///etc/passwd'> & <b>")
    assert "<img" not in shown
    assert "&lt;img" in shown
    assert len(plain_tooltip("x" * 100_000)) < 3_000


def test_a_report_without_anything_says_so_in_every_section() -> None:
    empty = reports.report(
        test_results=(), eval_iterations=(), requirement_coverage=(), unknown_requirements=(),
        code_coverage=(), runs=(), inputs=(),
    )  # fmt: skip
    blocks = {block.title: block for block in detail_of(empty, None).blocks}
    for title in ("Tests", "Evals", "Failure modes", "Requirements", "Compliance"):
        assert blocks[title].nothing
        assert blocks[title].tables == ()
    assert all(blocks[title].tables for title in ("Overview", "Approvals", "Versions"))


def test_what_failed_is_open_from_the_start_and_says_what_to_do() -> None:
    detail = detail_of(reports.report(), reports.decision())
    table = dict(detail.blocks[5].tables)["Rules"]
    assert [node.is_open for node in table.nodes] == [True, True, False]
    assert [child.cells[0].text for child in table.nodes[0].children] == [
        "Accuracy 0.812 on 250 cases is below 0.85",
        "A failure blocks",
        "Evidence: section Evals",
        "Fix: Mend what V3 gets wrong.",
    ]


def test_a_failure_opens_to_its_message_place_details_and_attempts() -> None:
    tests_table = dict(detail_of(reports.report(), None).blocks[1].tables)["Test results"]
    failed, error, flaky, *others = tests_table.nodes[0].children
    below = failed.below()
    assert [child.cells[0].text for child in below[:-1]] == [
        "AssertionError: answer names a dose",
        "tests/test_bot.py:41 · took 12 ms",
        "Requirement REQ-3  Medical advice is refused.",
        "Read from unit/junit.xml",
        "Tested at 3fa9c1e",
    ]
    assert below[-1].cells[0].is_block
    assert error.cells[0].whole == "tests/test_bot.py::test_index_loads"
    assert [child.cells[0].text for child in flaky.below()][-1] == "Attempt 2: ✓ passed · 20 ms"
    assert [node.cells[0].text for node in others] == ["– skipped 1", "✓ passed 40"]


def test_hostile_text_reaches_every_table_as_text() -> None:
    detail = detail_of(*reports.poisoned(reports.HOSTILE))
    cells = [
        cell
        for block in detail.blocks
        for _, table in block.tables
        for node in flat(table.nodes)
        for cell in node.cells
    ]
    assert sum("<img src=x onerror=alert(1)>" in cell.text for cell in cells) > 30
    assert not [cell for cell in cells if set("\u202e\x1b\x00\u2028") & set(cell.text + cell.whole)]


def test_a_long_traceback_is_cut_on_screen_and_whole_when_copied() -> None:
    from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult

    case = reports.case("t", CaseStatus.FAILED, details="\n".join(f"line {n}" for n in range(500)))
    result = TestTypeResult.from_cases(TestType.UNIT, [case])
    table = dict(detail_of(reports.report(test_results=(result,)), None).blocks[1].tables)["Test results"]
    (block,) = [child for child in table.nodes[0].children[0].below() if child.cells[0].is_block]
    assert block.cells[0].text.endswith("60 of 500 lines; copying takes all of them")
    assert block.cells[0].whole.endswith("line 499")
