"""What a search finds in a report: everything that its rows say once they are opened."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec
import pytest

from aitr_desktop.item_models.report_detail import report_detail
from aitr_desktop.item_models.report_search import MOST_HITS, Found, folded, search
from aitr_desktop.library.workspace import OpenedReport
from tests.factories import shown_reports as reports
from tests.factories.full_decisions import full_decision
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult

if TYPE_CHECKING:
    from aitr_desktop.item_models.cells import Node
    from aitr_desktop.item_models.report_detail import ReportDetail
    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport


def detail_of(report: TestSummaryReport, decision: Decision | None = None) -> ReportDetail:
    return report_detail(OpenedReport(report=report, decision=decision or full_decision(), digest="a" * 64))


def find(detail: ReportDetail, text: str) -> Found:
    return search(detail.blocks, text, lambda: True)


def rows(detail: ReportDetail, found: Found) -> list[str]:
    """The first cell of each row that was found."""
    said = []
    for hit in found.hits:
        node: Node | None = None
        for row in hit.way:
            below = detail.blocks[hit.block].tables[hit.table][1].nodes if node is None else node.below()
            node = below[row]
        assert node is not None
        said.append(node.cells[0].text)
    return said


def big(failures: int, passes: int) -> TestSummaryReport:
    cases = [
        reports.case(
            f"fail_{n}", CaseStatus.FAILED, message=f"wrong answer {n}",
            details=f"line\n trace of {n}\n" * 50, output=f"printed by {n}", file="a.py", line=n + 1,
        )
        for n in range(failures)
    ]  # fmt: skip
    cases += [reports.case(f"pass_{n}") for n in range(passes)]
    return reports.report(test_results=(TestTypeResult.from_cases(TestType.UNIT, cases),))


@pytest.fixture(scope="module")
def ten_thousand() -> ReportDetail:
    return detail_of(big(10_000, 20_000))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("FAIL_9876", "✕ failed  tests/test_bot.py::fail_9876"),
        ("Wrong Answer 9876", "wrong answer 9876"),
        ("pass_19999", "✓ passed  tests/test_bot.py::pass_19999"),
    ],
)
def test_rows_that_nobody_opened_are_found(ten_thousand: ReportDetail, text: str, first: str) -> None:
    found = find(ten_thousand, text)
    assert rows(ten_thousand, found)[0] == first
    assert not found.has_more


@pytest.mark.parametrize("text", ["trace of 4321\n", "printed by 4321"])
def test_a_traceback_and_what_was_printed_are_found_whole(ten_thousand: ReportDetail, text: str) -> None:
    """What is printed stands after 50 times the trace: below the lines that are drawn."""
    (said,) = rows(ten_thousand, find(ten_thousand, text))
    assert "line\n trace of 4321\n" in said


def test_hits_come_from_the_top_and_every_section_has_some() -> None:
    detail = detail_of(reports.report())
    found = find(detail, "e")
    assert list(found.hits) == sorted(found.hits, key=lambda hit: (hit.block, hit.table, hit.way))
    assert {hit.block for hit in found.hits} == set(range(8))


def test_all_rows_of_a_section_that_say_it_are_found_and_no_others() -> None:
    detail = detail_of(reports.report())
    for text in ("accuracy", "FM-1", "ART", "ci", "0.9"):
        found = {(hit.block, hit.table, hit.way) for hit in find(detail, text).hits}
        for place, block in enumerate(detail.blocks):
            for number, (_, table) in enumerate(block.tables):
                if block.key == "tests":
                    continue
                said = _all(table.nodes)
                there = {way for way, cells in said.items() if folded(text) in cells}
                assert {way for b, t, way in found if (b, t) == (place, number)} == there, block.key


def _all(nodes: tuple[Node, ...], above: tuple[int, ...] = ()) -> dict[tuple[int, ...], str]:
    said = {}
    for row, node in enumerate(nodes):
        said[(*above, row)] = "\x00".join(
            folded(each) for cell in node.cells for each in (cell.text, cell.whole)
        )
        said |= _all(node.below(), (*above, row)) if node.opens else {}
    return said


def test_more_hits_than_anybody_reads_are_not_made(ten_thousand: ReportDetail) -> None:
    began = time.perf_counter()
    found = find(ten_thousand, "test_bot")
    assert len(found.hits) == MOST_HITS
    assert found.has_more
    assert time.perf_counter() - began < 5, "slow even on a loaded machine"


def test_a_search_that_nobody_wants_any_more_ends_at_once(ten_thousand: ReportDetail) -> None:
    asked = []

    def is_wanted() -> bool:
        asked.append(None)
        return len(asked) < 20

    assert len(search(ten_thousand.blocks, "e", is_wanted).hits) < 20
    assert len(asked) < 100


@pytest.mark.parametrize("text", ["", "   ", "\t", "nowhere is this", "\x00", "x" * 1_000_000])
def test_what_is_nowhere_is_not_found(text: str) -> None:
    assert find(detail_of(reports.report()), text) == Found(())


@pytest.mark.parametrize("hostile", ["<b>Bold</b>", "\u202emoc.exe", "a\x00b", "Ünïcode ẞ 😀", "x" * 1_000])
def test_any_text_of_a_stranger_is_found_as_it_stands_on_screen(hostile: str) -> None:
    report, decision = reports.poisoned(hostile, full_decision())
    detail = detail_of(report, decision)
    assert find(detail, hostile).hits
    if hostile == "\u202emoc.exe":
        assert find(detail, "⟨u+202e⟩MOC").hits


def test_no_decision_is_no_trouble() -> None:
    report = msgspec.structs.replace(reports.report(), eval_iterations=(), test_results=())
    opened = OpenedReport(report=report, decision=None, digest="a" * 64)
    assert search(report_detail(opened).blocks, "code", lambda: True).hits


def test_a_megabyte_is_searched_to_its_end() -> None:
    case = reports.case("long", CaseStatus.FAILED, message="m", output="x" * 1_000_000 + " The End")
    result = TestTypeResult.from_cases(TestType.UNIT, (case,))
    assert find(detail_of(reports.report(test_results=(result,))), "the end").hits
